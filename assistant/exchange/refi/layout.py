"""Turns with their speakers ⇄ a plain text with labels, as other programs show and keep transcripts.

A transcript's text in a study holds no labels, and each turn's white space is folded; a file's text has `Ana: …`, blank
lines and tabs. Offsets are code points on both sides.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.exchange.refi.moments import clock
from assistant.exchange.refi.speakers_line import NOBODY, Voice, divided, labels_of, written
from assistant.exchange.refi.stretches import Stretch, Stretches
from assistant.ingest.labels import Heading, accepted
from assistant.ingest.lines import first_lines, headings_of, of_plain_text, settled
from assistant.ingest.pieces import count
from assistant.ingest.roles import with_roles
from store.values import TURN_SEPARATOR, NewTurn, Span

_COLON = ": "
_MARK = "\ufeff"
"""At the start of a file it would be taken for the file's and not for the text's."""
_MOSTLY = 0.5
_FILLED = re.compile(r"\S+")
_CLOCK = r"[0-9]{1,9}:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}"
_STAMP = re.compile(rf"\[(?P<start>{_CLOCK})?(?:–(?P<end>{_CLOCK})?)?\] ")
"""Before a turn: from when to when, as far as that is known, such as `[0:01:12.250–0:01:15.000] `."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A plain text with a label before each turn, and the description without which the labels would be a guess."""

    text: str
    description: str
    _starts: tuple[int, ...]
    """Where each turn begins in the interview's text."""
    _shifts: tuple[int, ...]
    """By how much each turn moved."""

    def place(self, offset: int) -> int:
        """Where a character of the interview's text stands."""
        at = max(0, bisect_right(self._starts, offset) - 1)
        return offset + (self._shifts[at] if self._shifts else 0)

    def span(self, span: Span) -> Span:
        """Where a span of the interview's text stands; labels of turns that begin within it lie in it."""
        return Span(self.place(span.start), self.place(span.end - 1) + 1)


@dataclass(frozen=True, slots=True)
class TakenApart:
    """The turns of a plain text, what its description says beside the labels, and what was guessed, in sentences."""

    turns: tuple[NewTurn, ...]
    description: str
    report: tuple[str, ...]
    stretches: Stretches

    def span(self, span: Span) -> Span | None:
        """Where a span of the file's text stands in the interview's; None where nothing of it is left.

        Edges on what the interview's text does not hold, such as labels and blank lines, move inwards.
        """
        return self.stretches.span(span)


def laid_out(turns: Sequence[NewTurn], description: str = "", *, timed: bool = False) -> LaidOut:
    """One line for each turn; the line that names the speakers is put at the end of what else is described.

    `taken_apart` finds the same texts, speakers and roles in it; where `timed`, the times of turns as well.
    """
    voices = [(turn.speaker, turn.role) for turn in turns]
    bare = all(voice == NOBODY for voice in voices) and not (turns and turns[0].text.startswith(_MARK))
    labels = {} if bare else labels_of(voices)
    lines, starts, shifts, at, moved = [], [], [], 0, 0
    for turn, voice in zip(turns, voices, strict=True):
        label = (_stamp(turn) if timed else "") + (labels[voice] + _COLON if labels else "")
        lines.append(label + turn.text)
        starts.append(at)
        moved += len(label)
        shifts.append(moved)
        at += len(turn.text) + len(TURN_SEPARATOR)
    last = written(labels, timed=timed)
    said = f"{description}\n{last}" if description else last
    return LaidOut("\n".join(lines), said, tuple(starts), tuple(shifts))


def _stamp(turn: NewTurn) -> str:
    start = "" if turn.start_ms is None else clock(turn.start_ms)
    end = "" if turn.end_ms is None else f"–{clock(turn.end_ms)}"
    return f"[{start + end or '–'}] "


def taken_apart(text: str, description: str = "", name: str = "") -> TakenApart:
    """The turns of a plain text: as the description says, else by labels that are found as in other transcripts.

    Nothing but labels, time stamps before what is said, and white space is left out of the turns. `name` is what the
    text is called in sentences.
    """
    described = divided(description)
    if described is None:
        return _guessed(text, description, name)
    parts = list(_as_described(text, described.voices, timed=described.timed))
    turns, stretches = _put_together(parts, text, separated=True)
    strangers = sum(part.stranger for part in parts)
    said = f"{count(strangers, 'line')} without a label; taken as what the speaker before says."
    return TakenApart(turns, described.rest, (_of(name, said),) if strangers else (), stretches)


def _of(name: str, sentence: str) -> str:
    return f"{name}: {sentence}" if name else sentence


