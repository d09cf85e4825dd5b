"""What participants consented to, what is due, and what is left when they withdraw: nothing."""

from datetime import date

import pytest
from full_study import CODES, RECORDED, WRITTEN, add_written, full_study
from sqlalchemy import update
from test_erase import PRIVATE, found_in, indexed

import store.erase
from store.audit import verify
from store.backups import keep_copy
from store.codebook import codebook_versions, current_codebook, keep_codebook
from store.consent import (
    EVERYTHING,
    ConsentChange,
    ConsentState,
    Covers,
    consent_of,
    consents,
    due,
    read_covers,
    read_state,
    record_consent,
    record_consents,
    texts_covered,
)
from store.consent_records import ConsentRow
from store.erase import WITHDRAWN, erase_interview, erase_recording
from store.errors import InvalidInputError, NotFoundError
from store.event_log import log
from store.interviews import interview
from store.records import CodeRow
from store.study import open_study
from store.transcripts import transcript
from store.values import Code

GIVEN = ConsentState.GIVEN


@pytest.fixture
def study(tmp_path):
    """R1 is a recording, T1 a transcript."""
    with full_study(tmp_path) as made:
        yield made


def test_nothing_is_forbidden_until_something_is_recorded(study):
    """Every interview starts as unknown, which covers everything, and nothing is due."""
    assert [(c.interview, c.state, c.covers) for c in consents(study)] == [
        ("R1", ConsentState.UNKNOWN, EVERYTHING),
        ("T1", ConsentState.UNKNOWN, EVERYTHING),
    ]
    assert due(study) == ()


def test_the_newest_record_counts_and_each_stays_in_the_log(study):
    """A change leaves what it does not name; the same again is no event; the chain holds every state."""
    record_consent(study, "R1", ConsentChange(GIVEN, read_covers(["quotes, sharing"]), note="form 3"), coder="ada")
    record_consent(study, "R1", ConsentChange(keep_until="2031-12-31"), coder="ben")
    record_consent(study, "R1", ConsentChange(keep_until=date(2031, 12, 31)), coder="ben")
    after = record_consent(study, "R1", ConsentChange(ConsentState.RESTRICTED, frozenset()), coder="ben")
    assert after == consent_of(study, "R1")
    assert (after.state, after.covers) == (ConsentState.RESTRICTED, {Covers.ANALYSIS})
    assert (after.keep_until, after.note, after.coder) == (date(2031, 12, 31), "form 3", "ben")
    assert [event.coder for event in log(study) if event.type == "consent.recorded"] == ["ada", "ben", "ben"]
    assert verify(study).faults == ()


def test_a_consent_changed_by_hand_is_found(study):
    """Whoever widens a consent in the table is told of by the audit."""
    record_consent(study, "T1", ConsentChange(GIVEN, frozenset()), coder="ada")
    with study.write() as session:
        session.execute(update(ConsentRow).values(covers=["analysis", "quotes"]))
    assert any("consent" in fault for fault in verify(study).faults)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (ConsentChange(GIVEN), "Say what the consent to R1 covers"),
        (ConsentChange(ConsentState.UNKNOWN, frozenset()), "covers nothing in particular"),
        (ConsentChange(ConsentState.WITHDRAWN), "interview withdraw"),
        (ConsentChange(keep_until="soon"), "“soon” is no day"),
        (ConsentChange(keep_until="2030-01-01", keep_recording_until="2031-01-01"), "correct one of the two dates"),
        (ConsentChange(GIVEN, EVERYTHING, note="x" * 10_001), "10,000 characters at most"),
    ],
)
def test_what_contradicts_itself_is_refused_in_a_sentence(study, change, said):
    """Nothing is recorded, for the other interview of the same act neither."""
    with pytest.raises(InvalidInputError, match=said):
        record_consents(study, {"T1": ConsentChange(GIVEN, EVERYTHING), "R1": change}, coder="ada")
    assert {c.state for c in consents(study)} == {ConsentState.UNKNOWN}


def test_words_that_mean_nothing_are_refused():
    """A slip in a state or in what is covered names the words that there are."""
    with pytest.raises(InvalidInputError, match="analysis, quotes, sharing, recording"):
        read_covers(["quotes, archive"])
    with pytest.raises(InvalidInputError, match="unknown, given, restricted, withdrawn"):
        read_state("signed")
    assert read_covers([" Quotes;sharing ", "all"]) == EVERYTHING


def test_what_is_due_is_told_the_day_after_and_never_erased_by_itself(study):
    """The last day still counts; a recording is due alone, and not beside its interview; one not covered is due."""
    dates = ConsentChange(keep_recording_until="2027-03-31", keep_until="2030-12-31")
    record_consent(study, "R1", dates, coder="ada")
    record_consent(study, "T1", ConsentChange(GIVEN, frozenset(), keep_until="2030-12-31"), coder="ada")
    assert due(study, date(2027, 3, 31)) == ()
    assert [(d.interview, d.what) for d in due(study, date(2027, 4, 1))] == [("R1", "recording")]
    assert [(d.interview, d.what) for d in due(study, date(2031, 1, 1))] == [("R1", "interview"), ("T1", "interview")]
    record_consent(study, "R1", ConsentChange(GIVEN, frozenset(), keep_recording_until=""), coder="ada")
    assert [(d.interview, d.what, d.since) for d in due(study, date(2027, 3, 1))] == [("R1", "recording", None)]
    assert interview(study, "R1").media is not None


