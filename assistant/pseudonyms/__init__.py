"""Pseudonyms: names found offline, reviewed by a person, replaced everywhere, and the way back in a key outside."""

from assistant.pseudonyms.applying import Applied, apply_pseudonyms
from assistant.pseudonyms.deciding import rulings_in, same_as
from assistant.pseudonyms.finding import Finding, Hit, find_names
from assistant.pseudonyms.key import Entry, Key, Ruling, State, ruled, with_name
from assistant.pseudonyms.key_file import change_key, create_key, default_path, open_key
from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.language_model import NOT_INSTALLED, model_names
from assistant.pseudonyms.proposing import proposals
from assistant.pseudonyms.restoring import Restored, restore_names
from assistant.pseudonyms.safe import Checked, assert_safe, checked_export, refuse_unreviewed

__all__ = [
    "NOT_INSTALLED",
    "Applied",
    "Checked",
    "Entry",
    "Finding",
    "Hit",
    "Key",
    "Kind",
    "Restored",
    "Ruling",
    "State",
    "apply_pseudonyms",
    "assert_safe",
    "change_key",
    "checked_export",
    "create_key",
    "default_path",
    "find_names",
    "model_names",
    "open_key",
    "proposals",
    "refuse_unreviewed",
    "restore_names",
    "ruled",
    "rulings_in",
    "same_as",
    "with_name",
]
