"""Making studies, writing to them from two processes, and the file of settings beside them."""

import multiprocessing
from contextlib import closing

import pytest
import tomlkit
from by_hand import asked_by_hand
from hypothesis import given, settings
from hypothesis import strategies as st
from two_writers import decide_often

from store import config
from store.audit import verify
from store.codebook import keep_codebook
from store.coders import coders
from store.config import FILE_NAME, keep_head, read_head, read_settings
from store.database import connect, open_engine
from store.decisions import decisions, keep_decisions
from store.errors import ConflictError, InvalidInputError, StudyError
from store.events import EMPTY, Head
from store.interviews import add_interview, interviews
from store.sqlite import sqlite3
from store.study import Study, create_study, open_study
from store.transcripts import transcript
from store.values import Code, DecisionDraft, Span, Verdict

SPAWN = multiprocessing.get_context("spawn")


def test_a_new_study_has_its_folders_and_one_event(blank):
    """A study begins with its folders, an event for itself, and a head outside the database."""
    assert {p.name for p in blank.folder.iterdir() if p.is_dir()} == {"media", "exports", "index"}
    assert read_head(blank.folder) == Head(1, verify(blank).head)


def test_a_folder_that_holds_something_is_refused(tmp_path, blank):
    """Nothing is written into a folder with files, into a file's place, or over a study."""
    (tmp_path / "busy").mkdir()
    (tmp_path / "busy" / "thesis.docx").write_bytes(b"x")
    for folder, words in ((tmp_path / "busy", "not an empty"), (blank.folder, "already holds a study")):
        with pytest.raises(ConflictError, match=words):
            create_study(folder)
    with pytest.raises(ConflictError, match="not an empty folder"):
        create_study(tmp_path / "busy" / "thesis.docx")
    assert [p.name for p in (tmp_path / "busy").iterdir()] == ["thesis.docx"]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    """Below a file there is no place for a study; the sentence says so."""
    (tmp_path / "thesis.docx").write_bytes(b"x")
    with pytest.raises(StudyError, match="choose another"):
        create_study(tmp_path / "thesis.docx" / "study")


def test_a_folder_that_may_not_be_entered_is_a_sentence(tmp_path, monkeypatch):
    """Making and opening a study where the account may not look give a sentence each."""

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.stat", forbidden)
    with pytest.raises(StudyError, match=r"Permission denied.*choose another"):
        create_study(tmp_path / "study")
    with pytest.raises(StudyError, match=r"Permission denied.*let your account"):
        open_study(tmp_path / "study")