def test_texts_of_what_is_not_covered_are_those_of_every_revision(study):
    """What was corrected away cannot be quoted either."""
    record_consent(study, "R1", ConsentChange(GIVEN, frozenset()), coder="ada")
    record_consent(study, "T1", ConsentChange(GIVEN, EVERYTHING), coder="ada")
    first, second = texts_covered(study, Covers.QUOTES, covered=False)
    assert first.startswith("Sebra")
    assert second == transcript(study, "R1").text


def test_only_the_recording_goes_and_the_work_on_the_transcript_stays(study):
    """The file and its copies left over are gone, the transcript and its codings are there, the record is whole."""
    place = interview(study, "R1").media
    aside = study.media / "left-over"
    aside.mkdir()
    (aside / place.removeprefix("media/")).write_bytes(b"RIFF")
    text = transcript(study, "R1")
    assert erase_recording(study, "R1", coder="ada") == place
    assert erase_recording(study, "R1", coder="ada") is None
    assert [path for path in study.media.rglob("*") if path.is_file()] == []
    assert (interview(study, "R1").media, interview(study, "R1").transcribed) == (None, True)
    assert transcript(study, "R1") == text
    assert verify(study).faults == ()
    with pytest.raises(NotFoundError):
        erase_recording(study, "X1", coder="ada")


def test_a_recording_whose_erasure_broke_off_goes_at_the_next_opening(study, monkeypatch):
    """Killed between the record and the file, the file is removed by whoever opens the study next."""
    with monkeypatch.context() as patch:
        patch.setattr(store.erase, "_finish", lambda _: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            erase_recording(study, "R1", coder="ada")
    assert any("broke off" in fault for fault in verify(study).faults)
    study.close()
    with open_study(study.folder) as again:
        assert list(again.media.iterdir()) == []
        assert verify(again).faults == ()


def quoted_in_the_codebook(study):
    """Two versions with an example of R1 and one of T1, and what models wrote; returns what is private then."""
    add_written(study)
    example = f"“{RECORDED[1]}”"
    quoting = Code("q", "quoting", examples=(example, WRITTEN[0]))
    keep_codebook(study, [*CODES, quoting], coder="ada", reason="examples")
    keep_codebook(study, [*CODES, quoting, Code("n", "new")], coder="ada", reason="another")
    return (*PRIVATE, RECORDED[1])


def test_a_withdrawal_leaves_nothing_in_any_file_and_the_record_whole(study):
    """No word of it is in the database, its log, the index, the recordings, the copies, or any version of a code."""
    indexed(study)
    private = quoted_in_the_codebook(study)
    record_consent(study, "R1", ConsentChange(GIVEN, EVERYTHING, note="signed by Zebra"), coder="ada")
    old = keep_copy(study.folder, tag="0000")
    versions = len(codebook_versions(study))
    assert found_in(study, private) == set(private)
    erased = erase_interview(study, "R1", coder="ada", why=WITHDRAWN)
    assert found_in(study, private) == set()
    assert (erased.backups, erased.examples) == ((old.path.name,), ("quoting",))
    assert verify(study).faults == ()
    books = codebook_versions(study)
    assert len(books) == versions + 1
    assert [book.find("quoting").examples for book in books[-3:]] == [(WRITTEN[0],)] * 3
    assert current_codebook(study).find("queue").examples == CODES[1].examples
    study.close()
    assert found_in(study, private) == set()
    with open_study(study.folder) as again:
        assert verify(again).faults == ()


def test_a_withdrawal_that_broke_off_is_finished_at_the_next_opening(study, monkeypatch):
    """Killed after the records went, index, recording, pages and copies go when the study is opened again."""
    indexed(study)
    private = quoted_in_the_codebook(study)
    keep_copy(study.folder, tag="0000")
    with monkeypatch.context() as patch:
        patch.setattr(store.erase, "_finish", lambda _: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            erase_interview(study, "R1", coder="ada", why=WITHDRAWN)
    study.close()
    assert found_in(study, private)
    with open_study(study.folder) as again:
        assert found_in(again, private) == set()
        assert verify(again).faults == ()


def test_a_version_that_was_rewritten_is_still_vouched_for(study):
    """After a withdrawal nobody can change the rewritten versions of the codebook unnoticed."""
    quoted_in_the_codebook(study)
    erase_interview(study, "R1", coder="ada", why=WITHDRAWN)
    with study.write() as session:
        session.execute(update(CodeRow).where(CodeRow.name == "new").values(definition="put in by hand"))
    assert [fault for fault in verify(study).faults if "codebook" in fault]


def test_a_second_withdrawal_rewrites_the_same_versions_again(study):
    """Both erasures vouch for what is there now: the later one counts."""
    quoted_in_the_codebook(study)
    erase_interview(study, "R1", coder="ada", why=WITHDRAWN)
    erase_interview(study, "T1", coder="ada", why=WITHDRAWN)
    assert found_in(study, (RECORDED[1], WRITTEN[0])) == set()
    assert [code.examples for book in codebook_versions(study) for code in book.codes if code.name == "quoting"] == [
        (),
        (),
        (),
        (),
    ]
    assert verify(study).faults == ()
