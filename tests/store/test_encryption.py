import json
import os
import shutil
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import quoted_study
from study_builder import word_embeddings

import store.encryption
from assistant.segment import embed_new
from store import keys, locked_file
from store.archive import back_up_study
from store.audit import verify
from store.backups import keep_copy, newest_good
from store.database import back_up, is_plain
from store.decisions import decisions
from store.encryption import decrypt_study, encrypt_study, plain_files
from store.erase import erase_interview
from store.errors import ConflictError, LockedError, NotAStudyError, StudyError, WrongPassphraseError
from store.index import VectorIndex, refresh_index, reindex
from store.interviews import add_interview, interviews
from store.media import media_file, open_media
from store.replacing import restore_in_place
from store.restore import restore_study
from store.segments import segments
from store.sqlite import sqlite3
from store.study import create_study, open_study
from store.transcripts import transcript
from store.words_index import Phrase, WordsIndex

pytestmark = pytest.mark.sqlite

GOOD = "five plain words to say"
SAID = "nobody likes that at all"
SOUND = b"RIFFsound of a person speaking" * 9000


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(keys, "_known", {})
    monkeypatch.setattr(keys, "_asker", None)
    monkeypatch.setattr(locked_file.sealed, "__kwdefaults__", {"about": None, "n": 2**14})  # the same, faster
    monkeypatch.delenv(keys.PASSPHRASE_VARIABLE, raising=False)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A coded study with a recording, an index of either kind, a backup and something exported."""
    with quoted_study.build(tmp_path) as study:
        (tmp_path / "talk.wav").write_bytes(SOUND)
        add_interview(study, tmp_path / "talk.wav", "recording", label="I9")
        embeddings, _ = word_embeddings(study)
        embed_new(study, embeddings)
        WordsIndex(study).refresh(segments(study))
        back_up(study.folder / "study.db", study.folder / "backups", "before")
        (study.folder / "exports" / "quotes.csv").write_text(SAID)
        return study.folder


def holding(folder: Path, words: bytes) -> list[str]:
    """The files of a study that hold these bytes somewhere."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and words in path.read_bytes()
    )


def everything(folder: Path) -> object:
    with open_study(folder) as study:
        texts = {i.label: transcript(study, i.label).text for i in interviews(study) if i.kind == "transcript"}
        recordings = {i.label: open_media(study, i.media).read() for i in interviews(study) if i.media}
        return texts, recordings, decisions(study), verify(study)


def test_nothing_that_was_said_lies_in_the_clear_and_nothing_is_lost(folder):
    before = everything(folder)
    assert {"study.db", "exports/quotes.csv"} < set(holding(folder, SAID.encode()))
    shown = []
    made = encrypt_study(folder, GOOD, lambda *step: shown.append(step))
    assert (made.recordings, made.backups, made.in_the_clear) == (1, 1, ("exports/quotes.csv",))
    assert shown[-1][0] == shown[-1][1] == 3
    assert holding(folder, SAID.encode()) == ["exports/quotes.csv"], "what was made for others stays as it is"
    assert holding(folder, b"sound of a person") == []
    assert holding(folder, b"queue") == []
    assert plain_files(folder) == ()
    assert everything(folder) == before


def test_it_goes_on_encrypted_whatever_is_done(folder, tmp_path):
    """New recordings, decisions, the index, words, backups and archives: none of them writes a word in the clear."""
    (folder / "exports" / "quotes.csv").unlink()
    encrypt_study(folder, GOOD)
    (tmp_path / "more.wav").write_bytes(SOUND + b"more")
    with open_study(folder) as study:
        add_interview(study, tmp_path / "more.wav", "recording", label="I10")
        assert media_file(study, interviews(study)[-1].media).size == len(SOUND) + 4
        assert media_file(study, interviews(study)[-1].media).sha256() == interviews(study)[-1].source_sha256
        embeddings, _ = word_embeddings(study)
        vector = np.array(embeddings.embed_query("We wait in a queue for machines."), np.float32)
        with VectorIndex(study, embeddings.model) as index:
            assert index.search(vector, 1)[0][1] > 0.5
        assert refresh_index(study, embeddings.model).reason is None
        reindex(study, embeddings.model)
        words = WordsIndex(study)
        words.refresh(segments(study))
        assert words.matches(Phrase(("nobody", "likes")))
        back_up(folder / "study.db", folder / "backups", "after")
        back_up_study(study, tmp_path / "whole.zip")
    for canary in (SAID.encode(), b"nobody", b"sound of a person"):
        assert holding(folder, canary) == []
        assert canary not in (tmp_path / "whole.zip").read_bytes()


