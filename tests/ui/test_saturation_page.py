"""The saturation page: the answer first, from a bar or a number to its quotes, groups, and an earlier state."""

from urllib.parse import unquote

import pytest

from assistant.codebook import add_code
from assistant.quotes.asked import QuoteQuery
from assistant.review import draw
from assistant.saturation import saturation
from assistant.ui.quote_links import ASK
from assistant.ui.saturation_matrix import matrix_rows
from store.codebook import current_codebook
from store.coders import add_coder, set_role
from store.decisions import keep_decisions
from store.milestones import keep_milestone, milestones
from store.segments import segments
from store.values import CoderRole, DecisionDraft, Role, Verdict


def shown(app):
    return "\n".join(block.proto.body for block in app.get("html"))


def asked_for(app):
    """The query that the Quotes page would be opened with."""
    given = app.query_params[ASK]
    return QuoteQuery.from_address(given if isinstance(given, str) else given[0])


def work(study, coder, label, *codes):
    """The coder reads all that was said in the interview, and codes its first segments."""
    book = current_codebook(study).id
    spoken = [s for s in segments(study, label) if s.role is not Role.INTERVIEWER]
    made = [DecisionDraft(s.transcript_id, s.span, Verdict.READ, codebook_id=book) for s in spoken]
    made += [
        DecisionDraft(s.transcript_id, s.span, Verdict.ADD, code, codebook_id=book)
        for s, code in zip(spoken, codes, strict=False)
    ]
    keep_decisions(study, coder, made)


@pytest.fixture
def worked(study):
    """Ben finds c1 and c4 (a name full of mark-up) in I1; after a milestone and a new code, c1 and c3 in I2."""
    work(study, "Ben", "I1", "c1", "c4")
    keep_milestone(study, "Ben", "After I1")
    add_code(study, "Came later", parent="t2", coder="Ben")
    work(study, "Ben", "I2", "c1", "c3")
    return study


def test_the_answer_stands_first_and_claims_no_proof(page, worked):
    """How many, what to expect, the rule, what holds it back; then the figures."""
    text = shown(page("saturation"))
    assert "After 2 interviews, 3 codes were found. The next interview is expected to bring" in text
    assert "None of this proves saturation" in text
    assert text.index("None of this") < text.index("What to keep in mind") < text.index("Codes by interview")
    assert "Came later; 1 of 18 cells" in text


def test_cells_say_which_of_three_kinds_they_are(page, worked):
    """Not by colour alone: a number that leads to its quotes, a dash, a question mark, each with its words."""
    text = shown(page("saturation"))
    assert "Borrowed machines in I1: 1 coding" in text
    assert "Failed runs in I1: looked for and not found" in text
    assert "Came later in I1: not looked for" in text
    assert "Came later in I2: looked for and not found" in text
    assert "looked for and not found</dd>" in text
    asked = QuoteQuery(codes=("c1",), interviews=("I1",)).to_address()
    assert asked.replace('"', "&quot;") in unquote(text) or asked in unquote(text)


def test_the_spreadsheet_tells_a_part_from_the_whole(study):
    """A cell that was looked at in part is no 0, as it is none on the page."""
    first, *others = [s for s in segments(study, "I1") if s.role is not Role.INTERVIEWER]
    old = current_codebook(study).id
    book = add_code(study, "Came later", parent="t2", coder="Ben").id
    made = [DecisionDraft(first.transcript_id, first.span, Verdict.READ, codebook_id=old)]
    made += [DecisionDraft(s.transcript_id, s.span, Verdict.READ, codebook_id=book) for s in others]
    keep_decisions(study, "Ben", made)
    rows = {row[0]: row[1] for row in matrix_rows(saturation(study))}
    assert rows["Came later"] == "not found in the part looked at"
    assert rows["Failed runs"] == 0


