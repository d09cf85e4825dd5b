"""Every filter of the query, alone and together; codes near each other; the shelf that follows what others do."""

from dataclasses import replace
from datetime import UTC, date
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quoted_study import build, by_hand, guid, proposed, segment_at

from assistant.quotes import QuoteQuery, Shelf, find, neighbours, quotes
from store.adjudications import AdjudicationDraft, adjudicate
from store.codebook import current_codebook, keep_codebook
from store.decisions import codings, keep_decisions
from store.double_coding import DoubleCodingDraft, finish_double_coding, keep_double_coding
from store.erase import erase_interview
from store.errors import InvalidInputError, NotFoundError
from store.interviews import set_attributes
from store.runs import suggestions
from store.segments import segments
from store.transcripts import transcript
from store.values import Code, DecisionDraft, Role, State, Verdict

PLAIN = QuoteQuery(fold=False, limit=None)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The study, its shelf and its proposals, for tests that change nothing."""
    with build(tmp_path_factory.mktemp("quoted")) as study:
        yield study, Shelf(study), proposed(study)


@pytest.fixture
def study(tmp_path):
    with build(tmp_path) as made:
        yield made


def asked(kept, **what):
    study, shelf, waiting = kept
    return quotes(study, replace(PLAIN, **what), shelf=shelf, proposals=waiting)


def places(found):
    return [(q.interview, q.text[:8], q.codes) for q in found]


QUEUE_I1 = ("I1", "We wait ", ("queue", "cost"))
INNER = ("I1", "We wait ", ("queue",))
SIDE = ("I1", "wait in ", ("licence",))
BILL = ("I1", "The powe", ("cost",))
ASKED = ("I2", "How do y", ("queue",))
LETTERS = ("I2", "Licences", ("licence",))
WEST_QUEUE = ("I3", "We wait ", ("queue",))
DULL = ("I3", "Filterin", ("cleaning",))
ALL = [QUEUE_I1, INNER, SIDE, BILL, ASKED, LETTERS, WEST_QUEUE, DULL]
CONFIRMED = {"state": State.CONFIRMED}


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ({"state": State.CONFIRMED}, ALL),
        ({"codes": ("queue",)}, [QUEUE_I1, INNER, ASKED, WEST_QUEUE]),
        ({"codes": ("Cost", "licence")}, [QUEUE_I1, SIDE, BILL, LETTERS]),
        ({"theme": "data"}, [SIDE, LETTERS, DULL]),
        ({"theme": "compute", "codes": ("cost",)}, [QUEUE_I1, BILL]),
        ({"theme": "data", "codes": ("queue",)}, []),
        ({"codes": ("queue", "cost"), "match": "all"}, [QUEUE_I1, INNER]),
        ({"codes": ("queue", "licence"), "match": "all"}, [QUEUE_I1, INNER, SIDE]),
        ({"codes": ("queue",), "match": "all"}, [QUEUE_I1, INNER, ASKED, WEST_QUEUE]),
        ({"codes": ("queue", "licence"), "match": "near", "within": 0}, [QUEUE_I1, INNER, SIDE]),
        ({"codes": ("queue", "licence"), "match": "near", "within": 2}, [QUEUE_I1, INNER, SIDE, ASKED, LETTERS]),
        ({"codes": ("cost", "licence"), "match": "near", "within": 1}, [QUEUE_I1, SIDE]),
        ({"codes": ("cost", "licence"), "match": "near", "within": 2}, [QUEUE_I1, SIDE, BILL]),
        ({**CONFIRMED, "roles": (Role.INTERVIEWER,)}, [ASKED]),
        ({**CONFIRMED, "interviews": ("I2", "I3")}, [ASKED, LETTERS, WEST_QUEUE, DULL]),
        ({**CONFIRMED, "where": (("region", "WEST"), ("region", "south"))}, [ASKED, LETTERS, WEST_QUEUE, DULL]),
        ({**CONFIRMED, "coder": "ann"}, [("I1", "We wait ", ("queue",)), INNER, SIDE, LETTERS]),
        ({**CONFIRMED, "decided_from": date(2026, 3, 6)}, [ASKED, LETTERS, WEST_QUEUE, DULL]),
        ({**CONFIRMED, "decided_from": date(2026, 3, 2), "decided_to": date(2026, 3, 2)}, [QUEUE_I1]),
        ({"codes": ("cost",), "decided_from": date(2026, 3, 3)}, [BILL]),
        ({**CONFIRMED, "probability_from": 0.9}, [DULL]),
        ({**CONFIRMED, "probability_from": 0.0, "probability_to": 0.8}, []),
        ({**CONFIRMED, "words": "wait"}, [QUEUE_I1, INNER, SIDE, WEST_QUEUE]),
        ({**CONFIRMED, "words": "weeks"}, [QUEUE_I1, WEST_QUEUE]),
        ({**CONFIRMED, "words": '"queue for the"'}, [WEST_QUEUE]),
        ({**CONFIRMED, "words": "wait ~3 queue -weeks"}, [INNER, SIDE]),
        ({"state": State.REJECTED}, [("I3", "Filterin", ("cost",))]),
        ({"state": State.REJECTED, "codes": ("queue",)}, []),
        ({"state": State.REJECTED, "probability_to": 0.3}, [("I3", "Filterin", ("cost",))]),
        ({"state": State.REJECTED, "decided_to": date(2026, 3, 7)}, []),
        ({"state": State.SUGGESTED}, [("I1", "My garde", ("cleaning",)), ("I2", "We never", ("queue",))]),
        ({"state": State.SUGGESTED, "probability_from": 0.5}, [("I2", "We never", ("queue",))]),
        ({"state": State.SUGGESTED, "decided_from": date(2026, 1, 1)}, []),
        ({"state": State.UNCODED, "roles": (Role.PARTICIPANT,)}, []),
        ({"state": State.UNCODED, "words": "thank"}, [("I1", "Thank yo", ())]),
        ({"state": State.UNCODED, "probability_from": 0.0}, []),
        ({"words": "garden OR thank*"}, [("I1", "My garde", ("cleaning",)), ("I1", "Thank yo", ())]),
        ({"probability_to": 0.5}, [("I1", "My garde", ("cleaning",)), ("I3", "Filterin", ("cleaning",))]),
    ],
)
def test_every_filter_finds_what_it_names(kept, what, found):
    """Alone or with others, by coding or by segment, in study order with the longer stretch first."""
    assert places(asked(kept, **what)) == found


@pytest.mark.parametrize(
    ("what", "error", "says"),
    [
        ({"codes": ("queue",), "match": "near"}, InvalidInputError, "at least two codes"),
        ({"codes": ("queue", "QUEUE"), "match": "near"}, InvalidInputError, "at least two codes"),
        ({"coder": "eve", "adjudicated": True}, InvalidInputError, "not for both"),
        ({"words": '"open'}, InvalidInputError, "not closed"),
        ({"coder": "nobody"}, NotFoundError, "there are: "),
        ({"interviews": ("I9",)}, NotFoundError, "there are: I1, I2, I3"),
        ({"order": "typical"}, InvalidInputError, "interview reindex"),
        ({"meaning": "power"}, InvalidInputError, "interview reindex"),
    ],
)
def test_what_cannot_be_asked_is_said(kept, what, error, says):
    """One sentence each."""
    with pytest.raises(error, match=says):
        asked(kept, **what)


def test_codes_near_each_other_are_shown_with_their_partners(kept):
    """Each with the nearest stretch of the other code, how many turns away, and the exact text there."""
    bill = asked(kept, codes=("cost", "licence"), match="near", within=2)[-1]
    (partner,) = bill.partners
    assert (partner.code, partner.turns, partner.text) == ("licence", 2, "wait in a queue f")
    assert transcript(kept[0], "I1").text[partner.start : partner.end] == partner.text
    first = asked(kept, codes=("queue", "cost"), match="near", within=0)[0]
    assert (first.codes, first.partners) == (("queue", "cost"), ())


def test_a_near_partner_need_not_fit_the_other_filters(kept):
    """Words and roles are asked of the quote, not of what stands near it."""
    found = asked(kept, codes=("queue", "licence"), match="near", within=2, words="letters")
    assert places(found) == [LETTERS]
    assert found[0].partners[0].text == "How do you get machines?"


def test_a_quote_tells_when_it_was_decided_and_how_likely_it_was(kept):
    """The last decision that counts, the suggestion's probability, whose codes they are."""
    first, *_, last = asked(kept, state=State.CONFIRMED)
    assert first.decided.date() == date(2026, 3, 3)
    assert first.coders == ("ann", "eve")
    assert first.guids == (guid(kept[0], "queue"), guid(kept[0], "cost"))
    assert (last.probability, first.probability) == (0.9, None)
    (second,) = asked(kept, codes=("cost",), decided_to=date(2026, 3, 2))
    assert second.decided.date() == date(2026, 3, 2)


