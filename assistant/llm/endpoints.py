"""Chooses who writes text: the local process, or a served model that the settings name and allow."""

import importlib
from typing import Any

from langchain_core.language_models import BaseChatModel

from assistant.llm.chat_model import LocalChat, ServedChat
from assistant.llm.client import LlmClient
from assistant.llm.endpoint_place import SPOKEN, checked_name, open_way, uses_endpoint
from assistant.settings import Settings
from store.errors import InvalidInputError, StudyError


def chat_model(settings: Settings, local: LlmClient | None) -> BaseChatModel:
    """The configured chat model; raises StudyError when it would send text away without permission."""
    if not uses_endpoint(settings):
        if local is None:
            raise StudyError("No local language model is installed; get one with `interview models pull`.")
        return LocalChat(client=local, seed=settings.seed)
    provider, name = checked_name(settings)
    open_way(settings)
    if provider in SPOKEN:
        from assistant.llm.served import ServedLlm

        return ServedChat(client=ServedLlm(settings), seed=settings.seed)
    return _other(settings, provider, name)


def _other(settings: Settings, provider: str, name: str) -> BaseChatModel:
    """A provider of another protocol, through LangChain's package for it."""
    models: Any = importlib.import_module("langchain.chat_models")
    address = {"base_url": settings.endpoint_url} if settings.endpoint_url else {}
    try:
        model: BaseChatModel = models.init_chat_model(name, model_provider=provider, temperature=0.0, **address)
    except (ImportError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise InvalidInputError(f"The endpoint {settings.endpoint!r} cannot be used: {reason}.") from error
    return model
