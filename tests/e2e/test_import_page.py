"""The page “Add interviews” in a real browser: by mouse, by keyboard, with every kind of file."""

import shutil
import tempfile
from pathlib import Path

import openpyxl
import pytest
from test_accessibility import OVERFLOW, complaints
from test_review import go, settle

from store.interviews import interviews
from store.transcripts import transcript

pytestmark = pytest.mark.browser

TALK = "I: [00:01] Why {word}?\n\nP1: [00:04] Rain fell.\n\nI: [00:09] I see.\n"


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "talks"
    folder.mkdir()
    for name in ("I12.txt", "I9.txt"):
        (folder / name).write_text(TALK.format(word=name), encoding="utf-8")
    (folder / "broken.vtt").write_bytes(b"\0\1\2\3")
    book = openpyxl.Workbook()
    for row in (["who", "region"], ["I9", "Süd"], ["I12.txt", "Nord"], ["I40", "West"]):
        book.active.append(row)
    book.save(folder / "cases.xlsx")
    return folder


def left_behind() -> list[Path]:
    return [path for path in Path(tempfile.gettempdir()).glob("interview-*") if path.is_dir()]


def test_files_are_dropped_corrected_and_added(page, study, files):
    """The preview follows a correction; nothing is stored before Add; what was refused says why; no copy is left."""
    before = len(interviews(study))
    shutil.rmtree(files / "nothing", ignore_errors=True)
    go(page, "Add interviews")
    page.locator("input[type=file]").set_input_files(sorted(str(path) for path in files.iterdir()))
    page.locator(".st-key-import_list td", has_text="Case table").wait_for()
    settle(page)
    number = page.locator(".st-key-import_list tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in number] == ["I12.txt", "I9.txt", "broken.vtt", "cases.xlsx"]
    name = page.get_by_label("“P1” is kept as")
    name.fill("Baker")
    name.press("Enter")
    page.locator(".turn .speaker", has_text="Baker · participant · 0:04").wait_for()
    settle(page)
    assert len(interviews(study)) == before
    assert page.evaluate(OVERFLOW) == []
    assert complaints(page) == []
    page.get_by_role("button", name="Add 2 interviews").click()
    page.locator(".notice.good", has_text="Added: I12 (I12.txt), I9 (I9.txt).").wait_for()
    page.locator(".notice.problem", has_text="Not added: broken.vtt").wait_for()
    page.locator(".notice", has_text="Rows that name no interview of this study: I40.").wait_for()
    settle(page)
    added = {each.label: each for each in interviews(study)[before:]}
    assert {label: dict(each.attributes) for label, each in added.items()} == {
        "I12": {"region": "Nord"}, "I9": {"region": "Süd"},
    }  # fmt: skip
    assert [turn.speaker for turn in transcript(study, "I12").turns] == ["I", "Baker", "I"]
    assert left_behind() == []
    go(page, "Transcripts")
    page.locator("h1.page-title", has_text="Transcripts").wait_for()


def test_a_folder_by_keyboard_alone(page, study, files):
    """Typed, looked at and added without the mouse; the list survives a visit to another page."""
    before = len(interviews(study))
    go(page, "Add interviews")
    page.get_by_label("Or a file or folder on this machine", exact=True).focus()
    page.keyboard.type(str(files))
    page.keyboard.press("Enter")
    page.locator(".st-key-import_list td", has_text="I9.txt").wait_for()
    settle(page)
    assert page.get_by_label("Or a file or folder on this machine", exact=True).input_value() == ""
    go(page, "Study")
    go(page, "Add interviews")
    page.locator(".st-key-import_list td", has_text="I9.txt").wait_for()
    settle(page)
    page.get_by_role("button", name="Add 2 interviews").focus()
    page.keyboard.press("Enter")
    page.locator(".notice.good", has_text="Added: I9 (I9.txt), I12 (I12.txt).").wait_for()
    settle(page)
    assert len(interviews(study)) == before + 2
