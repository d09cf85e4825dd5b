import pytest

from store.decisions import codings, decisions
from store.runs import suggestions
from store.segments import segments
from store.values import Verdict


def clickable(app, name: str):
    """The one enabled button whose key begins so."""
    (found,) = [b for b in app.button if b.key.startswith(name) and not b.disabled]
    return found


def words(study):
    """Every decision as (verdict, code), in order."""
    return [(str(d.verdict), d.code) for d in decisions(study)]


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


@pytest.fixture
def first(study):
    return segments(study, "I1")[1]


def test_drawing_a_card_writes_what_it_shows(page, study, first):
    """Suggestions are on disk as soon as they are on the screen, and only those."""
    page("review")
    assert {(s.segment_id, s.code) for s in suggestions(study)} == {(first.id, "c1"), (first.id, "c3")}
    assert not decisions(study)


def test_accept_reject_and_move_on(page, study, first):
    """Accepting, rejecting and going on leave exactly these three decisions, with the coder's name."""
    app = page("review")
    app.button(key=f"accept_{first.id}_c1").click().run()
    app.button(key=f"reject_{first.id}_c3").click().run()
    clickable(app, "forth_").click().run()
    assert not app.exception
    assert words(study) == [("accept", "c1"), ("reject", "c3"), ("read", None)]
    assert {d.coder for d in decisions(study)} == {"Ana"}
    assert [c.code for c in codings(study)] == ["c1"]
    assert "Segment 2 of 3" in app.get("progress")[0].proto.text


def test_a_segment_is_read_once(page, study):
    """Going back and on again does not record a second reading."""
    app = page("review")
    clickable(app, "forth_").click().run()
    clickable(app, "back_").click().run()
    clickable(app, "forth_").click().run()
    assert words(study) == [("read", None)]


def test_undo_and_redo(page, study, first):
    """Undo withdraws the last step and redo writes it again; nothing is ever removed."""
    app = page("review")
    app.button(key=f"accept_{first.id}_c1").click().run()
    clickable(app, "undo_").click().run()
    assert not codings(study)
    clickable(app, "redo_").click().run()
    assert words(study) == [("accept", "c1"), ("withdraw", "c1"), ("accept", "c1")]


def test_undo_leads_back_to_the_interview_of_the_step(page, study, first):
    """A step of I1 taken back while I2 is on the screen brings I1 back."""
    app = page("review")
    app.button(key=f"accept_{first.id}_c1").click().run()
    app.selectbox(key="review_interview").set_value("I2").run()
    assert "I did, at night" in html(app)
    clickable(app, "undo_").click().run()
    assert "We borrowed them" in html(app)
    assert app.selectbox(key="review_interview").value == "I1"


def test_replace_and_add_and_withdraw(page, study, first):
    """Replacing rejects and adds in one step; an added code can be taken back."""
    app = page("review")
    app.selectbox(key=f"replace_{first.id}_c1").set_value("c4").run()
    app.selectbox(key=f"add_{first.id}").set_value("c2").run()
    assert words(study) == [("reject", "c1"), ("add", "c4"), ("add", "c2")]
    added = next(d for d in decisions(study) if d.code == "c2")
    app.button(key=f"withdraw_{added.guid}").click().run()
    assert not app.exception
    assert [c.code for c in codings(study)] == ["c4"]


def test_no_name_no_decision(page, study):
    """Without a coder's name there is nothing to press."""
    app = page("review", coder="  ")
    assert "Write your name" in html(app)
    assert not [b for b in app.button if b.key.startswith(("accept_", "forth_"))]


def test_another_coder_begins_afresh(page, study, first):
    """Ben sees none of Ana's answers, and his decisions are his own."""
    page("review").button(key=f"accept_{first.id}_c1").click().run()
    app = page("review", coder="Ben")
    assert "Confirmed by" not in html(app)
    app.button(key=f"reject_{first.id}_c1").click().run()
    assert [(d.coder, d.verdict) for d in decisions(study)] == [("Ana", Verdict.ACCEPT), ("Ben", Verdict.REJECT)]


def test_it_opens_where_work_is_left(page, study):
    """Segments that are read and answered are passed over when the page is opened again."""
    app = page("review")
    for suggestion in list(suggestions(study)):
        app.button(key=f"reject_{suggestion.segment_id}_{suggestion.code}").click().run()
    clickable(app, "forth_").click().run()
    assert "It broke twice" in html(page("review"))


def test_nothing_suggested_still_takes_a_code(page, study):
    """A segment without suggestions says so and offers the whole codebook."""
    app = page("review")
    clickable(app, "forth_").click().run()
    clickable(app, "forth_").click().run()
    assert "Nothing is sure enough to be suggested here." in html(app)
    third = segments(study, "I1")[4]
    app.selectbox(key=f"add_{third.id}").set_value("c3").run()
    assert [c.code for c in codings(study)] == ["c3"]


def test_the_last_segment_can_be_finished(page, study):
    """After the last segment of the study the page stays there, and that one is read too."""
    app = page("review")
    app.selectbox(key="review_interview").set_value("I2").run()
    clickable(app, "forth_").click().run()
    assert "Finish" in [b.label for b in app.button]
    clickable(app, "forth_").click().run()
    assert not app.exception
    assert words(study) == [("read", None)] * 2


def test_the_carrying_sentence_is_marked(page):
    """The sentence that carries a suggestion is marked with the suggestion's number."""
    assert '<mark class="carrier">I wrote to him every week.' in html(page("review"))
