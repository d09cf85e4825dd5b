import pytest
from filelock import FileLock
from study_builder import TALK, word_embeddings

from assistant.quotes import QuoteQuery, as_record, quotes
from assistant.segment import embed_new, segment_new
from assistant.suggest import suggest
from store.codebook import current_codebook
from store.decisions import keep_decisions
from store.errors import NotFoundError
from store.runs import suggestions
from store.segments import segments
from store.transcripts import revise_transcript, transcript
from store.values import DecisionDraft, NewTurn, Span, State, Verdict


def code(study, name):
    return current_codebook(study).find(name).guid


def add(study, text, name, coder="eve", interview="I1"):
    segment = next(s for s in segments(study, interview) if s.text.startswith(text))
    draft = DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, code(study, name))
    return keep_decisions(study, coder, [draft])[0]


@pytest.fixture
def coded(machines):
    """Three codings in two interviews by two coders; suggestions wait elsewhere."""
    embeddings, _ = word_embeddings(machines)
    suggest(machines, embeddings, None)
    add(machines, "We wait", "queue")
    add(machines, "We wait", "cost")
    add(machines, "The power", "cost", coder="ada", interview="I2")
    return machines


def test_a_quote_is_the_exact_slice_with_its_place(coded):
    """Text, label, speaker and times are those of the record."""
    (quote,) = quotes(coded, QuoteQuery(codes=("queue",)))
    text = transcript(coded, "I1").text
    assert quote.text == text[quote.start : quote.end]
    assert (quote.interview, quote.speaker, quote.start_ms, quote.end_ms) == ("I1", "Ada", 10_000, 19_000)
    assert quote.codes == ("queue", "cost")
    assert quote.state is State.CONFIRMED
    required = {"interview", "speaker", "start", "end", "start_ms", "end_ms", "text", "codes", "state"}
    assert required <= as_record(quote).keys()


def test_a_theme_is_all_codes_below_it(coded):
    """Asking for a theme finds what was coded with its children."""
    assert [q.interview for q in quotes(coded, QuoteQuery(theme="compute"))] == ["I1", "I2"]
    assert quotes(coded, QuoteQuery(theme="data")) == ()


def test_coder_and_attribute_narrow_the_quotes(coded):
    """Filters hold together, in any case of the value."""
    assert [q.coders for q in quotes(coded, QuoteQuery(codes=("cost",), coder="ada"))] == [("ada",)]
    assert [q.interview for q in quotes(coded, QuoteQuery(codes=("cost",), where=(("region", "South"),)))] == ["I2"]


def test_without_a_code_every_segment_has_its_state(coded):
    """Uncoded, suggested, confirmed, rejected: each segment is one of them."""
    segment = next(s for s in segments(coded, "I2") if s.text.startswith("Cleaning"))
    waiting = next(
        q
        for q in quotes(coded, QuoteQuery(fold=False, limit=None))
        if q.start == segment.span.start and q.interview == "I2"
    )
    assert waiting.state is State.SUGGESTED
    found = quotes(coded, QuoteQuery(fold=False, limit=None))
    assert len(found) == len(segments(coded))
    by_text = {(q.interview, q.text[:7]): q.state for q in found}
    assert by_text["I1", "We wait"] is State.CONFIRMED
    assert by_text["I2", "The pow"] is State.CONFIRMED
    assert by_text["I1", "How do "] is State.UNCODED


def test_listing_suggested_quotes_writes_the_suggestions_down(coded):
    """What a person or a script has seen is on record; what was not listed is not."""
    assert suggestions(coded) == ()
    (one,) = quotes(coded, QuoteQuery(state=State.SUGGESTED, fold=False, limit=1))
    assert {s.span for s in suggestions(coded)} == {Span(one.start, one.end)}
    assert one.codes


def test_the_nearest_in_meaning_comes_first(coded):
    """A search finds the planted sentence, and scores fall."""
    embeddings, _ = word_embeddings(coded)
    found = quotes(
        coded, QuoteQuery(meaning="lovely garden", order="relevance", fold=False, limit=5), embeddings=embeddings
    )
    assert found[0].text.startswith("My garden")
    scores = [q.score for q in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) == 5


def test_a_search_works_while_another_process_holds_the_index(coded):
    """One process holds the index; the other searches all the same and finds the same."""
    asked = QuoteQuery(meaning="the cost of power", words="power", order="relevance")
    embeddings, _ = word_embeddings(coded)
    expected = [q.text for q in quotes(coded, asked, embeddings=embeddings)]
    assert expected
    (coded.index / "words.db").unlink()
    with FileLock(coded.folder / ".index.lock"):
        assert embed_new(coded, embeddings).index is None
        assert [q.text for q in quotes(coded, asked, embeddings=embeddings)] == expected
        assert not (coded.index / "words.db").exists()


def test_a_corrected_transcript_is_quoted_as_it_reads_now(coded):
    """A coding that could be moved is quoted from the correction; one whose edge is gone is not quoted wrongly."""
    first, *rest = (said for _, said in TALK)
    moved = [first.replace("you", "you folks"), *rest]
    moved[1] = moved[1].replace("weeks", "months")
    revise_transcript(coded, "I1", [NewTurn(said, "Ada") for said in moved], coder="eve")
    segment_new(coded)
    (quote,) = quotes(coded, QuoteQuery(codes=("queue",)))
    assert quote.text == moved[1]
    assert quote.codes == ("queue", "cost")
    revise_transcript(coded, "I1", [NewTurn("Something else altogether.", "Ada")], coder="eve")
    segment_new(coded)
    assert quotes(coded, QuoteQuery(codes=("queue",))) == ()


@pytest.mark.parametrize(
    "asked",
    [
        {"codes": ("nope",)},
        {"theme": "nope"},
        {"where": (("nope", "1"),)},
        {"interviews": ("nope",)},
        {"coder": "nope"},
    ],
)
def test_an_unknown_name_is_a_sentence_that_lists_the_known_ones(coded, asked):
    """A typo says so instead of finding nothing."""
    with pytest.raises(NotFoundError, match=r"nope.*there are: "):
        quotes(coded, QuoteQuery(**asked))
