"""A small study with one more interview: a recording whose words have times, with emoji and combining marks in it."""

from pathlib import Path

from small_study import build_study, silence

from assistant.segment import segment_new
from store.decisions import keep_decisions
from store.interviews import add_interview
from store.segments import segments
from store.study import Study
from store.transcripts import add_transcript
from store.values import DecisionDraft, NewTurn, Role, Span, Verdict, Word

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
FLAG = "🇦🇹"
COMBINED = "cafe\u0301"
QUESTION = "Where did you meet?"
ANSWER = f"With my {FAMILY} in the {COMBINED} next door {FLAG} we shared machines. It was loud."


def build_spoken_study(folder: Path) -> Study:
    """The small study and I3, where Ben has coded the second sentence of the answer with Failed runs."""
    study = build_study(folder)
    add_interview(study, silence(folder / "three.wav", 20), "recording", label="I3", duration_ms=20_000)
    turns = [
        NewTurn(text=QUESTION, speaker="Interviewer", role=Role.INTERVIEWER, start_ms=0, end_ms=2_000),
        NewTurn(text=ANSWER, speaker="Cleo", start_ms=2_000, end_ms=18_000, words=_words(ANSWER, 2_000)),
    ]
    text = add_transcript(study, "I3", turns, origin="import")
    segment_new(study)
    at = text.text.index("It was loud")
    keep_decisions(study, "Ben", [DecisionDraft(text.id, Span(at, at + 11), Verdict.ADD, "c2")])
    assert segments(study, "I3")
    return study


def _words(text: str, start_ms: int) -> tuple[Word, ...]:
    """Each word takes a second; the fifth was not heard well."""
    found, at = [], 0
    for number, word in enumerate(text.split(" ")):
        begin = start_ms + 1_000 * number
        found.append(Word(at, at + len(word), begin, begin + 1_000, 0.2 if number == 4 else 0.9))
        at += len(word) + 1
    return tuple(found)
