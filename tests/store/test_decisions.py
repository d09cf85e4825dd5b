"""Decisions and the codings that stand after them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from full_study import COST, QUEUE, add_text, answer, suggest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from servers.postgres import on_postgres

from store.audit import verify
from store.codebook import current_codebook
from store.coders import coders
from store.decisions import codings, decisions, keep_decisions, last_word, standing
from store.errors import InvalidInputError
from store.runs import latest_run, suggestions
from store.study import create_study
from store.transcripts import transcript
from store.values import Decision, DecisionDraft, Span, Verdict

SPANS = st.builds(lambda a, n: Span(a, a + n), st.integers(0, 2), st.integers(1, 2))
NOW = datetime(2025, 1, 1, tzinfo=UTC)
NOT_KEPT = "\0" if on_postgres() else ""
"""What PostgreSQL refuses in a text, which a test of its own tries."""


@st.composite
def histories(draw):
    """Decisions of two coders on few spans and codes, so that they meet often."""
    made = []
    for number in range(draw(st.integers(0, 25))):
        verdict = draw(st.sampled_from(Verdict))
        made.append(
            Decision(
                number, f"d{number}", "I1", draw(st.integers(1, 2)), draw(SPANS), verdict,
                None if verdict is Verdict.READ else draw(st.sampled_from(["queue", "cost"])),
                draw(st.sampled_from(["ada", "ben"])), None, None, NOW, NOW, "", None,
            )
        )  # fmt: skip
    return made


@settings(max_examples=200, deadline=None)
@given(histories())
def test_what_stands_is_the_last_word_of_each(made):
    """For every coder, text, span and code, what stands is the newest decision there is, unless it withdraws."""
    kept = standing(made)
    places = {(d.coder, d.transcript_id, d.span, d.code) for d in made if d.code is not None}
    for place in places:
        newest = [d for d in made if (d.coder, d.transcript_id, d.span, d.code) == place][-1]
        assert kept.get(place) == (None if newest.verdict is Verdict.WITHDRAW else newest)
    assert set(kept) <= places
    assert [d.id for d in kept.values()] == sorted(d.id for d in kept.values())


class Reviewing(RuleBasedStateMachine):
    """Two coders at work on one small interview, against a plain dictionary."""

    folder_factory = None

    def __init__(self) -> None:
        super().__init__()
        folder = self.folder_factory.mktemp("reviewing")
        self.study = create_study(folder / "study")
        self.transcript = add_text(self.study, folder, "I1", ("🙂 abc",))
        self.last: dict[tuple[str, Span, str], Verdict] = {}
        self.count = 0

    @rule(
        coder=st.sampled_from(["ada", "ben"]),
        batch=st.lists(
            st.tuples(SPANS, st.sampled_from(["queue", "cost"]), st.sampled_from([Verdict.ADD, Verdict.WITHDRAW])),
            min_size=1,
            max_size=3,
        ),
    )
    def decide(self, coder, batch):
        drafts = [DecisionDraft(self.transcript.id, span, verdict, code) for span, code, verdict in batch]
        made = keep_decisions(self.study, coder, drafts)
        assert [(d.span, d.code, d.verdict) for d in made] == batch
        for span, code, verdict in batch:
            self.last[coder, span, code] = verdict
        self.count += len(batch)

    @rule(span=SPANS)
    def read(self, span):
        keep_decisions(self.study, "ada", [DecisionDraft(self.transcript.id, span, Verdict.READ)])
        self.count += 1

    @precondition(lambda self: self.last)
    @rule()
    def refused(self):
        good = DecisionDraft(self.transcript.id, Span(0, 1), Verdict.ADD, "queue")
        bad = DecisionDraft(self.transcript.id, Span(0, 99), Verdict.ADD, "queue")
        with pytest.raises(InvalidInputError):
            keep_decisions(self.study, "ben", [good, bad])

    @invariant()
    def codings_are_those_added_last(self):
        wanted = {place for place, verdict in self.last.items() if verdict is Verdict.ADD}
        assert {(c.coder, c.span, c.code) for c in codings(self.study)} == wanted
        assert len(decisions(self.study)) == self.count
        for (coder, span, code), verdict in self.last.items():
            word = last_word(self.study, coder, self.transcript.id, span, code)
            assert (word is None) == (verdict is Verdict.WITHDRAW)

    def teardown(self):
        assert verify(self.study).faults == ()
        self.study.close()


def test_codings_follow_any_sequence_of_decisions(tmp_path_factory):
    """Whatever two coders do, in whatever batches, the database agrees with a dictionary of last words."""
    Reviewing.folder_factory = tmp_path_factory
    run_state_machine_as_test(
        Reviewing, settings=settings(max_examples=8, stateful_step_count=12, deadline=None)
    )  # fmt: skip


@pytest.fixture
def shown(full):
    """A fresh suggestion on the written interview, and that interview."""
    run = latest_run(full)
    assert run is not None
    return suggest(full, run, "T1", COST, "later")[0], transcript(full, "T1")


def refused(study, coder, drafts, words):
    before = verify(study), coders(study), decisions(study)
    with pytest.raises(InvalidInputError, match=words):
        keep_decisions(study, coder, drafts)
    assert (verify(study), coders(study), decisions(study)) == before


@pytest.mark.parametrize("verdict", [Verdict.ACCEPT, Verdict.REJECT])
def test_an_answer_needs_the_suggestion_it_answers(full, shown, verdict):
    """No suggestion, an unknown one, one of another code or of another interview: refused, and the batch with it."""
    suggestion, written = shown
    other = next(s for s in suggestions(full) if s.interview == "R1")
    good = answer(suggestion, written, verdict)
    for broken in (
        DecisionDraft(written.id, suggestion.span, verdict, COST),
        DecisionDraft(written.id, suggestion.span, verdict, COST, 999_999),
        DecisionDraft(written.id, suggestion.span, verdict, QUEUE, suggestion.id),
        DecisionDraft(written.id, suggestion.span, verdict, QUEUE, other.id),
    ):
        refused(full, "newcomer", [good, broken, good], "answers no suggestion|does not have")
    (made,) = keep_decisions(full, "newcomer", [good])
    assert (made.verdict, made.code, made.suggestion_id) == (verdict, COST, suggestion.id)


def test_a_correction_of_a_suggestion_points_at_one_of_its_own_interview(full, shown):
    """Adding another code in place of a suggestion may name it, but not one of another interview."""
    suggestion, written = shown
    other = next(s for s in suggestions(full) if s.interview == "R1")
    keep_decisions(full, "ada", [DecisionDraft(written.id, suggestion.span, Verdict.ADD, QUEUE, suggestion.id)])
    refused(full, "ada", [DecisionDraft(written.id, other.span, Verdict.ADD, QUEUE, other.id)], "does not have")


def test_impossible_decisions_are_refused(full):
    """A span beyond the text, a code where there is none to be, none where one is needed, a time without a zone."""
    written = transcript(full, "T1")
    length = len(written.text)
    good = DecisionDraft(written.id, Span(0, 3), Verdict.ADD, QUEUE)
    for broken, words in (
        (DecisionDraft(written.id, Span(0, length + 1), Verdict.ADD, QUEUE), "past the end"),
        (DecisionDraft(written.id, Span(0, 3), Verdict.ADD), "needs code"),
        (DecisionDraft(written.id, Span(0, 3), Verdict.READ, QUEUE), "takes no code"),
        (DecisionDraft(written.id, Span(0, 3), Verdict.ADD, QUEUE, at=datetime(2025, 1, 1)), "no time zone"),  # noqa: DTZ001
    ):
        refused(full, "newcomer", [good, broken], words)
    refused(full, "  ", [good], "needs a name")
    refused(full, "x" * 201, [good], "1 to 200")
    keep_decisions(full, "ada", [DecisionDraft(written.id, Span(0, length), Verdict.ADD, QUEUE)])


@settings(max_examples=30, deadline=None)
@given(
    at=st.datetimes(
        datetime(1990, 1, 1), datetime(2090, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    ),
    memo=st.text(st.characters(codec="utf-8", exclude_characters=NOT_KEPT), max_size=20),
)  # fmt: skip
def test_a_decision_reads_back_as_it_was_made(full_once, at, memo):
    """Any zone's time and any memo come back, the moment the same, and the log agrees with the row."""
    place = transcript(full_once, "T1").id
    draft = DecisionDraft(place, Span(0, 3), Verdict.ADD, QUEUE, at=at, memo=memo, sitting="s1")
    (made,) = keep_decisions(full_once, "ada", [draft])
    assert decisions(full_once)[-1] == made
    assert (made.at, made.memo, made.sitting) == (at, memo, "s1")
    assert verify(full_once).faults == ()


