"""A study of four interviews, and coders who work by names: what tests of counting share."""

from pathlib import Path

from study_builder import add_talk, codebook_codes

from assistant.segment import segment_new
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.segments import segments
from store.study import Study, create_study
from store.values import DecisionDraft, Verdict

QUEUE, POWER, CLEANING, GARDEN = "We wait", "The power", "Cleaning", "My garden"
LABELS = ("I1", "I2", "I3", "I4")


def four_talks(folder: Path) -> Study:
    """Four interviews (I1 and I3 in the north) and a codebook of four codes in two themes; nothing is decided."""
    study = create_study(folder / "study", "Machines")
    for label in LABELS:
        add_talk(study, folder, label, region="north" if label in ("I1", "I3") else "south")
    keep_codebook(study, codebook_codes(), coder="ada", reason="start")
    segment_new(study)
    return study


def decide(
    study: Study, interview: str, text: str, verdict: Verdict, name: str | None = None, coder: str = "eve"
) -> None:
    """One decision on the segment that begins so, under the codebook of now."""
    segment = next(s for s in segments(study, interview) if s.text.startswith(text))
    book = current_codebook(study)
    assert book is not None
    code = None if name is None else book.find(name)
    assert (code is None) == (name is None), name
    draft = DecisionDraft(
        segment.transcript_id, segment.span, verdict, None if code is None else code.guid, codebook_id=book.id
    )
    keep_decisions(study, coder, [draft])


def code(study: Study, interview: str, text: str, name: str, coder: str = "eve") -> None:
    """One coding."""
    decide(study, interview, text, Verdict.ADD, name, coder)


def read(study: Study, interview: str, *texts: str, coder: str = "eve") -> None:
    """Readings of the segments that begin so, or of all that the participant said."""
    for text in texts or (QUEUE, POWER, CLEANING, GARDEN):
        decide(study, interview, text, Verdict.READ, coder=coder)
