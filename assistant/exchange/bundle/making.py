"""Making a reproducibility bundle: acts, codebook and hashes of a study, and not a sentence of its transcripts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.exchange.bundle.contents import (
    Bundle,
    BundledInterview,
    Holds,
    bundle_bytes,
    digest,
    slice_check,
)
from assistant.exchange.bundle.standing import standing_of
from assistant.exchange.consent_gate import Gate, gate_of
from assistant.exchange.screen import Screen
from assistant.exchange.whole_file import refuse_taken, write_whole
from assistant.review.blindness import blindness
from store.canonical import sha256_file
from store.errors import InvalidInputError, NotAllowedError
from store.exports import log_end, record_file, require_export
from store.history import Act, AdjudicationMade, DecisionMade, History, SampleDrawn, VersionMade, every_text, history
from store.imports import READ_ON_IMPORT, ImportedMemo
from store.interviews import interviews
from store.memos import memos
from store.segments import segments
from store.study import Study
from store.transcripts import transcript
from store.values import Code

_NOBODY = "somebody"
"""Who made a version of the codebook without being a coder of the study."""


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was written, and what was left out, in sentences."""

    bundle: Bundle
    notes: tuple[str, ...]


def make_bundle(study: Study, path: Path, *, coder: str, holds: Holds | None = None, force: bool = False) -> Made:
    """Write everything that people did to `path`, a file that ends in .zip, and say so in the log.

    Raises InvalidInputError for another ending or where there is nothing to write, ConflictError where the file is
    there already, unless `force` is given, NotAllowedError for a coder who codes blind.
    """
    require_export(study)
    if path.suffix.lower() != ".zip":
        msg = f"A reproducibility bundle is a zip file; give {path.name} a name that ends in .zip."
        raise InvalidInputError(msg)
    if blindness(study, coder).interviews:
        msg = "A bundle holds everybody’s work; finish your double coding first. Nothing was made."
        raise NotAllowedError(msg)
    refuse_taken(path, force=force)
    made = bundle_of(study, holds or Holds())
    write_whole(path, bundle_bytes(made.bundle))
    record_file(
        study,
        coder,
        name=path.name,
        kind="bundle",
        sha256=sha256_file(path),
        holds=made.bundle.counts,
        options={"labels": made.bundle.holds.labels, "names": made.bundle.holds.names}
        | {"memos": made.bundle.holds.memos, "attributes": made.bundle.holds.attributes},
    )
    return made


def bundle_of(study: Study, holds: Holds) -> Made:
    """The bundle of a study; whatever repeats five words in a row of a transcript is left out of it."""
    found, end = history(study), log_end(study)
    if not found.acts:
        msg = "Nothing was decided in this study yet, so there is nothing to bundle."
        raise InvalidInputError(msg)
    screen = Screen(every_text(study))
    aliases = {
        each.name: screen.name(each.name if holds.names else "", f"Coder {number}")
        for number, each in enumerate(found.people, start=1)
    }
    kept = _memos(study, found, screen, aliases) if holds.memos else ()
    gate = gate_of(study)
    acts = tuple(_screened(_let_out(act, gate), screen, aliases, memos=holds.memos) for act in found.acts)
    bundle = Bundle(
        study=study.guid,
        events=end.count,
        head=end.hash,
        made_at=datetime.now(UTC).isoformat(),
        holds=holds,
        interviews=_interviews(study, found, screen, holds),
        people=tuple(replace(each, name=aliases[each.name]) for each in found.people),
        acts=acts,
        checks=_checks(study, found),
        memos=kept,
        left_out={"quotations": screen.left_out, "torn": sum(found.lost.values())},
    )
    return Made(bundle, _said(bundle))


def _said(bundle: Bundle) -> tuple[str, ...]:
    quoted, torn = bundle.left_out["quotations"], bundle.left_out["torn"]
    answers = sum(isinstance(act, DecisionMade) and act.verdict in ("accept", "reject") for act in bundle.acts)
    said = []
    if quoted:
        texts = "1 text was" if quoted == 1 else f"{quoted} texts were"
        said.append(f"{texts} cut, or a name replaced, for repeating five words or more of a transcript.")
    if torn:
        places = "1 place was" if torn == 1 else f"{torn} places were"
        said.append(f"{places} left out: a correction of the transcript tore the passage apart.")
    if answers:
        some = "1 answer" if answers == 1 else f"{answers} answers"
        said.append(
            f"Suggestions are not in the bundle: {some} to them will stand as codings and withdrawals where it is "
            "applied, and agreement with the machine cannot be computed there."
        )
    return tuple(said)


