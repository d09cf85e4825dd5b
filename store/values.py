r"""The frozen value types that pass between the rooms.

Units, said once: times are integer milliseconds from the start of the recording; text offsets are Unicode code
points into one revision of an interview's text, `start` inclusive and `end` exclusive, so that `text[start:end]`
is the slice. An interview's text holds no speaker labels and no time stamps; its turns are joined by `\n`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

TURN_SEPARATOR = "\n"


class Role(StrEnum):
    """What a speaker is in the interview; suggestions are made for everyone but interviewers."""

    PARTICIPANT = "participant"
    INTERVIEWER = "interviewer"


class Verdict(StrEnum):
    """What a coder can do to a span: see the decision's row for what each one means."""

    ACCEPT = "accept"
    REJECT = "reject"
    ADD = "add"
    WITHDRAW = "withdraw"
    READ = "read"


class CandidateVerdict(StrEnum):
    """What a coder can answer to a proposed new code; `restore` takes a dismissal back."""

    ACCEPT = "accept"
    MERGE = "merge"
    DISMISS = "dismiss"
    RESTORE = "restore"


class CoderRole(StrEnum):
    """What a coder may do: a lead draws double codings, adjudicates and gives roles."""

    CODER = "coder"
    SECOND = "second coder"
    LEAD = "lead"


class MemoKind(StrEnum):
    """A note, or what was written down after an interview."""

    MEMO = "memo"
    DEBRIEFING = "debriefing"


class RemarkKind(StrEnum):
    """What can be said of a coding in an open second review; `outcome` ends the discussion."""

    AGREE = "agree"
    CHALLENGE = "challenge"
    COMMENT = "comment"
    OUTCOME = "outcome"


class State(StrEnum):
    """Where a segment or quote stands for a coder."""

    UNCODED = "uncoded"
    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text in code points, `end` exclusive."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            msg = f"a span needs 0 <= start < end, not {self.start}..{self.end}"
            raise ValueError(msg)

    def of(self, text: str) -> str:
        """The exact slice of `text`."""
        return text[self.start : self.end]

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word: its span in the interview's text, when it was said, and how sure the transcriber was (0..1)."""

    start: int
    end: int
    start_ms: int
    end_ms: int
    probability: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch of a turn that the recogniser may have got wrong: its span in the turn's text, and why.

    `kind` is `repeat` (said over and over, as in a loop), `silence` (words where nothing is heard), `unclear` (the
    recogniser was unsure of nearly every word) or `fast` (more words than anybody speaks). `heard` is what the
    recogniser wrote, where the text holds something else in its place.
    """

    start: int
    end: int
    kind: str
    heard: str = ""


@dataclass(frozen=True, slots=True)
class TurnMarks:
    """What else is known of a turn: when somebody spoke at the same time (milliseconds), doubts, and its language."""

    overlaps: tuple[tuple[int, int], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    language: str | None = None

    def to_json(self) -> dict[str, Any] | None:
        """Only what there is; None for nothing."""
        found: dict[str, Any] = {}
        if self.overlaps:
            found["overlaps"] = [list(stretch) for stretch in self.overlaps]
        if self.doubts:
            found["doubts"] = [[d.start, d.end, d.kind, d.heard] for d in self.doubts]
        if self.language:
            found["language"] = self.language
        return found or None

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> "TurnMarks":
        """Read back what `to_json` gave."""
        if not value:
            return NO_MARKS
        return cls(
            overlaps=tuple((start, end) for start, end in value.get("overlaps", ())),
            doubts=tuple(Doubt(*doubt) for doubt in value.get("doubts", ())),
            language=value.get("language"),
        )


NO_MARKS = TurnMarks()


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn on its way into the study; word offsets count from the start of this turn's text."""

    text: str
    speaker: str | None = None
    role: Role = Role.PARTICIPANT
    start_ms: int | None = None
    end_ms: int | None = None
    words: tuple[Word, ...] = ()
    marks: TurnMarks = NO_MARKS


@dataclass(frozen=True, slots=True)
class Turn:
    """One uninterrupted stretch of one speaker, as stored; word offsets count from the start of the interview."""

    id: int
    index: int
    speaker: str | None
    role: Role
    span: Span
    start_ms: int | None
    end_ms: int | None
    words: tuple[Word, ...]
    marks: TurnMarks = NO_MARKS


