"""Agreement between coders: percent, kappa, alpha, AC1 and the unitizing alphas, with intervals and cautions."""

from assistant.agreement.bootstrap import Interval, bootstrap, bootstrap_alpha_u
from assistant.agreement.cautions import Caution, Uncoded, cautions, uncoded_text
from assistant.agreement.continua import Continua, character_counts, continua_from, continua_of
from assistant.agreement.counts import Counts, counts_of, weighted_counts
from assistant.agreement.nominal import (
    STATISTICS,
    Nominal,
    agreement_from,
    agreement_of,
    pooled_agreement,
)
from assistant.agreement.of_study import Agreement, agreement
from assistant.agreement.record import as_record, differing_record
from assistant.agreement.results import Row
from assistant.agreement.unitizing import Unitizing, alpha_u, alpha_u_pooled
from assistant.agreement.units import Unit
from assistant.agreement.valued_units import OfValue, ValuedUnits, valued_units
from assistant.agreement.work import Asked

__all__ = [
    "STATISTICS",
    "Agreement",
    "Asked",
    "Caution",
    "Continua",
    "Counts",
    "Interval",
    "Nominal",
    "OfValue",
    "Row",
    "Uncoded",
    "Unit",
    "Unitizing",
    "ValuedUnits",
    "agreement",
    "agreement_from",
    "agreement_of",
    "alpha_u",
    "alpha_u_pooled",
    "as_record",
    "bootstrap",
    "bootstrap_alpha_u",
    "cautions",
    "character_counts",
    "continua_from",
    "continua_of",
    "counts_of",
    "differing_record",
    "pooled_agreement",
    "uncoded_text",
    "valued_units",
    "weighted_counts",
]
