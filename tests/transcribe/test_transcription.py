from collections.abc import Callable
from pathlib import Path

import pytest
from fake_recogniser import FakeRecogniser, loud_stretches
from filelock import FileLock
from made_sound import encode, tone

from assistant.settings import Settings
from assistant.transcribe import transcribe, transcribe_all
from assistant.transcribe.hearing import clock
from store.errors import ConflictError, InvalidInputError, NotFoundError, StudyError
from store.interviews import add_interview, interview
from store.study import TRANSCRIBE_LOCK as LOCK
from store.study import Study
from store.values import Role, Transcript

Writer = Callable[..., Path]
BEEPS = [(second, second + 2) for second in range(5, 600, 10)]
"""Ten minutes with two seconds of sound in every ten: four windows."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(models_dir=tmp_path / "models")


@pytest.fixture
def long_study(study: Study, speech_wav: Writer) -> Study:
    add_interview(study, speech_wav("long.wav", 605, *BEEPS), "recording", label="I1")
    return study


def heard(study: Study, settings: Settings, fake: FakeRecogniser, label: str = "I1", **how) -> Transcript:
    return transcribe(study, label, settings, recogniser=fake, find=loud_stretches, **how)


def beeps(found: Transcript) -> list[str]:
    return [turn.span.of(found.text) for turn in found.turns]


def test_each_utterance_becomes_a_turn_with_word_times(long_study: Study, settings: Settings) -> None:
    """Every beep is one turn without a speaker, at its time, with its word as an exact slice."""
    found = heard(long_study, settings, FakeRecogniser())
    assert beeps(found) == [f"beep{start}" for start, _ in BEEPS]
    assert {(turn.speaker, turn.role) for turn in found.turns} == {(None, Role.PARTICIPANT)}
    for turn, (start, end) in zip(found.turns, BEEPS, strict=True):
        assert abs(turn.start_ms - start * 1000) < 20
        assert abs(turn.end_ms - end * 1000) < 20
        assert [found.text[w.start : w.end] for w in turn.words] == [turn.span.of(found.text)]


def test_duration_and_language_are_kept(long_study: Study, settings: Settings) -> None:
    """The interview knows how long it is and which language was heard; the language is fixed after it was guessed."""
    fake = FakeRecogniser()
    heard(long_study, settings, fake)
    kept = interview(long_study, "I1")
    assert (kept.duration_ms, kept.language, kept.transcribed) == (605_000, "de", True)
    assert fake.told == [None, *["de"] * (len(fake.heard) - 1)]
    assert len(fake.heard) > 3


def test_progress_reaches_the_end(long_study: Study, settings: Settings) -> None:
    """Progress starts at nothing, never goes back, and ends at the whole."""
    seen: list[tuple[int, int]] = []
    heard(long_study, settings, FakeRecogniser(), progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 605_000)
    assert seen[-1] == (605_000, 605_000)
    assert seen == sorted(seen)


@pytest.mark.parametrize("windows_before", [0, 1, 2, 3])
def test_an_interrupted_run_goes_on_and_hears_each_window_once(
    windows_before: int, long_study: Study, settings: Settings
) -> None:
    """After a failure anywhere, the next run hears exactly the windows that were not committed, and doubles none."""
    broken = FakeRecogniser(fail_at=windows_before)
    with pytest.raises(RuntimeError):
        heard(long_study, settings, broken)
    rest = FakeRecogniser()
    found = heard(long_study, settings, rest)
    both = broken.heard + rest.heard
    assert len(broken.heard) == windows_before
    assert both == sorted(set(both))
    assert beeps(found) == [f"beep{start}" for start, _ in BEEPS]
    assert rest.told[0] == ("de" if windows_before else None)


def test_other_settings_start_afresh(long_study: Study, settings: Settings) -> None:
    """What another model heard is not mixed into this one's transcript."""
    with pytest.raises(RuntimeError):
        heard(long_study, settings, FakeRecogniser(fail_at=2))
    other = FakeRecogniser(version=2)
    assert len(beeps(heard(long_study, settings, other))) == len(BEEPS)
    assert other.heard[0] == 0


