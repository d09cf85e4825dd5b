"""The codebook page in a real browser: moves by key, a merge and a split with codings under them, a restore."""

import pytest
from test_review import go, settle

from store.audit import verify
from store.codebook import codebook_versions, current_codebook
from store.decisions import codings, keep_decisions
from store.segments import segments
from store.values import DecisionDraft, Verdict

pytestmark = pytest.mark.browser


@pytest.fixture
def coded(study):
    """Ana coded the first passage with Borrowed machines and the second one with Failed runs."""
    _, first, _, second, _ = segments(study, "I1")
    made = [
        DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1"),
        DecisionDraft(second.transcript_id, second.span, Verdict.ADD, "c2"),
    ]
    keep_decisions(study, "Ana", made)
    return study


def version(page, number: int) -> None:
    """Wait until the page shows that version."""
    page.locator("p.page-note", has_text=f"Version {number}:").wait_for()
    settle(page)  # the fields of the code are drawn after the heading


def open_code(page, guid: str, name: str) -> None:
    """Open a code that is not open yet, and wait until its fields stand there."""
    page.locator(f'[data-guid="{guid}"]').click()
    page.locator(".st-key-open_code h2", has_text=name).wait_for()
    settle(page)


def choose(page, key: str, option: str) -> None:
    """Choose from a list by typing."""
    field = page.locator(f".st-key-{key} input")
    field.wait_for()
    settle(page)  # a box that is unfolding closes its lists again
    field.click()
    field.type(option)
    page.get_by_role("option").filter(has_text=option).first.click()
    settle(page)


def test_codes_are_moved_merged_split_and_restored_with_codings_under_them(page, coded):
    """Each is a version; what is coded counts as it should after each of them; nothing of the record is lost."""
    go(page, "Codebook")
    item = page.locator('[data-guid="c1"]')
    open_code(page, "c1", "Borrowed machines")
    item.focus()
    page.keyboard.press("Alt+ArrowDown")
    version(page, 2)
    order = [code.guid for code in current_codebook(coded).codes]
    assert order.index("c2") < order.index("c1"), "moved by key, one place down"

    page.get_by_role("tab", name="Move, merge, split, retire").click()
    page.get_by_text("Merge into another code").click()
    choose(page, "merge_into_c1", "Failed runs")
    page.locator(".impact", has_text="They count as “Failed runs” from then on").wait_for()
    page.locator(".st-key-merge_c1 button").click()
    version(page, 3)
    assert {(c.code, c.made_with) for c in codings(coded)} == {("c2", "c1"), ("c2", "c2")}
    page.locator('[data-guid="c2"] .ct-count', has_text="2").wait_for()

    page.locator(".st-key-open_code h2", has_text="Failed runs").wait_for()
    page.get_by_role("tab", name="Move, merge, split, retire").click()
    page.get_by_text("Split into several codes").click()
    field = page.locator(".st-key-split_parts_c2 textarea")
    field.fill("crashes: it broke\nlost time: weeks were lost")
    field.press("Control+Enter")
    settle(page)
    page.locator(".st-key-split_c2 button").click()
    version(page, 4)
    page.get_by_text("Former codes", exact=True).click()
    page.locator(".st-key-former_c2").wait_for()
    crashes = current_codebook(coded).find("crashes").guid
    for coding in codings(coded):
        choose(page, f"sort_{coding.decision}", "crashes")
        page.keyboard.press("Escape")
    while page.get_by_role("button", name="Sort mine").count():
        page.get_by_role("button", name="Sort mine").first.click()
        settle(page)
    assert {c.code for c in codings(coded)} == {crashes}
    assert len(codings(coded)) == 2

    page.get_by_text("Versions", exact=True).click()
    settle(page)
    choose(page, "version_before", "Version 1 ·")
    page.locator("table.diff", has_text="crashes").wait_for()
    page.get_by_text("Restore version 1").first.click()
    settle(page)
    page.locator(".st-key-restore_version button").click()
    version(page, 5)
    assert current_codebook(coded).codes == codebook_versions(coded)[0].codes
    assert verify(coded).faults == ()
