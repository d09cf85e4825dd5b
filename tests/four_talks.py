"""A study of four interviews, and coders who work by names: what tests of counting share."""

from collections.abc import Sequence
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
    study: Study, interview: str, texts: Sequence[str], verdict: Verdict, name: str | None = None, coder: str = "eve"
) -> None:
    """The same decision on each segment that begins so, under the codebook of now."""
    book = current_codebook(study)
    assert book is not None
    code = None if name is None else book.find(name)
    assert (code is None) == (name is None), name
    guid, spoken = None if code is None else code.guid, segments(study, interview)
    chosen = [next(s for s in spoken if s.text.startswith(text)) for text in texts]
    drafts = [DecisionDraft(s.transcript_id, s.span, verdict, guid, codebook_id=book.id) for s in chosen]
    keep_decisions(study, coder, drafts)


def code(study: Study, interview: str, text: str, name: str, coder: str = "eve") -> None:
    """One coding."""
    decide(study, interview, [text], Verdict.ADD, name, coder)


def read(study: Study, interview: str, *texts: str, coder: str = "eve") -> None:
    """Readings of the segments that begin so, or of all that the participant said."""
    decide(study, interview, texts or (QUEUE, POWER, CLEANING, GARDEN), Verdict.READ, coder=coder)
