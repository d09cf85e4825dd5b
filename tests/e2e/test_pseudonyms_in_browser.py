"""The pseudonyms page in a real browser: a key, a review string by string, names out of the study and back."""

import os

import pytest
from at_rest import until
from named_study import PASSPHRASE, build
from test_review import go, settle

from assistant.pseudonyms import create_key, default_path
from store.transcripts import transcript

pytestmark = pytest.mark.browser


@pytest.fixture
def study(tmp_path):
    with build(tmp_path) as made:
        yield made


def shot(page, name):
    folder = os.environ.get("INTERVIEW_SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_names_are_worked_off_by_the_keyboard(page, study):
    """Enter opens the key; each decision leaves the keyboard on the button of the name that follows."""
    create_key(study, default_path(study), PASSPHRASE)
    go(page, "Pseudonyms")
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.keyboard.press("Enter")
    page.locator(".notice", has_text="is open.").wait_for()
    settle(page)
    titles = page.locator("[class*=st-key-pseudonyms_] h2")
    before = titles.all_inner_texts()
    leave = page.get_by_role("button", name="Leave it", exact=True)
    leave.nth(1).focus()
    for gone, number in ((before[1], 1), (before[2], 2)):
        page.keyboard.press("Enter")
        page.locator(".notice", has_text=f"“{gone}” stays.").wait_for()
        settle(page)
        until(page, "() => document.activeElement.textContent.endsWith('Leave it')")
        assert titles.nth(1).inner_text() == before[number + 1]
        assert leave.nth(1).evaluate("button => button === document.activeElement")


def test_names_are_reviewed_replaced_and_brought_back(page, study):
    """Typed, decided and applied on the page; the fields follow; nothing scrolls sideways."""
    go(page, "Pseudonyms")
    shot(page, "pseudonyms_door")
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("The passphrase again, for a new key").fill(PASSPHRASE)
    page.locator(".st-key-pseudonyms_new button").click()
    page.locator(".notice", has_text="is made.").wait_for()
    settle(page)
    shot(page, "pseudonyms_review")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    field = page.get_by_label("Pseudonym of “Maria”", exact=True)
    field.fill("[Person 9]")
    field.press("Enter")
    settle(page)
    page.locator(
        "[class*=st-key-pseudonyms_choice]", has=page.get_by_label("Pseudonym of “Maria”", exact=True)
    ).get_by_role("button", name="Replace", exact=True).click()
    page.locator(".notice", has_text="“Maria” becomes [Person 9].").wait_for()
    settle(page)
    assert page.get_by_label("Pseudonym of “Maria Gonzalez”", exact=True).input_value() != ""
    page.locator(".st-key-pseudonyms_all button").click()
    page.locator(".notice", has_text="possible names are decided.").wait_for()
    settle(page)
    shot(page, "pseudonyms_decided")
    page.locator(".st-key-pseudonyms_apply button").click()
    page.locator(".notice", has_text="Replaced in transcripts").wait_for()
    settle(page)
    assert "Maria" not in transcript(study, "I1").text
    assert "[Person 9] came" in transcript(study, "I1").text
    shot(page, "pseudonyms_applied")
    page.locator(".st-key-pseudonyms_restore button").click()
    page.locator(".notice", has_text="The names are back").wait_for()
    settle(page)
    assert "Maria came" in transcript(study, "I1").text
