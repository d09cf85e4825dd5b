"""The confirmed quotes of a theme, as a basis counts them: all that a summary of it may be built from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.review import Counted
from store.candidates import Place
from store.errors import InvalidInputError, NotFoundError
from store.study import Study
from store.transcripts import transcript
from store.values import Code, Codebook, Coding, Role, Span, Transcript, Turn


@dataclass(frozen=True, slots=True)
class ThemeQuote:
    """An exact slice of an interview's current transcript, with the theme's codes (GUIDs) that stand on it.

    `speaker` is who speaks first in it, a participant where there is one; `start_ms` when the quote begins.
    """

    interview: str
    place: Place
    transcript_id: int
    text: str
    speaker: str | None
    start_ms: int | None
    codes: tuple[str, ...]

    @property
    def person(self) -> tuple[str, str | None]:
        """Whose words these are: a speaker of one interview."""
        return self.interview, self.speaker


@dataclass(frozen=True, slots=True)
class ThemeQuotes:
    """A theme as its codebook version has it, and its quotes in study order.

    A quote that lies wholly within another one is part of that one. `unplaced` counts the codings that a correction of
    the transcript tore from their place: they cannot be quoted before somebody has looked at them.
    """

    theme: Code
    quotes: tuple[ThemeQuote, ...]
    unplaced: int


def theme_of(codebook: Codebook, name_or_guid: str) -> Code:
    """The theme or code of that name or GUID; raises NotFoundError."""
    found = codebook.find(name_or_guid)
    if found is None:
        known = ", ".join(code.name for code in codebook.themes) or "none yet"
        msg = f"There is no theme “{name_or_guid}” in version {codebook.version} of the codebook; there are: {known}."
        raise NotFoundError(msg)
    return found


def theme_quotes(study: Study, counted: Counted, theme: str) -> ThemeQuotes:
    """The quotes of the theme of that name or GUID, with all that is below it, as they are confirmed on this basis.

    Raises NotFoundError where there is no such theme.
    """
    code = theme_of(counted.codebook, theme)
    family = counted.codebook.family(code.guid)
    by_interview: dict[str, list[Coding]] = {}
    for coding in counted.codings:
        if coding.code in family:
            by_interview.setdefault(coding.interview, []).append(coding)
    quotes: list[ThemeQuote] = []
    unplaced = 0
    for interview in counted.interviews:
        here = by_interview.get(interview.label)
        if here is not None:
            text = transcript(study, interview.label)
            placed = [coding for coding in here if coding.transcript_id == text.id]
            unplaced += len(here) - len(placed)
            quotes += (_quote(interview.guid, text, span, codes) for span, codes in _folded(placed).items())
    return ThemeQuotes(code, tuple(quotes), unplaced)


def require_quotes(found: ThemeQuotes, sentence: str) -> None:
    """Refuse a theme without quotes with a sentence that says on which basis; raises InvalidInputError."""
    if not found.quotes:
        msg = f"“{found.theme.name}” has no confirmed quotes to sum up. Counted were: {sentence}."
        raise InvalidInputError(msg)


def _folded(codings: Iterable[Coding]) -> Mapping[Span, tuple[str, ...]]:
    """The codes by stretch, in order of the text; a stretch within another one counts as part of it."""
    found: dict[Span, list[str]] = {}
    last: Span | None = None
    for coding in sorted(codings, key=lambda c: (c.span.start, -c.span.end)):
        if last is None or coding.span.end > last.end:
            last = coding.span
        found.setdefault(last, []).append(coding.code)
    return {span: tuple(dict.fromkeys(codes)) for span, codes in found.items()}


def _quote(guid: str, text: Transcript, span: Span, codes: tuple[str, ...]) -> ThemeQuote:
    turns = [turn for turn in text.turns if turn.span.overlaps(span)]
    speakers = [turn.speaker for turn in sorted(turns, key=lambda turn: turn.role is Role.INTERVIEWER)]
    return ThemeQuote(
        interview=text.interview,
        place=Place(guid, text.revision, span),
        transcript_id=text.id,
        text=span.of(text.text),
        speaker=speakers[0] if speakers else None,
        start_ms=begins(turns, span),
        codes=codes,
    )


def begins(turns: Iterable[Turn], span: Span) -> int | None:
    """When a stretch begins: with its first word, or with its turn where words have no times; None where unknown."""
    here = [turn for turn in turns if turn.span.overlaps(span)]
    words = (word for turn in here for word in turn.words if word.start < span.end and span.start < word.end)
    first = next(words, None)
    return first.start_ms if first is not None else here[0].start_ms if here else None
