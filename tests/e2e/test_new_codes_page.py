"""The page of new codes in a real browser, with the real small models."""

import pytest
from at_rest import settle
from planted import planted_study

from store.audit import verify
from store.codebook import current_codebook
from store.decisions import codings

pytestmark = [pytest.mark.browser, pytest.mark.models]

MODEL_PATIENCE_S = 240
"""A model writes on all cores; where other tests keep them busy it takes many times as long."""


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.setenv("INTERVIEW_LLM", "smollm2-135m")
    monkeypatch.setenv("INTERVIEW_LLM_IDLE_SECONDS", "20")
    with planted_study(tmp_path) as made:
        yield made


def test_a_code_is_made_of_passages_on_the_keyboard(page, study):
    """Find, tick, name, accept without a mouse: the code and its coding are on disk, and nothing scrolls sideways."""
    page.get_by_role("link", name="New codes", exact=True).click()
    page.get_by_role("button", name="Find new codes").focus()
    page.keyboard.press("Enter")
    card = page.locator(".st-key-candidate_1")
    card.get_by_text("The model’s words, not a quote").wait_for(timeout=1_000 * MODEL_PATIENCE_S)
    settle(page)
    assert page.evaluate(
        "document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth"
    )
    card.get_by_role("checkbox", name="I1 · Ada").first.focus()
    page.keyboard.press("Space")
    name = card.get_by_label("Name", exact=True)
    name.fill("Animals seen")
    settle(page)
    assert name.input_value() == "Animals seen", "typed while the tick was on its way"
    name.press("Enter")
    settle(page)
    card.get_by_role("button", name="Accept").focus()
    page.keyboard.press("Enter")
    page.get_by_text("“Animals seen” is in the codebook, with one passage.").wait_for()
    code = current_codebook(study).find("Animals seen")
    assert [(coding.code, coding.coder) for coding in codings(study)] == [(code.guid, "Ana")]
    assert verify(study).faults == ()