def test_duplicates_are_folded_into_the_first_and_kept_there(kept):
    """What lies within and adds no code, and what is said in nearly the same words; another code is no duplicate."""
    study, shelf, waiting = kept
    found = find(study, QuoteQuery(state=State.CONFIRMED), shelf=shelf, proposals=waiting)
    assert places(found.quotes) == [QUEUE_I1, SIDE, BILL, ASKED, LETTERS, DULL]
    assert [(f.quote.interview, f.reason) for f in found.quotes[0].folded] == [
        ("I1", "nested"),
        ("I3", "nearly the same words"),
    ]
    assert (found.total, found.folded) == (6, 2)
    everything = find(study, QuoteQuery(), shelf=shelf, proposals=waiting)
    assert (everything.total, everything.folded) == (len(segments(study)) - 1, 1)  # short questions are no duplicates


def test_only_so_many_are_listed_and_all_are_counted(kept):
    """The limit comes after folding."""
    study, shelf, waiting = kept
    found = find(study, QuoteQuery(state=State.CONFIRMED, limit=2), shelf=shelf, proposals=waiting)
    assert places(found.quotes) == [QUEUE_I1, SIDE]
    assert found.total == 6
    assert find(study, QuoteQuery(limit=0), shelf=shelf, proposals=waiting).quotes == ()


