"""One run of the suggester: every score is committed as it comes, and a stopped run goes on where it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from assistant.llm import load_prompt
from assistant.segment import StudyEmbeddings, embed_new
from assistant.suggest.llm_scores import CONTENT_FREE, PROMPT, LabelScorer, LlmScores, Question
from assistant.suggest.proposals import propose
from assistant.suggest.retrieval import Retrieval
from store.codebook import current_codebook
from store.errors import ConflictError, InvalidInputError
from store.runs import begin_run, finish_run, keep_scores, load_scores
from store.segments import segments
from store.study import SUGGEST_LOCK, Study
from store.values import Code, Codebook, Role, Run, ScoreMatrix, Segment

SEGMENTS_PER_COMMIT = 16
ALGORITHM = 1
"""Counts up whenever the same input would give other scores."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Model:
    """A language model to score with: its name and weight hash, how to reach it, and what else decides its numbers."""

    name: str
    sha256: str
    scorer: LabelScorer
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: segments scored in it now and altogether, proposals that follow, segments too long to score."""

    run: Run
    scored_now: int
    segments: int
    suggestions: int
    too_long: int


@dataclass(frozen=True, slots=True)
class _Work:
    """What scoring one interview needs."""

    study: Study
    run: Run
    codes: tuple[Code, ...]
    retrieval: Retrieval
    llm: LlmScores | None
    report: Progress = field(default=lambda _done, _total, _label: None)


def suggest(
    study: Study,
    embeddings: StudyEmbeddings,
    model: Model | None,
    *,
    interviews: Sequence[str] = (),
    seed: int = 0,
    context_tokens: int = 0,
    progress: Progress | None = None,
) -> Summary:
    """Score the participants' segments of all interviews, or of those named, against the newest codebook.

    Raises InvalidInputError without a codebook or segments, ConflictError while another process does the same.
    """
    codebook = current_codebook(study)
    if codebook is None or not codebook.assignable:
        msg = "This study has no codes to suggest yet; bring a codebook with `interview codebook import`."
        raise InvalidInputError(msg)
    try:
        with FileLock(study.folder / SUGGEST_LOCK).acquire(timeout=0):
            return _suggest(study, codebook, embeddings, model, interviews, seed, context_tokens, progress)
    except Timeout:
        msg = f"Suggestions for {study.folder} are being made by another process already; wait until it is done."
        raise ConflictError(msg) from None


def _suggest(
    study: Study,
    codebook: Codebook,
    embeddings: StudyEmbeddings,
    model: Model | None,
    interviews: Sequence[str],
    seed: int,
    context_tokens: int,
    progress: Progress | None,
) -> Summary:
    embed_new(study, embeddings)
    wanted = _by_interview(study, interviews)
    codes = codebook.assignable
    llm = None if model is None else LlmScores(model.scorer, codebook, codes, _longest(_by_interview(study, ())))
    identity: dict[str, object] = {"algorithm": ALGORITHM, "embedder": embeddings.model, "seed": seed}
    if model is not None and llm is not None:
        identity |= _identity(model, llm, context_tokens)
    run = begin_run(study, codebook.id, None if model is None else model.name, identity)
    report = progress or (lambda _done, _total, _label: None)
    work = _Work(study, run, codes, Retrieval(codebook, codes, embeddings), llm, report)
    now = _score_all(work, wanted)
    if _covers_study(study, run):
        finish_run(study, run)
    matrices = load_scores(study, run)
    return Summary(
        run=run,
        scored_now=now,
        segments=sum(len(m.segments) for m in matrices),
        suggestions=len(propose(study)),
        too_long=sum(int(np.isnan(m.signals["llm"]).all(axis=1).sum()) for m in matrices if "llm" in m.signals),
    )


def _identity(model: Model, llm: LlmScores, context_tokens: int) -> dict[str, object]:
    """What decides the language model's scores: two runs that agree in it, and in the codebook, are one."""
    return {
        "llm_sha256": model.sha256,
        "llm_details": dict(model.details),
        "context_tokens": context_tokens,
        "prompt": PROMPT,
        "prompt_sha256": load_prompt(PROMPT).sha256,
        "content_free": CONTENT_FREE,
        "seen": list(llm.seen),
    }


