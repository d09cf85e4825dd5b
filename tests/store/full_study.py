"""A small study with every kind of event in it, built with store functions alone."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from store.candidates import (
    AnswerDraft,
    CandidateName,
    Place,
    WrittenBy,
    answer_candidate,
    keep_candidate_name,
)
from store.canonical import sha256_text
from store.codebook import keep_codebook
from store.decisions import keep_decisions
from store.interviews import add_interview, interview, set_attributes
from store.rationales import RationaleDraft, keep_rationale
from store.runs import begin_run, keep_scores, show_suggestions, suggestions
from store.segments import NewSegment, keep_segments, segments
from store.study import Study, create_study
from store.transcription import begin_transcription, finish_transcription, keep_utterances
from store.transcripts import add_transcript, revise_transcript
from store.values import (
    CandidateVerdict,
    Code,
    DecisionDraft,
    NewTurn,
    Role,
    Run,
    Span,
    Suggestion,
    SuggestionDraft,
    Transcript,
    Utterance,
    Verdict,
    Word,
)
from store.vectors import keep_vectors

MODEL = "words@test"
QUEUE = "11111111-1111-4111-8111-111111111111"
COST = "22222222-2222-4222-8222-222222222222"
COMPUTE = "33333333-3333-4333-8333-333333333333"
CODES = (
    Code(COMPUTE, "compute"),
    Code(QUEUE, "queue", COMPUTE, definition="waiting for machines", examples=("we wait for weeks",)),
    Code(COST, "cost", COMPUTE, definition="what power costs"),
)
SHARED = "Thank you for the cake."
RECORDED = ("Zebra machines stand in the cellar 🙂.", "Nobody pays the xylophone bill.", SHARED)
WRITTEN = ("We queue for quokka time.", "Costs grow like jackfruit.", SHARED)


def turn(text: str, number: int = 0) -> NewTurn:
    """A participant's turn with one word time."""
    word = Word(0, len(text.split(maxsplit=1)[0]), 1000 * number, 1000 * number + 500, 0.9)
    return NewTurn(text, "Ada", Role.PARTICIPANT, 1000 * number, 1000 * number + 900, (word,))


def turns(texts: tuple[str, ...]) -> list[NewTurn]:
    return [turn(text, number) for number, text in enumerate(texts)]


def add_text(study: Study, folder: Path, label: str, texts: tuple[str, ...], **attributes: str) -> Transcript:
    """An interview with one turn and one segment for each text, and its vectors."""
    source = folder / f"source-{label}.txt"
    source.write_text(f"{label}\n" + "\n".join(texts), encoding="utf-8")
    add_interview(study, source, "transcript", label=label, attributes=attributes)
    kept = add_transcript(study, label, turns(texts), origin="import")
    cut(study, kept)
    return kept


def cut(study: Study, transcript: Transcript) -> None:
    """Segments as the turns are, with made-up vectors that depend on the text alone."""
    new = [NewSegment(t.index, t.span, t.speaker, t.role, t.start_ms, t.end_ms) for t in transcript.turns]
    keep_segments(study, transcript.id, new)
    embed(study)


def vector(text: str) -> np.ndarray:
    made = np.random.default_rng(int(sha256_text(text)[:8], 16)).normal(size=8).astype(np.float32)
    return made / np.linalg.norm(made)


def embed(study: Study) -> None:
    keep_vectors(study, MODEL, {s.text_sha256: vector(s.text) for s in segments(study)})


def suggest(study: Study, run: Run, label: str, code: str = QUEUE, learner: str = "cold") -> tuple[Suggestion, ...]:
    """One suggestion of that code for each segment of that interview."""
    return show_suggestions(
        study,
        [SuggestionDraft(run.id, s.id, code, 0.25, (s.span,), {"llm": 0.5}, learner) for s in segments(study, label)],
    )


def score(study: Study, run: Run, label: str, *, complete: bool = True) -> None:
    wanted = segments(study, label)
    values = np.full((len(wanted), 2), 0.5, np.float32)
    ids = [s.id for s in wanted]
    keep_scores(study, run, wanted[0].transcript_id, ids, [QUEUE, COST], {"llm": values}, complete=complete)


