"""The page Methods: sentences with links, checklists, files that are recorded, and nothing for who codes blind."""

import re
from html import unescape

import pytest
from methods_study import MILESTONE, methods_study

from assistant.review import draw
from store.event_log import last_event
from store.exports import exports


@pytest.fixture
def study(tmp_path):
    with methods_study(tmp_path) as made:
        yield made


def shown(app):
    assert not app.exception
    return "\n".join(block.proto.body for block in app.get("html"))


def links(text):
    """Address and query of each number."""
    found = re.findall(r'<a class="figure" href="([^"]*)" target="_self" title="([^"]*)">', text)
    return [(unescape(href), unescape(title)) for href, title in found]


def test_each_number_leads_to_a_page_and_names_its_query(page, study):
    """As the coder who looks, and with the state of that page."""
    found = links(shown(page("methods")))
    assert len(found) > 60
    assert all(title.startswith("interview ") and " | jq '." in title for _, title in found)
    assert all("visit=" in href for href, _ in found)
    assert any(href.startswith("audit?audit_types=decision.made&audit_coder=Ben&") for href, _ in found)
    assert any(href.startswith("./?") for href, _ in found)
    assert {href.partition("?")[0] for href, _ in found} >= {
        "agreement",
        "saturation",
        "codebook",
        "memos",
        "transcripts",
    }


def test_the_checklists_and_queries_stand_on_parts_of_their_own(page):
    """Open items are said to be open; each query has its command."""
    app = page("methods", methods_part="COREQ")
    text = shown(app)
    assert text.count("For the authors.") == 21
    assert "#methods-saturation" in text
    text = shown(page("methods", methods_part="Queries"))
    assert "<code>interview agreement STUDY --coders=Ana --coders=Ben" in unescape(text)


def test_at_a_milestone_from_the_address(page):
    """A colleague with the link sees the same state; its figures lead to the same state."""
    text = shown(page("methods", methods_moment=f"Milestone “{MILESTONE}”"))
    assert "No blind double coding was finished" in text
    assert "&lt;1&gt;" not in text
    assert any("saturation_moment=" in href for href, _ in links(text))


def test_names_full_of_markup_stay_text(page):
    """The name of the double coding is shown as it was typed."""
    text = shown(page("methods"))
    assert "Round &lt;1&gt; &amp; 50 %" in text
    assert "Round <1>" not in text


def test_who_codes_blind_sees_nothing_of_it(page, study):
    """Everybody's work would tell; the page says why it is empty."""
    draw(study, "Ana", "Second", "Ben", interviews=["I1"], seed=1)
    app = page("methods", coder="Ben")
    text = shown(app)
    assert "You are coding blind" in text
    assert not links(text)
    assert not app.get("download_button")
    assert links(shown(page("methods", coder="Ana")))


def test_files_are_offered_in_every_format(page):
    """Word, Markdown, LaTeX and everything."""
    labels = [button.proto.label for button in page("methods").get("download_button")]
    forms = ("as Word (docx)", "as Markdown (md)", "as LaTeX (tex)", "everything (json)")
    assert labels == [f"Download {form}" for form in forms]


def test_a_file_that_is_taken_is_recorded(page, study):
    """Who took what of which state."""
    from assistant.exchange.methods import As, appendix, methods_file
    from assistant.settings import load_settings
    from assistant.ui.methods_held import keep_export

    found = appendix(study, load_settings(study.settings()))
    keep_export(study, "Ana", As(), found, "md", methods_file("md", found))
    kept = exports(study)[-1]
    assert (kept.name, kept.coder, kept.options["through"]) == ("methods.md", "Ana", last_event(study) - 1)
    told = re.sub(r"<[^>]+>", "", shown(page("methods")))
    assert "2 files had left the study as an export, by kind: quotes (1) and methods appendix (1)." in told
