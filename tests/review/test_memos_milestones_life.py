"""Finding memos, comparing states, and the life of a coding."""

import pytest
from study_builder import word_embeddings

from assistant.codebook import change_code, merge_codes
from assistant.review import Blindness, Sitting
from assistant.review.life import coding_of_event, life
from assistant.review.memos import find_memos
from assistant.review.milestones import compare_states, milestone_of
from assistant.suggest import propose, suggest
from store.adjudications import AdjudicationDraft, adjudicate
from store.codebook import current_codebook
from store.decisions import decisions, keep_decisions
from store.double_coding import DoubleCodingDraft, finish_double_coding, keep_double_coding
from store.errors import InvalidInputError, NotFoundError
from store.event_log import LogFilter, log
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.milestones import keep_milestone
from store.remarks import keep_remark
from store.segments import segments
from store.values import DecisionDraft, RemarkKind, Role, Verdict


def spoken(study):
    return segments(study, role=Role.PARTICIPANT)


def code(study, name):
    return current_codebook(study).find(name).guid


@pytest.fixture
def noted(machines):
    first = spoken(machines)[0]
    keep_memo(machines, "ada", MemoDraft(MemoTarget(), "About évaluation.", "Method"))
    place = MemoTarget(first.interview, first.transcript_id, first.span)
    keep_memo(machines, "ben", MemoDraft(place, "He hesitates."))
    keep_memo(machines, "ada", MemoDraft(MemoTarget(code=code(machines, "queue")), "Narrow it."))
    return machines


def texts(found):
    return [each.memo.text for each in found]


def test_memos_are_found_by_any_of_their_words(noted):
    """Text, title, author, code and the words of the passage; capitals and accents do not count; newest first."""
    everybody = Blindness("")
    assert texts(find_memos(noted, everybody)) == ["Narrow it.", "He hesitates.", "About évaluation."]
    for words, wanted in {
        "EVALUATION method": ["About évaluation."],
        "ben": ["He hesitates."],
        "code queue": ["Narrow it."],
        spoken(noted)[0].text.split()[-1].upper(): ["He hesitates."],
        "zyzzyva": [],
    }.items():
        assert texts(find_memos(noted, everybody, words=words)) == wanted, words
    assert texts(find_memos(noted, everybody, kinds=["code", "study"])) == ["Narrow it.", "About évaluation."]
    assert texts(find_memos(noted, everybody, coder="ben")) == ["He hesitates."]


def test_a_memo_leads_to_its_place(noted):
    """The link names the interview and where the passage begins; the quote is the slice."""
    first = spoken(noted)[0]
    (found,) = find_memos(noted, Blindness(""), kinds=["passage"])
    assert found.quote == first.text
    assert found.link == f"transcripts?interview={first.interview}&at={first.span.start}"
    assert find_memos(noted, Blindness(""), kinds=["study"])[0].link == ""


def test_memos_of_others_on_what_is_coded_blind_stay_hidden(noted):
    """One’s own are shown."""
    label = spoken(noted)[0].interview
    assert texts(find_memos(noted, Blindness("cleo", frozenset({label})))) == ["Narrow it.", "About évaluation."]
    assert "He hesitates." in texts(find_memos(noted, Blindness("ben", frozenset({label}))))


