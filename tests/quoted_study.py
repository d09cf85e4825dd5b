"""A study with something for every filter: three interviews, two coders, suggestions, rejections, a disputed coding."""

from datetime import UTC, datetime
from pathlib import Path

from study_builder import add_talk, codebook_codes

from assistant.segment import segment_new
from assistant.suggest import Proposals
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.runs import begin_run, runs, show_suggestions
from store.segments import segments
from store.study import Study, create_study
from store.values import DecisionDraft, Segment, Span, SuggestionDraft, Verdict

NORTH = (
    ("Interviewer", "How do you get machines?"),
    ("Ada", "We wait in a queue for machines. It takes weeks, and nobody likes that at all."),
    ("Interviewer", "And what does it cost?"),
    ("Ada", "The power bill grows every year."),
    ("Ada", "My garden is lovely this year."),
    ("Interviewer", "Thank you."),
)
SOUTH = (
    ("Interviewer", "How do you get machines?"),
    ("Ben", "We never wait, the machines are ours. Queue is a word for others."),
    ("Ben", "Licences of the texts are another matter: months of letters."),
)
WEST = (
    ("Interviewer", "How do you get machines?"),
    ("Cleo", "We wait in a queue for the machines. It takes weeks, and nobody likes that at all."),
    ("Cleo", "Filtering texts is dull."),
)


def build(folder: Path, shuffled: list[DecisionDraft] | None = None) -> Study:
    """The study; with `shuffled`, coded by those decisions of `codings_by_hand` in that order instead."""
    study = create_study(folder / "study", "Quoted")
    for label, talk, region in (("I1", NORTH, "north"), ("I2", SOUTH, "south"), ("I3", WEST, "west")):
        add_talk(study, folder, label, talk, region=region)
    keep_codebook(study, codebook_codes(), coder="ada", reason="start")
    segment_new(study)
    if shuffled is None:
        for coder, draft in by_hand(study):
            keep_decisions(study, coder, [draft])
        _answer(study)
    return study


def guid(study: Study, name: str) -> str:
    found = current_codebook(study).find(name)
    assert found is not None
    return found.guid


def segment_at(study: Study, label: str, number: int) -> Segment:
    return segments(study, label)[number]


def on(day: int) -> datetime:
    """A day of March 2026, a second before midnight in UTC."""
    return datetime(2026, 3, day, 23, 59, 59, tzinfo=UTC)


def by_hand(study: Study) -> list[tuple[str, DecisionDraft]]:
    """Who codes what: the same stretch by two, one within another, the same words elsewhere, overlapping ones."""

    def add(label: str, number: int, code: str, day: int, start: int = 0, end: int | None = None) -> DecisionDraft:
        segment = segment_at(study, label, number)
        stop = segment.span.end if end is None else segment.span.start + end
        span = Span(segment.span.start + start, stop)
        return DecisionDraft(segment.transcript_id, span, Verdict.ADD, guid(study, code), at=on(day))

    return [
        ("eve", add("I1", 1, "queue", 1)),
        ("eve", add("I1", 1, "cost", 2)),
        ("ann", add("I1", 1, "queue", 3)),
        ("ann", add("I1", 1, "queue", 3, end=32)),
        ("ann", add("I1", 1, "licence", 4, start=3, end=20)),
        ("eve", add("I1", 3, "cost", 5)),
        ("ann", add("I2", 2, "licence", 6)),
        ("eve", add("I2", 0, "queue", 6)),
        ("eve", add("I3", 1, "queue", 7)),
    ]


def suggestion(study: Study, label: str, number: int, code: str, chance: float) -> SuggestionDraft:
    run = (runs(study) or (begin_run(study, current_codebook(study).id, None, {}),))[0]
    segment = segment_at(study, label, number)
    return SuggestionDraft(run.id, segment.id, guid(study, code), chance, (), {}, "learner")


def _answer(study: Study) -> None:
    """Eve accepts one suggestion and rejects another."""
    for number, code, chance, verdict in ((2, "cleaning", 0.9, Verdict.ACCEPT), (2, "cost", 0.3, Verdict.REJECT)):
        (shown,) = show_suggestions(study, [suggestion(study, "I3", number, code, chance)])
        draft = DecisionDraft(
            segment_at(study, "I3", number).transcript_id, shown.span, verdict, shown.code, shown.id, at=on(8)
        )
        keep_decisions(study, "eve", [draft])


def proposed(study: Study) -> Proposals:
    """What waits for an answer: in I1 and I2, likely and less likely."""
    drafts = [suggestion(study, "I1", 4, "cleaning", 0.4), suggestion(study, "I2", 1, "queue", 0.8)]
    drafts.append(suggestion(study, "I3", 2, "cost", 0.3))  # is answered
    return Proposals(None, {draft.segment_id: (draft,) for draft in drafts})
