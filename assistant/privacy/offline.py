"""Switch off everything in our libraries that would phone home or fetch models unasked, and let the guard stand."""

import os

from assistant.privacy.guard import raise_guard
from assistant.privacy.sealed import seal

_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "ORT_DISABLE_TELEMETRY": "1",
    "OTEL_SDK_DISABLED": "true",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Each is read by the library that its name begins with; the children of this process inherit them."""


_OTHERS = 0o077
"""What everybody but the owner could do with a new file; on Windows the folder's own rights decide."""


def go_offline(*, hub: bool = False, alone: bool = False) -> None:
    """Set the switches for this process and its children, raise the guard, and keep new files for their owner alone.

    `hub` leaves the model hub and the package index reachable, for a pull; then no guard is raised. `alone` says that
    this process needs no loopback either, so that the system can be asked to give it no socket of a network at all.
    """
    os.umask(_OTHERS)
    for name, value in _QUIET.items():
        os.environ[name] = value
    if hub:
        os.environ["HF_HUB_OFFLINE"] = "0"
        return
    raise_guard()
    if alone:
        seal()
