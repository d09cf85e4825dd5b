"""What other tools would print for the same codings, so that figures from elsewhere can be understood.

Reproduced from their sources and manuals; where they differ from the textbook, the line says how.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.agreement.continua import character_counts
from assistant.agreement.domains import between_themes, within_theme
from assistant.agreement.marked_text import marked_text
from assistant.agreement.nominal import Nominal, agreement_from
from assistant.agreement.of_study import Agreement
from assistant.agreement.record import percent
from assistant.agreement.results import Row
from assistant.agreement.valued_units import ValuedUnits

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Other:
    """A figure of another tool: None where it would have nothing to print."""

    tool: str
    what: str
    value: float | None
    how: str


def elsewhere(found: Agreement, row: Row | None = None) -> tuple[Other, ...]:
    """What other tools print for one code or theme, and, without a row, for all codes together; of two people only."""
    if len(found.coders) != _PAIR or found.sample is not None:
        return ()
    if row is None:
        used = sum(each.used for each in found.shown.rows)
        return (_maxqda(found.shown.pooled.found, used), *_atlas("Cu-α", "themes", between_themes(found)))
    (of_text,) = agreement_from(character_counts(marked_text(found.work.read, [row.line], found.units.interviews)))
    return (
        Other(
            "ATLAS.ti",
            "Krippendorff’s c-α-binary",
            of_text.alpha,
            "Every character of the text is coded or not; the same as our alpha with characters as the unit.",
        ),
        *_atlas("cu-α", "codes of the theme", within_theme(found, row)),
        Other(
            "NVivo",
            "Kappa",
            of_text.kappa,
            "Cohen’s kappa over characters, which NVivo prints for each code and file; here over all files together.",
        ),
        Other(
            "QualCoder",
            "Kappa",
            None if of_text.table is None else qualcoder(of_text.table),
            "Only characters that at least one of them coded count, and chance is taken as the product of “both yes”"
            " and “both no”, not their sum: it is not Cohen’s kappa, and most often lower.",
        ),
    )


def _atlas(name: str, what: str, of: ValuedUnits | None) -> tuple[Other, ...]:
    if of is None:
        return ()
    how = f"Which of the {what}, on text that both coders marked with any of them (Krippendorff et al. 2016)"
    if of.overlapping:
        how += f"; not defined here, for {of.overlapping} stretches of one coder carry several of them"
    elif of.covered is not None:
        how += f", {percent(of.covered)} % of what was read"
    return (Other("ATLAS.ti", f"Krippendorff’s {name}", of.cu, f"{how}."),)


def qualcoder(table: Sequence[int]) -> float | None:
    """QualCoder's coefficient from (both, only the first, only the second, neither) characters.

    As its source computes it (reports.py): text that nobody coded is left out, Po = both / rest,
    Pe = Pyes · Pno. Of 100 characters, one coder marks 0–10, the other 5–15 (Cohen's kappa is .4444):

    >>> round(qualcoder((5, 5, 5, 85)), 4)
    0.2987
    """
    both, first, second = table[:3]
    total = both + first + second
    if not total:
        return None
    yes = (both + first) * (both + second) / total**2
    no = second * first / total**2
    return None if yes * no == 1 else (both / total - yes * no) / (1 - yes * no)


def _maxqda(found: Nominal, codes: int) -> Other:
    how = (
        "Segments that nobody coded are left out, and chance is one divided by the number of codes (Brennan &"
        " Prediger), whatever the shares of the codes; MAXQDA compares segments that overlap by a set share, here any"
        " overlap counts."
    )
    return Other("MAXQDA", "Kappa", None if found.jaccard is None else brennan_prediger(found.jaccard, codes), how)


def brennan_prediger(agreed: float, codes: int) -> float | None:
    """(Po - 1/k) / (1 - 1/k) for k codes; None for a single code.

    >>> round(brennan_prediger(0.8, 5), 4)
    0.75
    """
    return None if codes < _PAIR else (agreed - 1 / codes) / (1 - 1 / codes)
