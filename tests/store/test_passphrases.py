"""What coders' passphrases are checked against: kept beside the log, never in it."""

import pytest
from full_study import full_study
from sqlalchemy import select, update

from store.audit import verify
from store.consent_records import CoderPassphraseRow
from store.errors import NotFoundError, StudyError
from store.passphrases import coder_passphrase, coders_with_passphrase, set_coder_passphrase
from store.records import EventRow


@pytest.fixture
def study(tmp_path):
    """A study in which ada and ben code."""
    with full_study(tmp_path) as made:
        yield made


def test_the_newest_counts_and_the_log_knows_none_of_them(study):
    """A verifier can be set anew and taken away; no event holds one, and earlier ones are gone from the table."""
    set_coder_passphrase(study, "ada", "scrypt$salt1$old")
    set_coder_passphrase(study, "ada", "scrypt$salt2$new")
    assert coder_passphrase(study, "ada") == "scrypt$salt2$new"
    assert coders_with_passphrase(study) == {"ada"}
    with study.read() as session:
        assert not [text for text in session.scalars(select(EventRow.payload)) if "scrypt" in (text or "")]
        assert list(session.scalars(select(CoderPassphraseRow.verifier))) == [None, "scrypt$salt2$new"]
    set_coder_passphrase(study, "ada", None)
    assert (coder_passphrase(study, "ada"), coders_with_passphrase(study)) == (None, frozenset())
    assert verify(study).faults == ()


def test_who_has_none_and_who_is_unknown(study):
    """None is no error for a known name or a new one, but a passphrase needs somebody to belong to."""
    assert (coder_passphrase(study, "ben"), coder_passphrase(study, "nobody")) == (None, None)
    with pytest.raises(NotFoundError, match="no coder “nobody”"):
        set_coder_passphrase(study, "nobody", "scrypt$s$x")


def test_a_verifier_put_in_by_hand_lets_nobody_in(study):
    """Whoever swaps the verifier in the table is found out, by whoever asks and by the audit."""
    set_coder_passphrase(study, "ada", "scrypt$salt1$mine")
    with study.write() as session:
        session.execute(update(CoderPassphraseRow).values(verifier="scrypt$salt1$theirs"))
    with pytest.raises(StudyError, match="changed by hand"):
        coder_passphrase(study, "ada")
    assert any("passphrase" in fault for fault in verify(study).faults)
