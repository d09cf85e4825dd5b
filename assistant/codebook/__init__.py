"""The codebook from files, into files, and what each edit did."""

from assistant.codebook.drafts import DraftCode
from assistant.codebook.edits import add_code, change_code, move_code, restore_version, retire_code
from assistant.codebook.files import read_codebook, write_codebook
from assistant.codebook.history import Difference, differences
from assistant.codebook.merging import ImportedCodebook, import_codebook, import_with_report
from assistant.codebook.sorting import Former, former_codes, sort_codings
from assistant.codebook.split import merge_codes, split_code

__all__ = [
    "Difference",
    "DraftCode",
    "Former",
    "ImportedCodebook",
    "add_code",
    "change_code",
    "differences",
    "former_codes",
    "import_codebook",
    "import_with_report",
    "merge_codes",
    "move_code",
    "read_codebook",
    "restore_version",
    "retire_code",
    "sort_codings",
    "split_code",
    "write_codebook",
]
