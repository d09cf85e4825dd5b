"""The page of new codes and the rationale's box, with planted groups and hand-written models."""

from contextlib import contextmanager

import pytest
from planted import FakeChat, planted_embeddings, planted_study, writer
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from assistant.ui import candidate_moves, candidates_page
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.decisions import codings
from store.values import Code

CODES = [Code("t", "Animals"), Code("o", "otter", "t", definition="seen")]


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The planted study with a theme and a code for otters, and no language model installed."""
    with planted_study(tmp_path) as made:
        keep_codebook(made, CODES, coder="Ana", reason="start")
        monkeypatch.setattr(candidate_moves, "study_embeddings", planted_embeddings)
        monkeypatch.setattr(candidates_page, "models_in", lambda settings: ())
        yield made


@pytest.fixture
def named(monkeypatch):
    """Makes a fake model write for the page."""

    class Installed:
        role, damaged = "llm", False

    @contextmanager
    def opened_writer(wanted, settings):
        yield writer(FakeChat())

    monkeypatch.setattr(candidates_page, "models_in", lambda settings: (Installed(),))
    monkeypatch.setattr(candidate_moves, "opened_writer", opened_writer)


def shown(app: AppTest) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


def by(widgets, start: str):
    """The first widget whose key begins so."""
    return next(widget for widget in widgets if widget.key.startswith(start))


def opened(page) -> AppTest:
    app = page("new-codes")
    app.button("find").click().run()
    assert not app.exception
    return app


def test_groups_are_shown_with_their_words_passages_and_nearest_codes(study, page):
    """Without a model the name says that it is the group's own words; a code that is near is said to be."""
    app = page("new-codes")
    assert "card-head" not in shown(app)
    app = opened(page)
    html = shown(app)
    assert html.count("Named after its own words") == 2
    assert "otter · 0.7" in html
    assert html.count("may be the same") == 1
    assert by(app.checkbox, "tick_").label.startswith("I")
    assert len([box for box in app.checkbox if box.key.startswith("tick_")]) == 9


def test_cards_keep_their_places_from_run_to_run(study, page):
    """What comes and goes above them moves no card: a field that is moved loses what is being typed into it."""

    def cards(app) -> list[int]:
        return [at for at, child in app.main.children.items() if isinstance(child, Block) and child.get("text_input")]

    app = opened(page)
    before = cards(app)
    assert len(before) == 2
    assert cards(app.run()) == before


def test_a_candidate_is_edited_ticked_and_accepted(study, page):
    """What the fields say becomes the code, what is ticked its codings; the card is gone and the rest stays."""
    app = opened(page)
    by(app.text_input, "name_").set_value("Otters seen")
    by(app.text_area, "definition_").set_value("Where otters were.")
    by(app.selectbox, "theme_").set_value("t")
    by(app.checkbox, "tick_").check()
    by(app.button, "accept_").click().run()
    assert not app.exception
    code = current_codebook(study).find("Otters seen")
    assert (code.definition, code.parent) == ("Where otters were.", "t")
    assert [(c.code, c.coder) for c in codings(study)] == [(code.guid, "Ana")]
    assert [toast.value for toast in app.toast] == ["“Otters seen” is in the codebook, with one passage."]
    assert shown(app).count("card-head") == 1
    assert verify(study).faults == ()


def test_all_that_is_shown_can_be_ticked_and_put_into_a_code(study, page):
    """Merging makes no version; the passages carry the code."""
    app = opened(page)
    by(app.button, "tick_").click().run()
    by(app.selectbox, "merge_").set_value("o")
    by(app.button, "merging_").click().run()
    assert not app.exception
    assert [c.code for c in codings(study)] == ["o"] * 5
    assert current_codebook(study).version == 1


def test_what_is_missing_is_said_and_the_card_stays(study, page):
    """No code chosen, nothing ticked, a name that is taken: each is a sentence, and nothing is kept."""
    app = opened(page)
    before = verify(study)
    by(app.button, "merging_").click().run()
    assert "Choose the code first" in shown(app)
    by(app.selectbox, "merge_").set_value("o")
    by(app.button, "merging_").click().run()
    assert "Tick the passages" in shown(app)
    by(app.text_input, "name_").set_value("Otter")
    by(app.button, "accept_").click().run()
    assert "“Otter” twice" in shown(app)
    assert shown(app).count("card-head") == 2
    assert verify(study) == before


def test_names_are_never_taken_for_markup(study, page):
    """A code's name is a person's text: it fetches no picture and turns nothing red."""
    app = opened(page)
    by(app.text_input, "name_").set_value("![x](http://a.b/c.png) :red[no] <i>")
    by(app.button, "accept_").click().run()
    assert not app.exception
    (toast,) = app.toast
    assert "!\\[x\\](http:\u2060//a.b/c.png) \\:red\\[no\\] \\<i\\>" in toast.value


def test_candidates_come_a_few_at_a_time(study, page, monkeypatch):
    """Where there are more than are drawn at once, a button shows the others."""
    monkeypatch.setattr(candidate_moves, "AT_ONCE", 1)
    app = opened(page)
    assert shown(app).count("card-head") == 1
    app.button("more").click().run()
    assert shown(app).count("card-head") == 2
    assert not [button for button in app.button if button.key == "more"]


def test_a_dismissal_can_be_taken_back(study, page):
    """What was dismissed is listed, not found again, and found again after it was taken back."""
    app = opened(page)
    by(app.button, "dismiss_").click().run()
    app.button("find").click().run()
    assert shown(app).count("card-head") == 1
    by(app.button, "back_").click().run()
    app.button("find").click().run()
    assert shown(app).count("card-head") == 2


def test_a_models_name_is_labelled_as_its_words(study, named, page):
    """Name and definition fill the fields; the sentences that the model pointed at are marked in the passages."""
    app = opened(page)
    assert by(app.text_input, "name_").value == "Seen: otter"
    assert by(app.text_area, "definition_").value == "Applies where it was seen."
    html = shown(app)
    assert html.count("The model’s words, not a quote: drafted by fake") == 2
    assert html.count('<mark class="carrier">') == 4


def test_a_model_that_fails_leaves_the_groups(study, named, page, monkeypatch):
    """Its error is a sentence, and the groups keep their own words."""

    @contextmanager
    def babbling(wanted, settings):
        yield writer(FakeChat(answer="babble"))

    monkeypatch.setattr(candidate_moves, "opened_writer", babbling)
    app = opened(page)
    assert "found no name that can be read" in shown(app)
    assert shown(app).count("Named after its own words") == 2


def test_without_a_coder_nothing_can_be_answered(study, page):
    """Every answer needs a name to be kept under."""
    app = page("new-codes", coder=" ")
    assert "Write your name" in shown(app)
    assert not [button for button in app.button if button.key == "find"]
