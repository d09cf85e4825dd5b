"""What a person types for words: read as they mean it, refused in a sentence, and never taken for SQL."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.quotes import QuoteQuery, Shelf, quotes, words_problem
from assistant.quotes.words import Either, Every, Without, holds, matching, parse_words, wanted_phrases
from store.errors import InvalidInputError
from store.segments import segments
from store.wording import words_of
from store.words_index import Near, Phrase, spoken


def p(*words, open_end=False):
    return Phrase(words, open_end)


A, B, C = p("a"), p("b"), p("c")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", None),
        ("   ", None),
        ("a", A),
        ("a b", Every((A, B))),
        ("a AND b", Every((A, B))),
        ('"a b"', p("a", "b")),
        ("“a b” „c“", Every((p("a", "b"), C))),
        ("a ~5 b", Near(A, B, 5)),
        ("a~5 b", Near(A, B, 5)),
        ("a NEAR/5 b", Near(A, B, 5)),
        ("a ~5 b ~3 c", Every((Near(A, B, 5), Near(B, C, 3)))),
        ('"a b" ~2 c*', Near(p("a", "b"), p("c", open_end=True), 2)),
        ("-a", Without(A)),
        ("NOT a", Without(A)),
        ('b -"a c"', Every((B, Without(p("a", "c"))))),
        ("b -a ~5 c", Every((B, Without(Near(A, C, 5))))),
        ("a OR b", Either((A, B))),
        ("a OR b c", Every((Either((A, B)), C))),
        ("(a b) OR c", Either((Every((A, B)), C))),
        ("-(a OR b) c", Every((Without(Either((A, B))), C))),
        ("or and not near", Every((p("or"), p("and"), p("not"), p("near")))),
        ("queu*", p("queu", open_end=True)),
        ('"wait in queu*"', p("wait", "in", "queu", open_end=True)),
        ("Don’t", p("don", "t")),
        ("CAFÉ", p("cafe")),
        ("self-care", p("self", "care")),
        ("等待", p("等", "待")),
        ("a & b – 🙂", Every((A, B))),
        ("said:a", p("said", "a")),
        ("^a {b} +c", Every((A, B, C))),
        ("a\x00b", p("a", "b")),
        ("1; DROP TABLE words; --", Every((p("1"), p("drop"), p("table"), p("words")))),
        ("' OR '1'='1", None),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(typed, asked):
    """Every sign of the language, and signs of other languages that mean nothing here."""
    if typed.startswith("'"):
        assert "“OR”" in words_problem(typed)
    else:
        assert parse_words(typed) == asked
        assert words_problem(typed) == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('"open', "begins with “open” is not closed"),
        ('a "', "is not closed"),
        ('""', "holds no word"),
        ("🙂", "holds no word"),
        ("-", "holds no word"),
        ("*", "has a * where none can stand"),
        ("*ing", "has a * where none can stand"),
        ("wo*an", "has a * where none can stand"),
        ("a ~ b", "how near"),
        ("a ~0 b", "how near"),
        ("a ~101 b", "how near"),
        ("a ~99999999999999999999999999 b", "how near"),
        ("~5 b", "Before “~5”"),
        ("a ~5", "After “~5”"),
        ("a ~5 -b", "After “~5” a word or a “phrase” is missing before “-”"),
        ("(a OR b) ~5 c", "After “)”"),
        ("a OR", "After “OR”"),
        ("OR a", "Before “OR”"),
        ("a OR OR b", "After “OR”"),
        ("NOT", "After “NOT”"),
        ("(a", "not closed"),
        ("a)", "closing bracket too many"),
        ("()", "After “(”"),
        ("(" * 50 + "a" + ")" * 50, "10 deep"),
        ("a " * 41, "at most 40"),
    ],
)
def test_what_cannot_be_understood_is_told_in_a_sentence(typed, said):
    """The sentence names the place, and what to type instead where there is something."""
    with pytest.raises(InvalidInputError) as told:
        parse_words(typed)
    assert said in str(told.value)
    assert str(told.value) == words_problem(typed)
    assert str(told.value).endswith(".")


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    from study_builder import built_study

    with built_study(tmp_path_factory.mktemp("talk")) as study:
        yield study, Shelf(study)


SIGNS = [
    *("a", "we", "queue", "wait in", "machin*", "é", "🙂", "MATCH", "rowid", "\x00", "\ud800"),
    *('"', "“", "~", "~5", "-", "OR", "AND", "NOT", "(", ")", "*", "NEAR/2"),
    *(";", "'", ":", "^", "{", "}", ",", "\\", "--", "/*"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(SIGNS), max_size=12).map(" ".join) | st.text(max_size=40))
def test_whatever_is_typed_finds_quotes_or_gets_a_sentence(talk, typed):
    """Nothing that a person types raises anything else, and the index says what a look at each text says."""
    study, shelf = talk
    try:
        asked = parse_words(typed)
    except InvalidInputError:
        return
    found = quotes(study, QuoteQuery(words=typed, fold=False, limit=None), shelf=shelf)
    plain = [
        s
        for s in segments(study)
        if asked is None or holds(asked, lambda sought, s=s: spoken(sought, f" {' '.join(words_of(s.text))} "))
    ]
    assert [(q.interview, q.start) for q in found] == [(s.interview, s.span.start) for s in plain]


def test_what_must_not_occur_does_not_speak_for_a_text():
    """Ranking goes by what is wanted alone."""
    assert set(wanted_phrases(parse_words("a ~2 b -c (a OR c)"))) == {A, B, C}
    assert set(wanted_phrases(parse_words("a -b -(c OR b)"))) == {A}
    assert list(wanted_phrases(None)) == []


def test_sets_follow_the_rules_of_logic():
    """All, any, and everything but."""
    there = {A: frozenset({1, 2}), B: frozenset({2, 3})}
    everything = frozenset(range(1, 5))
    answers = {"a b": {2}, "a OR b": {1, 2, 3}, "a -b": {1}, "-a": {3, 4}, "-(a OR b)": {4}}
    for typed, expected in answers.items():
        assert matching(parse_words(typed), there.__getitem__, everything) == expected
