"""Applying a reproducibility bundle to a study that has the same transcripts: exactly there, or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.exchange.bundle.contents import Bundle, BundledInterview, digest, read_bundle, slice_check
from assistant.exchange.bundle.making import cut_of
from assistant.exchange.bundle.standing import standing_of
from store.canonical import sha256_file
from store.errors import InvalidInputError
from store.history import Act, AdjudicationMade, DecisionMade, Place, SampleDrawn, SampleEnded, TextOf, study_texts
from store.imports import ImportedMemo
from store.interviews import interviews
from store.replay import Replay, keep_history
from store.study import Study
from store.transcripts import transcript

ORIGIN = "reproducibility bundle"


@dataclass(frozen=True, slots=True)
class Applied:
    """What was taken of a bundle: acts by kind, interviews (label here → label there), and all that differs.

    `same` says whether the codings that stand in these interviews are the very same as where the bundle was made.
    """

    taken: Mapping[str, int]
    found: Mapping[str, int]
    interviews: Mapping[str, str]
    same: bool
    findings: tuple[str, ...]


def apply_bundle(study: Study, path: Path, *, coder: str) -> Applied:
    """Keep what a bundle holds for the interviews whose text is the same, all of it or nothing.

    An interview whose text differs by a character is listed, and nothing is taken for it. Raises InvalidInputError
    where the file is no bundle or no interview fits, ConflictError where the study has a codebook of its own or has
    the decisions already.
    """
    bundle = read_bundle(path)
    pairs = _pairs(bundle, study_texts(study))
    if not pairs:
        msg = (
            f"No interview of this study has the same text as one in {path.name}; add the very same transcripts first."
        )
        raise InvalidInputError(msg)
    _refuse_other_slices(study, bundle, pairs, path.name)
    here = {guid: text.guid for guid, text in pairs.items()}
    acts = tuple(_placed(bundle.acts, here))
    taken = replace(bundle, acts=acts)
    before = _missing(bundle, pairs)
    keep_history(
        study,
        coder,
        Replay(
            file=path.name,
            sha256=sha256_file(path),
            origin=ORIGIN,
            acts=acts,
            people=bundle.people,
            attributes=_attributes(study, bundle, pairs),
            memos=tuple(_memos(bundle.memos, here, acts)),
            report=before,
            kept={"study": bundle.study, "events": bundle.events, "head": bundle.head},
        ),
    )
    differing = _differing(study, bundle, pairs)
    return Applied(
        taken=taken.counts,
        found=bundle.counts,
        interviews={text.label: _called(bundle, guid) for guid, text in pairs.items()},
        same=not differing,
        findings=(*before, *differing, *_cautions(study, bundle, pairs)),
    )


def _pairs(bundle: Bundle, texts: Iterable[TextOf]) -> dict[str, TextOf]:
    """By GUID in the bundle, the interview here with the same text; of several, the one of the same label first."""
    free = list(texts)
    found: dict[str, TextOf] = {}
    for interview in bundle.interviews:
        same = [text for text in free if text.sha256 == interview.sha256]
        same.sort(key=lambda text: text.label != interview.label)
        if same:
            found[interview.guid] = same[0]
            free.remove(same[0])
    return found


def _called(bundle: Bundle, guid: str) -> str:
    number, found = next((n, each) for n, each in enumerate(bundle.interviews, start=1) if each.guid == guid)
    return found.label or f"interview {number} of the bundle"


def _missing(bundle: Bundle, pairs: Mapping[str, TextOf]) -> tuple[str, ...]:
    """Sentences on the interviews for which nothing is taken."""
    said = []
    for interview in bundle.interviews:
        count = sum(_is_in(act, interview.guid) for act in bundle.acts)
        if interview.guid not in pairs and count:
            called, size = _called(bundle, interview.guid), f"{interview.length:,} characters"
            acts = "1 decision or sample was" if count == 1 else f"{count} decisions and samples were"
            said.append(f"{called}: no interview here has the same text ({size}); {acts} left out.")
    return tuple(said)


def _is_in(act: Act, guid: str) -> bool:
    match act:
        case DecisionMade() | AdjudicationMade():
            return act.place.interview == guid
        case SampleDrawn():
            return any(place.interview == guid for place in act.places)
        case _:
            return False


def _refuse_other_slices(study: Study, bundle: Bundle, pairs: Mapping[str, TextOf], name: str) -> None:
    texts = {guid: transcript(study, text.label).text for guid, text in pairs.items()}
    for act in bundle.acts:
        if not isinstance(act, DecisionMade | AdjudicationMade) or act.place.interview not in texts:
            continue
        text, span = texts[act.place.interview], act.place.span
        if span.end > len(text) or bundle.checks.get(act.guid) != slice_check(text, span):
            msg = (
                f"{name} names a stretch of {pairs[act.place.interview].label} ({span.start}–{span.end}) that does not "
                "fit its hash: the bundle was changed by hand. Nothing was added."
            )
            raise InvalidInputError(msg)


def _placed(acts: Iterable[Act], here: Mapping[str, str]) -> Iterable[Act]:
    """The acts on interviews that are here, under their GUIDs here; a double coding of which nothing is here goes."""
    gone = set()
    for act in acts:
        match act:
            case SampleDrawn():
                places = tuple(_moved(place, here) for place in act.places if place.interview in here)
                if places:
                    yield replace(act, places=places)
                else:
                    gone.add(act.guid)
            case SampleEnded():
                if act.double_coding not in gone:
                    yield act
            case AdjudicationMade():
                if act.place.interview in here and act.double_coding not in gone:
                    yield replace(act, place=_moved(act.place, here))
            case DecisionMade():
                if act.place.interview in here:
                    yield replace(act, place=_moved(act.place, here))
            case _:
                yield act


def _moved(place: Place, here: Mapping[str, str]) -> Place:
    return replace(place, interview=here[place.interview])


def _attributes(study: Study, bundle: Bundle, pairs: Mapping[str, TextOf]) -> dict[str, dict[str, str]]:
    """Attributes that interviews here do not have yet."""
    known = {interview.guid: interview.attributes for interview in interviews(study)}
    found: dict[str, dict[str, str]] = {}
    for interview in bundle.interviews:
        if interview.guid in pairs:
            guid = pairs[interview.guid].guid
            new = {key: value for key, value in interview.attributes.items() if key not in known[guid]}
            if new:
                found[guid] = new
    return found


def _memos(given: Iterable[ImportedMemo], here: Mapping[str, str], acts: Iterable[Act]) -> Iterable[ImportedMemo]:
    decided = {act.guid for act in acts if isinstance(act, DecisionMade)}
    for memo in given:
        if memo.coding is not None and memo.coding not in decided:
            continue
        if memo.interview is None:
            yield memo
        elif memo.interview in here:
            yield replace(memo, interview=here[memo.interview])


def _differing(study: Study, bundle: Bundle, pairs: Mapping[str, TextOf]) -> tuple[str, ...]:
    """Sentences on interviews whose codings, as they stand now, are not those of the bundle's study."""
    standing = standing_of(study, {person.name: person.guid for person in bundle.people})
    said = []
    for interview in _paired(bundle, pairs):
        text = pairs[interview.guid]
        rows = standing.get(text.guid, ())
        if digest(rows) != interview.standing:
            said.append(
                f"{text.label}: {len(rows)} codings of these coders stand here, not the same as the "
                f"{interview.codings} where the bundle was made."
            )
    return tuple(said)


def _cautions(study: Study, bundle: Bundle, pairs: Mapping[str, TextOf]) -> tuple[str, ...]:
    """Sentences on what makes figures differ although the codings are the same."""
    said = []
    for interview in _paired(bundle, pairs):
        text = pairs[interview.guid]
        if cut_of(study, text.label) != interview.cut:
            said.append(f"{text.label} is cut into other segments here: figures by segment can differ.")
    labels = [text.label for text in study_texts(study)]
    order = [labels.index(pairs[interview.guid].label) for interview in _paired(bundle, pairs)]
    if order != sorted(order):
        said.append("The interviews stand in another order here, on which saturation depends.")
    return tuple(said)


def _paired(bundle: Bundle, pairs: Mapping[str, TextOf]) -> list[BundledInterview]:
    return [interview for interview in bundle.interviews if interview.guid in pairs]