def test_the_last_word_is_of_exactly_that_place(full):
    """Another coder, code or span has no say; a withdrawal leaves nothing, a later word counts again."""
    written = transcript(full, "T1")
    place = (written.id, Span(0, 3), COST)
    assert last_word(full, "ada", *place) is None
    for verdict in (Verdict.ADD, Verdict.WITHDRAW, Verdict.ADD):
        (made,) = keep_decisions(full, "ada", [DecisionDraft(place[0], place[1], verdict, COST)])
        assert last_word(full, "ada", *place) == (None if verdict is Verdict.WITHDRAW else made)
    assert last_word(full, "ben", *place) is None
    assert last_word(full, "ada", written.id, Span(0, 4), COST) is None
    assert last_word(full, "ada", written.id, Span(0, 3), QUEUE) is None


def test_decisions_can_be_asked_for_by_interview_and_coder(full):
    """Filters leave the order of recording and take nothing else away."""
    every = decisions(full)
    assert [d.id for d in every] == sorted(d.id for d in every)
    assert decisions(full, interview="R1") == tuple(d for d in every if d.interview == "R1")
    assert decisions(full, interview="R1", coder="ben") == tuple(
        d for d in every if d.interview == "R1" and d.coder == "ben"
    )
    assert {c.coder for c in codings(full, coder="ben")} == {"ben"}
    assert decisions(full, coder="nobody") == ()


def test_rejections_and_readings_are_no_codings(full):
    """Of the study's verdicts only accepted and added codes stand as codings, with their memos."""
    book = current_codebook(full)
    assert book is not None
    found = codings(full, interview="T1")
    assert sorted((c.coder, c.code) for c in found) == sorted([("ada", QUEUE), ("ada", COST), ("ben", QUEUE)])
    assert {c.memo for c in found} == {"a memo", ""}
    assert [d.codebook_id for d in decisions(full, interview="T1") if d.verdict is Verdict.READ] == [book.id]
