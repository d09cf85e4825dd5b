"""Chooses who writes text: the local process, or a served model that the settings name and allow."""

import importlib
import ipaddress
from typing import Any
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel

from assistant.llm.chat_model import LocalChat
from assistant.llm.client import LlmClient
from assistant.settings import Settings
from store.errors import InvalidInputError, StudyError

LOCAL = "local"


def chat_model(settings: Settings, local: LlmClient | None) -> BaseChatModel:
    """The configured chat model; raises StudyError when it would send text away without permission."""
    provider, _, name = (settings.endpoint or LOCAL).partition(":")
    if provider == LOCAL:
        if local is None:
            raise StudyError("No local language model is installed; get one with `interview models pull`.")
        return LocalChat(client=local, seed=settings.seed)
    if not name:
        raise InvalidInputError(
            f"The endpoint {settings.endpoint!r} names no model; write it as provider:model, for example ollama:qwen3."
        )
    if leaves_machine(settings) and not settings.allow_remote:
        raise StudyError(
            f"The endpoint {settings.endpoint!r} may send interview text to another machine, which is off by default."
            " Set endpoint_url to an address of this machine, such as http://127.0.0.1:11434, or allow it with"
            " allow_remote = true in the study's settings."
        )
    return _served(settings, provider, name)


def leaves_machine(settings: Settings) -> bool:
    """Whether text given to the configured endpoint may leave this machine; without an address it may."""
    if (settings.endpoint or LOCAL).partition(":")[0] == LOCAL:
        return False
    host = urlsplit(settings.endpoint_url or "").hostname
    if host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return True


def _served(settings: Settings, provider: str, name: str) -> BaseChatModel:
    models: Any = importlib.import_module("langchain.chat_models")
    address = {"base_url": settings.endpoint_url} if settings.endpoint_url else {}
    try:
        model: BaseChatModel = models.init_chat_model(name, model_provider=provider, temperature=0.0, **address)
    except (ImportError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise InvalidInputError(f"The endpoint {settings.endpoint!r} cannot be used: {reason}.") from error
    return model
