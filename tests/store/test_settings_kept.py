"""Settings that the program writes into `interview.toml`, and suggestions read back as drafts."""

import pytest

from store.config import FILE_NAME, keep_setting, read_settings
from store.errors import InvalidInputError

WRITTEN = """# our study
[settings]  # by hand
llm = "none"  # no model here

[events]  # kept
count = 0
head = ""
"""


def test_a_setting_is_written_and_taken_away_and_comments_stay(tmp_path):
    """Only that line comes, changes and goes; everything that a person wrote stays as it is."""
    path = tmp_path / FILE_NAME
    path.write_text(WRITTEN, encoding="utf-8")
    keep_setting(tmp_path, "expected_precision", 0.5)
    assert read_settings(tmp_path) == {"llm": "none", "expected_precision": 0.5}
    keep_setting(tmp_path, "expected_precision", 0.8)
    text = path.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line not in WRITTEN.splitlines()] == ["expected_precision = 0.8"]
    keep_setting(tmp_path, "expected_precision", None)
    assert path.read_text(encoding="utf-8") == WRITTEN


def test_a_setting_makes_its_table_and_refuses_a_strange_one(tmp_path):
    """A study without settings gets the table; one whose `settings` is no table is left alone."""
    keep_setting(tmp_path, "blind_share", 0.0)
    assert read_settings(tmp_path) == {"blind_share": 0.0}
    (tmp_path / FILE_NAME).write_text("settings = 3\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="is no table"):
        keep_setting(tmp_path, "blind_share", 0.0)
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == "settings = 3\n"