@pytest.mark.parametrize(("applies", "now"), [(True, ("adjudicated",)), (False, ())])
def test_adjudicated_quotes_are_the_codings_that_statistics_count(study, applies, now):
    """What was disputed stands once or not at all, and its day is that of the adjudication."""
    segment = segment_at(study, "I3", 1)
    drawn = keep_double_coding(
        study, "lead", DoubleCodingDraft("round", "ann", 1, None, {"I3": ((segment.transcript_id, segment.span),)})
    )
    finish_double_coding(study, "ann", drawn.guid)
    queue = guid(study, "queue")
    adjudicate(study, "lead", [AdjudicationDraft(drawn.guid, segment.transcript_id, segment.span, queue, applies)])
    shelf = Shelf(study)
    found = quotes(study, replace(PLAIN, adjudicated=True, codes=("queue",)), shelf=shelf)
    assert [q.coders for q in found if q.interview == "I3"] == [now][: len(now)]
    assert [q.interview for q in found if q.interview != "I3"] == ["I1", "I1", "I2"]
    assert len(quotes(study, replace(PLAIN, adjudicated=True), shelf=shelf)) == 7 + applies


def test_the_shelf_follows_whatever_anybody_does(study):
    """A decision, a withdrawal, a renamed code, an attribute, an erasure: the next query knows."""
    shelf, other = Shelf(study), Shelf(study)
    queue = replace(PLAIN, codes=("queue",))
    assert len(quotes(study, queue, shelf=shelf)) == 4
    bill = segment_at(study, "I1", 3)
    coded = DecisionDraft(bill.transcript_id, bill.span, Verdict.ADD, guid(study, "queue"))
    keep_decisions(study, "eve", [coded])
    assert len(quotes(study, queue, shelf=shelf)) == len(quotes(study, queue, shelf=other)) == 5
    keep_decisions(study, "eve", [replace(coded, verdict=Verdict.WITHDRAW)])
    assert len(quotes(study, queue, shelf=shelf)) == 4
    renamed = [replace(c, name="waiting") if c.name == "queue" else c for c in current_codebook(study).codes]
    keep_codebook(study, renamed, coder="eve", reason="clearer")
    with pytest.raises(NotFoundError, match="“queue” is called “waiting” now"):
        quotes(study, queue, shelf=shelf)
    assert quotes(study, replace(PLAIN, codes=("waiting",)), shelf=shelf)[0].codes == ("waiting", "cost")
    set_attributes(study, "I1", {"region": "east"})
    assert {q.interview for q in quotes(study, replace(PLAIN, where=(("region", "east"),)), shelf=shelf)} == {"I1"}
    assert quotes(study, replace(PLAIN, words="garden"), shelf=shelf)
    erase_interview(study, "I1", coder="eve")
    for each in (shelf, other):
        assert {q.interview for q in quotes(study, PLAIN, shelf=each)} == {"I2", "I3"}
        assert quotes(study, replace(PLAIN, words="garden"), shelf=each) == ()
        assert len(quotes(study, replace(PLAIN, codes=("waiting",)), shelf=each)) == 2


