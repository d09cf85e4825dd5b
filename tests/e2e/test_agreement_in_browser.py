"""From a kappa to the disagreements behind it, and from a disagreement to its adjudication."""

import pytest
from at_rest import until
from conftest import Complaints
from small_study import build_study

from assistant.review import draw, finish
from store.decisions import keep_decisions
from store.segments import segments
from store.values import DecisionDraft, Role, Verdict

pytestmark = pytest.mark.browser


@pytest.fixture
def study(tmp_path):
    """Ana and Ben coded I1, Ben blind; they agree on c1 and differ on c2 and c3."""
    with build_study(tmp_path) as made:
        found = [s for s in segments(made, "I1") if s.role is not Role.INTERVIEWER]
        for coder, given in (("Ana", ((0, "c1"), (1, "c2"))), ("Ben", ((0, "c1"), (2, "c3")))):
            if coder == "Ben":
                draw(made, "Ana", "round 1", "Ben", interviews=["I1"])
            drafts = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in found]
            drafts += [DecisionDraft(found[at].transcript_id, found[at].span, Verdict.ADD, code) for at, code in given]
            keep_decisions(made, coder, drafts)
        finish(made, "Ben")
        yield made


def test_from_a_kappa_to_the_disagreements_to_adjudication(browser, address):
    """Sort, press a row, read what differs, adjudicate it, and come back to see what was said."""
    page = browser.new_page()
    complaints = Complaints(page)
    page.goto(f"{address}/agreement")
    table = page.locator(".ag-root table")
    table.wait_for()
    assert "Independent work: the blind double coding “round 1”" in page.locator(".agreement-said").first.inner_text()

    names = table.locator("tbody tr td:first-child")
    assert names.all_inner_texts() == ["Borrowed machines", "Failed runs", "Unseen work", "All pooled"]
    kappa = table.get_by_role("button", name="Kappa", exact=True)
    kappa.click()
    table.locator("th[aria-sort='ascending']").wait_for()
    assert names.all_inner_texts()[2:] == ["Borrowed machines", "All pooled"]

    table.get_by_role("button", name="Failed runs").press("Enter")
    title = page.locator("#agreement-behind")
    title.filter(has_text="Failed runs: 1 disagreement").wait_for()
    until(page, "document.activeElement?.id === 'agreement-behind'")
    assert names.all_inner_texts()[2:] == ["Borrowed machines", "All pooled"], "the order stays"
    case = page.locator(".differing")
    assert "Ana gave it" in case.inner_text()
    assert "Ben left it out" in case.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    here = page.url

    case.get_by_role("link", name="Adjudicate").click()
    page.get_by_role("heading", name="Failed runs – only one has it").wait_for()
    page.get_by_role("button", name="Does not apply").click()
    page.get_by_text("Kept: the code does not apply").wait_for()

    page.goto(here)
    page.get_by_role("link", name="Adjudicated: it does not apply").wait_for()
    assert complaints.found == []