@pytest.mark.sqlite
def test_a_study_that_could_not_be_begun_leaves_nothing_behind(tmp_path, monkeypatch):
    """Where the disk is full the folder goes again, so that the same command works once there is space."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("store.database.migrate", full)
        with pytest.raises(OSError, match="No space"):
            create_study(tmp_path / "study")
    assert list(tmp_path.iterdir()) == []
    create_study(tmp_path / "study").close()


def test_a_settings_file_that_is_a_folder_is_a_sentence(blank):
    """What stands in the place of the settings is named."""
    (blank.folder / FILE_NAME).unlink()
    (blank.folder / FILE_NAME).mkdir()
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_settings(blank.folder)


def test_an_empty_folder_is_taken(tmp_path):
    """A folder that somebody made beforehand is used, and the study is named after it."""
    (tmp_path / "mine").mkdir()
    with create_study(tmp_path / "mine") as study:
        assert study.title == "mine"


def test_two_processes_write_to_one_study(full):
    """Two processes that write a hundred decisions each lose none, and the chain stays whole and in order."""
    before = len(decisions(full))
    writers = [SPAWN.Process(target=decide_often, args=(full.folder, name, 100)) for name in ("cleo", "dan")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    made = decisions(full)[before:]
    for name in ("cleo", "dan"):
        assert [d.code for d in made if d.coder == name] == [f"code {n}" for n in range(100)]
    assert len(made) == 200
    report = verify(full)
    assert report.faults == ()
    assert read_head(full.folder) == Head(report.events, report.head)
    numbers = [number for (number,) in asked_by_hand(full, "SELECT event_id FROM decision ORDER BY id")]
    assert numbers == sorted(set(numbers))


def decide(study: Study) -> None:
    keep_decisions(study, "ada", [DecisionDraft(transcript(study, "T1").id, Span(0, 3), Verdict.ADD, "c")])


@pytest.mark.sqlite
def test_a_locked_database_is_a_sentence(full, monkeypatch):
    """A write that cannot get through says that nothing was written; afterwards writing works again."""
    monkeypatch.setitem(connect.__kwdefaults__, "timeout", 0.05)
    with closing(sqlite3.connect(full.folder / "study.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        full.close()
        impatient = Study(full.folder, open_engine(full.folder / "study.db"), full.guid, full.title)
        with pytest.raises(StudyError, match="Nothing was written"):
            decide(impatient)
        other.execute("ROLLBACK")
        decide(impatient)
        impatient.close()
    assert verify(full).faults == ()


def forget_everything_and_fail(study: Study) -> None:
    with study.write() as session:
        session.connection().exec_driver_sql("DELETE FROM decision")
        raise ZeroDivisionError


def test_failed_writes_let_go_of_the_lock(full):
    """After an error inside a transaction, nothing of it is there and the next one gets through at once."""
    before = verify(full)
    for _ in range(20):  # more than the pool holds
        with pytest.raises(ZeroDivisionError):
            forget_everything_and_fail(full)
    assert verify(full) == before
    decide(full)


@pytest.mark.parametrize("broken", ["settings = [", "[events]\ncount = 'many'\nhead = 'x'\n", "events = 3\n"])
def test_a_broken_settings_file_is_a_sentence_and_nothing_is_written(full, tmp_path, broken):
    """Settings that cannot be read are refused before anything is written, so that no half of a step is left."""
    sound = (full.folder / FILE_NAME).read_text(encoding="utf-8")
    (full.folder / FILE_NAME).write_text(broken, encoding="utf-8")
    source = tmp_path / "new.wav"
    source.write_bytes(b"RIFF new")
    media = sorted(full.media.iterdir())
    with pytest.raises(InvalidInputError, match=rf"{FILE_NAME} .*[.]$"):
        add_interview(full, source, "recording")
    (full.folder / FILE_NAME).write_text(sound, encoding="utf-8")
    assert [i.label for i in interviews(full)] == ["R1", "T1"]
    assert sorted(full.media.iterdir()) == media
    assert verify(full).faults == ()


def test_settings_that_are_no_table_are_a_sentence(blank):
    """`settings = 3` is told, not stumbled over."""
    (blank.folder / FILE_NAME).write_text("settings = 3\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="no table"):
        blank.settings()


def test_a_file_of_bytes_that_are_no_text_is_a_sentence(blank):
    """A settings file in another encoding is told of by name."""
    (blank.folder / FILE_NAME).write_bytes(b'[settings]\nwhisper = "\xff"\n')
    with pytest.raises(InvalidInputError, match="not valid TOML"):
        blank.settings()


def test_a_byte_order_mark_is_no_fault(blank):
    """Windows editors put a mark before the first line."""
    (blank.folder / FILE_NAME).write_bytes(b'\xef\xbb\xbf[settings]\nwhisper = "tiny"\n')
    assert blank.settings() == {"whisper": "tiny"}


@settings(max_examples=25, deadline=None)
@given(
    comment=st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20),
    value=st.text(st.characters(codec="utf-8"), max_size=20) | st.integers(-(2**40), 2**40) | st.booleans(),
    counts=st.lists(st.integers(1, 50), min_size=1, max_size=5),
)
def test_settings_and_comments_survive_the_head(tmp_path_factory, comment, value, counts):
    """Whatever a person wrote stays as it is, and the head only ever moves on."""
    folder = tmp_path_factory.mktemp("toml")
    document = tomlkit.document()
    document.add(tomlkit.comment(comment))
    table = tomlkit.table()
    table.add("whisper", value)
    document["settings"] = table
    written = tomlkit.dumps(document)
    (folder / FILE_NAME).write_text(written, encoding="utf-8", newline="")
    for count in counts:
        keep_head(folder, Head(count, f"{count:064x}"))
    kept = (folder / FILE_NAME).read_text(encoding="utf-8")
    assert f"# {comment}".rstrip() in kept
    assert read_settings(folder) == {"whisper": value}
    assert read_head(folder) == Head(max(counts), f"{max(counts):064x}")


def test_no_head_is_the_empty_head(tmp_path):
    """A folder without the file has no settings and an empty head."""
    assert read_head(tmp_path) == EMPTY
    assert read_settings(tmp_path) == {}


def test_a_head_that_cannot_be_kept_does_not_lose_a_decision(full, monkeypatch):
    """Where the file cannot be replaced, the decision stands all the same and the next head catches up."""
    count = len(decisions(full))

    def full_disk(path: object, text: str, **_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(config, "_replace", full_disk)
    decide(full)
    monkeypatch.undo()
    assert len(decisions(full)) == count + 1
    assert verify(full).faults == ()
    decide(full)
    assert read_head(full.folder).count == verify(full).events


def test_half_characters_are_refused_with_a_sentence(full):
    """A lone surrogate, as a browser can send it, is refused whole: it cannot be stored."""
    before = verify(full)
    draft = DecisionDraft(transcript(full, "T1").id, Span(0, 3), Verdict.ADD, "c", memo="\ud83d")
    with pytest.raises(InvalidInputError, match="half a character"):
        keep_decisions(full, "ada", [draft])
    with pytest.raises(InvalidInputError, match="half a character"):
        keep_codebook(full, [Code("c", "a \udc80 b")], coder="ada", reason="x")
    assert verify(full) == before
    assert coders(full) == ("ada", "ben")
