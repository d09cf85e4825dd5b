"""The machine as a coder, on the only segments where a comparison with it is fair.

Whoever has seen a suggestion agrees with it more often than they would have by themselves (anchoring; Tversky &
Kahneman 1974, Science 185:1124), so that agreement on segments decided beside suggestions measures the suggestion's
pull and not the machine. The blind sample is drawn by chance and decided before anything is shown; only it counts.
The machine's word is its cross-fitted probability: what it makes of a segment without the decisions on that segment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.places import Places
from assistant.agreement.reading import known_codes
from assistant.agreement.units import UNKNOWN, Ratings, Unit, Units
from assistant.review import is_blind
from assistant.suggest import Proposals
from store.codebook import codebook_versions
from store.decisions import stances
from store.errors import ConflictError
from store.runs import first_shown
from store.steps import decided_by_rule
from store.study import Study
from store.values import Codebook, Segment, Stance, Verdict

MACHINE = "the machine"
THRESHOLD = 0.5
"""From this probability on the machine's word is yes: it holds the code more likely than not."""
WHY = (
    "The machine is compared only on the blind sample: segments drawn by chance that a coder decided before any"
    " suggestion for them was shown. Whoever has seen a suggestion agrees with it more often than they would have by"
    " themselves, so that agreement on all other segments would measure the pull of the suggestions, not the machine."
)
_EVER = 2**62


@dataclass(frozen=True, slots=True)
class BlindSample:
    """The machine beside people on the segments of the blind sample that all of them decided blind.

    `drawn` is how many segments chance drew, `seen` how many of them count for nobody, since their suggestions were
    shown before every coder had decided them or somebody has not read them. `chances` (units,) are by code number the
    machine's probabilities, None for codes that it never proposes.
    """

    units: Units
    segments: tuple[Segment, ...]
    drawn: int
    seen: int
    chances: Mapping[int, NDArray[np.float64]]


def beside_machine(
    study: Study,
    spoken: Sequence[Segment],
    coders: Sequence[str],
    proposals: Proposals,
    *,
    share: float,
    threshold: float = THRESHOLD,
) -> BlindSample:
    """Ratings of people and, last, the machine on what they decided blind among the participants' segments.

    Raises ConflictError where the machine's word cannot be reconstructed, or nothing is drawn to be decided blind.
    """
    if proposals.run is None or proposals.chances is None:
        msg = (
            "What the machine made of the segments cannot be reconstructed, for no run of it is kept with this study;"
            " run `interview suggest` first."
        )
        raise ConflictError(msg)
    if not share:
        msg = (
            "The blind sample is switched off (blind_share in interview.toml), so nothing was decided without the"
            " machine's suggestions and no agreement with it can be told."
        )
        raise ConflictError(msg)
    drawn = [segment for segment in spoken if is_blind(segment, proposals, share)]
    board = _Board(study, drawn, coders)
    kept = np.flatnonzero(board.read.all(axis=0))
    segments = tuple(drawn[row] for row in kept.tolist())
    chances = _chances(segments, board.codebook, proposals)
    people = board.ratings()[:, :, kept]
    machine = np.full((len(board.codebook.codes), 1, len(kept)), UNKNOWN, np.int8)
    for code, values in chances.items():
        machine[code, 0] = values >= threshold
    ratings = np.concatenate([people, machine], axis=1)
    units = _units((*coders, MACHINE), board.codebook, segments, ratings)
    return BlindSample(units, segments, len(drawn), len(drawn) - len(kept), chances)


def _chances(segments: Sequence[Segment], codebook: Codebook, proposals: Proposals) -> dict[int, NDArray[np.float64]]:
    """By code number, how likely the machine holds it for each segment; without codes that it never proposes."""
    chances, found = proposals.chances, {}
    assert chances is not None
    for number, code in enumerate(codebook.codes):
        said = [chances.of(segment.id, code.guid) for segment in segments]
        if said and all(value is not None for value in said):
            found[number] = np.array(said, np.float64)
    return found


def _units(coders: tuple[str, ...], codebook: Codebook, segments: Sequence[Segment], ratings: Ratings) -> Units:
    labels = tuple(dict.fromkeys(segment.interview for segment in segments))
    return Units(
        kind=Unit.SEGMENT,
        coders=coders,
        codes=tuple(code.guid for code in codebook.codes),
        interviews=labels,
        interview=np.array([labels.index(segment.interview) for segment in segments], np.intp),
        size=np.ones(len(segments), np.int64),
        ratings=ratings,
        row=np.arange(len(segments)),
        start=np.array([segment.span.start for segment in segments], np.int64),
        end=np.array([segment.span.end for segment in segments], np.int64),
    )


class _Board:
    """What people said of some segments before anything was shown for them; what a rule decided nobody looked at."""

    def __init__(self, study: Study, segments: Sequence[Segment], coders: Sequence[str]) -> None:
        versions = codebook_versions(study)
        self.codebook = versions[-1]
        shown, ruled = first_shown(study), decided_by_rule(study)
        self._until = np.array([shown.get(segment.id, _EVER) for segment in segments], np.int64)
        self._places = Places(segments)
        self._known = known_codes(versions)
        self._number = {coder: at for at, coder in enumerate(coders)}
        self._column = {code.guid: at for at, code in enumerate(self.codebook.codes)}
        self.read = np.zeros((len(coders), len(segments)), np.bool_)
        shape = (len(self._column), len(coders), len(segments))
        self._looked, self._given = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        for stance in stances(study, past=True):
            if stance.coder in self._number and stance.event not in ruled:
                self._note(stance)

    def _note(self, stance: Stance) -> None:
        coder = self._number[stance.coder]
        if stance.verdict is Verdict.READ:
            rows = self._before(stance, self._places.covered(stance.transcript_id, stance.span))
            self.read[coder, rows] = True
            known = self._known.get(stance.codebook_id, np.ones(len(self._column), np.bool_))
            self._looked[:, coder, rows] |= known[:, None]
        elif stance.verdict is not Verdict.REJECT and stance.code is not None:
            code = self.codebook.present(stance.code)
            if code is not None:
                rows = self._before(stance, self._places.touched(stance.transcript_id, stance.span))
                self._given[self._column[code], coder, rows] = True

    def _before(self, stance: Stance, rows: Sequence[int]) -> list[int]:
        """Those of the rows for which it stood just before their suggestions were shown, if ever they were."""
        until = _EVER if stance.until is None else stance.until
        return [row for row in rows if stance.event < self._until[row] <= until]

    def ratings(self) -> Ratings:
        """(codes, coders, segments)."""
        return np.where(self._given, 1, np.where(self._looked, 0, UNKNOWN)).astype(np.int8)