def _covers_study(study: Study, run: Run) -> bool:
    """Whether every interview with something to code is scored; a run of a few must not hide the others' scores."""
    complete = {m.transcript_id for m in load_scores(study, run) if m.complete}
    return {s.transcript_id for s in segments(study) if s.role is not Role.INTERVIEWER} <= complete


def _by_interview(study: Study, labels: Sequence[str]) -> dict[str, list[Segment]]:
    """The segments of each interview in which a participant says something."""
    chosen = [s for label in labels for s in segments(study, label)] if labels else segments(study)
    where = ", ".join(labels) or "this study"
    if not chosen:
        msg = f"There is nothing to code in {where} yet; add or transcribe interviews first."
        raise InvalidInputError(msg)
    grouped: dict[str, list[Segment]] = {}
    for segment in chosen:
        grouped.setdefault(segment.interview, []).append(segment)
    spoken = {label: found for label, found in grouped.items() if _count(found)}
    if not spoken:
        msg = f"All turns in {where} are taken as the interviewer's, so there is nothing to code; check the speakers."
        raise InvalidInputError(msg)
    return spoken


def _score_all(work: _Work, wanted: Mapping[str, list[Segment]]) -> int:
    kept = {m.transcript_id: m for m in load_scores(work.study, work.run)}
    total = sum(_count(found) for found in wanted.values())
    done = now = 0
    for label, found in wanted.items():
        before = kept.get(found[0].transcript_id)
        if before is None or not before.complete:
            now += _score_interview(work, found, before, done, total)
        done += _count(found)
        work.report(done, total, label)
    return now


def _count(found: Sequence[Segment]) -> int:
    return sum(s.role is not Role.INTERVIEWER for s in found)


def _score_interview(work: _Work, found: Sequence[Segment], before: ScoreMatrix | None, done: int, total: int) -> int:
    questions = _questions(found)
    rows = [q.segment for q in questions]
    codes = tuple(code.guid for code in work.codes)
    transcript_id = found[0].transcript_id
    ids = tuple(s.id for s in rows)
    if before is None:
        signals = {"retrieval": work.retrieval.scores(rows), "carrier": work.retrieval.carriers(rows)}
        if work.llm is not None:
            signals["llm"] = np.full((len(rows), len(codes)), np.nan, np.float32)
    else:
        signals = dict(before.signals)
    now = 0
    if work.llm is not None:
        for part in _unscored(signals["llm"]):
            signals["llm"][part] = work.llm.scores([questions[i] for i in part])
            keep_scores(work.study, work.run, transcript_id, ids, codes, signals, complete=False)
            now += len(part)
            work.report(done + now, total, found[0].interview)
    keep_scores(work.study, work.run, transcript_id, ids, codes, signals, complete=True)
    return now if work.llm is not None else len(rows)


def _longest(wanted: Mapping[str, list[Segment]]) -> Question:
    """The longest passage with its question: the whole study's, so that a run of a few interviews asks alike."""
    questions = [question for found in wanted.values() for question in _questions(found)]
    return max(questions, key=lambda q: len(q.segment.text) + len(q.asked))


def _unscored(scores: NDArray[np.float32]) -> list[list[int]]:
    todo = np.flatnonzero(np.isnan(scores).all(axis=1)).tolist()
    return [todo[start : start + SEGMENTS_PER_COMMIT] for start in range(0, len(todo), SEGMENTS_PER_COMMIT)]


def _questions(found: Sequence[Segment]) -> list[Question]:
    """The segments to code, each with the interviewer's last words before its turn."""
    questions: list[Question] = []
    asked = ""
    for segment in found:
        if segment.role is Role.INTERVIEWER:
            asked = segment.text
        else:
            questions.append(Question(segment, asked))
    return questions
