"""The memos page, milestones on the study page, and the audit page."""

from contextlib import closing
from datetime import date

import pytest

from store.decisions import keep_decisions
from store.event_log import LogFilter, log
from store.memos import MemoDraft, MemoTarget, keep_memo, memos, revise_memo
from store.milestones import milestones
from store.segments import segments
from store.sqlite import sqlite3
from store.values import DecisionDraft, MemoKind, Verdict


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


@pytest.fixture
def first(study):
    return segments(study, "I1")[1]


def by(widgets, start):
    """The first widget whose key begins so."""
    return next(widget for widget in widgets if widget.key.startswith(start))


def test_a_memo_is_written_found_edited_deleted_and_brought_back(page, study):
    """All of it on the page, all of it on record."""
    app = page("memos")
    app.selectbox(key="memo_about").set_value("interview:I1").run()
    app.text_input(key="memo_title").set_value("<b>Tone</b>").run()
    app.text_area(key="memo_text").set_value("He hesitates.").run()
    app.button(key="memo_keep").click().run()
    assert not app.exception
    assert "The memo is kept." in html(app)
    assert "&lt;b&gt;Tone&lt;/b&gt;" in html(app)
    assert app.text_area(key="memo_text").value == ""
    app.text_input(key="memo_search").set_value("nothing of the kind").run()
    assert "0 memos" in html(app)
    app.text_input(key="memo_search").set_value("HESITATES").run()
    assert "1 memo<" in html(app)
    (memo,) = memos(study)
    app.text_area(key=f"memo_text_{memo.guid}").set_value("He hesitates a lot.").run()
    app.button(key=f"memo_save_{memo.guid}").click().run()
    assert "Kept as revision 2." in html(app)
    app.button(key=f"memo_delete_{memo.guid}").click().run()
    assert memos(study) == ()
    app.text_input(key="memo_search").set_value("").run()
    app.button(key=f"memo_back_{memo.guid}").click().run()
    assert [m.text for m in memos(study)] == ["He hesitates a lot."]


def test_a_debriefing_note_has_a_day_and_people(page, study):
    """As in the field: after the interview, with date and who was there."""
    app = page("memos")
    app.radio(key="memo_kind").set_value("Debriefing note").run()
    app.date_input(key="memo_on").set_value(date(2026, 3, 1)).run()
    app.text_input(key="memo_present").set_value("Ana, Ben").run()
    app.text_area(key="memo_text").set_value("Tired.").run()
    app.button(key="memo_keep").click().run()
    (memo,) = memos(study)
    assert (memo.kind, memo.on, memo.present) == (MemoKind.DEBRIEFING, date(2026, 3, 1), "Ana, Ben")
    assert "2026-03-01 · present: Ana, Ben" in html(app)


def test_two_who_edit_one_memo(page, study):
    """The second sees who was faster and keeps what they typed."""
    memo = keep_memo(study, "Ana", MemoDraft(MemoTarget(), "One."))
    app = page("memos")
    app.text_area(key=f"memo_text_{memo.guid}").set_value("Mine.").run()
    revise_memo(study, "Ben", memo.guid, revision=1, title="", text="Theirs.")
    app.button(key=f"memo_save_{memo.guid}").click().run()
    assert "Ben has changed this memo since you opened it" in html(app)
    assert "Theirs." in html(app)
    assert app.text_area(key=f"memo_text_{memo.guid}").value == "Mine."
    app.button(key=f"memo_save_{memo.guid}").click().run()
    assert memos(study)[0].text == "Mine."


def test_a_memo_leads_to_its_passage(page, study, first):
    """With the words of the passage, and a link to them."""
    keep_memo(study, "Ana", MemoDraft(MemoTarget("I1", first.transcript_id, first.span), "Here."))
    app = page("memos")
    assert "We borrowed them. The owner wanted a logo." in html(app)
    assert f'href="transcripts?interview=I1&amp;at={first.span.start}&amp;visit=' in html(app)


def test_a_milestone_is_frozen_and_compared_with_now(page, study, first):
    """The study page holds both."""
    app = page("study")
    app.text_input(key="milestone_name").set_value("synthesis after I1").run()
    app.button(key="milestone_keep").click().run()
    assert "“synthesis after I1” holds everything up to event" in html(app)
    keep_decisions(study, "Ana", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1")])
    app = page("study")
    assert not app.exception
    assert "<td>Codings</td>" in html(app)
    assert "Borrowed machines" in html(app)
    app.text_input(key="milestone_name").set_value("synthesis after I1").run()
    app.button(key="milestone_keep").click().run()
    assert "There is a milestone" in html(app)
    assert len(milestones(study)) == 1


def test_events_are_filtered_and_paged(page, study, first):
    """By what, who and text; older ones on demand."""
    keep_decisions(
        study, "Ben", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1", memo="okapi")] * 130
    )
    app = page("audit")
    total = len(log(study))
    assert f"100 shown of {total} that fit." in html(app)
    app.button(key="audit_older").click().run()
    assert not app.exception
    assert "study.created" in html(app)
    app.button(key="audit_newest").click().run()
    app.multiselect(key="audit_types").set_value(["study.created"]).run()
    assert "1 shown of 1 that fit." in html(app)
    app.multiselect(key="audit_types").set_value([]).run()
    app.text_input(key="audit_words").set_value("OKAPI").run()
    assert "100 shown of 130 that fit." in html(app)
    app.text_input(key="audit_words").set_value("").run()
    app.selectbox(key="audit_code").set_value("c1").run()
    assert "that fit." in html(app)
    app.selectbox(key="audit_coder").set_value("Ben").run()
    assert "100 shown of 130 that fit." in html(app)


def test_the_life_of_a_coding_and_what_has_none(page, study, first):
    """Asked for by the number of its event."""
    keep_decisions(study, "Ben", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1", memo="<i>why</i>")])
    (event,) = log(study, wanted=LogFilter(types=("decision.made",)))
    app = page("audit")
    app.number_input(key="life_event").set_value(event.id).run()
    assert not app.exception
    assert '<ol class="life">' in html(app)
    assert "<b>Ben</b> <span>added the code</span>" in html(app)
    assert "Memo: &lt;i&gt;why&lt;/i&gt;" in html(app)
    app.number_input(key="life_event").set_value(1).run()
    assert "Event 1 is no decision on a code." in html(app)


def test_the_first_broken_event_is_named(page, study):
    """A value changed by hand is found, and the page says where the record breaks first."""
    app = page("audit")
    app.button(key="verify").click().run()
    assert "The record is whole" in html(app)
    with closing(sqlite3.connect(study.folder / "study.db")) as connection:
        connection.execute("UPDATE event SET payload = '{}' WHERE id = 3")
        connection.commit()
    app.button(key="verify").click().run()
    assert "the first event that does not hold is event 3." in html(app)
