"""The page Methods in a real browser: from a number to the page that shows it, by mouse and by keyboard; a file."""

import pytest
from test_review import go, settle

pytestmark = pytest.mark.browser


@pytest.fixture
def study(tmp_path):
    from methods_study import methods_study

    with methods_study(tmp_path) as made:
        yield made


def number(page, address: str):
    """The first number that leads to an address that begins so."""
    return page.locator(f'a.figure[href^="{address}"]').first


def test_from_a_number_to_the_decisions_behind_it(page):
    """The link opens the Audit page with just that coder's decisions, still as the same coder."""
    go(page, "Methods")
    number(page, "audit?audit_types=decision.made&audit_coder=Ben").click()
    page.locator("h1.page-title", has_text="Audit").wait_for()
    settle(page)
    rows = page.locator(".st-key-events tbody tr")
    assert {row.locator("td").nth(2).inner_text() for row in rows.all()} == {"decision.made"}
    assert {row.locator("td").nth(3).inner_text() for row in rows.all()} == {"Ben"}
    assert page.get_by_label("Coder", exact=True).first.input_value() == "Ana"


LEADS = (
    ("codebook?codebook_part=Versions", "Codebook", "All versions"),
    ("agreement?", "Agreement", "Independent work: the blind double coding"),
    ("saturation?saturation_level=Themes", "Saturation", "2 themes were found"),
    ("memos", "Memos", "2 memos"),
    ("second-coder?part=Blind", "Second coder", "Round <1>"),
    ("second-coder?part=Open", "Second coder", "challenges are open"),
)


def test_each_page_opens_with_its_state(page):
    """By the keyboard: focus, Enter; the next one is reached through the menu again."""
    for start, title, there in LEADS:
        go(page, "Methods")
        number(page, start).focus()
        page.keyboard.press("Enter")
        page.locator("h1.page-title", has_text=title).wait_for()
        settle(page)
        page.get_by_text(there).first.wait_for()


def test_a_file_is_downloaded_and_its_export_is_on_record(page):
    """The text that was on the screen is in the file; the log tells of it."""
    go(page, "Methods")
    with page.expect_download() as waiting:
        page.locator(".st-key-methods_md button").click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert text.startswith("# How the study “A small")
    settle(page)
    page.get_by_text("methods appendix (").first.wait_for()