def test_locked_without_its_passphrase(folder, monkeypatch):
    encrypt_study(folder, GOOD)
    monkeypatch.setattr(keys, "_known", {})
    with pytest.raises(LockedError):
        open_study(folder)
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, "something else here")
    with pytest.raises(WrongPassphraseError):
        open_study(folder)
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, GOOD)
    open_study(folder).close()


def test_archives_and_backups_restore_under_the_same_passphrase(folder, tmp_path, monkeypatch):
    before = everything(folder)
    encrypt_study(folder, GOOD)
    with open_study(folder) as study:
        back_up_study(study, tmp_path / "whole.zip")
    copy = next((folder / "backups").glob("*.db"))
    monkeypatch.setattr(keys, "_known", {})
    with pytest.raises(StudyError):
        restore_study(tmp_path / "whole.zip", tmp_path / "locked")
    assert not (tmp_path / "locked").exists()
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, GOOD)
    for source, target in ((tmp_path / "whole.zip", tmp_path / "one"), (copy, tmp_path / "two")):
        assert restore_study(source, target).report.faults == ()
        assert everything(target) == before
        assert not is_plain(target / "study.db")


def test_back_into_the_clear(folder):
    before = everything(folder)
    encrypt_study(folder, GOOD)
    made = decrypt_study(folder)
    assert (made.recordings, made.backups) == (1, 1)
    assert not (folder / keys.KEY_FILE).exists()
    assert is_plain(folder / "study.db")
    assert everything(folder) == before
    with pytest.raises(ConflictError, match="not encrypted"):
        decrypt_study(folder)


def test_encrypted_from_its_first_byte(tmp_path):
    with create_study(tmp_path / "new", "A title to be looked for", passphrase=GOOD) as study:
        assert study.settings() == {"keep_prefixes": False}, "no codebook in the cache of the language model"
    assert holding(tmp_path / "new", b"A title to be looked for") == []
    with pytest.raises(StudyError, match="fewer than 8"):
        create_study(tmp_path / "weak", passphrase="short")
    assert not (tmp_path / "weak").exists()


@pytest.mark.parametrize("back", [False, True])
def test_broken_off_at_any_step_it_opens_and_goes_on(folder, tmp_path, monkeypatch, back):
    """Each file that is put in its place, and the moment before and after it; then the same command once more."""
    before = everything(folder)
    if back:
        encrypt_study(folder, GOOD)
    steps = 0

    def broken(through: int):
        real, left = store.encryption.put_in_place, iter(range(1, 100))

        def put(written, path):
            nonlocal steps
            if (number := next(left)) > through:
                raise KeyboardInterrupt
            steps = max(steps, number)
            real(written, path)

        return put

    for through in range(4):
        copy = tmp_path / f"copy{through}"
        shutil.copytree(folder, copy)
        with monkeypatch.context() as patch:
            patch.setattr(store.encryption, "put_in_place", broken(through))
            if through < 3:
                with pytest.raises(KeyboardInterrupt):
                    _convert(copy, back)
            else:
                _convert(copy, back)
        assert everything(copy) == before, through
        if through < 3:
            _convert(copy, back)
            assert everything(copy) == before
        assert keys.is_encrypted(copy) is not back
        assert plain_files(copy) == ()
        assert not list(copy.glob(".room-*"))
    assert steps == 3, "a recording, the database and a backup"


def _convert(folder: Path, back: bool) -> None:
    if back:
        decrypt_study(folder)
    else:
        encrypt_study(folder, GOOD)


def test_with_the_key_there_and_the_database_still_plain_copies_are_made_and_used(folder, tmp_path):
    """Encrypting can stop at a full disk for days: archives, rolling copies, erasing and restoring work meanwhile."""
    before = everything(folder)
    keys.make_key(folder, GOOD)
    assert keep_copy(folder).good
    with open_study(folder) as study:
        back_up_study(study, tmp_path / "half.zip")
    restore_study(tmp_path / "half.zip", tmp_path / "restored")
    assert everything(tmp_path / "restored") == before
    restore_study(newest_good(folder).path, tmp_path / "of a copy")
    with (folder / "study.db").open("r+b") as damaged:
        damaged.truncate(5000)
    assert restore_in_place(folder, coder="ada").faults == ()
    with open_study(folder) as study:
        erase_interview(study, "I1", coder="ada")
    encrypt_study(folder, GOOD)
    assert plain_files(folder) == ()
    assert newest_good(folder) is not None


