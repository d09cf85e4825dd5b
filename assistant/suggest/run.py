"""One run of the suggester: every score is committed as it comes, and a stopped run goes on where it was."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from assistant.llm import load_prompt
from assistant.segment import StudyEmbeddings, embed_new
from assistant.suggest.earlier import CODES_SEEN, EarlierScores
from assistant.suggest.llm_scores import PROMPT, BranchScorer, LlmScores, Question
from assistant.suggest.proposals import propose
from assistant.suggest.retrieval import Retrieval
from assistant.suggest.shortlist import Shortlist
from store.codebook import current_codebook
from store.errors import ConflictError, InvalidInputError
from store.runs import begin_run, finish_run, keep_scores, load_scores
from store.segments import segments
from store.study import SUGGEST_LOCK, Study
from store.values import Code, Codebook, Role, Run, ScoreMatrix, Segment

SEGMENTS_PER_COMMIT = 16
SHORTLIST = 4
"""Codes of each segment that the language model is asked about."""
ALGORITHM = 3
"""Counts up whenever the same input would give other scores."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Model:
    """A language model to score with: its name and weight hash, how to reach it, and what else decides its numbers."""

    name: str
    sha256: str
    scorer: BranchScorer
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: segments scored in it now and altogether, and the proposals that follow.

    `asked` counts the pairs of segment and code that the language model was asked about now, `reused` those whose
    answer was taken over from an earlier run, `too_long` the segments with a pair that its window has no room for.
    """

    run: Run
    scored_now: int
    segments: int
    suggestions: int
    too_long: int
    asked: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class _Asking:
    """The language model's part of a run."""

    llm: LlmScores
    shortlist: Shortlist
    earlier: EarlierScores


@dataclass(frozen=True, slots=True)
class _Work:
    """What scoring one interview needs."""

    study: Study
    run: Run
    codes: tuple[str, ...]
    retrieval: Retrieval
    asking: _Asking | None
    report: Progress = field(default=lambda _done, _total, _label: None)


@dataclass(slots=True)
class _Tally:
    """What was done so far."""

    segments: int = 0
    asked: int = 0
    reused: int = 0


def suggest(
    study: Study,
    embeddings: StudyEmbeddings,
    model: Model | None,
    *,
    interviews: Sequence[str] = (),
    seed: int = 0,
    context_tokens: int = 0,
    shortlist: int = SHORTLIST,
    progress: Progress | None = None,
) -> Summary:
    """Score the participants' segments of all interviews, or of those named, against the newest codebook.

    The model is asked about the `shortlist` codes of each segment that retrieval ranks best, or about all for 0.
    Raises InvalidInputError without a codebook or segments, ConflictError while another process does the same.
    """
    codebook = current_codebook(study)
    if codebook is None or not codebook.active:
        msg = "This study has no codes to suggest yet; bring a codebook with `interview codebook import`."
        raise InvalidInputError(msg)
    try:
        with FileLock(study.folder / SUGGEST_LOCK).acquire(timeout=0):
            return _suggest(study, codebook, embeddings, model, interviews, seed, context_tokens, shortlist, progress)
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
    shortlist: int,
    progress: Progress | None,
) -> Summary:
    embed_new(study, embeddings)
    wanted = _by_interview(study, interviews)
    codes = codebook.active
    retrieval = Retrieval(codebook, codes, embeddings)
    identity: dict[str, object] = {"algorithm": ALGORITHM, "embedder": embeddings.model, "seed": seed}
    llm = None
    if model is not None:
        llm = LlmScores(model.scorer, codebook, codes)
        identity |= _identity(model, llm, codes, context_tokens, shortlist)
    run = begin_run(study, codebook.id, None if model is None else model.name, identity)
    asking = None
    if llm is not None:
        asking = _Asking(llm, _shortlist(study, retrieval, shortlist), EarlierScores(study, run))
    report = progress or (lambda _done, _total, _label: None)
    tally = _score_all(_Work(study, run, tuple(code.guid for code in codes), retrieval, asking, report), wanted)
    if _covers_study(study, run):
        finish_run(study, run)
    matrices = load_scores(study, run)
    return Summary(
        run=run,
        scored_now=tally.segments,
        segments=sum(len(m.segments) for m in matrices),
        suggestions=len(propose(study)),
        too_long=0 if asking is None else sum(_short_of(m, asking.shortlist.size) for m in matrices),
        asked=tally.asked,
        reused=tally.reused,
    )


