"""Where a served language model is: read from the settings, checked, and allowed by this machine."""

import os
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from assistant.privacy import allow_host
from assistant.settings import Settings
from store.errors import InvalidInputError, StudyError
from store.hosts import refuse_foreign

LOCAL = "local"
KEY = "INTERVIEW_ENDPOINT_KEY"
"""The environment variable with the endpoint's key; a key is never read from a study and never kept."""
SPOKEN = ("openai", "ollama")
"""Providers that speak the OpenAI-compatible protocol; which server it is, the address says."""
_OR_HERE = "`--llm auto` asks the model of this machine instead."


@dataclass(frozen=True, slots=True)
class EndpointPlace:
    """A served model: `url` is what the OpenAI-compatible protocol's paths are added to, such as `…/v1`."""

    provider: str
    model: str
    url: str
    leaves: bool

    @property
    def name(self) -> str:
        """As the settings say it: `provider:model`."""
        return f"{self.provider}:{self.model}"

    @property
    def notice(self) -> str:
        """Where text goes, as a sentence for whoever starts something that sends it there."""
        if not self.leaves:
            return f"The served model {self.name} at {self.url} is asked; text stays on this machine."
        read = "" if self.encrypted else " unencrypted, so that others on the way can read it"
        return f"Text leaves this machine{read}: the served model {self.name} at {self.url} is asked."

    @property
    def encrypted(self) -> bool:
        """Whether nobody on the way can read along."""
        return self.url.startswith("https://")


def uses_endpoint(settings: Settings) -> bool:
    """Whether the settings name a served model instead of the process of this machine."""
    return (settings.endpoint or LOCAL).partition(":")[0] != LOCAL


def settings_for(settings: Settings, wanted: str | None) -> Settings:
    """The settings, without their endpoint where a model of this machine is wanted by name."""
    return settings if wanted is None else settings.model_copy(update={"endpoint": None})


def leaves_machine(settings: Settings) -> bool:
    """Whether text given to the configured endpoint may leave this machine; without an address it may."""
    if not uses_endpoint(settings):
        return False
    host = urlsplit(settings.endpoint_url or "").hostname
    if host == "localhost":
        return False
    try:
        return not ip_address(host or "").is_loopback
    except ValueError:
        return True


def checked_name(settings: Settings) -> tuple[str, str]:
    """Provider and model of the endpoint; raises InvalidInputError where the model is missing."""
    provider, _, name = (settings.endpoint or LOCAL).partition(":")
    if not name:
        raise InvalidInputError(
            f"The endpoint {settings.endpoint!r} names no model; write it as provider:model, for example ollama:qwen3."
        )
    return provider, name


def open_way(settings: Settings) -> None:
    """Let text go to the endpoint where study and machine both allow it.

    Raises StudyError without `allow_remote`, InvalidInputError for a host that this machine's environment does not
    name: a study that somebody sent could say anything of itself.
    """
    if not leaves_machine(settings):
        return
    if not settings.allow_remote:
        raise StudyError(
            f"The endpoint {settings.endpoint!r} may send interview text to another machine, which is off by default."
            " Set endpoint_url to an address of this machine, such as http://127.0.0.1:11434, or allow it with"
            " allow_remote = true in the study's settings."
        )
    host = urlsplit(settings.endpoint_url or "").hostname
    if host is None:
        raise InvalidInputError(
            f"The endpoint {settings.endpoint!r} names no host, so that nobody can say whether text may go there; set"
            f" endpoint_url. {_OR_HERE}"
        )
    refuse_foreign(host, f"The endpoint {settings.endpoint!r}")
    allow_host(host)


def endpoint_place(settings: Settings) -> EndpointPlace:
    """The served model of the settings, which speaks the OpenAI-compatible protocol; nothing is asked of it yet.

    Raises InvalidInputError for another protocol or an address that cannot be one, StudyError where text may not go.
    """
    provider, name = checked_name(settings)
    if provider not in SPOKEN:
        raise InvalidInputError(
            f"The endpoint {settings.endpoint!r} does not speak the OpenAI-compatible protocol, by which passages are"
            f" scored; use openai:MODEL (llama-server, vLLM and others) or ollama:MODEL, with endpoint_url. {_OR_HERE}"
        )
    if settings.endpoint_url is None:
        raise InvalidInputError(
            f"The endpoint {settings.endpoint!r} has no address; set endpoint_url, such as http://127.0.0.1:8080/v1."
            f" {_OR_HERE}"
        )
    url = _checked_url(settings.endpoint_url)
    open_way(settings)
    if provider == "ollama" and not urlsplit(url).path.strip("/"):
        url = f"{url}/v1"
    return EndpointPlace(provider, name, url, leaves_machine(settings))


def endpoint_key() -> str | None:
    """The key that this machine's environment has for the endpoint, if any."""
    return os.environ.get(KEY, "").strip() or None


def _checked_url(address: str) -> str:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() or ord(character) < ord(" ") for character in address):
        raise InvalidInputError(
            "The setting endpoint_url is no address that can be asked; give one such as http://127.0.0.1:8080/v1."
        )
    if "@" in parts.netloc:
        raise InvalidInputError(
            f"The setting endpoint_url holds a name or password before the host {parts.hostname}; take it out and set"
            f" {KEY} in the environment."
        )
    if parts.query or parts.fragment:
        raise InvalidInputError("The setting endpoint_url goes on after its path; give it without `?` and `#`.")
    return address.rstrip("/")
