"""Speaker labels at the start of a line, and which of them are really speakers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.ingest import stamps
from assistant.ingest.roles import is_role_word

_LONGEST = 60
_MOST_WORDS = 6
_CONSISTENT = 0.8
_ALTERNATING = 0.3
_NAME = rf"[^\W_][^:\[\](){{}}<>?!;|\n\t]{{0,{_LONGEST - 1}}}"
_COLON = re.compile(
    rf"(?P<label>{_NAME}(?:\((?![\d\s:.,]+\))[^()]{{1,40}}\))?)\s*"
    rf"(?P<stamp>{stamps.INLINE.pattern})?\s*:(?![\d/:])\s*"
)
_BOLD = re.compile(r"\A(?:\*\*|__)([^*_:]{1,60})(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:)\s*")
_DASH = re.compile(r"(?P<label>[^\W_][\w.'’]*(?: [\w.'’]+){0,2})\s[-–—]\s+(?=\S)")
_TAB = re.compile(rf"(?P<label>{_NAME})\t\s*(?=\S)")
_SAID = re.compile(r"[^\W\d_]{4,}[.…,]\Z")
"""How speech ends and names do not, if they are no abbreviation."""
_BRACKET = re.compile(rf"(?:\[\s*(?P<square>{_NAME})\s*\]|<\s*(?:v(?:\.\w+)*\s+)?(?P<angle>{_NAME})\s*>)\s*:?\s*")
_NUMBERED = (
    r"speaker|sprecher(?:in)?|participant|person|interviewee|respondent|teilnehmer(?:in)?|befragter?|participante?"
    r"|entrevistad[oa]|locuteur|orateur|hablante"
)
_CODE = re.compile(
    rf"(?:[A-Z]{{1,4}}[ _-]?\d{{1,3}}|[a-z]{{1,3}}\d{{1,3}}|(?i:{_NUMBERED})[ _-]?(?:\d{{1,3}}|[A-Z])?)\Z"
)
_NOT_SPEAKERS_TEXT = """
note notes nb ps example examples date time place location duration title project file audio language
transcriber transcribed recorded recording subject topic source url http https version warning summary hinweis
notiz beispiel datum ort dauer titel projekt datei sprache thema quelle remarque exemple lieu durée titre projet
fichier langue nota ejemplo fecha lugar duración título proyecto archivo idioma
"""
_NOT_SPEAKERS = frozenset(_NOT_SPEAKERS_TEXT.split())
_FACTS_TEXT = """
date place location duration length title project file audio recording recorded transcriber transcribed transcription
datum ort dauer titel projekt datei aufnahme transkription lieu durée titre projet fichier enregistrement fecha lugar
duración título proyecto archivo grabación
"""
_FACTS = frozenset(_FACTS_TEXT.split())
_MOST_FACT_WORDS = 3
_REMARKS_TEXT = """
laughs laughter laughing lacht lachen rires rire risas pause pausa silence stille silencio inaudible unclear
unverständlich unv crosstalk overlapping music musik musique música applause beifall coughs hustet sighs seufzt
noise geräusch sic redacted name removed phone telefon
"""
_REMARKS = frozenset(_REMARKS_TEXT.split())


BOLD = "bold"
"""The shape of a label that is bold, alone on its line or before a tab."""
CELL = "cell"
"""The shape of a label that the document itself gives, in a column or a link."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a line may begin with: a candidate for a label, a time, and the text that is left."""

    line: str
    label: str | None = None
    shape: str = ""
    """How the label is written: one of the words that `_label` gives; empty without one."""
    start_ms: int | None = None
    end_ms: int | None = None
    rest: str = ""
    """The text after label and stamps."""
    unstamped: str = ""
    """The line without its leading stamp, for when the label turns out to be speech."""
    bare: bool = False
    """Whether the leading stamp has no brackets, so that it may be speech too."""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two labels the same."""
        return self.shape, (self.label or "").casefold()


def heading(line: str, bold: int = 0) -> Heading:
    """Take a line apart into stamp, candidate label and text; its first `bold` characters are bold."""
    strong = line[:bold].strip()
    line = line.strip()
    leading = stamps.LEADING.match(line)
    unstamped = line[leading.end() :] if leading else line
    label, shape, stamp, rest = _label(_BOLD.sub(r"\1: ", unstamped, count=1))
    if shape in {"", "tab"} and strong and unstamped.startswith(strong) and _is_bold_label(strong, unstamped):
        label, shape, rest = strong, BOLD, unstamped[len(strong) :].lstrip(": \t")
    if label is None and leading and re.fullmatch(_NAME, unstamped):
        label, shape, rest = unstamped, "after stamp", ""
    if label is not None and (inner := stamps.LEADING.match(rest)) and not _clock_time(inner[0], rest[inner.end() :]):
        stamp, rest = inner[0], rest[inner.end() :]
        shape = "stamp line" if shape == "bracket" and not rest else shape
    if label is None or not _name_shaped(label, shape):
        label, shape, stamp, rest = None, "", None, unstamped
    written = stamp or (leading[0] if leading else None)
    start, end = stamps.milliseconds(written) if written else (None, None)
    bare = leading is not None and line[0].isdigit()
    return Heading(line, label and " ".join(label.split()), shape, start, end, rest, unstamped, bare)


def _clock_time(written: str, rest: str) -> bool:
    """Whether what looks like a stamp after a label may be said: `Anna: 10:30 is when we met.` is such a line."""
    return bool(rest) and written[0].isdigit() and written.count(":") == 1


def is_about_the_file(line: str) -> bool:
    """Whether a line says something of the file or the recording, such as `Date: 2 May`."""
    words = line.partition(":")[0].casefold().split()
    return ":" in line and len(words) <= _MOST_FACT_WORDS and any(word in _FACTS for word in words)


def _label(line: str) -> tuple[str | None, str, str | None, str]:
    """A candidate label, its shape, the stamp that belongs to it, and the rest of the line."""
    if colon := _COLON.match(line):
        return colon["label"], "colon", colon["stamp"], line[colon.end() :]
    if bracket := _BRACKET.match(line):
        rest = line[bracket.end() :]
        return (
            bracket["square"] or bracket["angle"],
            "bracket",
            None,
            rest.removesuffix("</v>") if bracket["angle"] else rest,
        )
    trailing = stamps.TRAILING.search(line[-2 * _LONGEST :])
    if trailing is None:
        for shape, pattern in (("tab", _TAB), ("dash", _DASH)):
            if found := pattern.match(line):
                return found["label"], shape, None, line[found.end() :]
        return None, "", None, line
    before = line[: len(line) - len(trailing[0])]
    name = before.strip().strip("[]")
    if not re.fullmatch(_NAME, name) or trailing[0].startswith("#") or _SAID.search(name):
        return None, "", None, line
    wide = before.endswith(("  ", "\t", "] ")) or not trailing[0][0].isdigit()
    return name, "stamp line" if wide else "tight stamp line", trailing[0], ""


def _is_bold_label(strong: str, line: str) -> bool:
    """Whether bold text at the start of a line may be a name: alone there, or before a tab."""
    after = line[len(strong) :]
    return (not after or after[0] == "\t") and strong[-1] != "." and bool(re.fullmatch(_NAME, strong))


def _name_shaped(label: str, shape: str) -> bool:
    words = label.split()
    if len(words) > _MOST_WORDS or label.casefold() in _NOT_SPEAKERS or not any(map(str.isalpha, label)):
        return False
    return shape != "bracket" or not any(word.casefold().strip(".,") in _REMARKS for word in words)


def is_known(label: str) -> bool:
    """Whether a label is a speaker by its very shape: a role word, `P1`, `S01`, `SPEAKER_00`, `id1`."""
    return is_role_word(label) or bool(_CODE.match(label))


def accepted(headings: Sequence[Heading], blocks: Sequence[Heading]) -> frozenset[tuple[str, str]]:
    """The keys of the labels that are speakers.

    Taken are known shapes, capitalised labels that come back, and capitalised labels that come once where nearly
    every block of the file, given by its first line in `blocks`, begins with a label of the same shape, or where bold
    names come again and again. A bold line that comes once, before another label, is a title.
    """
    labels = {h.key: h.label for h in headings if h.label}
    counts = Counter(h.key for h in headings if h.label)
    shapes = Counter(h.shape for h in headings if h.label)
    starts = Counter(h.shape for h in blocks if h.label)
    consistent = {shape for shape, count in starts.items() if count >= max(2, _CONSISTENT * len(blocks))}
    leading = {h.key for h in blocks if h.shape in consistent}
    titles = {a.key for a, b in pairwise(headings) if a.shape == BOLD and counts[a.key] == 1 and b.label and not a.rest}
    bold_again = any(shape == BOLD and often > 1 for (shape, _), often in counts.items())
    bold_alternates = bold_again and shapes[BOLD] >= _ALTERNATING * len(headings)

    def is_speaker(key: tuple[str, str], label: str) -> bool:
        shape, repeated = key[0], counts[key] > 1
        if shape in {"stamp line", "dash"}:
            return _capitalised(label) and (shape in consistent if shape == "dash" else shapes[shape] > 1)
        if is_known(label) and shape != "tight stamp line":
            return True
        if shape == "after stamp" or key in titles:
            return False
        if key in leading:
            return repeated or _capitalised(label)
        if shape == BOLD and bold_alternates:
            return _capitalised(label)
        return repeated and shape != "bracket" and _capitalised(label)

    return frozenset(key for key, label in labels.items() if key[0] == CELL or is_speaker(key, label))


def _capitalised(label: str) -> bool:
    """Whether a label is written like a name: `Anna`, `ANNA`, `van der Berg`, or in a script without capitals."""
    last = label.rsplit(maxsplit=1)[-1]
    return not last[0].islower()
