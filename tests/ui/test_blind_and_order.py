"""The review page over a whole study: what is decided blind, in which order, and how precise suggestions shall be."""

import pytest
from desk_page import DeskPage
from quotes_page_of import QuotesPage

from assistant.review import is_blind
from assistant.suggest import StudyAssurance, assurance, propose
from assistant.ui import learning, transcripts_page
from assistant.ui.session import current_learning
from store.config import keep_setting, read_settings
from store.decisions import decisions
from store.errors import StudyError
from store.runs import suggestions
from store.segments import segments
from store.values import Role, State


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


def progress(desk) -> str:
    return desk.state["progress"]["sentence"]


@pytest.fixture
def desk(page, monkeypatch):
    """Opens the review page with its desk."""
    return lambda coder="Ana": DeskPage(page, monkeypatch, coder)


def words(study):
    return [(str(d.verdict), d.code) for d in decisions(study)]


@pytest.fixture
def blind(study):
    """Every segment belongs to the blind sample."""
    keep_setting(study.folder, "blind_share", 1.0)
    return study


def test_a_blind_segment_shows_and_writes_no_suggestion(desk, blind):
    """Before it is read there is a sentence, the list of codes and no suggestion, neither drawn nor on record."""
    opened = desk()
    assert opened.state["blind"].startswith("code this passage before you see suggestions")
    assert opened.state["options"] == []
    assert not suggestions(blind)
    opened.act("add", codes=["c3"])
    assert words(blind) == [("add", "c3")]
    assert not suggestions(blind)
    opened.act("accept", code="c1")
    assert "not on the screen any more" in opened.state["problem"]
    opened.act("next")
    assert words(blind) == [("add", "c3"), ("read", None)]
    assert not suggestions(blind), "moving on shows nothing of the next one either"


def test_revealing_reads_the_segment_and_then_shows_its_suggestions(desk, blind):
    """The reading comes first, so that what was decided before it was decided blind; then answers are possible."""
    opened = desk().act("reveal")
    assert words(blind) == [("read", None)]
    assert "Segment 1 of 3" in progress(opened)
    assert {s.code for s in suggestions(blind)} == {"c1", "c3"}
    opened.act("accept", code="c1").act("next")
    assert words(blind) == [("read", None), ("accept", "c1")], "it was read already"
    assert "1 of the study’s 5 read" in progress(opened)
    assert "Segment 2 of 3" in progress(desk()), "an unanswered suggestion of a read segment is nothing open"


def test_transcripts_keep_the_blind_sample_to_themselves(page, blind, monkeypatch):
    """With suggestions switched on, those of unread segments of the sample are neither drawn nor written."""
    drawn = {}
    monkeypatch.setattr(transcripts_page, "draw_reader", lambda state, heard: drawn.update(state))
    app = page("transcripts")
    app.toggle(key="transcript_suggestions").set_value(True).run()
    assert drawn["marks"] == []
    assert "Segments of the blind sample" in html(app)
    assert not suggestions(blind)


def test_one_in_five_is_drawn_by_the_seed_of_the_run(desk, study):
    """Which segments are blind is the same for everybody, and what `is_blind` says."""
    keep_setting(study.folder, "blind_share", 0.5)
    proposals = propose(study)
    spoken = segments(study, role=Role.PARTICIPANT)
    drawn = [is_blind(s, proposals, 0.5) for s in spoken if s.interview == "I1"]
    opened, seen = desk(), []
    for _ in drawn:
        seen.append(bool(opened.state["blind"]))
        opened.act("next")
    assert seen == drawn


def test_what_is_on_the_screen_does_not_change_when_the_machine_has_learnt(desk, study):
    """After a decision and a new fit the same suggestions stand, until one leaves the segment and comes back."""
    opened = desk()
    before = suggestions(study)
    opened.act("reject", code="c1")
    current = current_learning(study)
    current.settle()
    assert current.newest(None).through == decisions(study)[-1].id, "it has learnt"
    opened.redraw()
    assert opened.codes == ["c1", "c3"]
    assert suggestions(study) == before
    assert opened.option("c1")["state"] == "rejected"


def test_what_is_learnt_shows_on_the_next_segment(desk, study):
    """What is written for a segment that comes on the screen carries the state of the learner by then."""
    first = segments(study, "I1")[1]
    opened = desk().act("accept", code="c1")
    current_learning(study).settle()
    opened.open("I2")
    known = {s.scores["decisions"] for s in suggestions(study) if s.segment_id != first.id}
    assert known == {1.0}


