"""What of a study goes into a file: the codings that a basis counts with their words, and the state they are from."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version

from assistant.exchange.consent_gate import NOT_COVERED, Gate, gate_of, left_out
from assistant.exchange.quote_lines import AskedFor
from assistant.quotes.spoken import NOBODY, Spoken, spoken_in
from assistant.review import Basis, Blindness, Counted, blindness, counted
from store.codebook import version_end
from store.consent import Covers
from store.events import Head
from store.exports import log_end, require_export
from store.placing import texts_of
from store.study import Study
from store.transcripts import transcript
from store.values import Codebook, Coding, Interview, Span, Transcript

_DISTRIBUTION = "interview-assistant"
Place = tuple[int, Span]


@dataclass(frozen=True, slots=True)
class Passage:
    """The words that a coding stands on, and who says them, when."""

    text: str
    spoken: Spoken


@dataclass(frozen=True)
class Outgoing:
    """What is exported: what the basis counts, for whom, at what time, and from which end of the event log."""

    study: Study
    of: Counted
    who: str
    at: datetime
    log: Head
    gate: Gate = field(default_factory=lambda: Gate({}))
    """What consent lets out; it was asked about memos and the codebook already."""

    @property
    def codebook(self) -> Codebook:
        """The version under which codes are named and counted."""
        return self.of.codebook

    @property
    def through(self) -> int | None:
        """The number of the last event that counts; None where all do."""
        basis = self.of.basis
        return basis.through if basis.version is None else version_end(self.study, basis.version)

    @cached_property
    def transcripts(self) -> Mapping[str, Transcript]:
        """The newest transcripts by label, in study order."""
        return {i.label: transcript(self.study, i.label) for i in self.of.interviews if i.transcribed}

    @cached_property
    def codings(self) -> tuple[Coding, ...]:
        """What counts, in study order, longer stretches before shorter ones, codes in the order of the codebook."""
        place = {interview.label: at for at, interview in enumerate(self.of.interviews)}
        codes = {code.guid: at for at, code in enumerate(self.codebook.codes)}

        def key(coding: Coding) -> tuple[int, int, int, int, str]:
            code = codes.get(coding.code, len(codes))
            return place[coding.interview], coding.span.start, -coding.span.end, code, coding.coder

        return tuple(sorted(self.of.codings, key=key))

    def is_placed(self, coding: Coding) -> bool:
        """Whether a coding stands in the newest transcript on the very words that it was made on."""
        return not self.amiss(coding)

    def amiss(self, coding: Coding) -> str:
        """What a correction of the transcript did to the place of a coding, in words; empty where it did nothing."""
        found = self.transcripts.get(coding.interview)
        if found is None or found.id != coding.transcript_id:
            return "torn apart by a correction"
        return "touched by a correction" if coding.needs_look else ""

    @cached_property
    def passages(self) -> Mapping[Place, Passage]:
        """The words of each coding that counts, by its place; those without a place as they stood when it was made."""
        texts = texts_of(self.study, {coding.transcript_id for coding in self.of.codings})
        now = {found.id: found for found in self.transcripts.values()}
        places = {(coding.transcript_id, coding.span) for coding in self.of.codings}
        return {
            (at, span): Passage(
                NOT_COVERED if at in self._unquotable else span.of(texts[at]),
                (spoken_in(now[at].turns, span) if at in now else None) or NOBODY,
            )
            for at, span in places
        }

    @cached_property
    def _unquotable(self) -> frozenset[int]:
        """The transcripts of which no passage may stand word for word in a file."""
        return frozenset(coding.transcript_id for coding in self.of.codings if not self.is_quotable(coding.interview))

    def is_quotable(self, label: str) -> bool:
        """Whether the consent to an interview covers quotes."""
        return self.gate.lets(label, Covers.QUOTES)

    @cached_property
    def unquoted(self) -> Mapping[str, int]:
        """By label, how many codings stand without their words, as the consent does not cover quotes."""
        return dict(Counter(coding.interview for coding in self.codings if not self.is_quotable(coding.interview)))

    @property
    def consent_notes(self) -> Sequence[str]:
        """What of a file with quotes was left out for want of consent, in sentences."""
        held, number = tuple(self.unquoted), sum(self.unquoted.values())
        quotes = left_out(number, ("coded passage", "coded passages"), held, Covers.QUOTES)
        return (*quotes, *self.gate.cut, *self.gate.unchecked)

    def passage(self, coding: Coding) -> Passage:
        """The words of a coding."""
        return self.passages[coding.transcript_id, coding.span]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of every code that there ever was up to then, as it was called last."""
        return {code.guid: code.name for book in self.of.versions for code in book.codes}

    def path(self, guid: str) -> str:
        """A code with the themes above it, `Machines › Borrowed machines`."""
        above = {code.guid: code.parent for code in self.codebook.codes}
        names, at = [self.names.get(guid, guid)], above.get(guid)
        while at is not None:
            names.append(self.names[at])
            at = above[at]
        return " › ".join(reversed(names))

    def theme(self, guid: str) -> str:
        """The name of the code right above; empty where there is none."""
        parent = next((code.parent for code in self.codebook.codes if code.guid == guid), None)
        return "" if parent is None else self.names[parent]

    @property
    def attributes(self) -> tuple[str, ...]:
        """The names of the interviews' attributes, in the order in which they come."""
        return tuple(dict.fromkeys(key for interview in self.of.interviews for key in interview.attributes))

    @property
    def about(self) -> tuple[tuple[str, str], ...]:
        """Where the file is from, as names and values."""
        count = self.log.count
        said = [
            ("Study", self.study.title),
            ("What counts", f"{self.of.sentence}."),
            ("Hidden", self.of.hidden.sentence),
            ("Interviews", str(len(self.of.interviews))),
            ("Codings", str(len(self.of.codings))),
            ("Codebook", f"Version {self.codebook.version} of {self.codebook.created_at.astimezone(UTC):%Y-%m-%d}"),
            ("Exported by", self.who),
            ("Exported at", f"{self.at:%Y-%m-%d %H:%M} UTC"),
            ("Software", f"Interview analysis assistant {software_version()}"),
            ("Event log", f"{count} {'event' if count == 1 else 'events'}, the last with the hash {self.log.hash}"),
            ("Study GUID", self.study.guid),
            ("Query", json.dumps(self.of.basis.to_json(), ensure_ascii=False)),
        ]
        return tuple(pair for pair in said if pair[1])

    def asked(self, title: str) -> AskedFor:
        """What a document of quotes says of where they are from."""
        return AskedFor(title, f"{self.of.sentence}.", self.of.basis.to_json(), self.who, f"{self.at:%Y-%m-%d}")

    def interview(self, label: str) -> Interview:
        """The interview of that label, which must be one that counts."""
        return next(interview for interview in self.of.interviews if interview.label == label)

    def unplaced(self, codings: Iterable[Coding]) -> Sequence[str]:
        """A sentence where some of these codings do not stand on the words any more that they were made on."""
        count = sum(not self.is_placed(coding) for coding in codings)
        if not count:
            return ()
        told = f"{count} coding is" if count == 1 else f"{count} codings are"
        return (f"{told} left out, because a correction of the transcript touched the place or tore it apart.",)