@dataclass(frozen=True, slots=True)
class _Part:
    """A turn of the file's text: the stretches of it that are said, and by whom."""

    said: tuple[Span, ...]
    voice: Voice
    start_ms: int | None = None
    end_ms: int | None = None
    stranger: bool = False


def _as_described(text: str, voices: Mapping[str, Voice], *, timed: bool) -> Iterator[_Part]:
    at, voice = 0, NOBODY
    for line in text.split("\n"):
        stamp = _STAMP.match(line) if timed else None
        start = stamp.end() if stamp else 0
        label, colon, _ = line[start:].partition(_COLON)
        named = bool(colon) and label in voices
        voice = voices[label] if named else voice
        start += len(label) + len(_COLON) if named else 0
        if line[start:].strip():
            times = (_time(stamp["start"]), _time(stamp["end"])) if stamp else (None, None)
            yield _Part((Span(at + start, at + len(line)),), voice, *times, stranger=bool(voices) and not named)
        at += len(line) + 1


def _time(written_time: str | None) -> int | None:
    if not written_time:
        return None
    hours, minutes, seconds = written_time.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + int(seconds.replace(".", ""))


def _guessed(text: str, description: str, name: str) -> TakenApart:
    lines = of_plain_text(text.replace("\r", " "))
    headings = headings_of(lines, None, ())
    first = first_lines(headings)
    speakers = accepted([h for h in headings if h], first)
    stamped = sum(h.start_ms is not None for h in first) >= max(2, _MOSTLY * len(first))
    begins = [None if h is None else settled(h, speakers, stamped=stamped) for h in headings]
    parts = _joined(text, begins, [line.paragraph for line in lines])
    turns, stretches = _put_together(parts, text, separated=False)
    turns, sentence = with_roles(turns)
    return TakenApart(turns, description, (_of(name, sentence),), stretches)


def _joined(text: str, begins: Sequence[Heading | None], paragraphs: Sequence[bool]) -> list[_Part]:
    """Wrapped lines are one turn; labels, time stamps, blank lines and paragraphs begin another."""
    found: list[_Part] = []
    at, voice, start_ms, end_ms, fresh = 0, NOBODY, None, None, True
    for line, h, paragraph in zip(re.split(r"(?<=\n)", text), begins, paragraphs, strict=False):
        if h is None:
            fresh = True
        else:
            if h.label:
                voice = (h.label, NOBODY[1])
            if h.label or h.start_ms is not None:
                start_ms, end_ms, fresh = h.start_ms, h.end_ms, True
            said = _rest(line, h, at)
            if said is not None and (fresh or paragraph or not found):
                found.append(_Part((said,), voice, start_ms, end_ms))
                start_ms, end_ms, fresh = None, None, False
            elif said is not None:
                found[-1] = replace(found[-1], said=(*found[-1].said, said))
        at += len(line)
    return found


def _rest(line: str, h: Heading, at: int) -> Span | None:
    """Where that which is said stands in the text; the whole line where it is not its end."""
    whole = line.strip()
    if not h.rest.strip():
        return None
    start = at + len(line) - len(line.lstrip())
    if not whole.endswith(h.rest.strip()):
        return Span(start, start + len(whole))
    return Span(start + len(whole) - len(h.rest.strip()), start + len(whole))


def _runs(text: str, said: Span) -> Iterator[tuple[int, int]]:
    """The words of a stretch; all of them at once where nothing but single spaces is between them."""
    whole = text[said.start : said.end]
    bare = whole.strip()
    if bare and " ".join(bare.split()) == bare:
        start = said.start + whole.index(bare)
        yield start, start + len(bare)
    else:
        yield from (found.span() for found in _FILLED.finditer(text, said.start, said.end))


def _put_together(parts: Sequence[_Part], text: str, *, separated: bool) -> tuple[tuple[NewTurn, ...], Stretches]:
    """The turns, and the stretches that they hold; where `separated`, the line break before each turn is one too."""
    turns: list[NewTurn] = []
    shared: list[Stretch] = []
    at = 0
    for part in parts:
        words = [run for said in part.said for run in _runs(text, said)]
        if turns:
            if separated:
                shared.append(Stretch(text.rindex("\n", 0, words[0][0]), at, 1))
            at += len(TURN_SEPARATOR)
        for number, (begin, end) in enumerate(words):
            if number:
                shared.append(Stretch(words[number - 1][1], at, 1))
                at += 1
            shared.append(Stretch(begin, at, end - begin))
            at += end - begin
        speaker, role = part.voice
        spoken = " ".join(text[begin:end] for begin, end in words)
        turns.append(NewTurn(spoken, speaker, role, part.start_ms, part.end_ms))
    return tuple(turns), Stretches(shared)
