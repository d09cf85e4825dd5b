"""Where sentences end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.canonical import sha256_text
from store.sentences import sentence_digests, sentence_spans

PIECES = st.sampled_from(
    ["We wait", "Dr.", "e.g.", " ", "\n", ".", "?!", "…", "”", "🙂", "e\u0301", "\r\n", "I.", "3.5", "。"]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(0, 1000))
def test_sentences_cover_every_visible_character_once_and_in_order(text, start):
    """No character but white space is left out, none is in two sentences, and edges are no white space."""
    spans = sentence_spans(text, start)
    covered: list[int] = []
    for span in spans:
        sentence = text[span.start - start : span.end - start]
        assert sentence == sentence.strip()
        assert sentence
        covered += range(span.start - start, span.end - start)
    assert covered == sorted(set(covered))
    assert all(text[at].isspace() for at in set(range(len(text))) - set(covered))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("We wait. It is dull! Is it?", ["We wait.", "It is dull!", "Is it?"]),
        ("Dr. Okafor met J. Smith, e.g. at Rome. Yes.", ["Dr. Okafor met J. Smith, e.g. at Rome.", "Yes."]),
        ("It grew by 3.5 percent. Yes", ["It grew by 3.5 percent.", "Yes"]),
        ("“We wait.” She left… 🙂 And?!", ["“We wait.”", "She left…", "🙂 And?!"]),
        ("No. We never paid. See No. 5 there.", ["No.", "We never paid.", "See No. 5 there."]),
        ("We asked the Prof.", ["We asked the Prof."]),
        ("  \n ", []),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_as_a_reader_would_cut_them(text, sentences):
    """Abbreviations, initials, numbers and quotation marks do not end a sentence where no reader would."""
    assert [span.of(text) for span in sentence_spans(text)] == sentences


def test_digests_are_those_of_the_sentences_of_each_turn():
    """A sentence never crosses a turn, and its hash is that of its slice."""
    assert sentence_digests("We wait\nIt is dull. Yes.") == {sha256_text(s) for s in ("We wait", "It is dull.", "Yes.")}
