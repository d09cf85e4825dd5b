"""How a benchmark says what it found."""

import json
from collections.abc import Mapping


def printed(found: Mapping[str, object], *, as_json: bool) -> str:
    """As JSON, or a line for each name."""
    return json.dumps(found, indent=2) if as_json else "\n".join(f"{name}: {value}" for name, value in found.items())