def _identity(
    model: Model, llm: LlmScores, codes: Sequence[Code], context_tokens: int, shortlist: int
) -> dict[str, object]:
    """What decides the language model's scores: two runs that agree in it, and in the codebook, are one."""
    return {
        "llm_sha256": model.sha256,
        "llm_details": dict(model.details),
        "context_tokens": context_tokens,
        "prompt": PROMPT,
        "prompt_sha256": load_prompt(PROMPT).sha256,
        "seen": llm.seen,
        "shortlist": shortlist,
        CODES_SEEN: {code.guid: sha256 for code, sha256 in zip(codes, llm.hashes, strict=True)},
    }


def _shortlist(study: Study, retrieval: Retrieval, size: int) -> Shortlist:
    """Measured over the whole study, so that a run of a few interviews asks as one of all does."""
    spoken = _by_interview(study, ()).values()
    return Shortlist([retrieval.scores([q.segment for q in _questions(found)]) for found in spoken], size)


def _short_of(matrix: ScoreMatrix, size: int) -> int:
    """How many segments have fewer answers than were wanted."""
    return int((np.isfinite(matrix.signals["llm"]).sum(axis=1) < size).sum())


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


def _score_all(work: _Work, wanted: Mapping[str, list[Segment]]) -> _Tally:
    kept = {m.transcript_id: m for m in load_scores(work.study, work.run)}
    total = sum(_count(found) for found in wanted.values())
    tally, done = _Tally(), 0
    for label, found in wanted.items():
        before = kept.get(found[0].transcript_id)
        if before is None or not before.complete:
            _score_interview(work, found, before, tally, partial(_tell, work.report, done, total, label))
        done += _count(found)
        work.report(done, total, label)
    return tally


def _tell(report: Progress, done: int, total: int, label: str, now: int) -> None:
    report(done + now, total, label)


def _count(found: Sequence[Segment]) -> int:
    return sum(s.role is not Role.INTERVIEWER for s in found)


def _score_interview(
    work: _Work, found: Sequence[Segment], before: ScoreMatrix | None, tally: _Tally, report: Callable[[int], None]
) -> None:
    questions = _questions(found)
    rows = [q.segment for q in questions]
    ids = tuple(s.id for s in rows)
    signals = dict(before.signals) if before else _without_llm(work, rows)
    keep = partial(keep_scores, work.study, work.run, found[0].transcript_id, ids, work.codes, signals)
    if work.asking is None:
        tally.segments += len(rows)
    else:
        signals.setdefault("llm", np.full((len(rows), len(work.codes)), np.nan, np.float32))
        todo = _take_over(work.asking, work.codes, found[0].transcript_id, ids, signals, tally)
        tally.segments += len(rows) if before is None else int(todo.any(axis=1).sum())
        for done in _ask(work.asking.llm, questions, todo, signals["llm"], tally):
            keep(complete=False)
            report(done)
    keep(complete=True)


def _without_llm(work: _Work, rows: Sequence[Segment]) -> dict[str, NDArray[np.float32]]:
    return {"retrieval": work.retrieval.scores(rows), "sentence": work.retrieval.sentence_scores(rows)}


def _take_over(
    asking: _Asking,
    codes: Sequence[str],
    transcript_id: int,
    ids: Sequence[int],
    signals: Mapping[str, NDArray[np.float32]],
    tally: _Tally,
) -> NDArray[np.bool_]:
    """Fill in the answers that earlier runs got; the pairs that are left to ask about, shape (segments, codes)."""
    missing = asking.shortlist.of(signals["retrieval"]) & np.isnan(signals["llm"])
    earlier = asking.earlier.of(transcript_id, ids, codes)
    known = missing & np.isfinite(earlier)
    signals["llm"][known] = earlier[known]
    tally.reused += int(known.sum())
    return missing & ~known


def _ask(
    llm: LlmScores,
    questions: Sequence[Question],
    todo: NDArray[np.bool_],
    scores: NDArray[np.float32],
    tally: _Tally,
) -> Iterator[int]:
    """Fill in what is to be asked, some segments at a time; yields how many segments are done."""
    rows = np.flatnonzero(todo.any(axis=1))
    for start in range(0, len(rows), SEGMENTS_PER_COMMIT):
        part = rows[start : start + SEGMENTS_PER_COMMIT]
        found = llm.scores([questions[row] for row in part], todo[part])
        scores[part] = np.where(todo[part], found, scores[part])
        tally.asked += int(todo[part].sum())
        yield start + len(part)


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
