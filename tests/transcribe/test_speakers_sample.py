"""The real networks on the sample recordings, whose two voices are known, and the contract of the fake listener."""

import re
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
from fake_listener import FakeListener
from test_speakers import sound

from assistant.settings import load_settings
from assistant.transcribe import transcribe
from assistant.transcribe.audio import PER_MS, Recording
from assistant.transcribe.speakers import Voices, assign, timeline
from assistant.transcribe.speakers.segmentation_model import CLASSES, FRAMES
from assistant.transcribe.speakers.voice_model import SIZE, log_mels
from assistant.transcribe.transcription import load_listener
from store.interviews import add_interview
from store.values import Role

SAMPLES = Path(__file__).parents[2] / "samples"


def truth(label):
    """(word, speaker) of a sample as it was written."""
    lines = (SAMPLES / "transcripts" / f"{label}.txt").read_text(encoding="utf-8").splitlines()
    said = (re.match(r"([^:]+): (.*)", line) for line in lines)
    return [(plain(word), match[1]) for match in said if match for word in match[2].split() if plain(word)]


def plain(word):
    return re.sub(r"[^a-z0-9']", "", word.lower().replace("’", "'"))


@pytest.mark.models
@pytest.mark.parametrize("speakers", ["2", "auto"])
def test_nearly_every_word_of_a_sample_goes_to_the_one_who_said_it(study, speakers):
    """Two voices, given or found out; the one who asks is taken for the interviewer."""
    add_interview(study, SAMPLES / "recordings" / "I4.mp3", "recording", label="I4")
    heard = transcribe(study, "I4", load_settings(), model="tiny.en", speakers=speakers)
    ours = [(plain(word), turn.speaker) for turn in heard.turns for word in turn.span.of(heard.text).split()]
    true = truth("I4")
    matcher = SequenceMatcher(None, [word for word, _ in true], [word for word, _ in ours], autojunk=False)
    pairs = [(true[a + n][1], ours[b + n][1]) for a, b, size in matcher.get_matching_blocks() for n in range(size)]
    assert len({speaker for _, speaker in ours}) == 2
    agreed = max(
        sum((speaker == first) == (who == "Speaker 1") for speaker, who in pairs) for first in {s for s, _ in pairs}
    )
    assert agreed / len(pairs) > 0.97
    asking = {turn.speaker for turn in heard.turns if turn.role is Role.INTERVIEWER}
    assert len(asking) == 1


@pytest.fixture(scope="module", params=["fake", pytest.param("real", marks=pytest.mark.models)])
def listener(request):
    return FakeListener() if request.param == "fake" else load_listener(load_settings())


def test_the_shapes_are_those_that_are_promised(listener):
    """Windows every five seconds until one reaches the end, times from the start of the recording."""
    heard = listener.listen(sound(22, (1, 6, 0.3), (8, 20, 0.6)), 60_000)
    assert heard.starts_ms.tolist() == [60_000, 65_000, 70_000, 75_000]
    assert heard.classes.shape == (4, FRAMES)
    assert heard.classes.max() < len(CLASSES)
    assert heard.vectors.shape == (4, 3, SIZE)
    known = heard.vectors[np.isfinite(heard.vectors[..., 0])]
    assert np.allclose(np.linalg.norm(known, axis=1), 1, atol=1e-3)
    assert heard.seconds.shape == (4, 3)


@pytest.mark.parametrize("seconds", [0, 0.02, 4])
def test_silence_and_crumbs_have_nobody(listener, seconds):
    """No sound, a crumb of it, and silence give no people and no error."""
    heard = listener.listen(np.zeros(int(seconds * 16_000), dtype=np.float32), 0)
    assert timeline(heard, assign(heard, None)) == ()


@pytest.mark.models
def test_the_two_voices_of_a_sample_are_told_apart_in_blocks_too():
    """A recording listened to in pieces has the same people at nearly the same times."""
    listener = load_listener(load_settings())
    with Recording(SAMPLES / "recordings" / "I5.mp3") as recording:
        samples = recording.read(0, 90_000)
    block = 60_000 * PER_MS
    parts = [
        listener.listen(samples[at : at + block + 5_000 * PER_MS], at // PER_MS) for at in range(0, len(samples), block)
    ]
    whole, pieces = listener.listen(samples, 0), Voices.joined(parts)
    one, other = timeline(whole, assign(whole, 2)), timeline(pieces, assign(pieces, 2))
    assert [s.speaker for s in one] == [s.speaker for s in other]
    assert all(abs(a.start_ms - b.start_ms) < 100 for a, b in zip(one, other, strict=True))


def test_log_mels_have_a_row_for_every_hundredth():
    """25 ms frames every 10 ms, none where the sound is shorter than one."""
    assert log_mels(np.zeros(16_000, dtype=np.float32)).shape == (98, 80)
    assert log_mels(np.zeros(100, dtype=np.float32)).shape == (0, 80)