def _let_out(act: Act, gate: Gate) -> Act:
    """The act without the examples of codes that are too short to be cut as quotations, where consent forbids them."""
    return replace(act, codes=tuple(map(gate.code, act.codes))) if isinstance(act, VersionMade) else act


def _screened(act: Act, screen: Screen, aliases: Mapping[str, str], *, memos: bool) -> Act:
    match act:
        case VersionMade():
            codes = tuple(_code(code, number, screen) for number, code in enumerate(act.codes, start=1))
            return replace(
                act, coder=aliases.get(act.coder, _NOBODY), reason=screen.kept(act.reason), codes=_unique(codes)
            )
        case DecisionMade() if act.memo == READ_ON_IMPORT:
            return act
        case DecisionMade() | AdjudicationMade():
            return replace(act, memo=screen.kept(act.memo) if memos else "")
        case SampleDrawn():
            return replace(act, name=screen.name(act.name, f"Double coding {act.guid[:8]}"))
        case _:
            return act


def _code(code: Code, number: int, screen: Screen) -> Code:
    return replace(
        code,
        name=screen.name(code.name, f"Code {number}"),
        definition=screen.kept(code.definition),
        include=screen.kept(code.include),
        exclude=screen.kept(code.exclude),
        examples=tuple(example for example in code.examples if screen.kept(example) == example),
    )


def _unique(codes: tuple[Code, ...]) -> tuple[Code, ...]:
    """Codes of which a name that was put in the place of another is not that of a third."""
    taken: Counter[str] = Counter()
    found = []
    for code in codes:
        folded = code.name.strip().casefold()
        taken[folded] += 1
        found.append(code if taken[folded] == 1 else replace(code, name=f"{code.name} ({code.guid[:8]})"))
    return tuple(found)


def _interviews(study: Study, found: History, screen: Screen, holds: Holds) -> tuple[BundledInterview, ...]:
    standing = standing_of(study, {person.name: person.guid for person in found.people})
    known = {interview.guid: interview for interview in interviews(study)}
    return tuple(
        BundledInterview(
            guid=text.guid,
            label=screen.kept(text.label) if holds.labels else "",
            sha256=text.sha256,
            length=text.length,
            cut=cut_of(study, text.label),
            codings=len(standing.get(text.guid, ())),
            standing=digest(standing.get(text.guid, ())),
            attributes={
                screen.kept(key): screen.kept(value)
                for key, value in known[text.guid].attributes.items()
                if holds.attributes
            },
        )
        for text in found.texts
    )


def cut_of(study: Study, label: str) -> str:
    """The hash of how an interview is cut into segments, and whose they are; of no word in them."""
    return digest([each.span.start, each.span.end, str(each.role)] for each in segments(study, label))


def _checks(study: Study, found: History) -> dict[str, str]:
    labels = {text.guid: text.label for text in found.texts}
    texts: dict[str, str] = {}
    checks = {}
    for act in found.acts:
        if isinstance(act, DecisionMade | AdjudicationMade):
            guid = act.place.interview
            if guid not in texts:
                texts[guid] = transcript(study, labels[guid]).text
            checks[act.guid] = slice_check(texts[guid], act.place.span)
    return checks


def _memos(study: Study, found: History, screen: Screen, aliases: Mapping[str, str]) -> tuple[ImportedMemo, ...]:
    """The newest revision of each memo, without what it quotes; one whose passage was torn apart is left out."""
    guids = {interview.label: interview.guid for interview in interviews(study)}
    current = {text.transcript_id for text in found.texts}
    kept = []
    for memo in memos(study):
        target = memo.target
        if target.transcript_id is not None and target.transcript_id not in current:
            continue
        kept.append(
            ImportedMemo(
                guid=memo.guid,
                title=screen.kept(memo.title),
                text=screen.kept(memo.text),
                coder=aliases[memo.first_coder],
                at=memo.first_at,
                interview=None if target.interview is None else guids[target.interview],
                span=target.span,
                code=target.code,
                coding=target.decision,
            )
        )
    return tuple(kept)
