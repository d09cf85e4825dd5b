"""Segments to suggestions with evidence: scores are kept by run, proposals are derived, shown ones are written."""

from assistant.suggest.assurance import StudyAssurance, assure_study
from assistant.suggest.order import Order
from assistant.suggest.proposals import Outlook, Proposals, propose, show
from assistant.suggest.run import Model, Summary, suggest
from assistant.suggest.sampling import in_blind_sample
from assistant.suggest.study_pool import StudyPool, study_pool

__all__ = [
    "Model",
    "Order",
    "Outlook",
    "Proposals",
    "StudyAssurance",
    "StudyPool",
    "Summary",
    "assure_study",
    "in_blind_sample",
    "propose",
    "show",
    "study_pool",
    "suggest",
]
