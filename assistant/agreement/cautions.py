"""Where a figure of agreement misleads, in plain words, with the figures that say why."""

from dataclasses import dataclass
from typing import Literal

from assistant.agreement.bootstrap import Interval
from assistant.agreement.nominal import Nominal

Kind = Literal[
    "nothing compared",
    "no variation",
    "one coder only",
    "prevalence",
    "absence",
    "below chance",
    "unequal use",
    "few units",
    "few interviews",
    "wide interval",
    "uncoded text",
    "pairs",
]

HIGH = 0.8
APART, ONE_SIDED = 0.3, 0.5  # percent so far above kappa, and agreement so much on one side, is the paradox
LOW_POSITIVE = 0.5
MORE_OFTEN, ENOUGH_APART = 3, 10
FEW_UNITS = 10
FEW_INTERVIEWS = 10
WIDE = 0.4
UNCODED = 0.1


@dataclass(frozen=True, slots=True)
class Caution:
    """A sentence to show beside a figure, and what kind of trouble it is about."""

    kind: Kind
    sentence: str


@dataclass(frozen=True, slots=True)
class Uncoded:
    """What text that nobody gave the code does to Cohen's kappa of two coders.

    `without` leaves all of it out, `counted` is kappa as it stands, `unlimited` what kappa would come to if ever more
    such text were added: the specific agreement on "applied", F1 (Hripcsak & Rothschild 2005).
    """

    without: float | None
    counted: float | None
    unlimited: float | None


def uncoded_text(found: Nominal) -> Uncoded:
    """The range in which kappa lies for the same codings, depending only on how much uncoded text is counted.

    Both coders applied a code to 5 units, each alone to another 5:

    >>> from assistant.agreement.nominal import agreement_of
    >>> first, second = [1] * 10 + [0] * 90, [1] * 5 + [0] * 5 + [1] * 5 + [0] * 85
    >>> found, = agreement_of([[first, second]])
    >>> effect = uncoded_text(found)
    >>> round(effect.without, 4), round(effect.counted, 4), effect.unlimited
    (-0.5, 0.4444, 0.5)
    """
    return Uncoded(None if found.table is None else _kappa_without(found.table), found.kappa, found.positive)


def cautions(
    found: Nominal,
    *,
    coders: int = 2,
    coded: Nominal | None = None,
    interviews: int | None = None,
    interval: Interval | None = None,
    applied: int | None = None,
    unit: str = "unit",
    what: str = "the code",
) -> tuple[Caution, ...]:
    """What must be said beside the figures of one code (binary ratings), the gravest first.

    `coded` is the agreement on the units alone that anybody gave any code, `interviews` how many were compared,
    `interval` that of kappa, `applied` how many units got it from anybody (of two coders their table says so), `unit`
    the word for what was compared and `what` for what was applied.
    """
    if found.n == 0 or found.table is None:
        return (Caution("nothing compared", f"No {unit} was rated by two coders, so nothing can be said."),)
    chance = (
        _one_coder(found, coders, what)
        or _prevalence(found, unit, what)
        or _below_chance(found)
        or _absence(found, what)
    )
    said = [
        _no_variation(found, unit, what),
        chance,
        _unequal_use(found, coders, unit, what),
        _few_units(_applied(found, coders) if applied is None else applied, unit, what),
        _uncoded(found, coded, unit),
        _few_interviews(interviews),
        _wide(interval),
        _pairs(found, coders),
    ]
    return tuple(caution for caution in said if caution is not None)


def _no_variation(found: Nominal, unit: str, what: str) -> Caution | None:
    if found.prevalence not in (0, 1):
        return None
    where, done = ("no", "left out") if found.prevalence == 0 else ("every", "applied throughout")
    sentence = (
        f"The coders applied {what} to {where} {unit}: percent agreement and AC1 are 1 only because it was {done};"
        " kappa and alpha cannot be estimated."
    )
    return Caution("no variation", sentence)


def _one_coder(found: Nominal, coders: int, what: str) -> Caution | None:
    both, first, second, _ = found.table or (0, 0, 0, 0)
    if coders != 2 or both or not (first == 0) ^ (second == 0):  # noqa: PLR2004
        return None
    sentence = f"Only one of the two coders applied {what} at all: kappa is then 0 whatever else they did."
    return Caution("one coder only", sentence)


