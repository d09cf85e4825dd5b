"""One run of the suggester: every score is committed as it comes, and a stopped run goes on where it was."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from assistant.llm import load_prompt
from assistant.segment import StudyEmbeddings, embed_new
from assistant.suggest.asking import Answer, Ask, Part, one_by_one, questions_of
from assistant.suggest.earlier import CODES_SEEN, EarlierScores
from assistant.suggest.llm_scores import PROMPT, BranchScorer, LlmScores
from assistant.suggest.proposals import propose
from assistant.suggest.retrieval import Retrieval
from assistant.suggest.shortlist import Shortlist
from assistant.suggest.study_pool import MOST_SEGMENTS
from store.canonical import sha256_text
from store.codebook import current_codebook
from store.errors import ConflictError, InvalidInputError
from store.interviews import interview
from store.runs import begin_run, finish_run, keep_scores, load_scores, scored_transcripts
from store.segments import Spoken, segments, spoken_in
from store.study import SUGGEST_LOCK, Study
from store.values import Code, Codebook, Run, ScoreMatrix, Segment

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
    ask: Ask


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
    done: int = 0
    """Segments of which nothing is left to be done."""


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
    ask: Ask = one_by_one,
) -> Summary:
    """Score the participants' segments of all interviews, or of those named, against the newest codebook.

    The model is asked about the `shortlist` codes of each segment that retrieval ranks best, or about all for 0;
    `ask` has it asked by somebody else than this process.
    Raises InvalidInputError without a codebook or segments, ConflictError while another process does the same.
    """
    codebook = current_codebook(study)
    if codebook is None or not codebook.active:
        msg = "This study has no codes to suggest yet; bring a codebook with `interview codebook import`."
        raise InvalidInputError(msg)
    try:
        with FileLock(study.folder / SUGGEST_LOCK).acquire(timeout=0):
            return _suggest(
                study, codebook, embeddings, model, interviews, seed, context_tokens, shortlist, progress, ask
            )
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
    ask: Ask,
) -> Summary:
    embed_new(study, embeddings)
    wanted = _wanted(study, interviews)
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
        asking = _Asking(llm, _shortlist(study, retrieval, shortlist), EarlierScores(study, run), ask)
    report = progress or (lambda _done, _total, _label: None)
    tally = _score_all(_Work(study, run, tuple(code.guid for code in codes), retrieval, asking, report), wanted)
    if _covers_study(study, run):
        finish_run(study, run)
    scored = scored_transcripts(study, run)
    return Summary(
        run=run,
        scored_now=tally.segments,
        segments=sum(each.segments for each in scored),
        suggestions=len(propose(study)),
        too_long=0 if asking is None else sum(_short_of(m, asking.shortlist.size) for m in _one_by_one(study, run)),
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
    """Measured over the whole study, so that a run of a few interviews asks as one of all does.

    Of a very large one, over interviews drawn by chance, so that no more than these are held.
    """
    spoken = spoken_in(study)
    if sum(count for _, _, count in spoken) > MOST_SEGMENTS:
        by_lot = sorted(spoken, key=lambda each: sha256_text(f"shortlist|{each[0]}"))
        so_far = accumulate(count for _, _, count in by_lot)
        drawn = tuple(each for each, until in zip(by_lot, so_far, strict=True) if until <= MOST_SEGMENTS)
        spoken = drawn or tuple(by_lot[:1])
    found = (questions_of(segments(study, label)) for label, _, _ in spoken)
    return Shortlist([retrieval.scores([q.segment for q in questions]) for questions in found], size)


def _one_by_one(study: Study, run: Run) -> Iterator[ScoreMatrix]:
    """The matrices of a run, one held at a time."""
    for each in scored_transcripts(study, run):
        yield from load_scores(study, run, [each.transcript_id])


def _short_of(matrix: ScoreMatrix, size: int) -> int:
    """How many segments have fewer answers than were wanted."""
    return int((np.isfinite(matrix.signals["llm"]).sum(axis=1) < size).sum())


def _covers_study(study: Study, run: Run) -> bool:
    """Whether every interview with something to code is scored; a run of a few must not hide the others' scores."""
    complete = {each.transcript_id for each in scored_transcripts(study, run) if each.complete}
    return {transcript_id for _, transcript_id, _ in spoken_in(study)} <= complete


