import pytest

from assistant.llm.grammar_form import follows
from assistant.suggest.naming import grammar as of_names
from assistant.suggest.rationale import GRAMMAR
from assistant.summaries.answer import grammar as of_summaries
from store.errors import InvalidInputError

NAMED = '{"name": "Rain and sun", "definition": "Applies when a person speaks of rain.", "sentences": [1, 2]}'


@pytest.mark.parametrize(
    ("grammar", "text", "fits"),
    [
        (of_names(2), NAMED, True),
        (of_names(1), NAMED, False),
        (of_names(2), NAMED.replace("Rain", 'Rain "and'), False),
        (of_names(2), NAMED.replace("rain.", "rain"), False),
        (of_names(2), NAMED + " ", False),
        (GRAMMAR, "It rains all of the day. The sun shines all of the night!", True),
        (GRAMMAR, "It rains all of the day.", False),
        (GRAMMAR, "It rains all of the day. The sun\nshines all of the night.", False),
        (of_summaries(2), "People speak of the rain that fell [1, 2].\nSome speak of the sun that shone [2].", True),
        (of_summaries(1), "People speak of the rain that fell [1, 2].", False),
        (of_summaries(2), "People speak of the rain that fell.", False),
        ('root ::= a | "b"\na ::= "x"+ [0-9]?', "xxx7", True),
        ('root ::= a | "b"\na ::= "x"+ [0-9]?', "b", True),
        ('root ::= a | "b"\na ::= "x"+ [0-9]?', "xb", False),
        (r'root ::= [\]\\^a-c-]{3,} ("," | "\n")*', "]^-b,\n", True),
        (r'root ::= [\]\\^a-c-]{3,} ("," | "\n")*', "]^-d", False),
    ],
)
def test_a_text_follows_a_grammar_as_llama_cpp_reads_it(grammar, text, fits):
    """The grammars that are in use, and each sign that they are written with."""
    assert follows(text, grammar) is fits


@pytest.mark.parametrize("grammar", ["", 'other ::= "x"', "root ::= more", 'root ::= "x" root', "root ::= § more"])
def test_a_grammar_that_cannot_be_checked_is_refused(grammar):
    """No rule to begin with, one that is missing, one without an end, and what is no grammar."""
    with pytest.raises(InvalidInputError, match="grammar for the answer"):
        follows("x", grammar)
