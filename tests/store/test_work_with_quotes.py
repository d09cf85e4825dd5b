"""Saved queries, picked quotes and theme summaries: kept by events, in order, and erased with their interview."""

import pytest
from by_hand import asked_by_hand, by_hand, everything_in
from full_study import COST, QUEUE, full_study, turns
from hypothesis import given, settings
from hypothesis import strategies as st

from store.audit import verify
from store.candidates import Place
from store.erase import erase_interview
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.event_log import log
from store.interviews import interview
from store.quote_lists import drop_quotes, note_quote, pick_quotes, picks, place_quote, quote_lists
from store.saved_queries import remove_query, save_query, saved_queries
from store.summaries import SummaryDraft, SummarySentence, keep_summary, summaries
from store.transcripts import revise_transcript, transcript
from store.values import Span


@pytest.fixture
def study(tmp_path):
    with full_study(tmp_path) as made:
        yield made


def turn_of(study, label, number):
    text = transcript(study, label)
    return text.id, text.turns[number].span


def draft(study, labels=("R1", "T1"), **more):
    """A summary with one sentence on the first turn of each interview."""
    shown = tuple(
        Place(interview(study, label).guid, transcript(study, label).revision, turn_of(study, label, 0)[1])
        for label in labels
    )
    given = {
        "theme": COST,
        "sentences": tuple(
            SummarySentence(f"Sentence about {label}.", (place,)) for label, place in zip(labels, shown, strict=True)
        ),
        "shown": shown,
        "basis": {},
        "of": 7,
        "dropped": {"rests on nothing": 1},
        "prompt": "theme_summary.v1",
        "prompt_sha256": "p" * 64,
        "rendered": "The quokka prompt.",
        "model": "tiny",
        "model_sha256": "m" * 64,
        "options": {"seed": 1},
    }
    return SummaryDraft(**(given | more))


def test_a_query_is_saved_changed_removed_and_brought_back(study):
    """Its newest revision counts, its GUID stays, and every revision is an event."""
    made = save_query(study, "ada", "  Machines  and power ", {"words": "power"}, note="for the paper")
    assert (made.name, made.revision) == ("Machines and power", 1)
    changed = save_query(study, "ben", "Power", {"words": "bill"}, guid=made.guid)
    assert [(q.name, q.asked, q.coder, q.revision) for q in saved_queries(study)] == [
        ("Power", {"words": "bill"}, "ben", 2)
    ]
    remove_query(study, "ada", made.guid)
    assert saved_queries(study) == ()
    with pytest.raises(NotFoundError, match="no such saved query"):
        remove_query(study, "ada", made.guid)
    save_query(study, "ada", changed.name, changed.asked, guid=made.guid)
    assert [q.revision for q in saved_queries(study)] == [4]
    assert sum(event.type == "query.saved" for event in log(study)) == 4


def test_two_queries_do_not_share_a_name_and_one_needs_a_name(study):
    """Capitals do not make another name; a removed one frees its name."""
    first = save_query(study, "ada", "Power", {})
    with pytest.raises(ConflictError, match="“POWER” already"):
        save_query(study, "ada", "POWER", {})
    for name in (" \n ", "x" * 201):
        with pytest.raises(InvalidInputError, match="1 to 200"):
            save_query(study, "ada", name, {})
    remove_query(study, "ada", first.guid)
    save_query(study, "ada", "POWER", {})
    with pytest.raises(NotFoundError):
        save_query(study, "ada", "New", {}, guid="nobody's")


def test_quotes_keep_the_order_that_was_given_and_their_notes(study):
    """Picking twice changes nothing; moving, noting and dropping do what they say."""
    places = [turn_of(study, "R1", 0), turn_of(study, "T1", 1), turn_of(study, "R1", 2)]
    pick_quotes(study, "ada", "Paper", places)
    pick_quotes(study, "ada", "Paper", places[:1])
    note_quote(study, "ben", "Paper", places[1], " opens section 4 ")
    place_quote(study, "ben", "Paper", places[2], before=places[0])
    found = place_quote(study, "ben", "Paper", places[0], before=None)
    assert [(p.transcript_id, p.span) for p in found] == [places[2], places[1], places[0]]
    assert [p.note for p in found] == ["", "opens section 4", ""]
    assert drop_quotes(study, "ada", "Paper", [places[1], (1, Span(0, 1))]) == (found[0], found[2])
    pick_quotes(study, "ada", "Talk", places[:1])
    assert quote_lists(study) == ("Paper", "Talk")
    drop_quotes(study, "ada", "Paper", [places[0], places[2]])
    assert quote_lists(study) == ("Talk",)
    with pytest.raises(NotFoundError, match="not in the list"):
        place_quote(study, "ada", "Paper", places[0], before=None)


def test_impossible_picks_are_refused_whole(study):
    """A list without a name, a stretch past the end, an interview that is gone: nothing is kept, not even the rest."""
    good, number = turn_of(study, "R1", 0), transcript(study, "R1").id
    for name, place, error in (
        (" ", good, InvalidInputError),
        ("Paper", (number, Span(0, 10**6)), InvalidInputError),
        ("Paper", (999, Span(0, 3)), NotFoundError),
    ):
        with pytest.raises(error):
            pick_quotes(study, "ada", name, [good, place])
    assert quote_lists(study) == ()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.one_of(st.none(), st.integers(0, 4))), max_size=12))
