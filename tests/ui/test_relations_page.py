"""The page Relations: its four kinds, ways to the quotes, and what a blind coder does not see."""

import re
import sys
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import shown

from assistant.quotes import QuoteQuery, quotes
from assistant.ui import relations_page
from store.decisions import keep_decisions
from store.double_coding import DoubleCodingDraft, keep_double_coding
from store.milestones import keep_milestone
from store.segments import segments
from store.values import DecisionDraft, Verdict


@pytest.fixture
def coded(study):
    """Ben coded the first answer of I1 with two codes, and one answer of I2; both interviews are read."""
    one, two = segments(study, "I1")[1], segments(study, "I2")[1]
    made = [(one, "c1"), (one, "c3"), (two, "c3")]
    drafts = [DecisionDraft(s.transcript_id, s.span, Verdict.ADD, guid) for s, guid in made]
    drafts += [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in (one, two)]
    return keep_decisions(study, "Ben", drafts)


@pytest.fixture
def opened(study, monkeypatch):
    """Opens the page at an address, as the coder Ana; no exception may reach it."""
    monkeypatch.setattr(sys, "argv", ["app.py", str(study.folder)])

    def at(**asked: str) -> AppTest:
        app = AppTest.from_function(_page, default_timeout=60)
        app.session_state["coder"] = "Ana"
        for name, value in asked.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return at


def _page() -> None:
    import streamlit as st

    from assistant.ui.navigation import draw_sidebar
    from assistant.ui.relations_page import relations_page
    from assistant.ui.session import told

    with st.sidebar:
        draw_sidebar()
    told(relations_page)()


def queries(app):
    """What the links to the Quotes page ask."""
    links = [unescape(link) for link in re.findall(r'href="(quotes\?[^"]*)"', shown(app))]
    return [QuoteQuery.from_address(parse_qs(urlsplit(link).query)["ask"][0]) for link in links]


def test_pairs_lead_to_their_quotes(opened, coded, study):
    """The number of segments with both is a link to exactly these."""
    app = opened()
    assert "1 pair in the same segment" in shown(app)
    assert queries(app) == [QuoteQuery(codes=("c1", "c3"), match="near", within=0, interviews=("I1",))]
    assert [quote.interview for quote in quotes(study, queries(app)[0])] == ["I1"]


def test_pairs_within_turns_ask_for_codes_near_each_other(opened, coded):
    """The way of being together stands in the address."""
    app = opened(together_means="within some turns", turns="4")
    (query,) = queries(app)
    assert (query.match, query.within) == ("near", 4)


def test_cells_lead_to_code_and_interviews(opened, coded):
    """The attribute's table, with the sentence that says why there is no test."""
    app = opened(relations="By attribute")
    assert "No test is shown" in shown(app)
    assert "1 of 1 (100%)" in shown(app).replace("\xa0", " ")
    assert QuoteQuery(codes=("c1",), interviews=("I1",)) in queries(app)
    assert "Left out, because they have no region: I2." in shown(app)


def test_marks_lead_to_their_place(opened, coded, study):
    """A link into the transcript, at the first character of the coding."""
    app = opened(relations="Timeline")
    start = segments(study, "I1")[1].span.start
    assert f"transcripts?interview=I1&amp;at={start}&amp;visit=" in shown(app)


def test_the_map_of_themes(opened, coded):
    """Two themes in one segment."""
    app = opened(relations="Map", relate="Themes")
    assert "stress" in shown(app)
    (query,) = queries(app)
    assert query.match == "any"
    assert set(query.codes) == {"c1", "c3"}


def test_a_click_on_a_cell_opens_the_quotes(opened, coded, monkeypatch):
    """The matrix is a way to the quotes as well."""
    asked = []
    clicked = {"selection": {"cell": [{"row": 2, "at": 0}]}}
    monkeypatch.setattr(relations_page, "draw_figure", lambda *_, **__: clicked)
    monkeypatch.setattr(relations_page, "open_quotes", asked.append)
    opened()
    assert [query.codes for query in asked[:1]] == [("c1", "c3")]


def test_a_blind_coder_sees_nothing_hidden(opened, coded, study):
    """Ana codes I1 blind: nothing that Ben did there is in any of the four."""
    part = segments(study, "I1")[1]
    drawn = {"I1": ((part.transcript_id, part.span),)}
    keep_double_coding(study, "lead", DoubleCodingDraft("first", "Ana", seed=1, share=None, spans=drawn))
    for kind in ("Codes together", "By attribute", "Map", "Timeline"):
        app = opened(relations=kind)
        assert "You are coding blind" in shown(app)
        assert "Borrowed machines" not in shown(app)


def test_before_anything_is_coded_a_sentence_says_what_to_do(opened):
    """No empty charts."""
    assert "Nothing is coded yet" in shown(opened())


def test_whose_codings_and_the_moment_stand_in_the_address(opened, study, coded):
    """A link opens the same codings again; a name that nobody has is nobody’s choice."""
    keep_milestone(study, "Ana", "both read")
    app = opened(whose="Ben", as_it_stood="Milestone “both read”")
    assert app.selectbox(key="whose").value == ("coder", "Ben")
    assert "Confirmed codings of Ben, as it stood at “both read”" in shown(app)
    assert opened(whose="nobody").selectbox(key="whose").value == ("all", "")