@dataclass(frozen=True, slots=True)
class Transcript:
    """One revision of an interview's text with its turns."""

    id: int
    interview: str
    revision: int
    origin: str
    text: str
    sha256: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the transcriber heard in one go; word offsets count from the start of `text`."""

    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...]
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Interview:
    """One recording or transcript of the study."""

    id: int
    guid: str
    label: str
    position: int
    kind: Literal["recording", "transcript"]
    source_name: str
    source_sha256: str
    media: str | None
    duration_ms: int | None
    language: str | None
    attributes: Mapping[str, str]
    transcribed: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """The codable unit: one turn, or a part of a long turn cut at sentence ends."""

    id: int
    interview: str
    transcript_id: int
    revision: int
    index: int
    turn_index: int
    span: Span
    text: str
    text_sha256: str
    speaker: str | None
    role: Role
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of the codebook; `parent` is its theme, `origins` what it was split or merged from, all GUIDs.

    One that is `retired` keeps its codings but is no longer offered, suggested or asked of the model.
    """

    guid: str
    name: str
    parent: str | None = None
    definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    colour: str = ""
    origins: tuple[str, ...] = ()
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Codebook:
    """An immutable version of all codes, in order."""

    id: int
    version: int
    sha256: str
    codes: tuple[Code, ...]
    created_at: datetime
    coder: str
    reason: str

    def find(self, name_or_guid: str) -> Code | None:
        """The code of that name (case ignored) or GUID."""
        folded = name_or_guid.strip().casefold()
        return next((c for c in self.codes if folded in (c.guid.casefold(), c.name.strip().casefold())), None)

    def children(self, guid: str) -> tuple[Code, ...]:
        """The codes directly below."""
        return tuple(c for c in self.codes if c.parent == guid)

    def family(self, guid: str) -> frozenset[str]:
        """The GUIDs of a code and everything below it."""
        found = {guid}
        for child in self.children(guid):
            found |= self.family(child.guid)
        return frozenset(found)

    @property
    def active(self) -> tuple[Code, ...]:
        """The codes that are not retired."""
        return tuple(c for c in self.codes if not c.retired)

    def present(self, guid: str) -> str | None:
        """The code that a coding of `guid` counts for in this version; None where there is none.

        A code that was merged counts as the one it went into; one that was split counts for none of its parts.
        """
        if any(c.guid == guid for c in self.codes):
            return guid
        heirs = [c.guid for c in self.codes if guid in c.origins]
        return heirs[0] if len(heirs) == 1 else None

    @property
    def themes(self) -> tuple[Code, ...]:
        """Codes that have children."""
        parents = {c.parent for c in self.codes}
        return tuple(c for c in self.codes if c.guid in parents)

    @property
    def tops(self) -> Mapping[str, str]:
        """By the GUID of each code, that of the code at the top of its branch, which may be itself."""
        parents = {code.guid: code.parent for code in self.codes}
        found: dict[str, str] = {}
        for code in self.codes:
            top = code.guid
            while (above := parents[top]) is not None:
                top = above
            found[code.guid] = top
        return found

    def theme_of(self, code: Code) -> Code | None:
        """The code right above, if any."""
        return next((c for c in self.codes if c.guid == code.parent), None)


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of the suggester, identified by everything that decides its scores."""

    id: int
    guid: str
    fingerprint: str
    codebook_version: int
    llm: str | None
    settings: Mapping[str, object]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SuggestionDraft:
    """What the machine proposes for one segment and code, before anyone saw it; evidence spans are in the interview."""

    run_id: int
    segment_id: int
    code: str
    probability: float
    evidence: tuple[Span, ...]
    scores: Mapping[str, float]
    learner: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal as it was shown to a person; it never changes."""

    id: int
    guid: str
    run: str
    segment_id: int
    interview: str
    span: Span
    code: str
    probability: float
    evidence: tuple[Span, ...]
    scores: Mapping[str, float]
    learner: str
    shown_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """What a coder decided, on its way into the study; `code` is a GUID, absent for a `read`.

    With a `guid`, the decision keeps it: one that was made in another program is the same here.
    """

    transcript_id: int
    span: Span
    verdict: Verdict
    code: str | None = None
    suggestion_id: int | None = None
    codebook_id: int | None = None
    at: datetime | None = None
    memo: str = ""
    sitting: str | None = None
    replaces: str | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a coder did, for good: `at` is when they say they did it, `recorded_at` when it reached the disk."""

    id: int
    guid: str
    interview: str
    transcript_id: int
    span: Span
    verdict: Verdict
    code: str | None
    coder: str
    suggestion_id: int | None
    codebook_id: int | None
    at: datetime
    recorded_at: datetime
    memo: str
    sitting: str | None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Coding:
    """A code that stands on a span for a coder after all decisions, in the interview's current revision.

    `needs_look` is set where a correction of the transcript touched the span; where it could not be moved either,
    `transcript_id` is that of an earlier revision. `made_with` is the code that the decision named, which may have
    been merged into `code` since.
    """

    interview: str
    transcript_id: int
    span: Span
    code: str
    coder: str
    decision: str
    at: datetime
    memo: str = ""
    needs_look: bool = False
    made_with: str = ""


@dataclass(frozen=True, slots=True)
class Stance:
    """What stands from a coder after all their decisions, in the interview's current revision.

    A word on a code (accept, reject or add), or a reading, which has none; `codebook_id` is the version it was made
    under, `event` the number of the decision's event, which tells what came before and after it. `until` is the event
    by which it was withdrawn or said anew, None while it stands.
    """

    event: int
    transcript_id: int
    span: Span
    verdict: Verdict
    code: str | None
    coder: str
    codebook_id: int | None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class ScoreMatrix:
    """A run's raw scores for one interview; each signal is float32 (segments, codes), NaN where not yet done."""

    transcript_id: int
    segments: tuple[int, ...]
    codes: tuple[str, ...]
    signals: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    complete: bool = False