def _prevalence(found: Nominal, unit: str, what: str) -> Caution | None:
    """Feinstein & Cicchetti (1990): high agreement and low kappa, for chance agreement is high where a code is rare."""
    if found.percent is None or found.kappa is None or found.prevalence is None or found.table is None:
        return None
    both, _, _, neither = found.table
    if found.percent < HIGH or found.percent - found.kappa < APART:
        return None
    if abs(both - neither) < ONE_SIDED * (both + neither):
        return None
    kind, specific = ("applied", found.positive) if neither > both else ("not applied", found.negative)
    sentence = (
        f"The coders agree on {_share(found.percent)} of the {unit}s, yet kappa is {found.kappa:.2f}: with {what} in"
        f" {_share(found.prevalence)} of the ratings, most of that agreement is expected by chance. Report beside it"
        f" the agreement on “{kind}” ({_number(specific)}) and AC1 ({_number(found.ac1)}), which counts all agreement."
    )
    return Caution("prevalence", sentence)


def _below_chance(found: Nominal) -> Caution | None:
    if found.kappa is None or found.kappa >= 0:
        return None
    sentence = "Kappa is below 0: the coders agree less than chance would make them; compare how they understand it."
    return Caution("below chance", sentence)


def _absence(found: Nominal, what: str) -> Caution | None:
    """AC1 and percent reward agreement on absence."""
    if found.ac1 is None or found.positive is None or found.ac1 < HIGH or found.positive >= LOW_POSITIVE:
        return None
    sentence = (
        f"AC1 is {found.ac1:.2f}, but that is agreement on leaving {what} out: on applying it the coders agree to"
        f" {_share(found.positive)} (specific agreement)."
    )
    return Caution("absence", sentence)


def _unequal_use(found: Nominal, coders: int, unit: str, what: str) -> Caution | None:
    both, first, second, _ = found.table or (0, 0, 0, 0)
    more, less = both + max(first, second), both + min(first, second)
    if coders != 2 or less == 0 or more < MORE_OFTEN * less or more - less < ENOUGH_APART:  # noqa: PLR2004
        return None
    sentence = (
        f"One coder applied {what} to {more} {unit}s, the other to {less}: they differ in how wide they take it,"
        " and kappa cannot come near 1."
    )
    return Caution("unequal use", sentence)


def _applied(found: Nominal, coders: int) -> int | None:
    """Of more than two coders the table counts a unit once for each pair of them, so that it does not tell."""
    return sum((found.table or (0,))[:3]) if coders == 2 else None  # noqa: PLR2004


def _few_units(applied: int | None, unit: str, what: str) -> Caution | None:
    if applied is None or not 0 < applied < FEW_UNITS:
        return None
    some = f"{applied} {unit}" if applied == 1 else f"{applied} {unit}s"
    return Caution("few units", f"Only {some} got {what} from any coder: a single decision moves these figures.")


def _uncoded(found: Nominal, coded: Nominal | None, unit: str) -> Caution | None:
    if coded is None or coded.kappa is None or found.kappa is None or abs(found.kappa - coded.kappa) < UNCODED:
        return None
    sentence = (
        f"Kappa is {found.kappa:.2f} over all {found.n} {unit}s and {coded.kappa:.2f} over the {coded.n} that anybody"
        " coded at all: the difference comes from text that all left uncoded. Say which of them you report."
    )
    return Caution("uncoded text", sentence)


def _few_interviews(interviews: int | None) -> Caution | None:
    if interviews is None or interviews >= FEW_INTERVIEWS:
        return None
    if interviews < 2:  # noqa: PLR2004
        return Caution("few interviews", "From a single interview no interval can be estimated.")
    sentence = f"Intervals from {interviews} interviews are rough, and most often too narrow."
    return Caution("few interviews", sentence)


def _wide(interval: Interval | None) -> Caution | None:
    if interval is None or interval.high - interval.low < WIDE:
        return None
    sentence = (
        f"The interval of kappa reaches from {interval.low:.2f} to {interval.high:.2f}: the data do not say whether"
        " agreement is good."
    )
    return Caution("wide interval", sentence)


def _pairs(found: Nominal, coders: int) -> Caution | None:
    every = coders * (coders - 1) // 2
    if found.pairs == every or found.kappa is None:
        return None
    sentence = (
        f"Kappa is the mean of {found.pairs} of {every} pairs of coders; in the others both used one answer throughout"
        " or nothing was rated by both."
    )
    return Caution("pairs", sentence)


def _kappa_without(table: tuple[int, int, int, int]) -> float | None:
    """Cohen's kappa of (both, first, second) without the units that neither gave the code."""
    both, first, second, _ = table
    n = both + first + second
    if n == 0:
        return None
    by_chance = ((both + first) * (both + second) + second * first) / n**2
    return None if by_chance == 1 else (both / n - by_chance) / (1 - by_chance)


def _share(value: float) -> str:
    """A share in per cent, without claiming 0 or 100 where it is not."""
    if 0 < value < 0.01:  # noqa: PLR2004
        return "under 1 %"
    if 0.99 < value < 1:  # noqa: PLR2004
        return "over 99 %"
    return f"{100 * value:.0f} %"


def _number(value: float | None) -> str:
    return "not estimable" if value is None else f"{value:.2f}"
