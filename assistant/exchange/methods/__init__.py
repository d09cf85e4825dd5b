"""How a study was done, written from its record alone: an appendix in which every number names its query."""

from assistant.exchange.methods.appendix import As, appendix
from assistant.exchange.methods.document import Appendix
from assistant.exchange.methods.files import ENDINGS, methods_file, write_methods
from assistant.exchange.methods.record import as_record

__all__ = ["ENDINGS", "Appendix", "As", "appendix", "as_record", "methods_file", "write_methods"]