def test_moving_is_moving_in_a_list(tmp_path_factory, moves):
    """Whatever is moved where, the order is that of a plain list from which it is taken and put in again."""
    with full_study(tmp_path_factory.mktemp("moves")) as study:
        places = [
            turn_of(study, label, number) for label, number in (("R1", 0), ("R1", 1), ("R1", 2), ("T1", 0), ("T1", 1))
        ]
        pick_quotes(study, "ada", "Paper", places)
        expected = list(places)
        for what, before in moves:
            place_quote(study, "ada", "Paper", places[what], None if before is None else places[before])
            if before != what:
                expected.remove(places[what])
                expected.insert(len(expected) if before is None else expected.index(places[before]), places[what])
        assert [(p.transcript_id, p.span) for p in picks(study, "Paper")] == expected


def test_a_picked_quote_follows_a_correction_and_can_be_dropped_there(study):
    """It stands in the newest revision, one time, and dropping it by its new place takes it out."""
    pick_quotes(study, "ada", "Paper", [turn_of(study, "T1", 1)])
    old = transcript(study, "T1")
    texts = tuple(turn.span.of(old.text) for turn in old.turns)
    revise_transcript(study, "T1", turns(("Longer than before: " + texts[0], *texts[1:])), coder="ada")
    (moved,) = picks(study, "Paper")
    new = transcript(study, "T1")
    assert (moved.transcript_id, moved.span.of(new.text), moved.needs_look) == (new.id, texts[1], False)
    pick_quotes(study, "ada", "Paper", [(new.id, moved.span)])
    assert len(picks(study, "Paper")) == 1
    assert drop_quotes(study, "ada", "Paper", [(new.id, moved.span)]) == ()


def test_a_summary_is_kept_as_it_was_written(study):
    """With its quotes, its prompt and what was dropped; of one theme or of all."""
    made = keep_summary(study, "ada", draft(study))
    assert summaries(study) == summaries(study, COST) == (made,)
    assert summaries(study, QUEUE) == ()
    assert (made.draft.read, made.draft.of, made.draft.dropped) == (2, 7, {"rests on nothing": 1})


def test_a_sentence_that_rests_on_nothing_is_never_kept(study):
    """Neither one without quotes nor one on a quote that was not shown."""
    whole = draft(study)
    for quotes in ((), (Place(whole.shown[0].interview, 1, Span(0, 1)),)):
        with pytest.raises(InvalidInputError, match="rests on no quote"):
            keep_summary(study, "ada", draft(study, sentences=(SummarySentence("Free floating.", quotes),)))
    assert summaries(study) == ()


def test_erasing_an_interview_takes_its_picks_and_the_summaries_that_read_it(study):
    """The chain still verifies, the other interview's quotes and summaries stay, and no byte of the prompt does."""
    pick_quotes(study, "ada", "Paper", [turn_of(study, "R1", 0), turn_of(study, "T1", 0)])
    keep_summary(study, "ada", draft(study))
    kept = keep_summary(study, "ada", draft(study, labels=("T1",), rendered="Only numbats."))
    erase_interview(study, "R1", coder="ada")
    assert [p.interview for p in picks(study, "Paper")] == ["T1"]
    assert summaries(study) == (kept,)
    assert verify(study).faults == ()
    left = everything_in(study) if study.place else (study.folder / "study.db").read_bytes().decode(errors="replace")
    assert "quokka prompt" not in left
    assert "numbats" in left
    with pytest.raises(NotFoundError, match="erased in the meantime"):
        keep_summary(study, "ada", draft_of_gone(kept))


def draft_of_gone(kept):
    """The same summary over an interview that does not exist any more."""
    gone = Place("99999999-9999-4999-8999-999999999999", 1, Span(0, 3))
    return SummaryDraft(
        **{name: getattr(kept.draft, name) for name in kept.draft.__slots__ if name not in ("shown", "sentences")},
        shown=(gone,),
        sentences=(SummarySentence("Gone.", (gone,)),),
    )


@pytest.mark.parametrize(
    "table", {"saved_query": "name = 'x'", "quote_pick": "place = 9", "summary": '"of" = 1'}.items()
)
def test_what_is_changed_by_hand_is_found(study, table):
    """In each of the three tables the first broken event is named; untouched, nothing is."""
    save_query(study, "ada", "Power", {})
    pick_quotes(study, "ada", "Paper", [turn_of(study, "R1", 0)])
    keep_summary(study, "ada", draft(study))
    assert verify(study).faults == ()
    name, change = table
    by_hand(study, f"UPDATE {name} SET {change}")  # noqa: S608 - our own names
    ((number,),) = asked_by_hand(study, f"SELECT min(event_id) FROM {name}")  # noqa: S608 - our own names
    assert verify(study).first_broken == number
