"""Where the line that counts is kept between the test that has it and the end of the run."""

import pytest

LINE: pytest.StashKey[str] = pytest.StashKey()
