"""The page Relations in a real browser: a number of a pair is a way to its quotes."""

import pytest

from store.decisions import keep_decisions
from store.segments import segments
from store.values import DecisionDraft, Verdict

pytestmark = pytest.mark.browser


@pytest.fixture
def study(study):
    """Ana gave the first answer of I1 two codes."""
    part = segments(study, "I1")[1]
    made = [DecisionDraft(part.transcript_id, part.span, Verdict.ADD, guid) for guid in ("c1", "c3")]
    keep_decisions(study, "Ana", [*made, DecisionDraft(part.transcript_id, part.span, Verdict.READ)])
    return study


def test_from_a_pair_to_its_quotes_and_on_to_the_timeline(page, address):
    """The link of the count opens the quotes; the kind of relation stands in the address."""
    page.goto(f"{address}/relations")
    count = page.locator(".st-key-relations_pairs tbody a")
    count.wait_for()
    assert count.inner_text() == "1"
    count.click()
    page.wait_for_url("**/quotes?**ask=**")
    page.get_by_text("We borrowed them.").first.wait_for()
    page.goto(f"{address}/relations?relations=Timeline")
    mark = page.locator(".st-key-relations_marks tbody a").first
    mark.wait_for()
    assert "transcripts?interview=I1&at=" in mark.get_attribute("href")
    page.get_by_role("radio", name="Map").or_(page.get_by_role("button", name="Map", exact=True)).first.click()
    page.wait_for_url("**relations=Map**")
    page.get_by_text("Map of codes in the same segment").first.wait_for(state="attached")