def test_a_person_can_stop_and_go_on(long_study: Study, settings: Settings) -> None:
    """Cancelling says where it stopped, keeps what was heard, and the next run goes on from there."""
    fake = FakeRecogniser()
    with pytest.raises(StudyError, match=r"was stopped at \d:\d\d; the next run goes on"):
        heard(long_study, settings, fake, cancel=lambda: len(fake.heard) == 2)
    assert not interview(long_study, "I1").transcribed
    rest = FakeRecogniser()
    heard(long_study, settings, rest)
    assert len(set(fake.heard) & set(rest.heard)) == 0


def test_silence_leaves_the_interview_in_place(study: Study, speech_wav: Writer, settings: Settings) -> None:
    """Where nobody speaks, a sentence says so, the interview stays, and it has no transcript."""
    add_interview(study, speech_wav("quiet.wav", 4), "recording", label="I1")
    with pytest.raises(StudyError, match=r"No speech was found in I1 \(quiet.wav\)"):
        heard(study, settings, FakeRecogniser())
    kept = interview(study, "I1")
    assert (kept.duration_ms, kept.transcribed) == (4_000, False)


def test_a_changed_recording_is_refused(long_study: Study, settings: Settings) -> None:
    """Other bytes under the same name are noticed before a word is heard."""
    media = long_study.folder / interview(long_study, "I1").media
    media.write_bytes(media.read_bytes()[:-2])
    fake = FakeRecogniser()
    with pytest.raises(ConflictError, match="changed since it was added"):
        heard(long_study, settings, fake)
    assert fake.heard == []


def test_a_missing_recording_is_refused(long_study: Study, settings: Settings) -> None:
    """A media file that is gone gets a sentence that names it."""
    (long_study.folder / interview(long_study, "I1").media).unlink()
    with pytest.raises(NotFoundError, match=r"The recording of I1 \(long.wav\) is missing"):
        heard(long_study, settings, FakeRecogniser())


def test_a_second_transcript_is_refused_before_anything_is_loaded(long_study: Study, settings: Settings) -> None:
    """No model is needed to say that a transcript is there already."""
    heard(long_study, settings, FakeRecogniser())
    with pytest.raises(ConflictError, match="has a transcript already"):
        transcribe(long_study, "I1", settings)


def test_a_transcript_file_is_not_a_recording(study: Study, tmp_path: Path, settings: Settings) -> None:
    """An interview that came as text is refused."""
    (tmp_path / "talk.txt").write_text("A: hello", encoding="utf-8")
    add_interview(study, tmp_path / "talk.txt", "transcript", label="I1")
    with pytest.raises(InvalidInputError, match="is a transcript, not a recording"):
        heard(study, settings, FakeRecogniser())


def test_two_processes_do_not_hear_at_once(long_study: Study, settings: Settings) -> None:
    """While another process transcribes in the study, this one waits for no lock and commits nothing."""
    fake = FakeRecogniser()
    with (
        FileLock(long_study.folder / LOCK, is_singleton=False),
        pytest.raises(ConflictError, match="Another process is transcribing"),
    ):
        heard(long_study, settings, fake)
    assert fake.heard == []


def test_a_language_the_model_does_not_know_is_refused(long_study: Study, settings: Settings) -> None:
    """Asking for a language is checked before hearing."""
    with pytest.raises(InvalidInputError, match="knows no language 'xx'"):
        heard(long_study, settings, FakeRecogniser(), language="xx")


