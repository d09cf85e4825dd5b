"""The page of summaries, with hand-written models: asked for, drawn, marked, and silent about what is hidden."""

import shutil
import sys
from contextlib import contextmanager

import pytest
from streamlit.testing.v1 import AppTest
from summary_study import FIRST, SECOND, SummaryChat, code, embeddings, told_study, writer

from assistant.review import Basis, Blindness
from assistant.summaries import summarise
from assistant.ui import summaries_page
from store.audit import verify
from store.codebook import current_codebook
from store.study import open_study
from store.summaries import summaries
from store.values import Verdict


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Built once: making a study takes most of a second."""
    folder = tmp_path_factory.mktemp("told")
    told_study(folder).close()
    return folder / "study"


@pytest.fixture
def study(tmp_path, built, monkeypatch):
    """A study without a language model."""
    shutil.copytree(built, tmp_path / "study")
    monkeypatch.setattr(summaries_page, "models_in", lambda settings: ())
    monkeypatch.setattr(summaries_page, "study_embeddings", embeddings)
    with open_study(tmp_path / "study") as made:
        yield made


@pytest.fixture
def model(monkeypatch):
    """Lets a fake model write for the page; returns what it was asked."""
    chat = SummaryChat()

    class Installed:
        role, damaged = "llm", False

    @contextmanager
    def opened_writer(wanted, settings):
        yield writer(chat)

    monkeypatch.setattr(summaries_page, "models_in", lambda settings: (Installed(),))
    monkeypatch.setattr(summaries_page, "opened_writer", opened_writer)
    return chat


def shown(app: AppTest) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


def the(study, name):
    return current_codebook(study).find(name).guid


def opened(page, study, theme="compute") -> AppTest:
    app = page("summaries")
    app.selectbox("summary_theme").set_value(the(study, theme)).run()
    assert not app.exception
    return app


def test_a_summary_is_written_when_somebody_asks_and_not_before(study, model, page):
    """Opening the page asks no model; the button does, and what it wrote is kept under who asked."""
    app = opened(page, study)
    assert model.asked == []
    assert "5 quotes of 4 people. Confirmed codings of all coders." in shown(app)
    app.button("summarise").click().run()
    assert not app.exception
    html = shown(app)
    assert "The model’s words, not quotes and not findings · fake" in html
    assert "Somebody tells of We and wait and in and a." in html
    assert f"“{FIRST[1][1]}” (I1, 00:00:10)" in html
    assert (len(model.asked), summaries(study)[0].coder) == (1, "Ana")
    assert verify(study).faults == ()


def test_every_sentence_leads_to_its_quotes(study, model, page):
    """To the transcript at the place, and to the very quote on the page Quotes, for the same coder."""
    app = opened(page, study)
    app.button("summarise").click().run()
    html = shown(app)
    assert "transcripts?interview=I1&amp;at=25&amp;visit=" in html
    assert html.count("quotes?ask=") == 3
    assert "We%20wait%20in%20a%20queue%20for" in html


def test_without_a_model_or_a_name_the_button_says_why(study, page):
    """What is kept can be read all the same."""
    summarise(study, "compute", writer(), embeddings(study), coder="Ben")
    app = opened(page, study)
    assert app.button("summarise").disabled
    assert "No language model is installed" in shown(app)
    assert "Somebody tells of We" in shown(app)
    nameless = page("summaries", coder=" ")
    assert "Write your name" in shown(nameless)


def test_a_sentence_of_weak_support_a_dropped_one_and_a_changed_quote_are_told(study, page):
    """Each in words, not by colour alone."""
    said = "They wait a long time for machines [1].\nParrots sing loud songs every morning [2].\nYes [77]."
    summarise(study, "compute", writer(SummaryChat(said)), embeddings(study), coder="Ana")
    code(study, "Ana", "I1", "cost", FIRST[2][1], Verdict.WITHDRAW)
    html = shown(opened(page, study))
    assert html.count("weakly supported ·") == 1
    assert html.count("On the page Quotes") == 1
    assert "1 sentence of the model’s not shown (unknown number: 1)." in html
    assert "Since then: not a confirmed quote of this theme any more." in html
    assert "There were 5 quotes of this theme then, there are 4 now." in html


def test_a_model_that_fails_is_told_in_a_sentence(study, model, page):
    """Nothing is kept then, and the page stays."""
    model._answer = "They have nothing to say of it [99]."
    app = opened(page, study)
    app.button("summarise").click().run()
    assert not app.exception
    assert "no sentence that can be kept (unknown number: 1)" in shown(app)
    assert summaries(study) == ()


def test_hostile_text_is_drawn_as_text(study, page):
    """A model, a theme or a transcript that writes markup writes words."""
    said = "They <u>wait</u> for **machines** a long time [1]."
    summarise(study, "compute", writer(SummaryChat(said)), embeddings(study), coder="<b>Ben</b>")
    html = shown(opened(page, study))
    assert "<u>" not in html
    assert "They &lt;u&gt;wait&lt;/u&gt; for **machines** a long time." in html
    assert "asked for by &lt;b&gt;Ben&lt;/b&gt;" in html


def test_fields_choose_the_basis(study, model, page):
    """One coder's codings in some interviews: only those quotes are read."""
    app = opened(page, study)
    app.selectbox("summary_coder").set_value(("coder", "Ana")).run()
    app.selectbox("summary_key").set_value("region").run()
    app.multiselect("summary_values").set_value(["south"]).run()
    app.button("summarise").click().run()
    assert not app.exception
    assert SECOND[1][1] in model.asked[0]
    assert FIRST[1][1] not in model.asked[0]
    basis = Basis(coder="Ana", where=(("region", "south"),))
    assert dict(summaries(study)[0].draft.basis) == basis.to_json()


def test_a_blind_coder_sees_no_summary_of_hidden_work(study, page, monkeypatch):
    """Neither its words nor its quotes, and no theme that only hidden codings have."""
    summarise(study, "compute", writer(), embeddings(study), coder="Ana")
    monkeypatch.setattr(summaries_page, "blindness", lambda study, coder: Blindness(coder, frozenset({"I1", "I2"})))
    app = page("summaries", coder="Ben")
    assert not app.exception
    html = shown(app)
    assert "You are coding blind" in html
    assert "Somebody tells of" not in html
    assert "power bill" not in html
    assert the(study, "cost") not in str(app.selectbox("summary_theme").options)


def test_a_study_without_codings_says_so(page, study, monkeypatch):
    """There is no theme to choose then."""
    app = page("summaries", coder="Ana")
    monkeypatch.setattr(
        summaries_page, "blindness", lambda study, coder: Blindness(coder, frozenset({"I1", "I2", "I3"}))
    )
    app = page("summaries", coder="Cem")
    assert "Nothing is coded on this basis yet" in shown(app)
    assert sys.argv[1] == str(study.folder)
