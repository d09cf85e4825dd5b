"""A coder's passphrase: kept as something slow to guess, and guessed only a few times."""

import pytest
from small_study import build_study
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.privacy.coder_passphrases import Tries, give_passphrase, has_passphrase, opens, verifier_of
from store.coders import add_coder
from store.errors import InvalidInputError, NotAllowedError, NotFoundError
from store.passphrases import coder_passphrase


@pytest.fixture
def study(tmp_path):
    with build_study(tmp_path) as made:
        add_coder(made, "Ben", by="Ana")
        yield made


def test_a_verifier_holds_no_passphrase_and_is_never_the_same():
    """It opens for the passphrase it was made of, and for nothing else."""
    one, two = verifier_of("grüße an alle"), verifier_of("grüße an alle")
    assert one != two
    assert "grüße" not in one
    assert opens(one, "grüße an alle")
    assert not opens(one, "grüße an alle ")


@pytest.mark.parametrize(
    "verifier", ["", "a$b", "c2FsdA==$scrypt$1$1$1$c2FsdA==", "x$md5$1$1$1$y", "$" * 9, "ü$ü$ü$ü$ü$ü"]
)
def test_what_is_no_verifier_opens_for_nobody(verifier):
    """Nor one that was made cheaper to guess."""
    assert not opens(verifier, "")
    assert not opens(verifier, "a passphrase")


def test_a_weak_one_and_an_unknown_coder_are_refused(study):
    """With a sentence, and without any change."""
    with pytest.raises(InvalidInputError, match="fewer than 8 characters"):
        give_passphrase(study, "Ben", "seven77")
    with pytest.raises(NotFoundError, match="no coder “Cid”"):
        give_passphrase(study, "Cid", "long enough")
    assert not has_passphrase(study, "Ben")


class Clock:
    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def test_tries_become_slower():
    """Five at once, then pauses that double; a right one begins anew; another coder's are their own."""
    clock = Clock()
    tries = Tries(clock)
    for _ in range(5):
        with pytest.raises(NotAllowedError, match="not the passphrase"):
            tries.check("s", "Ben", lambda: False)
    for pause in (30, 60, 120):
        clock.at += pause - 1
        with pytest.raises(NotAllowedError, match="try again in 1 s"):
            tries.check("s", "Ben", lambda: True)
        clock.at += 1
        with pytest.raises(NotAllowedError, match="not the passphrase"):
            tries.check("s", "Ben", lambda: False)
    tries.check("s", "Ana", lambda: True)
    clock.at += 3_600
    tries.check("s", "Ben", lambda: True)
    with pytest.raises(NotAllowedError, match="not the passphrase"):
        tries.check("s", "Ben", lambda: False)
    tries.check("s", "Ben", lambda: True)


def asked(study, *options, words):
    return CliRunner().invoke(app, ["coders", "passphrase", str(study.folder), *options], input=words)


def test_the_command_asks_for_both(study):
    """The new one twice, the one before where there was one; a wrong one changes nothing, a forgotten one can go."""
    assert asked(study, "Ben", words="first words\nfirst words\n").exit_code == 0
    assert opens(str(coder_passphrase(study, "Ben")), "first words")
    refused = asked(study, "Ben", words="wrong words\n")
    assert isinstance(refused.exception, NotAllowedError)
    assert opens(str(coder_passphrase(study, "Ben")), "first words")
    assert asked(study, "Ben", words="first words\nnew words!\nnew words!\n").exit_code == 0
    assert opens(str(coder_passphrase(study, "Ben")), "new words!")
    listed = CliRunner().invoke(app, ["coders", "list", str(study.folder)]).output
    assert "Ben: coder, with a passphrase" in listed
    assert asked(study, "Ben", "--remove", "--forgotten", words="").exit_code == 0
    assert not has_passphrase(study, "Ben")