def test_a_state_is_compared_with_now(machines):
    """Counts, uses of codes and the codebook, as of the milestone and after it."""
    first, second, *_ = spoken(machines)
    queue, licence = code(machines, "queue"), code(machines, "licence")
    keep_decisions(machines, "ada", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, queue)])
    keep_milestone(machines, "ada", "after I1")
    keep_decisions(
        machines,
        "ben",
        [
            DecisionDraft(second.transcript_id, second.span, Verdict.ADD, licence),
            DecisionDraft(second.transcript_id, second.span, Verdict.READ),
        ],
    )
    change_code(machines, queue, {"name": "waiting lines"}, coder="ada")
    found = compare_states(machines, milestone_of(machines, "after I1").through)
    counts = {what: (was, now) for what, was, now in found.counts}
    assert counts["Codings"] == (1, 2)
    assert counts["Coders"] == (1, 2)
    assert counts["Segments read, by each coder"] == (0, 1)
    assert counts["Codebook versions"] == (1, 2)
    assert {use.name: (use.before, use.after) for use in found.codes} == {"waiting lines": (1, 1), "licence": (0, 1)}
    assert [(d.kind, d.before, d.after) for d in found.codebook] == [("renamed", "queue", "waiting lines")]
    same = compare_states(machines, found.after, found.after)
    assert all(was == now for _, was, now in same.counts)
    with pytest.raises(NotFoundError, match="There is no milestone “never”"):
        milestone_of(machines, "never")


def test_the_life_of_a_coding_from_the_suggestion_to_the_adjudication(machines):
    """In the order of time: suggested, accepted, moved, remarked, memo, code renamed and merged, adjudicated."""
    suggest(machines, word_embeddings(machines)[0], None)
    segment = next(s for s in spoken(machines) if propose(machines).by_segment.get(s.id))
    draft = propose(machines).by_segment[segment.id][0]
    sitting = Sitting("ada")
    (made,) = sitting.accept(machines, segment, draft)
    shorter = type(segment.span)(segment.span.start, segment.span.end - 1)
    _, moved = sitting.respan(machines, segment, made, shorter)
    keep_remark(machines, "ben", moved.guid, RemarkKind.CHALLENGE, "Too short.")
    keep_memo(machines, "ada", MemoDraft(MemoTarget(decision=moved.guid), "I think so."))
    change_code(machines, draft.code, {"name": "another name"}, coder="cleo")
    other = next(c.guid for c in current_codebook(machines).codes if c.guid != draft.code and c.parent is not None)
    merge_codes(machines, other, [draft.code], coder="cleo")
    spans = {segment.interview: ((segment.transcript_id, segment.span),)}
    drawn = keep_double_coding(machines, "ada", DoubleCodingDraft("r", "ben", 1, None, spans))
    finish_double_coding(machines, "ben", drawn.guid)
    adjudicate(
        machines,
        "ada",
        [AdjudicationDraft(drawn.guid, segment.transcript_id, shorter, other, True, "yes", (moved.guid,))],
    )
    found = life(machines, made.guid)
    assert [(m.who, m.what) for m in found.moments] == [
        ("The machine", f"suggested it with {100 * draft.probability:.0f} %"),
        ("ada", "accepted the suggestion"),
        ("ada", "took it back"),
        ("ada", "put it on another stretch, or under another code"),
        ("ben", "said in the open review: challenge"),
        ("ada", "wrote a memo on it"),
        ("cleo", "renamed the code to “another name”"),
        ("cleo", f"merged the code “another name” into “{current_codebook(machines).find(other).name}”"),
        ("ada", "adjudicated: it applies"),
    ]
    assert found.quote == segment.text[:-1]
    assert found.code == current_codebook(machines).find(other).name
    assert life(machines, moved.guid) == found, "whichever decision is asked for"


def test_a_reading_has_no_life_and_events_lead_to_decisions(machines):
    """Only decisions on codes do."""
    first = spoken(machines)[0]
    made = keep_decisions(
        machines,
        "ada",
        [
            DecisionDraft(first.transcript_id, first.span, Verdict.ADD, code(machines, "queue")),
            DecisionDraft(first.transcript_id, first.span, Verdict.READ),
        ],
    )
    add, read = log(machines, wanted=LogFilter(types=("decision.made",)))
    assert coding_of_event(machines, add.id) == made[0].guid
    assert coding_of_event(machines, read.id) is None
    assert coding_of_event(machines, 1) is None
    with pytest.raises(InvalidInputError, match="it codes nothing"):
        life(machines, made[1].guid)
    assert len(decisions(machines)) == 2