@pytest.mark.parametrize("back", [False, True])
def test_where_a_file_that_is_open_cannot_be_replaced(folder, monkeypatch, back):
    """As on Windows: nobody, ourselves too, has the old database open when the new one takes its place."""
    before, real, put = everything(folder), store.encryption.put_in_place, []
    if back:
        encrypt_study(folder, GOOD)

    def refusing(written, path):
        open_here = {os.path.realpath(each) for each in Path("/proc/self/fd").glob("*")}
        assert str(path.resolve()) not in open_here
        put.append(path.name)
        real(written, path)

    monkeypatch.setattr(store.encryption, "_OPEN_FILES_CAN_GO", False)
    monkeypatch.setattr(store.encryption, "put_in_place", refusing)
    _convert(folder, back)
    assert "study.db" in put
    assert everything(folder) == before
    assert keys.is_encrypted(folder) is not back


def test_begun_with_another_passphrase(folder, monkeypatch):
    keys.make_key(folder, GOOD)
    with pytest.raises(WrongPassphraseError):
        encrypt_study(folder, "another one for it")
    encrypt_study(folder, GOOD)
    with pytest.raises(ConflictError, match="encrypted already"):
        encrypt_study(folder, GOOD)


def test_refused_while_others_use_it(folder, monkeypatch):
    monkeypatch.setattr(store.encryption, "_WAIT_SECONDS", 0.2)
    with open_study(folder) as study, study.read() as session:
        session.connection()
        with pytest.raises(ConflictError, match="in use"):
            encrypt_study(folder, GOOD)
    assert not keys.is_encrypted(folder), "nothing was begun"
    encrypt_study(folder, GOOD)


def test_who_still_holds_the_old_file_can_write_nothing_into_it(folder):
    """A connection from before would otherwise write into a file that has no name any more."""
    held = sqlite3.connect(str(folder / "study.db"), timeout=0.2, check_same_thread=False)
    with closing(held):
        before = everything(folder)
        _until_it_is_asked(held, folder)
        with pytest.raises(sqlite3.DatabaseError):
            held.execute("UPDATE study SET title = 'written into the void'")
    assert everything(folder) == before


def _until_it_is_asked(held, folder: Path) -> None:
    """It has the file open without a lock, as an idle program has."""
    descriptor = (folder / "study.db").open("rb")
    with descriptor:
        worker = threading.Thread(target=encrypt_study, args=(folder, GOOD))
        worker.start()
        worker.join(60)
        descriptor.seek(0)
        assert descriptor.read(16) == bytes(16), "the old file was made unreadable"


@pytest.mark.skipif(os.name != "posix", reason="there, what is open cannot be replaced")
def test_the_old_recording_is_overwritten(folder):
    with open_study(folder) as study:
        place = study.folder / str(interviews(study)[-1].media)
    with place.open("rb") as old:
        encrypt_study(folder, GOOD)
        assert old.read() == bytes(len(SOUND)), "not only its name is gone"


def test_a_folder_without_a_study(tmp_path):
    with pytest.raises(NotAStudyError):
        encrypt_study(tmp_path, GOOD)
    with pytest.raises(NotAStudyError):
        decrypt_study(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="there, the rights of the folder decide")
def test_every_file_is_its_owners_alone(folder):
    encrypt_study(folder, GOOD)
    open_study(folder).close()
    for path in (folder, *folder.rglob("*")):
        if path.name != "quotes.csv":  # written by the test
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_lost_key_is_told(folder):
    encrypt_study(folder, GOOD)
    (folder / keys.KEY_FILE).unlink()
    with pytest.raises(StudyError) as told:
        open_study(folder)
    assert "study.key" in str(told.value)


def test_a_damaged_recording_is_told_and_the_rest_goes_on(folder):
    encrypt_study(folder, GOOD)
    with open_study(folder) as study:
        found = media_file(study, interviews(study)[-1].media)
        found.path.write_bytes(found.path.read_bytes()[:-9])
        with pytest.raises(StudyError, match="damaged or was cut off"):
            found.sha256()
        assert json.dumps([i.label for i in interviews(study)])
