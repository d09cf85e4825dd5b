"""Builders of small studies for tests of the app: no models, scores written by hand."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.segment import Embedder, segment_new
from assistant.suggest.retrieval import facets
from store.canonical import sha256_text
from store.codebook import keep_codebook
from store.config import keep_setting
from store.interviews import add_interview
from store.runs import begin_run, keep_scores
from store.segments import segments
from store.sentences import sentence_spans
from store.study import Study, create_study
from store.transcripts import add_transcript
from store.values import Code, Codebook, NewTurn, Role, Segment
from store.vectors import keep_vectors

TRICKY_SPEAKER = "<script>alert(1)</script>"
TRICKY_CODE = "**bold** <b>tag</b> $x$ :red[no]"

CODES = (
    Code("t1", "Machines", None, "Everything about machines."),
    Code(
        "c1", "Borrowed machines", "t1", "Working on machines of others.", "Grants of time.", "Money.", ("An example.",)
    ),
    Code("c2", "Failed runs", "t1", "Training that broke."),
    Code("t2", "People", None, "Everything about people."),
    Code("c3", "Unseen work", "t2", "Work that nobody sees."),
    Code("c4", TRICKY_CODE, "t2", "A **definition** with <i>markup</i>."),
    *(Code(f"c{n}", f"Never found {n}", "t2") for n in range(5, 9)),
)
EMBEDDER = "by hand"
LEAVES = tuple(code.guid for code in CODES if code.parent is not None)

FIRST = (
    ("Interviewer", "How did you get the machines?"),
    ("Ana", "We borrowed them. The owner wanted a logo. I wrote to him every week."),
    ("Interviewer", "And then?"),
    (TRICKY_SPEAKER, "It broke twice. We lost a month & nobody <b>noticed</b>."),
    ("Ana", "Nothing to add here."),
)
SECOND = (
    ("Interviewer", "Who looked after it?"),
    ("Ben", "I did, at night. Nobody asked."),
    ("Ben", "That is all."),
)


def build_study(folder: Path) -> Study:
    """Two interviews (the second one a recording of ten seconds), eight codes in two themes, and one run of scores.

    In I1 the first answer gets Borrowed machines and Unseen work, the second Failed runs, the third nothing.
    """
    study = create_study(folder / "study", "A small **study**")
    source = folder / "one.txt"
    source.write_text("one", encoding="utf-8")
    add_interview(study, source, "transcript", label="I1", attributes={"region": "north"})
    add_interview(study, silence(folder / "two.wav"), "recording", label="I2", duration_ms=10_000)
    add_transcript(study, "I1", turns(FIRST), origin="import")
    add_transcript(study, "I2", turns(SECOND, every_ms=3_000), origin="import")
    score(study, {"I1": [{"c1", "c3"}, {"c2"}, set()], "I2": [{"c3"}, {"c1"}]})
    return study


def turns(said: Sequence[tuple[str, str]], every_ms: int | None = None) -> list[NewTurn]:
    """Turns of (speaker, text) pairs; with `every_ms` they have times, one after the other."""
    return [
        NewTurn(
            text=text,
            speaker=speaker,
            role=Role.INTERVIEWER if speaker == "Interviewer" else Role.PARTICIPANT,
            start_ms=None if every_ms is None else number * every_ms,
            end_ms=None if every_ms is None else (number + 1) * every_ms,
        )
        for number, (speaker, text) in enumerate(said)
    ]


def score(study: Study, likely: dict[str, list[set[str]]], codes: Sequence[Code] = CODES) -> None:
    """A codebook, segments, and a finished run in which the codes named stand out; the last sentence carries them.

    Nothing is drawn for the blind sample.
    """
    codebook = keep_codebook(study, codes, coder="lead", reason="first version")
    segment_new(study)
    run = begin_run(study, codebook.id, None, {"embedder": EMBEDDER})
    for label, rows in likely.items():
        parts = [s for s in segments(study, label) if s.role is not Role.INTERVIEWER]
        high = np.array([[float(code in row) for code in LEAVES] for row in rows], np.float32)
        signals = {"retrieval": high, "sentence": high}
        ids = tuple(s.id for s in parts)
        keep_scores(study, run, parts[0].transcript_id, ids, LEAVES, signals, complete=True)
        _embed(study, codebook, parts, high)
    keep_setting(study.folder, "blind_share", 0.0)


def _embed(study: Study, codebook: Codebook, parts: Sequence[Segment], high: NDArray[np.float32]) -> None:
    """Each code is a direction of its own; segments point to theirs, and last sentences to all of them."""
    axes = np.eye(len(LEAVES), dtype=np.float32)
    found = {
        sha256_text(facets(code, codebook)[0]): axes[LEAVES.index(code.guid)]
        for code in codebook.codes
        if code.guid in LEAVES
    }
    for segment, row in zip(parts, high, strict=True):
        found[segment.text_sha256] = row
        *others, last = sentence_spans(segment.text)
        if others:
            found |= {sha256_text(span.of(segment.text)): np.zeros(len(LEAVES), np.float32) for span in others}
            found[sha256_text(last.of(segment.text))] = np.ones(len(LEAVES), np.float32)
    keep_vectors(study, EMBEDDER, found)


def silence(path: Path, seconds: int = 10) -> Path:
    """A recording in which nobody speaks."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(b"\0\0" * 8_000 * seconds)
    return path


class LetterEmbeddings(Embeddings):
    """Embeds a text as its counts of letters, which is enough to find a text by its own words."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector per text, of length one."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Counts of a to z, normalised."""
        counts = np.array([text.lower().count(chr(97 + n)) for n in range(26)], float) + 0.01
        unit: list[float] = (counts / np.linalg.norm(counts)).tolist()
        return unit


def letter_embedder() -> Embedder:
    """The fake as an embedder of a study."""
    return Embedder("letters@1", LetterEmbeddings)
