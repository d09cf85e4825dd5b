"""A pack for one participant: their passages in context, by theme, and what the study says of them; nobody else's.

Counts, labels, names and words of others, memos and coders are not in it; what had to be left out for that is told to
the researcher in sentences.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.exchange.participants.others import Others
from assistant.exchange.participants.passages import Around, Passage
from assistant.exchange.participants.person import Participant
from assistant.exchange.participants.said_of_them import said_of_them
from assistant.review import Basis, Blindness, counted
from assistant.summaries import ThemeQuote, ThemeQuotes, theme_quotes
from store.candidates import Place
from store.errors import InvalidInputError
from store.study import Study
from store.transcripts import transcript
from store.values import Code, Codebook, Coding, Span

DEFAULT_GREETING = """Dear participant,

thank you for talking with us. Below you find passages of what you told us, with what was said around them, and how we \
have understood them. Please tell us where we got you wrong, what is missing, and what you do not want to be quoted.

You need not answer every question. When you are done, save this file and send it back to us."""
MOST_TURNS = 5


@dataclass(frozen=True, slots=True)
class Meaning:
    """The name of a code and what it means; without a definition where that tells of others."""

    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class Theme:
    """What a participant says to one theme: `count` passages, those in `also` shown under an earlier theme.

    `codes` are those below the theme that their passages have, `said` what summaries say of these passages alone.
    """

    number: int
    guid: str
    meaning: Meaning
    codes: tuple[Meaning, ...]
    passages: tuple[Passage, ...]
    also: tuple[int, ...]
    said: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many of the participant's passages belong to the theme."""
        return len(self.passages) + len(self.also)


@dataclass(frozen=True, slots=True)
class Pack:
    """All that one participant is given.

    `token` is random: it leads back to the passages within the study and tells nothing outside of it. `findings` are
    for the researcher: what was left out and what to look at before it is sent.
    """

    token: str
    person: Participant
    greeting: tuple[str, ...]
    themes: tuple[Theme, ...]
    findings: tuple[str, ...]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, in the order of its number."""
        return tuple(passage for theme in self.themes for passage in theme.passages)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a pack is to hold: so many turns of context on both sides, and whether summaries are told from."""

    greeting: str = DEFAULT_GREETING
    turns: int = 1
    summaries: bool = True
    adjudicated: bool = False


def pack_for(study: Study, person: Participant, wishes: Wishes | None = None, hidden: Blindness | None = None) -> Pack:
    """The pack as the study stands now; what is `hidden` from whoever makes it is not in it.

    Raises InvalidInputError where the participant has no confirmed passage, there is no codebook, or the greeting is
    empty.
    """
    wishes, hidden = wishes or Wishes(), hidden or Blindness("")
    if not 0 <= wishes.turns <= MOST_TURNS:
        msg = f"A passage can be shown with 0 to {MOST_TURNS} turns around it, not with {wishes.turns}."
        raise InvalidInputError(msg)
    greeting = tuple(part.strip() for part in wishes.greeting.replace("\r\n", "\n").split("\n\n") if part.strip())
    if not greeting:
        msg = "The pack needs a text that says what it is; write one, or take the usual one."
        raise InvalidInputError(msg)
    found = counted(study, Basis(interviews=person.labels, adjudicated=wishes.adjudicated), hidden)
    building = _Building(study, person, wishes.turns, found.codebook)
    own = replace(found, codings=building.own(found.codings))
    tops = (code.guid for code in found.codebook.codes if code.parent is None)
    themes = building.themes({guid: theme_quotes(study, own, guid) for guid in tops})
    if not themes:
        msg = f"Nothing that can be shown of {', '.join(person.labels)} is coded yet; code some passages first."
        raise InvalidInputError(msg)
    if wishes.summaries:
        themes = building.with_summaries(themes, hidden)
    themes = building.cleared(greeting, themes)
    return Pack(_token(), person, greeting, themes, tuple(building.findings))


def _token() -> str:
    """64 random bits that can be read out: `3f9a-22bc-0d1e-77aa`."""
    drawn = secrets.token_hex(8)
    return "-".join(drawn[at : at + 4] for at in range(0, len(drawn), 4))


