"""Segments to suggestions with evidence: scores are kept by run, proposals are derived, shown ones are written."""

from assistant.suggest.proposals import Proposals, propose, show
from assistant.suggest.run import Model, Summary, suggest

__all__ = ["Model", "Proposals", "Summary", "propose", "show", "suggest"]
