"""What goes out of a study into a project: what is asked for, and what was kept of the projects that it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from assistant.exchange.consent_gate import Gate
from assistant.exchange.refi.own import derived, fitting
from assistant.exchange.refi.project import MODEL, Finding, User
from assistant.exchange.refi.transcripts_going import Transcripts
from assistant.review.basis import Basis, counted, fitting_interviews
from assistant.review.blindness import Blindness
from store.codebook import current_codebook
from store.coders import coder_list
from store.consent import Covers
from store.imports import imports
from store.memos import Memo, memos
from store.study import Study
from store.values import Code, Coding, Decision, Interview


@dataclass
class Going:
    """The part of a study that goes out; users are named on the way, and what cannot go is said.

    `codes` are those of the codebook that counts, `readings` who has read what; `memos` are those that may be seen.
    """

    study: Study
    basis: Basis
    hidden: Blindness
    interviews: tuple[Interview, ...]
    codings: tuple[Coding, ...]
    readings: tuple[Decision, ...]
    codes: tuple[Code, ...]
    memos: tuple[Memo, ...]
    findings: list[Finding] = field(default_factory=list)
    withheld: tuple[str, ...] = ()
    """Interviews that stay in the study for want of consent."""
    gate: Gate = field(default_factory=lambda: Gate({}))
    _used: dict[str, User] = field(default_factory=dict)

    @cached_property
    def transcripts(self) -> Transcripts:
        """The newest transcripts by label."""
        return Transcripts(self.study, self.interviews)

    @cached_property
    def kept(self) -> Mapping[str, Any]:
        """By kind, what earlier files held of the project as a whole; the newest file counts."""
        found: dict[str, dict[str, Any]] = {"variables": {}, "codes": {}}
        for each in imports(self.study):
            for kind, said in found.items():
                said.update(each.kept.get(kind, {}))
        return found

    @cached_property
    def parts(self) -> Mapping[str, Mapping[str, Any]]:
        """By the GUID of an interview, what the file held of it that it came from, and files that added to it."""
        found: dict[str, dict[str, Any]] = {}
        for each in imports(self.study):
            for guid, (_, kept) in each.parts.items():
                before = found.get(guid, {})
                selections = {**kept.get("selections", {}), **before.get("selections", {})}
                found[guid] = {**kept, **before, "selections": selections}
        return found

    def user(self, name: str) -> str:
        """The GUID of a coder, who is in the project from now on."""
        if name not in self._used:
            known = self._coders.get(name)
            self._used[name] = known or User(derived(self.study.guid, f"user {name}"), name)
        return self._used[name].guid

    def machine(self, name: str) -> str:
        """The GUID of a machine that codes as a user of its own."""
        self._used[name] = User(derived(self.study.guid, f"machine {name}"), name, MODEL)
        return self._used[name].guid

    @property
    def users(self) -> tuple[User, ...]:
        """Everybody who was named, by name."""
        return tuple(sorted(self._used.values(), key=lambda user: (user.name.casefold(), user.guid)))

    @cached_property
    def _coders(self) -> Mapping[str, User]:
        return {
            coder.name: User(fitting(coder.guid), coder.name, MODEL if coder.kind == MODEL else "")
            for coder in coder_list(self.study)
        }

    def left_out(self, number: int, what: tuple[str, str], said: str) -> None:
        """So many of something do not go, named as one and as several, and why; nothing is said of none."""
        if number:
            self.findings.append(Finding("left out", f"{number} {what[number != 1]}", said))


def going_out(study: Study, basis: Basis, hidden: Blindness) -> Going:
    """What a basis asks for, without what is hidden from whoever asks; raises what `counted` raises.

    What consent lets out is asked afterwards, by `covered`.
    """
    if current_codebook(study) is None and not (basis.coder or basis.adjudicated or basis.through or basis.version):
        among = fitting_interviews(study, basis.where, basis.interviews)
        return Going(study, basis, hidden, among, (), (), (), _visible(study, basis, hidden, among))
    found = counted(study, basis, hidden)
    seen = _visible(study, basis, hidden, found.interviews)
    codes = found.codebook.codes
    return Going(study, basis, hidden, found.interviews, found.codings, found.readings, codes, seen)


def covered(going: Going, gate: Gate) -> Going:
    """The same without the interviews whose consent does not cover sharing; what is left out is a finding.

    Raises NotAllowedError where none is left.
    """
    going.gate, labels = gate, [interview.label for interview in going.interviews]
    held = gate.held_back(labels, Covers.SHARING)
    if labels and len(held) == len(labels):
        gate.require(labels, Covers.SHARING)
    going.interviews = tuple(each for each in going.interviews if each.label not in held)
    going.codings = tuple(
        replace(each, memo=gate.kept(each.memo)) for each in going.codings if each.interview not in held
    )
    going.readings = tuple(each for each in going.readings if each.interview not in held)
    going.memos = tuple(
        replace(each, title=gate.kept(each.title), text=gate.kept(each.text))
        for each in going.memos
        if each.target.interview not in held
    )
    going.withheld = held
    said = f"the consent does not cover giving the whole transcript to others ({', '.join(held)})"
    going.left_out(len(held), ("interview", "interviews"), said)
    if gate.unchecked:
        said = "no consent is recorded; let through"
        going.findings.append(Finding("doubtful", ", ".join(gate.unknown), said))
    return unquoting(going, gate)


def unquoting(going: Going, gate: Gate) -> Going:
    """The same with a codebook that repeats no interview whose consent does not cover quotes."""
    going.codes = tuple(map(gate.code, going.codes))
    if count := len(gate.cuts):
        said = "repeats an interview whose consent does not cover quotes; cut"
        going.findings.append(Finding("changed", f"{count} {'text' if count == 1 else 'texts'}", said))
    return going


def _visible(study: Study, basis: Basis, hidden: Blindness, among: Sequence[Interview]) -> tuple[Memo, ...]:
    labels = {interview.label for interview in among}
    found = [
        memo
        for memo in memos(study, coder=basis.coder)
        if memo.target.interview is None
        or (memo.target.interview in labels and not hidden.hides(memo.target.interview, memo.first_coder))
    ]
    return tuple(sorted(found, key=lambda memo: (memo.first_at, memo.guid)))