def answer(
    shown: Suggestion, transcript: Transcript, verdict: Verdict = Verdict.ACCEPT, **more: object
) -> DecisionDraft:
    return DecisionDraft(transcript.id, shown.span, verdict, shown.code, shown.id, **more)


def full_study(folder: Path) -> Study:
    """R1 is a recording with a corrected transcript, T1 a transcript; both are coded by two people."""
    study = create_study(folder / "study", "Everything")
    recording = folder / "wombat talk.wav"
    recording.write_bytes(b"RIFF" + bytes(range(200)))
    attributes = {"region": "Gloucestershire"}
    add_interview(study, recording, "recording", label="R1", attributes=attributes, duration_ms=3000)
    set_attributes(study, "R1", {"role": "ornithologist"})
    checkpoint = begin_transcription(study, "R1", {"model": "tiny"})
    heard = [Utterance(1000 * n, 1000 * n + 900, text, (), -0.1, 0.0, 1.0) for n, text in enumerate(RECORDED)]
    keep_utterances(study, checkpoint, heard, 3000)
    finish_transcription(study, checkpoint)
    add_transcript(study, "R1", turns(("Sebra machines stand in the cellar 🙂.", *RECORDED[1:])), origin="whisper")
    recorded = revise_transcript(study, "R1", turns(RECORDED), coder="ada")
    cut(study, recorded)
    written = add_text(study, folder, "T1", WRITTEN, region="Norfolk")
    book = keep_codebook(study, CODES, coder="ada", reason="start")
    run = begin_run(study, book.id, "llm@abc", {"seed": 1})
    for label, transcript in (("R1", recorded), ("T1", written)):
        score(study, run, label)
        shown = suggest(study, run, label)
        memo = "he whispered ptarmigan" if label == "R1" else "a memo"
        made = [
            answer(shown[0], transcript, memo=memo, at=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)),
            answer(shown[1], transcript, Verdict.REJECT),
            DecisionDraft(transcript.id, Span(0, 5), Verdict.ADD, COST, codebook_id=book.id),
            DecisionDraft(transcript.id, transcript.turns[0].span, Verdict.READ, codebook_id=book.id),
        ]
        keep_decisions(study, "ada", made)
        keep_decisions(study, "ben", [DecisionDraft(transcript.id, Span(2, 7), Verdict.ADD, QUEUE)])
    return study


WRITTEN_BY = WrittenBy("name_code.v1", "p" * 64, "r" * 64, "tiny", "m" * 64, {"seed": 1, "temperature": 0.0})
RATIONALE = "A gnu speaks for it. A yak speaks against it."
NAME = CandidateName("both" * 16, "Gnus and yaks", "Applies where gnus meet yaks.", (), WRITTEN_BY)


def rationale_draft(suggestion: str, text: str = RATIONALE, **more: object) -> RationaleDraft:
    """What a model wrote about the suggestion of that GUID."""
    given = {"model": "tiny", "rendered": "What speaks for it?", "options": {"seed": 1, "temperature": 0.0}} | more
    return RationaleDraft(suggestion, text, "rationale.v1", "p" * 64, model_sha256="m" * 64, **given)


def add_written(study: Study) -> None:
    """What models wrote: a rationale in each interview, a name over both and one over T1; and a dismissal of each."""
    for label in ("R1", "T1"):
        shown = next(s for s in suggestions(study) if s.interview == label)
        keep_rationale(study, rationale_draft(shown.guid, f"{RATIONALE} {label}"))
    first = segments(study, "R1")[0]
    place = Place(interview(study, "R1").guid, first.revision, first.span)
    keep_candidate_name(study, replace(NAME, quotes=(place,)), ["R1", "T1"])
    keep_candidate_name(study, replace(NAME, candidate="T1" * 32, name="Lemurs", definition="Lemurs alone."), ["T1"])
    for members in ({"R1": ["a", "b"], "T1": ["c"]}, {"T1": ["d"]}):
        answer_candidate(study, "ben", AnswerDraft("both" * 16, CandidateVerdict.DISMISS, members))
