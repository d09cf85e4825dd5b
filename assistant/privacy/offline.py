"""Switch off everything in our libraries that would phone home or fetch models unasked."""

import os

_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "TOKENIZERS_PARALLELISM": "false",
}


def go_offline(*, hub: bool = False) -> None:
    """Set the switches for this process and its children; `hub` leaves the model hub reachable, for a pull."""
    for name, value in _QUIET.items():
        os.environ[name] = value
    if hub:
        os.environ["HF_HUB_OFFLINE"] = "0"