def test_from_an_interview_to_the_quotes_of_its_new_codes(page, worked):
    """The field beside the chart does what a click on a bar does; each new code is a button to its quotes there."""
    app = page("saturation")
    assert not [b for b in app.button if b.key.startswith("saturation_new")]
    app.selectbox(key="saturation_interview").set_value("I1").run()
    assert [b.key for b in app.button if b.key.startswith("saturation_new")] == [
        "saturation_new_all",
        "saturation_new_c1",
        "saturation_new_c4",
    ]
    assert app.button(key="saturation_new_c4").label.startswith("\\*\\*bold")
    app.button(key="saturation_new_c1").click().run()
    assert asked_for(app) == QuoteQuery(codes=("c1",), interviews=("I1",))
    app.button(key="saturation_new_all").click().run()
    assert asked_for(app) == QuoteQuery(codes=("c1", "c4"), interviews=("I1",))
    app.selectbox(key="saturation_interview").set_value("I2").run()
    assert [b.key for b in app.button if b.key.startswith("saturation_new")] == ["saturation_new_c3"]


def test_themes_lead_to_their_quotes_with_the_coder_who_is_asked_for(page, worked):
    """A theme is asked for with all below it, of the coder whose codings are counted."""
    app = page("saturation")
    app.radio(key="saturation_level").set_value("Themes").run()
    app.selectbox(key="saturation_coder").set_value(("coder", "Ben")).run()
    app.selectbox(key="saturation_interview").set_value("I1").run()
    app.button(key="saturation_new_t1").click().run()
    asked = asked_for(app)
    assert asked == QuoteQuery(theme="t1", interviews=("I1",), coder="Ben")
    assert "Confirmed codings of Ben." in shown(app)


def test_groups_and_an_earlier_state_stand_beside_it(page, worked):
    """I1 is the only interview with a region; at the milestone it was the only one read."""
    app = page("saturation")
    app.selectbox(key="saturation_by").set_value("region").run()
    text = shown(app)
    assert "In no group, for want of a value: I2." in text
    assert "north" in text
    (milestone,) = milestones(worked)
    app.selectbox(key="saturation_moment").set_value(("event", milestone.through)).run()
    text = shown(app)
    assert not app.exception
    assert "as it stood at “After I1”" in text
    assert "Found since then: Unseen work." in text
    assert "Came later" not in text


def test_only_some_interviews(page, worked):
    """An attribute with its value narrows down what counts."""
    app = page("saturation")
    app.selectbox(key="saturation_key").set_value("region").run()
    app.multiselect(key="saturation_values").set_value(["north"]).run()
    assert "After 1 interview, 2 codes were found." in shown(app)


def test_meaning_is_marked_exploratory_and_skipped_with_a_sentence(page, worked):
    """The quotes of c4 have no facets to tell apart; the one of c1 is told what is missing or shown as a guess."""
    app = page("saturation")
    app.selectbox(key="saturation_meaning_code").set_value("c1").run()
    text = shown(app)
    assert not app.exception
    assert "a machine’s guess at a dimension of meaning" in text
    assert "Structure: none of substance." in text
    assert "Its first quote" in text


def test_a_blind_coder_sees_nothing_of_others_in_their_interviews(page, worked):
    """Cleo codes I1 blind: I1 is unread to her, on the curve, in the table and then and now."""
    for name, role in (("Ana", CoderRole.LEAD), ("Cleo", CoderRole.SECOND)):
        add_coder(worked, name, by="Ana")
        set_role(worked, name, role, by="Ana")
    draw(worked, "Ana", "First", "Cleo", interviews=["I1"], seed=1)
    app = page("saturation", "Cleo")
    text = shown(app)
    assert "You are coding blind" in text
    assert "Hidden from you while you code blind, or not read by you, so not counted: I1." in text
    assert "in I1:" not in text
    assert app.selectbox(key="saturation_interview").options == ["I2: 2 new"]


def test_planning_answers_before_anything_is_read(page):
    """The worked example of Fugard & Potts (2015), also in a study without a reading; one person is one."""
    app = page("saturation")
    app.number_input(key="planning_share").set_value(10).run()
    assert not app.exception
    assert "at least 2 people with a chance of 80 % or more in 29 interviews." in shown(app)
    app.number_input(key="planning_times").set_value(1)
    app.number_input(key="planning_share").set_value(100).run()
    assert "at least one person with a chance of 80 % or more in one interview." in shown(app)
