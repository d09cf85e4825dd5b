"""A study in whose texts names stand: two interviews, attributes, memos, a codebook with an example, codings."""

from collections.abc import Sequence
from pathlib import Path

from assistant.segment import segment_new
from store.codebook import keep_codebook
from store.decisions import keep_decisions
from store.interviews import add_interview, set_attributes
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.study import Study, create_study
from store.transcripts import add_transcript, transcript
from store.values import Code, DecisionDraft, NewTurn, Role, Span, Verdict, Word

PASSPHRASE = "a long enough phrase"  # noqa: S105 - of a made-up study

FIRST = (
    ("Interviewer", "How did you meet Maria Gonzalez?"),
    ("Ann Lee", "Maria came to Leeds with José. I told her to ring 020 7946 0958."),
    ("Interviewer", "And then, Ann?"),
    ("Ann Lee", "Then Maria’s sister Anna joined 🙂 and MARIA laughed. Write to maria@example.org."),
)
SECOND = (
    ("Interviewer", "Who looks after it?"),
    ("Ben", "Maria Gonzales does, and Ann helps. Nobody at Northfield Trust asked."),
)


def build(folder: Path) -> Study:
    """Every turn coded as a whole, and every word of the first interview by itself."""
    study = create_study(folder / "study", "Named")
    for label, said in (("I1", FIRST), ("I2", SECOND)):
        talk(study, folder, label, said)
    set_attributes(study, "I1", {"region": "north", "employer": "Northfield Trust", "sister": "Anna"})
    codes = (Code("c1", "Meeting", None, "How Maria was met.", examples=("Maria came to Leeds",)), Code("c2", "Words"))
    keep_codebook(study, codes, coder="lead", reason="start")
    segment_new(study)
    keep_memo(study, "lead", MemoDraft(MemoTarget(interview="I1"), "Ring Maria again,\n  then Ann.", "On Maria"))
    return study


def talk(study: Study, folder: Path, label: str, said: Sequence[tuple[str, str]]) -> None:
    """An interview of these turns, whose words have times."""
    source = folder / f"{label}.txt"
    source.write_text(f"{label} {said}", encoding="utf-8")
    add_interview(study, source, "transcript", label=label)
    turns = []
    for number, (speaker, text) in enumerate(said):
        role = Role.INTERVIEWER if speaker == "Interviewer" else Role.PARTICIPANT
        turns.append(NewTurn(text, speaker, role, number * 10_000, number * 10_000 + 9_000, words(text, number)))
    add_transcript(study, label, turns, origin="import")


def words(text: str, number: int) -> tuple[Word, ...]:
    """A word with times for everything between white space."""
    found, at = [], 0
    for place, piece in enumerate(text.split(" ")):
        start_ms = number * 10_000 + place * 100
        found.append(Word(at, at + len(piece), start_ms, start_ms + 90, 0.9))
        at += len(piece) + 1
    return tuple(found)


def code_spans(study: Study, label: str, spans: Sequence[Span], coder: str = "eve") -> None:
    """A coding on each stretch."""
    now = transcript(study, label)
    keep_decisions(study, coder, [DecisionDraft(now.id, span, Verdict.ADD, "c2") for span in spans])
