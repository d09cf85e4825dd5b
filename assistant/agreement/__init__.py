"""Agreement between coders: percent, kappa, alpha, AC1 and the unitizing alphas, with intervals and cautions."""

from assistant.agreement.counts import Counts, counts_of, weighted_counts
from assistant.agreement.nominal import (
    STATISTICS,
    Nominal,
    agreement_from,
    agreement_of,
    pooled_agreement,
    themes_applied,
)

__all__ = [
    "STATISTICS",
    "Counts",
    "Nominal",
    "agreement_from",
    "agreement_of",
    "counts_of",
    "pooled_agreement",
    "themes_applied",
    "weighted_counts",
]
