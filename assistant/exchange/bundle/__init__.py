"""Everything that people did in a study, without its transcripts: for whoever has the same transcripts."""

from assistant.exchange.bundle.applying import Applied, apply_bundle
from assistant.exchange.bundle.contents import Holds
from assistant.exchange.bundle.making import Made, make_bundle

__all__ = ["Applied", "Holds", "Made", "apply_bundle", "make_bundle"]
