"""The codebook from files, into files, and what each edit did."""

from assistant.codebook.drafts import DraftCode
from assistant.codebook.files import read_codebook, write_codebook
from assistant.codebook.history import Difference, differences
from assistant.codebook.merging import ImportedCodebook, import_codebook, import_with_report
from assistant.codebook.split import merge_codes, split_code

__all__ = [
    "Difference",
    "DraftCode",
    "ImportedCodebook",
    "differences",
    "import_codebook",
    "import_with_report",
    "merge_codes",
    "read_codebook",
    "split_code",
    "write_codebook",
]
