import os
import sys

import pytest

from assistant.ingest.folders import walk
from store.errors import InvalidInputError
from store.study import create_study

ENDINGS = (".txt", ".docx")


def touched(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    return folder


def names(walked, folder):
    return [path.relative_to(folder).as_posix() for path in walked.files]


def test_files_come_in_the_order_in_which_a_person_counts(tmp_path):
    """I2 before I10, whatever the case, folder by folder."""
    touched(tmp_path, "I10.txt", "i2.TXT", "I1.txt", "round 10/a.txt", "round 9/a.txt", "Ärger.txt", "I2b.docx")
    assert names(walk(tmp_path, ENDINGS), tmp_path) == [
        "I1.txt", "i2.TXT", "I2b.docx", "I10.txt", "round 9/a.txt", "round 10/a.txt", "Ärger.txt",
    ]  # fmt: skip


def test_what_is_nobodys_is_passed_over_and_what_cannot_be_read_is_named(tmp_path):
    """Hidden and lock files silently; other endings with why."""
    touched(
        tmp_path, "a.txt", ".DS_Store", "Thumbs.db", "~$a.docx", ".git/a.txt", "__MACOSX/a.txt", "b.pages", "README"
    )
    create_study(tmp_path / "study").close()
    walked = walk(tmp_path, ENDINGS)
    assert names(walked, tmp_path) == ["a.txt"]
    assert [(each.path.name, each.why) for each in walked.skipped] == [
        ("b.pages", "files ending in .pages cannot be read as recordings or transcripts"),
        ("README", "files without an ending cannot be read as recordings or transcripts"),
        ("study", "the folder is a study of its own"),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_in_circles_end(tmp_path):
    """Each place is visited once; a link that leads nowhere and a pipe are named."""
    touched(tmp_path, "sub/a.txt", "b.txt")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "sub")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing")
    (tmp_path / "z.txt").symlink_to(tmp_path / "b.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    walked = walk(tmp_path, ENDINGS)
    assert [path.name for path in walked.files] == ["a.txt", "b.txt"]
    assert {each.path.name: each.why for each in walked.skipped} == {
        "gone.txt": "the link leads nowhere",
        "pipe.txt": "it is no file",
        "sub": "the link leads to what was found already",
        "up": "the link leads to what was found already",
        "z.txt": "the link leads to what was found already",
    }


def test_too_much_or_nothing_gets_a_sentence(tmp_path, monkeypatch):
    """A home folder typed by mistake is not read to its end; what is no folder is said to be none."""
    touched(tmp_path, *(f"{n}.txt" for n in range(5)))
    monkeypatch.setattr("assistant.ingest.folders._MOST_FILES", 4)
    with pytest.raises(InvalidInputError, match="holds more than 4 files"):
        walk(tmp_path, ENDINGS)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        walk(tmp_path / "gone", ENDINGS)