def outgoing(study: Study, basis: Basis, who: str) -> Outgoing:
    """What a basis counts, as far as `who` may see it; raises what `counted` raises.

    What is hidden from a second coder who codes blind is hidden from a file about them, too.
    """
    require_export(study)
    gate = gate_of(study)
    of = _let_out(counted(study, basis, hidden_from(study, basis, who)), gate)
    return Outgoing(study, of, who, datetime.now(UTC), log_end(study), gate)


def _let_out(found: Counted, gate: Gate) -> Counted:
    """The same without what memos and the codebook repeat of interviews that may not be quoted."""
    if gate.screen is None:
        return found
    earlier = tuple(map(gate.codebook, found.versions[:-1]))
    gate.cuts.clear()  # what earlier versions say is in no file
    book = gate.codebook(found.codebook)
    codings = tuple(replace(coding, memo=gate.kept(coding.memo)) for coding in found.codings)
    return replace(found, codings=codings, codebook=book, versions=(*earlier, book))


def hidden_from(study: Study, basis: Basis, who: str) -> Blindness:
    """What whoever exports must not see; else what the coder must not see whose codings are exported."""
    own = blindness(study, who)
    return own if own.interviews or basis.coder is None else blindness(study, basis.coder)


def software_version() -> str:
    """The version of this program, as it is installed."""
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "without a version"
