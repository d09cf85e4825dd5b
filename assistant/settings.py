"""One frozen settings object: environment (`INTERVIEW_…`) first, then the study's `interview.toml`, then defaults."""

from pathlib import Path
from typing import Any

import platformdirs
import psutil
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from store.errors import InvalidInputError

_APP = "interview-assistant"
_OF_THE_MACHINE = {"models_dir", "cache_dir", "runtime_dir", "hub_endpoint"}
"""From where this machine takes code and weights, and where it keeps what it made of them."""


def _physical_cores() -> int:
    return psutil.cpu_count(logical=False) or 2


class Settings(BaseSettings):
    """Everything that can be configured, with its default.

    Models are named as in the catalogue (`interview models list`); `auto` takes the best one that is installed.
    """

    model_config = SettingsConfigDict(env_prefix="INTERVIEW_", frozen=True, extra="forbid")

    models_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path(_APP) / "models")
    cache_dir: Path = Field(default_factory=lambda: platformdirs.user_cache_path(_APP))
    runtime_dir: Path = Field(default_factory=lambda: platformdirs.user_cache_path(_APP) / "run")
    """Where processes of one person find each other; a runtime folder of the system is not there everywhere."""
    whisper: str = "auto"
    speakers: str = "auto"
    """The model that tells speakers apart; `none` leaves them together."""
    unsure_below: float = Field(default=0.5, ge=0, le=1)
    """Words that the recogniser was less sure of are marked in the transcript."""
    pause_seconds: float = Field(default=2.0, gt=0)
    """Pauses so long or longer are shown in the transcript."""
    embedder: str = "minilm"
    llm: str = "auto"
    endpoint: str | None = None
    """A served model as `provider:model`, for example `ollama:qwen3`.

    On another machine than this one it is used only with `allow_remote`, and where INTERVIEW_ALLOWED_HOSTS names it.
    """
    endpoint_url: str | None = None
    endpoint_parallel: int = Field(default=4, ge=1, le=64)
    """So many questions are put to a served model at a time."""
    endpoint_seconds: float = Field(default=120.0, gt=0, le=3600)
    """A served model that has not answered by then counts as gone."""
    allow_remote: bool = False
    threads: int = Field(default_factory=_physical_cores, ge=1)
    seed: int = 20_250_101
    expected_precision: float | None = Field(default=None, gt=0, lt=1)
    """So large a share of the suggestions shown on undecided segments should be right; else a threshold decides."""
    blind_share: float = Field(default=0.2, ge=0, le=1)
    """The share of segments that are decided before their suggestions are shown; 0 switches the blind sample off."""
    llm_context_tokens: int = Field(default=4096, ge=512)
    llm_idle_seconds: float = Field(default=300.0, gt=0)
    keep_prefixes: bool = True
    """Whether the evaluated codebook may lie in `cache_dir`, in the clear; an encrypted study sets it to false."""
    backup_minutes: int = Field(default=60, ge=0)
    """So long after the newest copy of the database, the next one is made once something happened; 0 makes none."""
    backup_events: int = Field(default=200, ge=1)
    """So many events that no copy has make one at once."""
    backup_newest: int = Field(default=10, ge=1)
    """So many copies are kept, however old; beside them the newest of each day and week, as the next two say."""
    backup_days: int = Field(default=14, ge=0)
    backup_weeks: int = Field(default=8, ge=0)
    hub_endpoint: str | None = None
    """Another address for the model hub, for a mirror."""

    @classmethod
    def settings_customise_sources(  # its parameters are pydantic's to name
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over values read from a study, which arrive as keyword arguments."""
        return env_settings, init_settings


def load_settings(study_values: dict[str, Any] | None = None) -> Settings:
    """Settings for this process, with a study's own `[settings]` table below the environment.

    Raises InvalidInputError for values that cannot be used, and where a study would say what this machine says alone.
    """
    for name in _OF_THE_MACHINE & (study_values or {}).keys():
        raise InvalidInputError(
            f"The setting “{name}” is this machine's and not a study's: whoever sends a study could have other files "
            f"taken for models. Take it out of interview.toml and set INTERVIEW_{name.upper()} in the environment.",
        )
    try:
        return Settings(**(study_values or {}))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        msg = f"The setting “{name}” cannot be used ({first['msg']}); mend it in interview.toml or in the environment."
        raise InvalidInputError(msg) from error
