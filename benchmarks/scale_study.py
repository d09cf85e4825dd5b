"""A made-up study of any number of segments, written in bulk: the same number gives the same texts, vectors and codes.

    python benchmarks/scale_study.py --segments 100000 --folder /tmp/scale [--database URL]

Interviews of 100 passages each, every tenth passage the interviewer's; a passage speaks of one of 200 topics, in some
of its words and in its vector (384 dimensions), and each of the 40 codes stands for five topics. One run has scores for
every tenth interview. Two people have read one interview in ten, half of those scored; half of what they read carries
a code. All of it goes through the log as it does in the program, so that `interview audit verify` finds it whole.
"""

import argparse
import json
import math
import shutil
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from made_up import made_codebook
from numpy.typing import NDArray
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from assistant.suggest.retrieval import facets
from store.canonical import sha256_text
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.events import Told, insert_all
from store.records import AttributesRow, InterviewRow, SegmentRow, TranscriptRow, TurnRow, VectorRow
from store.runs import begin_run, keep_scores, show_suggestions
from store.segments import NewSegment, segment_columns, segments
from store.study import Study, create_study, open_study
from store.turns import joined, laid_out, own_rows, turns_digest
from store.values import (
    Codebook,
    DecisionDraft,
    NewTurn,
    Role,
    Run,
    Segment,
    Span,
    SuggestionDraft,
    Verdict,
)
from store.vectors import keep_vectors

Matrix = NDArray[np.float32]

PER_INTERVIEW = 100
EMBEDDER = "made@1"
DIMENSIONS, TOPICS, CODES = 384, 200, 40
WORDS, SHORTEST, LONGEST = 4_000, 20, 60
AT_ONCE = 50
"""Interviews written in one transaction."""
CODERS = ("Ada", "Ben")
_SOUNDS = ("ba", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "wa", "ze", "fi", "go", "ha", "du")
_NEAR = 1.1
"""How far passages of a topic lie from its centre, as the length of what is added to a centre of length 1."""


@dataclass(frozen=True, slots=True)
class MadeInterview:
    """What is said in one interview, and each passage's topic and vector."""

    number: int
    texts: tuple[str, ...]
    topics: NDArray[np.intp]
    vectors: Matrix

    @property
    def label(self) -> str:
        """`I1`, `I2`, …"""
        return f"I{self.number}"

    @property
    def is_scored(self) -> bool:
        """Whether the run has scores for it."""
        return self.number % 10 == 1

    @property
    def is_read(self) -> bool:
        """Whether both coders have read it."""
        return self.number % 20 in (1, 2)

    def turns(self) -> list[NewTurn]:
        """Each passage is a turn of ten seconds."""
        return [
            NewTurn(text, str(role).capitalize(), role, 10_000 * at, 10_000 * at + 9_000)
            for at, text in enumerate(self.texts)
            for role in (_role(at),)
        ]


