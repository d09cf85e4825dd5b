"""The methods appendix of the sample study in `docs` is what the command writes of it."""

import re
from pathlib import Path

import pytest

from assistant.exchange.methods import appendix, methods_file
from assistant.settings import load_settings
from store.study import open_study

pytestmark = pytest.mark.models

DOCUMENT = Path(__file__).parents[2] / "docs" / "sample-methods.md"
PROGRAMS = "interview-assistant|Python|faster-whisper|ctranslate2|llama-cpp-python|sentence-transformers|chromadb"
CHANGING = (
    (r"\d{4}-\d\d-\d\d", "DAY"),
    (r"\b[0-9a-f]{64}\b", "HASH"),
    (r"(?:between DAY and|on) DAY", "ON DAY"),
    (rf"({PROGRAMS}|scikit-learn) \d[\d.]*\d", r"\1 VERSION"),
    (r"^(\| 1 \| DAY \|) [^|]+ \|", r"\1 WHO |"),
    (r"^The transcripts hold .*", "The transcripts hold WORDS."),
    (r"(Chance drew )\d+\[", r"\1N["),
    (r"^(\| I[45] \| recording \| \S+ \|) \d+ \|", r"\1 N |"),
)
"""Days, hashes, versions, who brings the codebook, and words, of which a machine hears one more or less, and with
them what is drawn by chance."""


def settled(text: str) -> str:
    for pattern, instead in CHANGING:
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    return text


def test_the_document_is_what_the_command_writes(sample_study):
    """Apart from what differs by day and machine, word for word."""
    folder, _ = sample_study
    with open_study(folder) as study:
        made = methods_file("md", appendix(study, load_settings(study.settings()))).decode()
    assert settled(DOCUMENT.read_text(encoding="utf-8")) == settled(made)


def test_what_is_settled_leaves_the_numbers():
    """The comparison sees another count, another code and another model."""
    document = DOCUMENT.read_text(encoding="utf-8")
    for before, after in (
        ("35[^", "36[^"),
        ("tiny.en", "base.en"),
        ("16[^", "17[^"),
        ("6.0[^", "7.0[^"),
        ("2.2[^", "2.3[^"),
        ("20\u00a0%[", "30\u00a0%["),
    ):
        assert before in document
        assert settled(document.replace(before, after)) != settled(document)