def test_most_likely_first_runs_over_all_interviews(desk, study):
    """Next goes to the likeliest unread segment wherever it is, Back to where one came from; all get read."""
    opened = desk()
    opened.app.selectbox(key="review_order").set_value("likely").run()
    assert "It broke twice" in opened.text, "the likeliest of all"
    assert "Segment 2 of 3 in I1 · 0 of the study’s 5 read" in progress(opened)
    opened.act("next")
    assert "1 of the study’s 5 read" in progress(opened)
    opened.act("back")
    assert "It broke twice" in opened.text
    opened.act("next")
    for _ in range(5):
        current_learning(study).settle()
        opened.act("next")
    assert "5 of the study’s 5 read" in progress(opened)
    assert "everything here is read" in opened.state["end"]
    assert len({(d.transcript_id, d.span) for d in decisions(study)}) == 5
    assert words(study) == [("read", None)] * 5


@pytest.mark.parametrize("order", ["informative", "blind", "code"])
def test_every_order_reads_everything_once(desk, study, order):
    """No segment is passed over or asked twice, whichever order is chosen."""
    keep_setting(study.folder, "blind_share", 0.5)
    opened = desk()
    opened.app.selectbox(key="review_order").set_value(order).run()
    for _ in range(5):
        opened.act("next")
    assert len({(d.transcript_id, d.span) for d in decisions(study)}) == len(decisions(study)) == 5


def test_the_expected_precision_is_kept_and_used(desk, study):
    """Chosen beside the keys, it is written into the study's settings, and less is shown from then on."""
    opened = desk()
    app = opened.app
    assert "shown suggestions on unread segments should be right" in html(app)
    app.selectbox(key="expected_precision").set_value(0.95).run()
    assert not app.exception
    assert read_settings(study.folder)["expected_precision"] == 0.95
    assert "Of the 5 unread segments, none gets a suggestion" in html(app)
    assert opened.codes == []
    app.selectbox(key="expected_precision").set_value(0.0).run()
    assert "expected_precision" not in read_settings(study.folder)
    assert "shown suggestions on unread segments should be right" in html(app)


def test_a_guarantee_is_worked_out_when_it_is_asked_for(desk, page, blind):
    """Until enough is decided blind, the page says what it takes; the study page says the same."""
    app = desk().app
    app.button(key="guarantee").click().run()
    assert not app.exception
    assert "No guarantee yet. It takes at least 9 segments of the blind sample" in html(app)
    assert "No guarantee yet." in html(page("study"))


def test_evidence_in_plain_words(desk, study):
    """A card says what spoke for its suggestion, and which confirmed quotes of the code are nearest."""
    opened = desk()
    assert "one sentence is like the definition" in dict(opened.option("c1")["voices"])
    assert opened.option("c3")["near"] == []
    opened.open("I2")
    opened.act("accept", code="c3")
    current_learning(study).settle()
    opened.open("I1")
    assert [near["text"] for near in opened.option("c3")["near"]] == ["I did, at night. Nobody asked."]


def test_quotes_keep_the_blind_sample_to_themselves_unless_asked_for_suggestions(page, blind, monkeypatch):
    """Among all segments the unread ones of the sample look uncoded; who asks for suggestions gets them, on record."""
    opened = QuotesPage(page, monkeypatch, ask="{}")
    assert len(opened.cards) == 8
    assert {card["state"] for card in opened.cards} == {"uncoded"}
    assert not any(card["codes"] for card in opened.cards)
    assert not suggestions(blind)
    opened.set("selectbox", "quote_state", State.SUGGESTED)
    assert "Unseen work" in {code["name"] for card in opened.cards for code in card["codes"]}
    assert suggestions(blind)


def test_an_assured_suggestion_is_marked_and_explained(desk, blind, monkeypatch):
    """The mark is a word, says what it means, and stands on that suggestion alone; nothing is accepted by it."""
    first = segments(blind, "I1")[1]

    def assured(study, pool, *, share, **_):
        assert share == 1.0
        found = assurance.Assurance({}, 0.1, 20, 9, 5, (0,))
        return StudyAssurance({first.id: "c3"}, "1 of the 5 undecided segments has an assured suggestion.", 5, found)

    monkeypatch.setattr(learning, "assure_study", assured)
    opened = desk()
    opened.app.button(key="guarantee").click().run()
    assert "1 of the 5 undecided segments has an assured suggestion." in html(opened.app)
    assert opened.state["options"] == [], "blind is blind"
    opened.act("reveal")
    assert "It still needs your decision." in opened.option("c3")["assured"]
    assert opened.option("c1")["assured"] == ""
    assert words(blind) == [("read", None)]


def test_a_fit_that_failed_is_told_on_the_page(desk, study, monkeypatch):
    """The decision is kept, the suggestions stay, and a sentence says that nothing was learnt from it."""
    opened = desk()

    def failing(*args, **kwargs):
        msg = "The disk is full."
        raise StudyError(msg)

    monkeypatch.setattr(learning, "propose", failing)
    opened.act("accept", code="c1")
    current_learning(study).settle()
    opened.redraw()
    assert "could not learn from the last decisions, which are kept" in opened.state["problem"]
    assert "The disk is full." in opened.state["problem"]
    assert opened.option("c1")["state"] == "confirmed"
    assert words(study) == [("accept", "c1")]