class _Building:
    """Puts a pack together, and notes what is left out of it."""

    def __init__(self, study: Study, person: Participant, turns: int, codebook: Codebook) -> None:
        self._study, self._person, self._codebook = study, person, codebook
        self._others = Others(study, person)
        self._codes = {code.guid: code for code in codebook.codes}
        self._texts = {label: transcript(study, label) for label in person.labels}
        self._around = {label: Around(text, person, self._others, turns) for label, text in self._texts.items()}
        self.findings: list[str] = []

    def own(self, codings: Iterable[Coding]) -> tuple[Coding, ...]:
        """Those in which nobody else speaks or is named, and those that await a look, which are no quotes anyhow."""
        kept: list[Coding] = []
        shared, naming = set[tuple[int, Span]](), set[tuple[int, Span]]()
        for coding in codings:
            text, place = self._texts[coding.interview], (coding.transcript_id, coding.span)
            if coding.transcript_id != text.id:
                kept.append(coding)
            elif not self._person.owns(text, coding.span):
                shared.add(place)
            elif self._around[coding.interview].names_others(coding.span):
                naming.add(place)
            else:
                kept.append(coding)
        self._note(len(shared), "passage is", "passages are", "not this participant’s words alone")
        self._note(len(naming), "passage holds", "passages hold", "a question that names somebody else")
        return tuple(kept)

    def themes(self, quotes: Mapping[str, ThemeQuotes]) -> tuple[Theme, ...]:
        """The themes that the participant speaks to, in the order of the codebook, each passage once."""
        unplaced = sum(each.unplaced for each in quotes.values())
        self._note(unplaced, "coding awaits", "codings await", "a look after a correction of the transcript")
        kept = {guid: each.quotes for guid, each in quotes.items() if each.quotes}
        codes: dict[Place, list[str]] = {}
        for each in kept.values():
            for quote in each:
                codes.setdefault(quote.place, []).extend(quote.codes)
        numbers: dict[Place, int] = {}
        found: list[Theme] = []
        for guid, each in kept.items():
            found.append(self._theme(len(found) + 1, guid, each, codes, numbers))
        return tuple(found)

    def _note(self, count: int, one: str, many: str, why: str) -> None:
        if count:
            self.findings.append(f"Left out: {count} {one if count == 1 else many} {why}.")

    def _theme(
        self,
        number: int,
        guid: str,
        quotes: Sequence[ThemeQuote],
        codes: Mapping[Place, list[str]],
        numbers: dict[Place, int],
    ) -> Theme:
        passages, also = [], []
        for quote in quotes:
            if quote.place in numbers:
                also.append(numbers[quote.place])
                continue
            numbers[quote.place] = len(numbers) + 1
            names = tuple(dict.fromkeys(self._codes[code].name for code in codes[quote.place]))
            passages.append(self._around[quote.interview].passage(numbers[quote.place], quote.place, names))
        used = {code for quote in quotes for code in quote.codes} - {guid}
        below = tuple(_meaning(code) for code in self._codebook.codes if code.guid in used)
        return Theme(number, guid, _meaning(self._codes[guid]), below, tuple(passages), tuple(also), ())

    def with_summaries(self, themes: tuple[Theme, ...], hidden: Blindness) -> tuple[Theme, ...]:
        """The same themes with the sentences of summaries that speak of this participant alone."""
        of_them = said_of_them(self._study, self._person, hidden)
        self._note(of_them.on_others, "sentence rests", "sentences rest", "on quotes of others too")
        self._note(of_them.outdated, "sentence rests", "sentences rest", "on quotes that have changed since")
        tops = self._codebook.tops
        said: dict[str, list[str]] = {}
        for guid, texts in of_them.by_theme.items():
            if guid in tops:
                said.setdefault(tops[guid], []).extend(texts)
        return tuple(replace(theme, said=tuple(dict.fromkeys(said.get(theme.guid, ())))) for theme in themes)

    def cleared(self, greeting: tuple[str, ...], themes: tuple[Theme, ...]) -> tuple[Theme, ...]:
        """The same themes without what tells of others; what cannot be left out a person has to change."""
        meanings = {meaning.name: meaning for theme in themes for meaning in (theme.meaning, *theme.codes)}
        said = {sentence for theme in themes for sentence in theme.said}
        definitions = (meaning.definition for meaning in meanings.values())
        told = self._others.told_in([*definitions, *meanings, *said, *greeting])
        self._note(len(said & told), "sentence tells", "sentences tell", "of somebody else")
        for name, meaning in meanings.items():
            if meaning.definition in told:
                self.findings.append(f"Left out: the definition of “{name}”, which tells of somebody else.")
            if name in told:
                self.findings.append(f"The name of “{name}” tells of somebody else; rename the code.")
        if any(part in told for part in greeting):
            self.findings.append("The text at the beginning tells of somebody else; change it.")
        return tuple(_without(theme, told) for theme in themes)


def _meaning(code: Code) -> Meaning:
    return Meaning(code.name, code.definition.strip())


def _without(theme: Theme, told: frozenset[str]) -> Theme:
    """A theme without the definitions and sentences among these texts."""

    def bare(meaning: Meaning) -> Meaning:
        return replace(meaning, definition="") if meaning.definition in told else meaning

    said = tuple(sentence for sentence in theme.said if sentence not in told)
    return replace(theme, meaning=bare(theme.meaning), codes=tuple(map(bare, theme.codes)), said=said)