def word(number: int) -> str:
    """The made-up word of that number; the lower, the more often it is said."""
    return _SOUNDS[number % 16] + _SOUNDS[number // 16 % 16] + _SOUNDS[number // 256 % 16]


def made_interview(number: int, passages: int = PER_INTERVIEW) -> MadeInterview:
    """The interview of that number, always the same one."""
    chance = np.random.default_rng([7, number])
    topics = chance.integers(TOPICS, size=passages)
    lengths = chance.integers(SHORTEST, LONGEST + 1, size=passages)
    drawn = np.searchsorted(_frequencies(), chance.random(int(lengths.sum())), side="right")
    words, texts, at = _words(), [], 0
    for topic, length in zip(topics, lengths, strict=True):
        said = [words[min(place, WORDS - 1)] for place in drawn[at : at + length].tolist()]
        said[:: length // 2] = [words[1_000 + 15 * int(topic) + extra] for extra in range(len(said[:: length // 2]))]
        texts.append(" ".join(said).capitalize() + ".")
        at += int(length)
    return MadeInterview(number, tuple(texts), topics, near(topics, chance))


def near(topics: NDArray[np.intp], chance: np.random.Generator) -> Matrix:
    """Vectors of length 1 (topics, dimensions) about the centres of these topics."""
    noise = chance.standard_normal((len(topics), DIMENSIONS), dtype=np.float32) * np.float32(
        _NEAR / math.sqrt(DIMENSIONS)
    )
    drawn: Matrix = centres()[topics] + noise
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


@cache
def centres() -> Matrix:
    """The middle of each topic (topics, dimensions)."""
    drawn = np.random.default_rng(1).standard_normal((TOPICS, DIMENSIONS), dtype=np.float32)
    unit: Matrix = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


@cache
def _frequencies() -> NDArray[np.float64]:
    """Words are as rare as words are (Zipf 1949), as a sum up to each word."""
    weights = 1 / np.arange(2, WORDS + 2)
    return np.cumsum(weights / weights.sum())


@cache
def _words() -> tuple[str, ...]:
    return tuple(word(number) for number in range(WORDS))


def _role(at: int) -> Role:
    return Role.INTERVIEWER if at % 10 == 0 else Role.PARTICIPANT


def scale_study(folder: Path, count: int, database: str | None = None) -> tuple[Study, float]:
    """The study of so many segments in that folder, open, made now where it is not there whole, and the seconds taken.

    A study that is there is opened as it is, with 0 seconds.
    """
    place, mark = folder / f"study-{count}", folder / f"study-{count}.json"
    if mark.is_file() and place.is_dir():
        return open_study(place), 0.0
    shutil.rmtree(place, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    study = create_study(place, "Made up") if database is None else create_study(place, "Made up", database=database)
    fill(study, count)
    took = time.perf_counter() - began
    mark.write_text(json.dumps({"segments": count, "seconds": round(took, 1)}), encoding="utf-8")
    return study, took


def fill(study: Study, count: int) -> None:
    """Write all of it into an empty study."""
    book = keep_codebook(study, made_codebook(CODES, 1), coder="lead", reason="made up")
    meanings = {sha256_text(facets(code, book)[0]): of_code(at) for at, code in enumerate(book.codes)}
    keep_vectors(study, EMBEDDER, meanings)
    interviews = math.ceil(count / PER_INTERVIEW)
    for start in range(0, interviews, AT_ONCE):
        numbers = range(start + 1, min(start + AT_ONCE, interviews) + 1)
        made = [made_interview(n, min(PER_INTERVIEW, count - (n - 1) * PER_INTERVIEW)) for n in numbers]
        _keep(study, made)
    run = begin_run(study, book.id, None, {"algorithm": 3, "embedder": EMBEDDER, "seed": 0})
    for number in range(1, interviews + 1):
        made_one = made_interview(number, min(PER_INTERVIEW, count - (number - 1) * PER_INTERVIEW))
        if made_one.is_scored or made_one.is_read:
            _review(study, book, run, made_one)


def of_code(number: int) -> Matrix:
    """The vector of a code's definition: between its topics."""
    middle: Matrix = centres()[number::CODES].mean(axis=0)
    middle /= np.linalg.norm(middle)
    return middle


def _keep(study: Study, made: Sequence[MadeInterview]) -> None:
    with study.write() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.connection().exec_driver_sql("PRAGMA cache_size = -200000")
        ids = _added(session, made)
        texts = {each.number: joined(each.turns()) for each in made}
        transcripts = _transcripts(session, made, ids, texts)
        session.execute(insert(TurnRow), list(_turns(made, transcripts)))
        rows = list(_segments(made, transcripts, texts))
        session.execute(insert(SegmentRow), rows)
        vectors = np.concatenate([each.vectors for each in made])
        held = {row["text_sha256"]: vector for row, vector in zip(rows, vectors, strict=True)}
        kept = [{"model": EMBEDDER, "text_sha256": digest, "data": held[digest].tobytes()} for digest in sorted(held)]
        session.execute(insert(VectorRow), kept)


def _added(session: Session, made: Sequence[MadeInterview]) -> dict[int, tuple[int, str]]:
    """The id and GUID of each interview's row, by its number."""
    rows = [(each, _interview(each)) for each in made]
    insert_all(session, InterviewRow, [Told(c, _witnessed(c), c["guid"]) for _, c in rows])
    guids = {columns["guid"]: each.number for each, columns in rows}
    found = session.execute(select(InterviewRow.id, InterviewRow.guid).where(InterviewRow.guid.in_(guids)))
    ids = {guids[row.guid]: (row.id, row.guid) for row in found}
    about = [
        (ids[each.number], {"site": f"site {each.number % 3}", "year": str(2020 + each.number % 5)}) for each in made
    ]
    told = [
        Told({"interview_id": key, "values": values}, {"interview": guid, "values": values}, guid)
        for (key, guid), values in about
    ]
    insert_all(session, AttributesRow, told)
    return ids


def _interview(made: MadeInterview) -> dict[str, Any]:
    return {
        "guid": str(uuid.uuid4()),
        "label": made.label,
        "position": made.number,
        "kind": "transcript",
        "source_name": f"{made.label}.txt",
        "source_sha256": sha256_text(made.label),
        "media": None,
        "duration_ms": None,
        "language": None,
    }


def _witnessed(columns: dict[str, Any]) -> dict[str, Any]:
    """What the event of an interview says of it."""
    return {name: value for name, value in columns.items() if name not in ("duration_ms", "language")}


def _transcripts(
    session: Session, made: Sequence[MadeInterview], ids: dict[int, tuple[int, str]], texts: dict[int, str]
) -> dict[int, int]:
    """The id of each interview's transcript, by the interview's number."""
    told = []
    for each in made:
        key, guid = ids[each.number]
        said = {
            "revision": 1,
            "origin": "import",
            "sha256": sha256_text(texts[each.number]),
            "turns_sha256": turns_digest(laid_out(each.turns())),
            "offset_map": None,
            "details": {},
        }
        columns = {**said, "interview_id": key, "text": texts[each.number], "layout": None}
        told.append(Told(columns, {**said, "interview": guid}, guid))
    insert_all(session, TranscriptRow, told)
    numbers = {ids[each.number][0]: each.number for each in made}
    query = select(TranscriptRow.id, TranscriptRow.interview_id).where(TranscriptRow.interview_id.in_(numbers))
    return {numbers[row.interview_id]: row.id for row in session.execute(query)}


def _turns(made: Sequence[MadeInterview], transcripts: dict[int, int]) -> Iterator[dict[str, Any]]:
    for each in made:
        for columns in own_rows(each.turns()):
            yield {**columns, "transcript_id": transcripts[each.number]}


def _segments(
    made: Sequence[MadeInterview], transcripts: dict[int, int], texts: dict[int, str]
) -> Iterator[dict[str, Any]]:
    for each in made:
        for turn in laid_out(each.turns()):
            new = NewSegment(turn.index, turn.span, turn.speaker, turn.role, turn.start_ms, turn.end_ms)
            yield segment_columns(transcripts[each.number], turn.index, new, texts[each.number])


def _review(study: Study, book: Codebook, run: Run, made: MadeInterview) -> None:
    """Score one interview, and have it read by both coders, where it is one of those."""
    found = segments(study, made.label)
    spoken = [segment for segment in found if segment.role is not Role.INTERVIEWER]
    vectors = np.stack([made.vectors[segment.index] for segment in spoken]) if spoken else np.zeros((0, DIMENSIONS))
    scores = np.asarray(vectors @ np.stack([of_code(at) for at in range(CODES)]).T, np.float32)
    if made.is_scored and spoken:
        codes = [code.guid for code in book.codes]
        signals = {"retrieval": scores, "sentence": scores}
        ids = [segment.id for segment in spoken]
        keep_scores(study, run, spoken[0].transcript_id, ids, codes, signals, complete=True)
    if made.is_read and spoken:
        shown = _shown(study, book, run, spoken, scores) if made.is_scored else {}
        for coder in CODERS:
            keep_decisions(study, coder, list(_decided(book, made, spoken, shown if coder == CODERS[0] else {}, coder)))


def _shown(
    study: Study, book: Codebook, run: Run, spoken: Sequence[Segment], scores: Matrix
) -> dict[int, tuple[int, str]]:
    """By segment, the id of the suggestion that was shown, and its code."""
    best = scores.argmax(axis=1)
    drafts = [
        SuggestionDraft(run.id, s.id, book.codes[at].guid, 0.5, (s.span,), {"retrieval": float(row[at])}, "0" * 64)
        for s, at, row in zip(spoken, best.tolist(), scores, strict=True)
    ]
    return {each.segment_id: (each.id, each.code) for each in show_suggestions(study, drafts)}


def _decided(
    book: Codebook, made: MadeInterview, spoken: Sequence[Segment], shown: dict[int, tuple[int, str]], coder: str
) -> Iterator[DecisionDraft]:
    chance = np.random.default_rng([len(coder), ord(coder[0]), made.number])
    for segment in spoken:
        yield _draft(book, segment, Verdict.READ)
        code = book.codes[int(made.topics[segment.index]) % CODES].guid
        is_coded = chance.random() < 0.5  # noqa: PLR2004 - half of them
        suggestion, suggested = shown.get(segment.id, (None, None))
        if suggestion is not None:
            right = is_coded and suggested == code
            yield _draft(book, segment, Verdict.ACCEPT if right else Verdict.REJECT, suggested, suggestion)
        if is_coded and suggested != code:
            yield _draft(book, segment, Verdict.ADD, code)


def _draft(
    book: Codebook, segment: Segment, verdict: Verdict, code: str | None = None, suggestion: int | None = None
) -> DecisionDraft:
    span = Span(segment.span.start, segment.span.end)
    return DecisionDraft(segment.transcript_id, span, verdict, code, suggestion, book.id)


def code_of(study: Study, topic: int) -> str:
    """The GUID of the code that stands for a topic."""
    book = current_codebook(study)
    return "" if book is None else book.codes[topic % CODES].guid


def main() -> int:
    """Make the study and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--database", default=None)
    options = parser.parse_args()
    study, took = scale_study(options.folder, options.segments, options.database)
    with study:
        print(f"{study.folder}: {options.segments} segments, made in {took:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