def test_a_recording_that_breaks_off_is_transcribed_as_far_as_it_goes(
    study: Study, tmp_path: Path, settings: Settings
) -> None:
    """Half an mp3 that says it is whole gives half a transcript and a notice that says where it ends."""
    data = encode(tmp_path / "whole.flac", tone(60, 48_000)).read_bytes()
    (tmp_path / "half.flac").write_bytes(data[: len(data) // 2])
    add_interview(study, tmp_path / "half.flac", "recording", label="I1")
    outcome = transcribe_all(study, settings, recogniser=FakeRecogniser(), find=loud_stretches)
    (done,) = outcome.done
    assert 20_000 < done.duration_ms < 40_000
    assert "I1 (half.flac) breaks off at 0:" in done.notices[0]
    assert "of 1:00" in done.notices[0]


def test_an_unsure_language_is_pointed_out(study: Study, speech_wav: Writer, settings: Settings) -> None:
    """A guess below one half is reported with what to do."""
    add_interview(study, speech_wav("talk.wav", 5, (1, 2)), "recording")
    outcome = transcribe_all(study, settings, recogniser=FakeRecogniser(guess=("de", 0.3)), find=loud_stretches)
    assert "guessed as de" in outcome.done[0].notices[0]


def test_one_failing_recording_does_not_stop_the_others(
    study: Study, speech_wav: Writer, tmp_path: Path, settings: Settings
) -> None:
    """All recordings without a transcript are done in study order; each failure is a sentence of its own."""
    (tmp_path / "broken.mp3").write_bytes(b"not sound at all" * 50)
    add_interview(study, speech_wav("a.wav", 5, (1, 2)), "recording", label="I1")
    add_interview(study, tmp_path / "broken.mp3", "recording", label="I2")
    add_interview(study, speech_wav("quiet.wav", 3), "recording", label="I3")
    add_interview(study, speech_wav("b.wav", 6, (2, 3)), "recording", label="I4")
    seen: list[str] = []
    outcome = transcribe_all(
        study,
        settings,
        recogniser=FakeRecogniser(),
        find=loud_stretches,
        progress=lambda label, done, total: seen.append(label),
    )
    assert [done.transcript.interview for done in outcome.done] == ["I1", "I4"]
    assert [failure.interview for failure in outcome.failed] == ["I2", "I3"]
    assert "I2 (broken.mp3) cannot be read as sound" in outcome.failed[0].why
    assert "No speech" in outcome.failed[1].why
    assert list(dict.fromkeys(seen)) == ["I1", "I3", "I4"]


def test_only_the_named_ones(study: Study, speech_wav: Writer, settings: Settings) -> None:
    """Labels narrow the work; one that does not exist is a failure among the others."""
    add_interview(study, speech_wav("a.wav", 5, (1, 2)), "recording", label="I1")
    add_interview(study, speech_wav("b.wav", 6, (1, 2)), "recording", label="I2")
    outcome = transcribe_all(study, settings, ["I2", "I9"], recogniser=FakeRecogniser(), find=loud_stretches)
    assert [done.transcript.interview for done in outcome.done] == ["I2"]
    assert [failure.interview for failure in outcome.failed] == ["I9"]


def test_nothing_to_do_needs_no_model(study: Study, settings: Settings) -> None:
    """A study without waiting recordings is done at once."""
    outcome = transcribe_all(study, settings)
    assert (outcome.done, outcome.failed) == ((), ())


def test_without_a_model_the_sentence_says_how_to_get_one(study: Study, speech_wav: Writer, settings: Settings) -> None:
    """On a machine without a speech model, one sentence names the command that pulls one."""
    add_interview(study, speech_wav("a.wav", 5, (1, 2)), "recording", label="I1")
    with pytest.raises(StudyError, match="interview models pull"):
        transcribe_all(study, settings)


@pytest.mark.parametrize(("ms", "reads"), [(0, "0:00"), (67_999, "1:07"), (3_847_000, "1:04:07")])
def test_times_read_like_a_clock(ms: int, reads: str) -> None:
    """Minutes and seconds, and hours only where there are any."""
    assert clock(ms) == reads
