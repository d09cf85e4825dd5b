"""The saturation page in a real browser: from a bar to its quotes in two clicks, by mouse and by keyboard."""

import pytest

from assistant.quotes.asked import QuoteQuery
from store.codebook import current_codebook
from store.decisions import keep_decisions
from store.segments import segments
from store.values import DecisionDraft, Role, Verdict

pytestmark = pytest.mark.browser


def coded(study):
    """Ben reads everything and finds c1 and c2 in I1, c1 and c3 in I2."""
    book = current_codebook(study).id
    spoken = [s for s in segments(study) if s.role is not Role.INTERVIEWER]
    found = zip(spoken, ("c1", "c2", None, "c1", "c3"), strict=True)
    made = [DecisionDraft(s.transcript_id, s.span, Verdict.READ, codebook_id=book) for s in spoken]
    made += [DecisionDraft(s.transcript_id, s.span, Verdict.ADD, code, codebook_id=book) for s, code in found if code]
    keep_decisions(study, "Ben", made)


def at_its_quotes(page, query):
    """The Quotes page stands open with exactly that query."""
    page.locator("h1.page-title", has_text="Quotes").wait_for()
    page.wait_for_url(lambda url: "ask=" in url)
    asked = page.evaluate("new URLSearchParams(location.search).get('ask')")
    assert QuoteQuery.from_address(asked) == query


def by_mouse(page):
    """A click on the column of I2 in the chart, then one on the code that was new there."""
    column = page.locator('.st-key-saturation_curve path[aria-label*="Interview: I2; New"]')
    column.scroll_into_view_if_needed()
    column.click()
    page.get_by_role("button", name="Unseen work (1)").click()


def by_keyboard(page):
    """The field above the chart and a button do the same without a mouse."""
    field = page.get_by_label("From a bar to its quotes")
    field.focus()
    field.press_sequentially("I1")
    page.get_by_role("option", name="I1: 2 new").wait_for()
    field.press("Enter")
    button = page.get_by_role("button", name="All of them")
    button.wait_for()
    button.focus()
    button.press("Enter")


def by_a_number(page):
    """A cell of the matrix is a link."""
    row = page.locator(".st-key-saturation_table tbody tr", has_text="Failed runs")
    row.get_by_role("link").first.click()


def test_from_the_curve_and_the_matrix_to_the_quotes(page, study, address):
    """Two clicks, the keyboard, or a number each lead to just the quotes counted; the page fits its window."""
    coded(study)
    for way, query, quote in (
        (by_mouse, QuoteQuery(codes=("c3",), interviews=("I2",)), "That is all."),
        (by_keyboard, QuoteQuery(codes=("c1", "c2"), interviews=("I1",)), "We borrowed them."),
        (by_a_number, QuoteQuery(codes=("c2",), interviews=("I1",)), "It broke twice."),
    ):
        page.goto(f"{address}/saturation")
        page.locator(".st-key-saturation_meaning").wait_for()
        assert page.locator(".stMain").evaluate("box => box.scrollWidth <= box.clientWidth")
        way(page)
        at_its_quotes(page, query)
        page.get_by_text(quote).first.wait_for()
