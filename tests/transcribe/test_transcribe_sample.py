import re
from pathlib import Path

import jiwer
import pytest

from assistant.settings import load_settings
from assistant.transcribe import transcribe
from store.interviews import add_interview
from store.study import Study

SAMPLES = Path(__file__).parents[2] / "samples"
SPEAKER = re.compile(r"^[^:\n]{1,30}: ", re.MULTILINE)


def normalised(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("’", "'")).split())


@pytest.mark.models
@pytest.mark.parametrize("label", ["I4", "I5"])
def test_a_sample_recording_is_heard_nearly_word_for_word(label: str, study: Study) -> None:
    """tiny.en gets a sample's words mostly right, each with a time, none before the one before it."""
    add_interview(study, SAMPLES / "recordings" / f"{label}.mp3", "recording", label=label)
    heard = transcribe(study, label, load_settings(), model="tiny.en")
    said = SPEAKER.sub("", (SAMPLES / "transcripts" / f"{label}.txt").read_text(encoding="utf-8"))
    assert jiwer.wer(normalised(said), normalised(heard.text)) < 0.15
    words = [word for turn in heard.turns for word in turn.words]
    assert len(words) > 400
    assert [w.start_ms for w in words] == sorted(w.start_ms for w in words)
    assert all(w.start_ms <= w.end_ms for w in words)
    assert "".join(heard.text[w.start : w.end] for w in words) == "".join(heard.text.split())
