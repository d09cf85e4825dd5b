"""The page “Import and export” in a real browser: a project is dropped, its report read, and the study downloaded."""

import zipfile

import pytest
from refi_files import CODE, SOURCE, USER, USERS, codebook, guid, project, qdpx
from test_review import go, settle

from store.decisions import codings
from store.exports import exports
from store.interviews import interviews

pytestmark = pytest.mark.browser

TEXT = "We borrowed a bicycle 🚲 from the neighbours.\nIt was green."


@pytest.fixture
def ride(tmp_path):
    """A project of one document, one code and one coding, and a picture that the study has no place for."""
    inner = (
        f'{USERS}{codebook("Bicycles")}<Sources><TextSource guid="{SOURCE}" name="Ride" '
        'plainTextPath="internal://ride.txt">'
        f'<PlainTextSelection guid="{guid(11)}" name="" startPosition="3" endPosition="21">'
        f'<Coding guid="{guid(12)}" creatingUser="{USER}"><CodeRef targetGUID="{CODE}"/></Coding>'
        f'</PlainTextSelection></TextSource><PictureSource guid="{guid(13)}" name="Photograph"/></Sources>'
    )
    return qdpx(tmp_path / "ride.qdpx", project(inner), ride_txt=TEXT.encode())


def test_a_project_is_dropped_and_the_study_goes_out_again(page, study, ride, tmp_path):
    """The report tells what was taken and what was left out; the file that is downloaded holds the coding again."""
    go(page, "Import and export")
    page.locator("input[type=file]").set_input_files(ride)
    page.get_by_text("ride.qdpx").first.wait_for()
    settle(page)
    page.get_by_role("button", name="Import the file").click()
    page.locator(".notice.good", has_text="Taken from ride.qdpx").wait_for()
    settle(page)
    row = page.locator(".st-key-exchange_counts tr", has_text="Codings")
    assert row.locator("td").all_inner_texts() == ["Codings", "1", "1"]
    page.locator(".import-said", has_text="Photograph").first.wait_for()
    assert [i.label for i in interviews(study)] == ["I1", "I2", "Ride"]
    (coding,) = codings(study, interview="Ride")
    assert coding.coder == "Ana"

    page.get_by_role("button", name="Make the file").click()
    download = page.get_by_role("button", name="Download A-small-study")
    download.wait_for()
    settle(page)
    with page.expect_download() as started:
        download.click()
    saved = tmp_path / started.value.suggested_filename
    started.value.save_as(saved)
    with zipfile.ZipFile(saved) as opened:
        xml = opened.read("project.qde").decode()
    assert f'guid="{guid(12)}"' in xml
    (kept,) = exports(study)
    assert (kept.name, kept.coder) == (saved.name, "Ana")
    page.locator(".st-key-exchange_exports td", has_text=saved.name).wait_for()
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1], "the page is wider than the window"


def test_a_file_that_cannot_be_read(page, study, tmp_path):
    """One sentence, and the next file can be dropped."""
    (tmp_path / "broken.qdpx").write_bytes(b"PK\x03\x04 cut off")
    go(page, "Import and export")
    page.locator("input[type=file]").set_input_files(tmp_path / "broken.qdpx")
    page.get_by_text("broken.qdpx").first.wait_for()
    settle(page)
    page.get_by_role("button", name="Import the file").click()
    page.locator('.notice.problem[role="alert"]', has_text="broken.qdpx").wait_for()
    assert [i.label for i in interviews(study)] == ["I1", "I2"]