def _wanted(study: Study, labels: Sequence[str]) -> Sequence[Spoken]:
    """The interviews in which a participant says something, of all or of those named."""
    chosen: Sequence[Spoken] = spoken_in(study)
    if labels:
        known = {each[0]: each for each in chosen}
        named = dict.fromkeys(interview(study, label).label for label in labels)
        chosen = [known[label] for label in named if label in known]
    if chosen:
        return chosen
    where = ", ".join(labels) or "this study"
    if not any(segments(study, label) for label in labels or (None,)):
        msg = f"There is nothing to code in {where} yet; add or transcribe interviews first."
        raise InvalidInputError(msg)
    msg = f"All turns in {where} are taken as the interviewer's, so there is nothing to code; check the speakers."
    raise InvalidInputError(msg)


def _score_all(work: _Work, wanted: Sequence[Spoken]) -> _Tally:
    """Interview by interview: no more of them is held than is being asked about."""
    total = sum(count for _, _, count in wanted)
    tally = _Tally()
    if work.asking is None:
        for _ in _parts(work, wanted, tally, total):
            pass  # each is scored and kept by itself
        return tally
    left: dict[int, int] = {}
    for answer in work.asking.ask(work.asking.llm, _parts(work, wanted, tally, total)):
        _take(work, answer, left, tally)
        tally.done += len(answer.rows)
        work.report(tally.done, total, answer.part.label)
    return tally


def _take(work: _Work, answer: Answer, left: dict[int, int], tally: _Tally) -> None:
    """Fill an answer in and keep it; `left` counts by transcript how many segments still wait for theirs."""
    part, rows = answer.part, list(answer.rows)
    todo, scores = part.todo[rows], part.signals["llm"]
    scores[rows] = np.where(todo, answer.scores, scores[rows])
    tally.asked += int(todo.sum())
    waiting = left.pop(part.transcript_id, len(part.rows)) - len(rows)
    if waiting:
        left[part.transcript_id] = waiting
    _keep(work, part, complete=not waiting)


def _keep(work: _Work, part: Part, *, complete: bool) -> None:
    keep_scores(work.study, work.run, part.transcript_id, part.segments, work.codes, part.signals, complete=complete)


def _parts(work: _Work, wanted: Sequence[Spoken], tally: _Tally, total: int) -> Iterator[Part]:
    """The interviews that the language model is to be asked about; what needs no asking is kept on the way."""
    kept = {each.transcript_id: each.complete for each in scored_transcripts(work.study, work.run)}
    for label, transcript_id, count in wanted:
        part = None
        if not kept.get(transcript_id, False):
            part = _part_now(work, label, tally)
        if part is None or not part.todo.any():
            if part is not None:
                _keep(work, part, complete=True)
            tally.done += count
            work.report(tally.done, total, label)
        else:
            tally.done += count - len(part.rows)
            yield part


def _part_now(work: _Work, label: str, tally: _Tally) -> Part | None:
    """An interview as it stands now: it may have been corrected since the run began. None where nothing is left."""
    found = segments(work.study, label)
    if not questions_of(found):
        return None
    known = {each.transcript_id: each.complete for each in scored_transcripts(work.study, work.run)}
    transcript_id = found[0].transcript_id
    if known.get(transcript_id, False):
        return None
    before = load_scores(work.study, work.run, [transcript_id]) if transcript_id in known else ()
    return _part(work, label, found, next(iter(before), None), tally)


def _part(work: _Work, label: str, found: Sequence[Segment], before: ScoreMatrix | None, tally: _Tally) -> Part:
    questions = questions_of(found)
    rows = [q.segment for q in questions]
    ids = tuple(s.id for s in rows)
    transcript_id = found[0].transcript_id
    signals = dict(before.signals) if before else _without_llm(work, rows)
    shape = (len(rows), len(work.codes))
    if work.asking is None:
        tally.segments += len(rows)
        return Part(label, transcript_id, ids, questions, np.zeros(shape, np.bool_), signals)
    signals.setdefault("llm", np.full(shape, np.nan, np.float32))
    todo = _take_over(work.asking, work.codes, transcript_id, ids, signals, tally)
    tally.segments += len(rows) if before is None else int(todo.any(axis=1).sum())
    return Part(label, transcript_id, ids, questions, todo, signals)


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
