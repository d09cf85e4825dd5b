"""`interview correct`: the same corrections from a script."""

import json

import pytest
from test_export import run, study  # noqa: F401 - a fixture

from store.errors import InvalidInputError, NotFoundError
from store.study import open_study
from store.transcripts import transcript


def turns(folder):
    """Speaker, role and text of every turn of I2."""
    with open_study(folder) as opened:
        return [
            (turn.speaker, str(turn.role), turn.span.of(found.text))
            for found in [transcript(opened, "I2")]
            for turn in found.turns
        ]


def correct(folder, *more):
    return run("correct", folder, "--interview", "I2", "--coder", "Ida", *more)


def test_names_roles_and_words_in_one_correction(study):  # noqa: F811
    """All that one command asks for is one revision, and one undo takes it back."""
    before = turns(study)
    said = correct(study, "--rename", "Ana=Bea", "--role", "Bea=interviewer", "--replace", "one=Eins", "--json")
    assert json.loads(said) == {
        "interview": "I2",
        "revision": 2,
        "changed": True,
        "said": "Ana is Bea now, in 2 turns. Bea is interviewer now, in 2 turns. Replaced in one place.",
    }
    assert turns(study) == [
        ("Bea", "interviewer", "Eins."),
        ("Bo", "participant", "Two."),
        ("Bea", "interviewer", "Three."),
    ]
    assert correct(study, "--undo") == "I2, revision 3: Taken back.\n"
    assert turns(study) == before


def test_a_preview_changes_nothing(study):  # noqa: F811
    """Whole words and capitals count when asked; the hits are shown in their context."""
    assert correct(study, "--replace", "T=X", "--preview").splitlines() == [
        "turn 2: [T → X]wo.",
        "turn 3: [T → X]hree.",
        "2 places in I2; nothing was changed.",
    ]
    assert json.loads(correct(study, "--replace", "t=X", "--match-case", "--preview", "--json")) == []
    (hit,) = json.loads(correct(study, "--replace", "two=2", "--whole-words", "--preview", "--json"))
    assert (hit["turn"], hit["found"], hit["new"]) == (1, "Two", "2")
    assert turns(study)[1][2] == "Two."


@pytest.mark.parametrize(
    ("more", "error", "sentence"),
    [
        ([], InvalidInputError, "Say what is to be corrected"),
        (["--undo", "--rename", "Ana=Bea"], InvalidInputError, "or --undo alone"),
        (["--undo"], InvalidInputError, "no correction of I2 to take back"),
        (["--rename", "Ana"], InvalidInputError, "--rename “Ana” is not understood; write OLD=NEW"),
        (["--rename", "Zoe=Bea"], NotFoundError, "No speaker is named “Zoe” here; there are: "),
        (["--role", "Ana=boss"], InvalidInputError, "“boss” is no role"),
        (["--rename", "Ana=Bea", "--replace", "absent=x"], NotFoundError, "“absent” stands nowhere"),
        (["--rename", "Ana=Bea", "--preview"], InvalidInputError, "--preview goes with --replace alone"),
    ],
)
def test_what_cannot_be_done_ends_in_a_sentence_and_changes_nothing(study, more, error, sentence):  # noqa: F811
    """Nothing half done: one part that fails leaves all as it was."""
    before = turns(study)
    with pytest.raises(error, match=sentence):
        correct(study, *more)
    assert turns(study) == before


@pytest.mark.parametrize("name", ["", "  "])
def test_a_correction_without_a_name_is_refused(study, name):  # noqa: F811
    """The record says who corrected; nobody is no answer."""
    before = turns(study)
    with pytest.raises(InvalidInputError, match="--coder is empty; nothing was changed"):
        run("correct", study, "--interview", "I2", "--coder", name, "--rename", "Ana=Bea")
    assert turns(study) == before
