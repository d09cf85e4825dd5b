import os

import pytest
from toy_models import make_wheels, toy_card

from assistant.models import catalogue
from assistant.settings import Settings


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Settings with a models folder of their own, whatever the environment says."""
    for name in [name for name in os.environ if name.startswith("INTERVIEW_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INTERVIEW_MODELS_DIR", str(tmp_path / "models"))
    return Settings()


@pytest.fixture
def known(monkeypatch):
    """Put cards into the catalogue for one test."""

    def add(card):
        monkeypatch.setitem(catalogue._BY_NAME, card.name, card)
        return card

    return add


@pytest.fixture
def toy(known):
    return known(toy_card())


@pytest.fixture
def wheels(tmp_path):
    folder = tmp_path / "wheels"
    make_wheels(folder)
    return folder
