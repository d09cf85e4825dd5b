"""Packages of the extra `servers`, which a researcher on one machine does not need."""

from importlib import import_module
from typing import Any

from store.errors import StudyError


def extra(name: str) -> Any:
    """That module; raises StudyError where its package is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise StudyError(
            f"{name} is not installed, with which work is spread over machines; run: "
            'pip install "interview-assistant[servers]".'
        ) from error