def test_a_merged_code_still_answers_to_its_old_guid(study):
    """A saved query may name a code that went into another since."""
    old = guid(study, "cost")
    codes = [
        replace(c, origins=(old,)) if c.name == "queue" else c for c in current_codebook(study).codes if c.guid != old
    ]
    keep_codebook(study, codes, coder="eve", reason="merged")
    assert next(q.codes for q in quotes(study, replace(PLAIN, codes=(old,)))) == ("queue",)


def test_listing_suggestions_writes_them_down_once(study):
    """A query that is drawn again writes nothing more."""
    shelf, waiting = Shelf(study), proposed(study)
    before = len(suggestions(study))
    for _ in range(2):
        quotes(study, replace(PLAIN, state=State.SUGGESTED), shelf=shelf, proposals=waiting)
        assert len(suggestions(study)) == before + 2
    back = segment_at(study, "I2", 1)
    found = quotes(study, PLAIN, shelf=shelf, proposals=waiting, keep_back=lambda segment: segment.id == back.id)
    assert next(q for q in found if q.start == back.span.start and q.interview == "I2").state is State.UNCODED


def test_threads_share_one_shelf(study):
    """Many at once find what one finds."""
    shelf, waiting = Shelf(study), proposed(study)
    queries = [replace(PLAIN, words="wait"), replace(PLAIN, theme="data"), PLAIN, replace(PLAIN, coder="ann")]
    expected = [quotes(study, query, proposals=waiting) for query in queries]
    found = [()] * 16

    def ask(number):
        found[number] = quotes(study, queries[number % 4], shelf=shelf, proposals=waiting)

    threads = [Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected * 4


def test_neighbours_are_the_turns_around(kept):
    """Before, after, and what of its own turn lies outside; nothing beyond the ends of the interview."""
    inner = next(q for q in asked(kept, codes=("licence",)) if q.interview == "I1")
    around = neighbours(kept[0], inner, 2)
    assert [s.text for s in around.before] == ["How do you get machines?"]
    assert around.lead + inner.text + around.tail == transcript(kept[0], "I1").turns[1].span.of(
        transcript(kept[0], "I1").text
    )
    assert [s.text for s in around.after] == ["And what does it cost?", "The power bill grows every year."]
    with pytest.raises(InvalidInputError, match="corrected since"):
        neighbours(kept[0], replace(inner, text="Something else"))


CODES = ["queue", "cost", "licence", "cleaning"]
DAYS = st.none() | st.integers(1, 9).map(lambda day: date(2026, 3, day))
ASKED_FOR = st.fixed_dictionaries(
    {
        "codes": st.lists(st.sampled_from(CODES), max_size=2, unique=True).map(tuple),
        "theme": st.none() | st.sampled_from(["compute", "data"]),
        "interviews": st.lists(st.sampled_from(["I1", "I2", "I3"]), max_size=2, unique=True).map(tuple),
        "roles": st.lists(st.sampled_from(Role), max_size=1).map(tuple),
        "coder": st.none() | st.sampled_from(["eve", "ann"]),
        "decided_from": DAYS,
        "decided_to": DAYS,
        "words": st.sampled_from(["", "wait", "-weeks", "machin*", "in ~3 machines OR dull"]),
    }
)


@settings(max_examples=120, deadline=None)
@given(
    ASKED_FOR,
    st.sampled_from(["codes", "theme", "interviews", "roles", "coder", "decided_from", "decided_to", "words"]),
)
def test_quotes_are_exact_slices_and_filters_only_take_away(kept, what, dropped):
    """Against the codings of the record, one by one; and without one of the filters, nothing that was there is gone."""
    study, _, _ = kept
    found = asked(kept, state=State.CONFIRMED, **what)
    for quote in found:
        assert quote.text == transcript(study, quote.interview).text[quote.start : quote.end]
    empty = getattr(QuoteQuery(), dropped)
    wider = asked(kept, state=State.CONFIRMED, **(what | {dropped: empty}))
    assert {q.place for q in found} <= {q.place for q in wider}
    if not what["words"]:
        assert {q.place for q in found} == set(_by_hand(study, what))


def _by_hand(study, what):
    codebook = current_codebook(study)
    codes = {codebook.find(name).guid for name in what["codes"]}
    family = codebook.family(codebook.find(what["theme"]).guid) if what["theme"] else None
    by_place = {}
    for coding in codings(study, coder=what["coder"]):
        day = coding.at.astimezone(UTC).date()
        role = next(s.role for s in segments(study, coding.interview) if s.span.overlaps(coding.span))
        if (
            (what["decided_from"] or day) <= day <= (what["decided_to"] or day)
            and (not what["interviews"] or coding.interview in what["interviews"])
            and (not what["roles"] or role in what["roles"])
        ):
            by_place.setdefault((coding.interview, coding.span.start, coding.span.end), set()).add(coding.code)
    return [
        place for place, here in by_place.items() if (not codes or here & codes) and (family is None or here & family)
    ]


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_coding_does_not_matter(tmp_path_factory, chance):
    """Whoever codes first, the quotes are the same, in study order, with their codes in the codebook's."""
    found = []
    for shuffle in (False, True):
        with build(tmp_path_factory.mktemp("shuffled"), []) as study:
            made = by_hand(study)
            if shuffle:
                chance.shuffle(made)
            for coder, draft in made:
                keep_decisions(study, coder, [draft])
            listed = quotes(study, QuoteQuery(state=State.CONFIRMED))
            found.append([(q.place, q.codes, q.coders, [f.quote.place for f in q.folded]) for q in listed])
    assert found[0] == found[1]


def test_a_code_that_is_gone_is_called_by_its_name(study):
    """A kept query knows a code by its GUID, which nobody can read; and a long codebook is not listed to its end."""
    gone = guid(study, "queue")
    others = [code for code in current_codebook(study).codes if code.guid != gone]
    keep_codebook(study, [*others, *(Code(f"n{n}", f"new {n}") for n in range(30))], coder="eve", reason="gone")
    with pytest.raises(NotFoundError, match="The code “queue” is not in the codebook any more"):
        quotes(study, replace(PLAIN, codes=(gone,)))
    with pytest.raises(NotFoundError, match=r"There is no code “nowhere” .* and 15 more\.$"):
        quotes(study, replace(PLAIN, codes=("nowhere",)))
    (quote, *_) = quotes(study, replace(PLAIN, state=State.CONFIRMED))
    assert "queue" in quote.codes, "what was given keeps its name"
