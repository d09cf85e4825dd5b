"""A study as one archive: the same study comes back, and whatever else is in a file is refused before it does harm."""

import hashlib
import io
import json
import multiprocessing
import os
import stat
import sys
import zipfile

import pytest
from by_hand import by_hand
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from two_writers import decide_often

from store import database
from store.archive import back_up_study
from store.audit import verify
from store.backups import keep_copy
from store.codebook import codebook_versions
from store.config import keep_setting, read_head
from store.decisions import codings, decisions
from store.errors import ConflictError, InvalidInputError
from store.interviews import interviews
from store.manifest import read_manifest
from store.restore import check_archive, restore_study
from store.sqlite import sqlite3
from store.study import open_study
from store.transcripts import transcript

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def archive(full, tmp_path):
    """The full study, archived with its recording."""
    path = tmp_path / "full.zip"
    back_up_study(full, path)
    return path


def everything(study):
    """What a study says, without what a copy may differ in."""
    labels = [i.label for i in interviews(study)]
    return (
        study.guid,
        study.title,
        interviews(study),
        [transcript(study, label) for label in labels],
        codebook_versions(study),
        decisions(study),
        codings(study),
    )


def listed(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def rewritten(path, change, *, method=zipfile.ZIP_STORED):
    """The archive with its parts (by name, in bytes) as `change` leaves them; the manifest is JSON to it."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    change(parts, manifest)
    parts["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w", method) as new:
        for name, data in parts.items():
            new.writestr(name, data)


def entry(path, data):
    """A file as a manifest names it."""
    return {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def refused(archive, tmp_path, *words):
    """Checking and restoring are refused in one sentence that holds these words, and nothing is left anywhere."""
    before = listed(tmp_path)
    with pytest.raises(InvalidInputError) as first:
        check_archive(archive)
    with pytest.raises(InvalidInputError) as second:
        restore_study(archive, tmp_path / "again")
    assert listed(tmp_path) == before
    for word in words:
        assert word in str(first.value)
        assert word in str(second.value)


def test_the_same_study_comes_back(full, archive, tmp_path):
    """Records, settings, recording and log: all as they were, in a folder that only its owner may read."""
    keep_setting(full.folder, "seed", 7)
    back_up_study(full, archive, force=True)
    made = restore_study(archive, tmp_path / "again")
    assert (made.title, made.absent, made.report.faults) == ("Everything", (), ())
    with open_study(tmp_path / "again") as study:
        assert everything(study) == everything(full)
        assert study.settings() == {"seed": 7}
        assert read_head(study.folder) == read_head(full.folder)
        assert verify(study).faults == ()
        (recording,) = (i.media for i in interviews(study) if i.media)
        assert (study.folder / recording).read_bytes() == (full.folder / recording).read_bytes()
    assert {"exports", "index", "media", "study.db", "interview.toml"} <= set(listed(tmp_path / "again"))
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_may_read_it(archive, tmp_path):
    """The archive and every file that is restored belong to their owner alone."""
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    restore_study(archive, tmp_path / "again")
    assert stat.S_IMODE((tmp_path / "again").stat().st_mode) == 0o700
    for path in (tmp_path / "again").rglob("*"):
        if path.suffix in (".db", ".wav"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_in_it(full, archive):
    """The database, the settings and the recording; neither index nor locks nor what lies about; media as it is."""
    (full.folder / "media" / "stray.wav").write_bytes(b"no interview's")
    (full.folder / "exports" / "quotes.csv").write_text("a quote", encoding="utf-8")
    back_up_study(full, archive, force=True)
    (recording,) = (i.media for i in interviews(full) if i.media)
    with zipfile.ZipFile(archive) as opened:
        assert opened.namelist() == ["study.db", "interview.toml", recording, "manifest.json"]
        assert opened.getinfo(recording).compress_type == zipfile.ZIP_STORED
        manifest = read_manifest(opened.read("manifest.json"), "x")
        assert [file.path for file in manifest.files] == opened.namelist()[:-1]
        for file in manifest.files:
            assert file.sha256 == hashlib.sha256(opened.read(file.path)).hexdigest()
    assert manifest.head == read_head(full.folder)
    assert manifest.schema == database.SCHEMA_HEAD
    assert check_archive(archive) == manifest


def test_without_recordings(full, tmp_path):
    """They are named as absent, and what is restored still knows its interviews."""
    made = back_up_study(full, tmp_path / "small.zip", media=False)
    (recording,) = (i.media for i in interviews(full) if i.media)
    assert (made.media, made.absent) == (False, (recording,))
    again = restore_study(tmp_path / "small.zip", tmp_path / "again")
    assert again.absent == (recording,)
    with open_study(again.folder) as study:
        assert everything(study) == everything(full)


def test_a_recording_that_is_missing_already(full, tmp_path):
    """The rest is archived all the same, and it is said what was not there."""
    (recording,) = (i.media for i in interviews(full) if i.media)
    (full.folder / recording).unlink()
    assert back_up_study(full, tmp_path / "a.zip").absent == (recording,)
    assert restore_study(tmp_path / "a.zip", tmp_path / "again").report.faults == ()


def test_beside_somebody_who_writes(full, tmp_path):
    """Archives made while another process writes a thousand decisions are each whole, at different moments."""
    writer = SPAWN.Process(target=decide_often, args=(full.folder, "cleo", 1000))
    before = len(decisions(full))
    writer.start()
    heads = []
    while writer.is_alive():
        heads.append(back_up_study(full, tmp_path / f"{len(heads)}.zip").head.count)
    writer.join()
    assert writer.exitcode == 0
    back_up_study(full, tmp_path / f"{len(heads)}.zip")
    assert len(set(heads)) > 1, "no archive fell between two decisions"
    for number in {0, heads.index(max(heads)), len(heads)}:
        made = restore_study(tmp_path / f"{number}.zip", tmp_path / f"again {number}")
        assert made.report.faults == ()
    with open_study(tmp_path / f"again {len(heads)}") as study:
        assert len(decisions(study)) == before + 1000


def test_an_archive_that_is_there_already(full, archive):
    """It is replaced only where that was asked for, and never by anything but an archive."""
    data = archive.read_bytes()
    with pytest.raises(ConflictError, match="--force"):
        back_up_study(full, archive)
    assert archive.read_bytes() == data
    with pytest.raises(InvalidInputError, match=r"ends in \.zip"):
        back_up_study(full, full.folder / "study.db", force=True)
    with pytest.raises(InvalidInputError, match="cannot be written"):
        back_up_study(full, archive.parent / "nowhere" / "a.zip")


def test_a_backup_that_breaks_off_leaves_nothing(full, tmp_path):
    """Neither a half archive nor the copy of the database stays, and an older archive is as it was."""
    back_up_study(full, tmp_path / "a.zip")
    data, before = (tmp_path / "a.zip").read_bytes(), listed(tmp_path)

    def fail(done, whole, name):
        if name.startswith("media/"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up_study(full, tmp_path / "a.zip", force=True, progress=fail)
    assert (listed(tmp_path), (tmp_path / "a.zip").read_bytes()) == (before, data)


def test_a_folder_that_holds_something(archive, tmp_path):
    """It is left alone; an empty one is taken."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConflictError, match="not an empty folder"):
        restore_study(archive, tmp_path / "taken")
    assert listed(tmp_path / "taken") == ["letter.txt"]
    (tmp_path / "empty").mkdir()
    assert restore_study(archive, tmp_path / "empty").report.faults == ()


def test_progress_reaches_the_end(full, tmp_path):
    """The last that is told of is all of it, in both directions."""
    said = []
    made = back_up_study(full, tmp_path / "a.zip", progress=lambda *each: said.append(each))
    assert said[-2][:2] == (made.size, made.size)
    said.clear()
    restore_study(tmp_path / "a.zip", tmp_path / "again", progress=lambda *each: said.append(each))
    assert said[-1][:2] == (made.size, made.size)


@pytest.mark.parametrize("data", [b"", b"PK", b"hello", b"\xd0\xcf\x11\xe0" * 100])
def test_what_is_no_zip_file(data, tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    refused(path, tmp_path, "no archive of a study")


def test_a_file_that_is_not_there(tmp_path):
    refused(tmp_path / "gone.zip", tmp_path, "There is no file")


def test_a_zip_file_of_something_else(tmp_path):
    """Documents are zip files too."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as new:
        new.writestr("word/document.xml", "<w/>")
    refused(tmp_path / "a.zip", tmp_path, "no archive of a study")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as new:
        new.writestr("manifest.json", '{"format": "something else"}')
    refused(tmp_path / "a.zip", tmp_path, "no archive of a study")


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"format": "interview-study"}'])
def test_a_manifest_that_is_none(manifest, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as new:
        new.writestr("manifest.json", manifest)
    refused(tmp_path / "a.zip", tmp_path, "a.zip")


def test_one_bit_changed(full, archive, tmp_path):
    """In the recording: the zip's own sum is put right, the hash still tells."""
    (recording,) = (i.media for i in interviews(full) if i.media)

    def change(parts, manifest):
        data = bytearray(parts[recording])
        data[-1] ^= 1
        parts[recording] = bytes(data)

    rewritten(archive, change)
    refused(archive, tmp_path, recording, "hash does not fit")


def test_a_file_longer_or_shorter_than_it_says(archive, tmp_path):
    """Its hash may fit: its size has to as well."""

    def change(parts, manifest):
        manifest["files"][0]["size"] -= 1

    rewritten(archive, change)
    refused(archive, tmp_path, "study.db", "hash does not fit")


def test_a_newer_format(archive, tmp_path):
    rewritten(archive, lambda parts, manifest: manifest.update(version=2))
    refused(archive, tmp_path, "newer version", "update")


def test_a_newer_schema(full, archive, tmp_path):
    """The archive is whole, but its database is from a newer program: it is not put anywhere."""

    def change(parts, manifest):
        later = tmp_path / "later.db"
        later.write_bytes(parts["study.db"])
        with sqlite3.connect(later) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
        parts["study.db"] = later.read_bytes()
        later.unlink()
        manifest["files"][0] |= entry("study.db", parts["study.db"])

    rewritten(archive, change)
    before = listed(tmp_path)
    with pytest.raises(InvalidInputError, match=r"full\.zip was made by a newer version .* update"):
        restore_study(archive, tmp_path / "again")
    assert listed(tmp_path) == before


@pytest.mark.parametrize(
    "place",
    [
        "../outside.txt",
        "media/../../outside.txt",
        "media/..",
        "/outside.txt",
        "C:\\outside.txt",
        "media\\..\\..\\outside.txt",
        "media/sub/deep.wav",
        "media/.hidden",
        "media/a:stream",
        "media/dot.",
        "media/line\nbreak",
        "index/x",
        "STUDY.DB",
        "prompts/x.md",
    ],
)
def test_a_place_that_no_study_has(place, archive, tmp_path):
    """With a manifest that vouches for it: it is refused by its place, and nothing is written anywhere."""

    def change(parts, manifest):
        parts[place] = b"x"
        manifest["files"].append(entry(place, b"x"))

    rewritten(archive, change)
    refused(archive, tmp_path, "full.zip")


def test_files_that_the_manifest_does_not_name(archive, tmp_path):
    """One more, one less, and the same one twice."""
    data = archive.read_bytes()
    rewritten(archive, lambda parts, manifest: parts.update({"media/more.wav": b"x"}))
    refused(archive, tmp_path, "does not hold the files")
    archive.write_bytes(data)
    rewritten(archive, lambda parts, manifest: parts.pop("interview.toml"))
    refused(archive, tmp_path, "does not hold the files")
    archive.write_bytes(data)
    with zipfile.ZipFile(archive, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr("study.db", b"another")
    refused(archive, tmp_path, "no archive of a study")


def test_a_link_in_the_place_of_a_recording(archive, tmp_path):
    """A zip file can hold symbolic links; an archive of a study does not."""
    link = zipfile.ZipInfo("media/link.wav")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(link, "/etc/passwd")
    refused(archive, tmp_path, "something that no archive of a study has")


def test_a_bomb(archive, tmp_path):
    """Half a gigabyte of nothing that packs to half a megabyte, rightly hashed, is not unpacked."""
    size = 500_000_000
    digest = hashlib.sha256()
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as bomb:
        with bomb.open("study.db", "w") as target:
            for _ in range(size // 1_000_000):
                digest.update(bytes(1_000_000))
                target.write(bytes(1_000_000))
        with zipfile.ZipFile(archive) as old:
            manifest = json.loads(old.read("manifest.json"))
        manifest["files"] = [{"path": "study.db", "size": size, "sha256": digest.hexdigest()}]
        bomb.writestr("manifest.json", json.dumps(manifest))
    archive.write_bytes(held.getvalue())
    refused(archive, tmp_path, "would unpack to 500,000,000 bytes")


def test_a_bomb_that_hides_its_size(archive, tmp_path):
    """A manifest that says little of a part that unpacks to much: it is read no further than it says."""

    def change(parts, manifest):
        parts["interview.toml"] = bytes(200_000_000)
        manifest["files"][1]["size"] = 10

    rewritten(archive, change, method=zipfile.ZIP_DEFLATED)
    refused(archive, tmp_path, "interview.toml", "hash does not fit")


def test_a_copy_from_the_backups(full, tmp_path):
    """A bare database is restored with the settings and recordings of the study in whose folder it lies."""
    keep_setting(full.folder, "seed", 7)
    copy = keep_copy(full.folder, tag="0006").path
    before = everything(full)
    decide_often(full.folder, "later", 3)
    made = restore_study(copy, tmp_path / "again")
    assert (made.report.faults, made.absent) == ((), ())
    with open_study(tmp_path / "again") as study:
        assert everything(study) == before
        assert study.settings() == {"seed": 7}


def test_a_database_of_something_else(tmp_path):
    """And one that is cut off."""
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()
    before = listed(tmp_path)
    with pytest.raises(InvalidInputError, match="no database of a study"):
        restore_study(tmp_path / "other.db", tmp_path / "again")
    (tmp_path / "other.db").write_bytes(b"SQLite format 3\0" + b"x" * 4000)
    with pytest.raises(InvalidInputError, match="no database of a study"):
        restore_study(tmp_path / "other.db", tmp_path / "again")
    assert listed(tmp_path) == before


def test_a_study_whose_record_does_not_hold(full, tmp_path):
    """It comes back as it was archived, and the audit's sentences with it."""
    by_hand(full, "UPDATE decision SET memo = 'by hand' WHERE id = 1")
    back_up_study(full, tmp_path / "a.zip")
    assert len(restore_study(tmp_path / "a.zip", tmp_path / "again").report.faults) == 1


def test_an_archive_whose_log_was_cut(archive, tmp_path):
    """The manifest knows of more events than the database holds."""

    def change(parts, manifest):
        manifest["events"]["count"] += 1

    rewritten(archive, change)
    made = restore_study(archive, tmp_path / "again")
    assert any("the end was cut off" in fault for fault in made.report.faults)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_archive_is_never_restored(archive, tmp_path, data):
    """Wherever it is cut or changed, it is refused, or nothing of what it holds was touched; nothing is left."""
    whole = archive.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    other = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(whole[:at] if cut else whole[:at] + other + whole[at + 1 :])
    expected = check_archive(archive)
    try:
        found = check_archive(damaged)
    except InvalidInputError:
        with pytest.raises(InvalidInputError):
            restore_study(damaged, tmp_path / "again")
    else:
        assert found.files == expected.files
    finally:
        damaged.unlink()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert not (tmp_path / "again").exists()


def test_where_nothing_can_be_written(archive, tmp_path):
    """Below a file there is no room for a study."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="check the place"):
        restore_study(archive, tmp_path / "file" / "again")


def test_the_copy_that_a_killed_backup_left(full):
    """It holds everything that the study held, erased interviews too, so that opening the study removes it."""
    left = full.folder / f".room-{'0a' * 16}"
    left.mkdir()
    (left / "study.db").write_bytes(b"everything")
    open_study(full.folder).close()
    assert not left.exists()


def test_names_that_no_disk_takes(full, archive, tmp_path):
    name = "x" * 300
    with pytest.raises(InvalidInputError, match="cannot be written"):
        back_up_study(full, tmp_path / f"{name}.zip")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        restore_study(archive, tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_never_waited_for(tmp_path):
    pipe = tmp_path / "study.zip"
    os.mkfifo(pipe)
    for refused in (lambda: check_archive(pipe), lambda: restore_study(pipe, tmp_path / "new")):
        with pytest.raises(InvalidInputError, match="choose the archive"):
            refused()
    assert listed(tmp_path) == ["study.zip"]


def test_what_killed_commands_left_beside_an_archive_goes_with_the_next(full, archive, tmp_path):
    """A whole study may lie in it."""
    commands = (lambda: back_up_study(full, tmp_path / "b.zip"), lambda: restore_study(archive, tmp_path / "new"))
    for number, again in enumerate(commands):
        left = tmp_path / f".room-{number:032x}"
        left.mkdir()
        (left / "study.db").write_text("words", encoding="utf-8")
        again()
        assert not left.exists()
