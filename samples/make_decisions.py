"""Write decisions.jsonl from codings.yaml: `python samples/make_decisions.py`.

Each quote is located in its interview's text; a quote that is absent or stands there twice is refused.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from sample_text import Turn, interview_text, read_turns, transcript_path

HERE = Path(__file__).parent
SITTINGS = {
    "I1": datetime(2026, 3, 1, 10, tzinfo=UTC),
    "I2": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    "I3": datetime(2026, 3, 4, 14, tzinfo=UTC),
}
SECONDS_PER_CODE = 20
CHARACTERS_READ_PER_SECOND = 15


class CodingError(Exception):
    """A coding cannot be placed; the message names the interview and the quote."""


@dataclass(frozen=True, slots=True)
class Coding:
    """One code on one span; offsets are code points into the interview's text, end exclusive."""

    start: int
    end: int
    code: str
    memo: str


def locate(text: str, quote: str, interview: str) -> int:
    """Where `quote` starts in `text`; refused unless it occurs exactly once."""
    start = text.find(quote)
    if start < 0:
        raise CodingError(f"{interview} does not contain the quote “{quote[:60]}”; correct it in codings.yaml.")
    if text.find(quote, start + 1) >= 0:
        raise CodingError(f"{interview} contains the quote “{quote[:60]}” twice; make it longer in codings.yaml.")
    return start


def codings_of(interview: str, text: str) -> list[Coding]:
    """The hand-written codings of one interview, in the order of its text."""
    entries = yaml.safe_load((HERE / "codings.yaml").read_text(encoding="utf-8"))
    found: list[Coding] = []
    for entry in entries:
        if entry["interview"] != interview:
            continue
        quote = " ".join(entry["quote"].split())
        start = locate(text, quote, interview)
        memo = entry.get("memo", "")
        found += [Coding(start, start + len(quote), code, memo) for code in entry["codes"]]
    return sorted(found, key=lambda coding: coding.start)


def decisions_of(interview: str) -> Iterator[dict[str, str | int | None]]:
    """What the coder did, turn by turn: add the codes that begin in the turn, then mark it as read."""
    turns = read_turns(transcript_path(interview))
    text = interview_text(turns)
    codings = codings_of(interview, text)
    at = SITTINGS[interview]
    for turn in turns:
        at += timedelta(seconds=(turn.end - turn.start) // CHARACTERS_READ_PER_SECOND + 1)
        for coding in codings_in(turn, codings, interview):
            at += timedelta(seconds=SECONDS_PER_CODE)
            yield line(interview, text, coding, verdict="add", at=at)
        at += timedelta(seconds=1)
        yield line(interview, text, turn, verdict="read", at=at)


def codings_in(turn: Turn, codings: list[Coding], interview: str) -> list[Coding]:
    """The codings of one turn; a coding that runs over the turn's end is refused."""
    inside = [coding for coding in codings if turn.start <= coding.start < turn.end]
    for coding in inside:
        if coding.end > turn.end:
            raise CodingError(f"A quote in {interview} at {coding.start} leaves its turn; cut it in codings.yaml.")
    return inside


def line(interview: str, text: str, span: Coding | Turn, *, verdict: str, at: datetime) -> dict[str, str | int | None]:
    """One line of decisions.jsonl."""
    return {
        "interview": interview,
        "start": span.start,
        "end": span.end,
        "code": span.code if isinstance(span, Coding) else None,
        "verdict": verdict,
        "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "memo": span.memo if isinstance(span, Coding) else "",
        "quote": text[span.start : span.end],
    }


def main() -> int:
    """Write the decisions of all coded interviews."""
    try:
        decisions = [decision for interview in SITTINGS for decision in decisions_of(interview)]
    except CodingError as error:
        print(error, file=sys.stderr)
        return 1
    lines = [json.dumps(decision, ensure_ascii=False) + "\n" for decision in decisions]
    (HERE / "decisions.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")
    print(f"decisions.jsonl: {len(lines)} decisions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
