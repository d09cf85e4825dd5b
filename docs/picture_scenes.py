"""What is done on a page before its picture is taken, so that it shows its main job and not an empty form."""

import io
import zipfile
from collections.abc import Callable, Mapping
from uuid import UUID

from playwright.sync_api import FilePayload, Page

PASSPHRASE = "only for this picture"  # noqa: S105 - of a made-up study that is thrown away
_TALK = """Interview with a head of department
2026-03-01

I: [00:01] What did the board ask first?

Nora: [00:05] Who pays. Always who pays, and then whether the data may leave the house.

I: [00:14] And may it?

Nora: [00:16] Not with names in it, no.
"""
_ROWS = "speaker,text,start,remark\nI,When did you begin?,0:01,\nTomas,In spring.,0:04,laughs\n"
_CASES = "interview,sector,region\nI7,public,north\nI8,private,south\nI9,private,west\n"
DROPPED: list[FilePayload] = [
    {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    for name, text in (("I7.txt", _TALK), ("I8.csv", _ROWS), ("cases.csv", _CASES))
]
"""What waits on the page “Add interviews”; nothing of it is added."""

_CODED = "Who pays. Always who pays, and then whether the data may leave the house."
_OTHER = f"I: What did the board ask first?\r\nNora: {_CODED}\r\nI: And may it?\r\nNora: Not with names in it, no.\r\n"
_BARE = "We looked at it in spring and nobody wanted to decide, so it was left until autumn."


def _guid(number: int) -> str:
    return str(UUID(int=0x5A3C_0000_0000_0000_0000_0000_0000_0000 + number))


def _text(number: int, name: str, text: str, coded: str) -> str:
    """A document in which one stretch is coded, counted in UTF-16 units as some programs do."""
    start = text.index(coded)
    return (
        f'<TextSource guid="{_guid(number)}" name="{name}" plainTextPath="internal://{number}.txt">'
        f'<PlainTextSelection guid="{_guid(number + 1)}" name="{coded}" startPosition="{start}"'
        f' endPosition="{start + len(coded)}"><Coding guid="{_guid(number + 2)}" creatingUser="{_guid(1)}"'
        f' creationDateTime="2026-02-0{number % 9 + 1}T09:30:00Z"><CodeRef targetGUID="{_guid(2)}"/></Coding>'
        "</PlainTextSelection></TextSource>"
    )


def other_project() -> bytes:
    """A small project as another program would write it, with things that a study has no place for."""
    codes = f'<Code guid="{_guid(2)}" name="cost and pay" isCodable="true"/>'
    codes += f'<Code guid="{_guid(3)}" name="consent and rights" isCodable="true"/>'
    left_out = f'<PictureSource guid="{_guid(70)}" name="Whiteboard"/><PictureSource guid="{_guid(71)}" name="Door"/>'
    project = (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<Project xmlns="urn:QDA-XML:project:1.0" name="Pilot" origin="Pilot 2.1">'
        f'<Users><User guid="{_guid(1)}" name="Robin"/></Users><CodeBook><Codes>{codes}</Codes></CodeBook><Sources>'
        f"{_text(10, 'Pilot 1', _OTHER, _CODED)}{_text(20, 'Pilot 2', _BARE, _BARE[:30])}{left_out}</Sources>"
        f'<Graphs><Graph guid="{_guid(80)}" name="Map of codes"/></Graphs></Project>'
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in (("project.qde", project), ("sources/10.txt", _OTHER), ("sources/20.txt", _BARE)):
            archive.writestr(name, text)
    return held.getvalue()


def at_rest(page: Page) -> None:
    """Wait until the app has nothing more to draw."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def _drop(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(DROPPED)
    page.locator(".st-key-import_list table").wait_for()


def _open_pack(page: Page) -> None:
    """The last theme is short enough for its passages and what came back to be seen."""
    page.locator('[data-testid="stExpander"] summary').nth(2).click()


def _decide_on_names(page: Page) -> None:
    """A key is made, one possible name is to be replaced and one is left."""
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("The passphrase again, for a new key").fill(PASSPHRASE)
    page.locator(".st-key-pseudonyms_new button").click()
    page.locator(".notice", has_text="is made.").wait_for(timeout=120_000)
    for act, said in (("Leave it", "stays."), ("Replace", "becomes")):
        at_rest(page)
        page.get_by_role("button", name=act, exact=True).first.click()
        page.locator(".notice", has_text=said).wait_for()


def _take_in(page: Page) -> None:
    dropped: FilePayload = {"name": "pilot.qdpx", "mimeType": "application/zip", "buffer": other_project()}
    page.locator("input[type=file]").set_input_files(dropped)
    page.get_by_text("pilot.qdpx").first.wait_for()
    at_rest(page)
    page.get_by_role("button", name="Import the file").click()
    page.locator(".notice.good", has_text="Taken from pilot.qdpx").wait_for()


SCENES: Mapping[str, Callable[[Page], None]] = {
    "add-interviews": _drop,
    "participants": _open_pack,
    "pseudonyms": _decide_on_names,
    "exchange": _take_in,
}
"""By the address of the page; every other page is shown as it opens."""

LAST = "exchange"
"""The page whose picture changes the study, so that it is taken after all others."""
