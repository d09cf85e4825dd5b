"""Asks a served model through LangChain's OpenAI-compatible chat model: one question, one checked answer.

Import this module where it is needed: it loads LangChain and httpx, and its package is one of the extra `servers`.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from langchain_core.language_models import BaseChatModel

from assistant.llm.endpoint_answers import Tokens
from assistant.llm.endpoint_http import EndpointTransport, http_clients, key_or_none
from assistant.llm.endpoint_place import EndpointPlace, endpoint_key
from assistant.llm.errors import EndpointAnswerError, EndpointError
from assistant.llm.protocol import Message
from store.errors import InvalidInputError, StudyError


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `likely` holds the likeliest first tokens, empty where the server gave none."""

    text: str
    likely: Tokens
    prompt_tokens: int
    completion_tokens: int
    finish: str


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model as the server's list names it; `context_tokens` is None where it does not say."""

    name: str
    context_tokens: int | None


class EndpointChat:
    """One endpoint, asked with the parameters given and no others; safe to use from several threads."""

    def __init__(self, place: EndpointPlace, seconds: float, *, transport: EndpointTransport | None = None) -> None:
        self.place = place
        self.transport = transport or EndpointTransport(place, seconds)
        self._client, self._no_async = http_clients(self.transport)
        self._model = self._chat_model()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    @property
    def model(self) -> BaseChatModel:
        """The chat model of LangChain by which the endpoint is asked."""
        return self._model

    def ask(self, messages: Sequence[Message], parameters: Mapping[str, object]) -> Answer:
        """The answer to messages; `parameters` go into the request as they are.

        Raises EndpointError and its children with a sentence, PromptTooLongError where the server says so.
        """
        try:
            found = self._model.invoke(list(messages), extra_body=dict(parameters))
        except StudyError:
            raise
        except Exception as error:  # noqa: BLE001 - the packages wrap what the transport raises, each in its own class
            raise self._unwrapped(error) from None
        usage = found.usage_metadata
        return Answer(
            text=str(found.text),
            likely=_likely(found.response_metadata),
            prompt_tokens=usage["input_tokens"] if usage else 0,
            completion_tokens=usage["output_tokens"] if usage else 0,
            finish=str(found.response_metadata.get("finish_reason") or "stop"),
        )

    def models(self) -> tuple[ServedModel, ...]:
        """What the server says it serves; raises EndpointError where it does not say."""
        key = endpoint_key()
        headers = {"authorization": f"Bearer {key}"} if key else {}
        found = self._client.get(f"{self.place.url}/models", headers=headers).json()["data"]
        return tuple(ServedModel(each["id"], each["max_model_len"]) for each in found)

    def _unwrapped(self, error: BaseException) -> StudyError:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, StudyError):
                return cause
            cause = cause.__cause__ or cause.__context__
        return EndpointAnswerError(
            f"The endpoint {self.place.name} gave an answer that cannot be read ({type(error).__name__})."
        )

    def _chat_model(self) -> BaseChatModel:
        try:
            package: Any = importlib.import_module("langchain_openai")
        except ImportError as error:
            raise InvalidInputError(
                f"The endpoint {self.place.name} needs a package that is not installed:"
                ' pip install "interview-assistant[servers]".'
            ) from error
        try:
            made: BaseChatModel = package.ChatOpenAI(
                model=self.place.model,
                base_url=self.place.url,
                api_key=key_or_none(endpoint_key()),
                http_client=self._client,
                http_async_client=self._no_async,
                openai_proxy="",
                organization="",
                max_retries=0,
                use_responses_api=False,
                cache=False,
            )
        except ValueError as error:
            raise EndpointError(f"The endpoint {self.place.name} cannot be set up ({type(error).__name__}).") from None
        return made


def _likely(metadata: Mapping[str, Any]) -> Tokens:
    places = (metadata.get("logprobs") or {}).get("content") or ()
    if not places:
        return ()
    return tuple((each["token"], each["logprob"]) for each in places[0]["top_logprobs"])
