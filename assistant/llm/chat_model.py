"""The local model as a LangChain chat model, so that a served model can take its place."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import BaseModel, ConfigDict

from assistant.llm.protocol import Message
from store.errors import InvalidInputError

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class LocalChat(BaseChatModel):
    """Chat with the model process of this machine; text generated here is the model's and is to be labelled so.

    `client` may be anything else with the client's way to chat.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    client: Any
    max_tokens: int = 256
    temperature: float = 0.0
    seed: int | None = None
    json_schema: dict[str, Any] | None = None

    @property
    def _llm_type(self) -> str:
        return "interview-local"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"max_tokens": self.max_tokens, "temperature": self.temperature, "seed": self.seed}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,
    ) -> ChatResult:
        completion = self.client.chat(
            [_message(message) for message in messages],
            max_tokens=kwargs.get("max_tokens", self.max_tokens),
            temperature=kwargs.get("temperature", self.temperature),
            seed=kwargs.get("seed", self.seed),
            json_schema=kwargs.get("json_schema", self.json_schema),
            stop=stop or (),
        )
        usage = UsageMetadata(
            input_tokens=completion.prompt_tokens,
            output_tokens=completion.completion_tokens,
            total_tokens=completion.prompt_tokens + completion.completion_tokens,
        )
        answer = AIMessage(
            content=completion.text, usage_metadata=usage, response_metadata={"stopped_by": completion.stopped_by}
        )
        return ChatResult(generations=[ChatGeneration(message=answer)])

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """Answers bound to a JSON schema by a grammar: dicts for a schema, instances for a pydantic class."""
        if include_raw or kwargs:
            raise InvalidInputError("The model gives structured output as parsed values only.")
        if isinstance(schema, dict):
            return self.model_copy(update={"json_schema": schema}) | JsonOutputParser()
        if not issubclass(schema, BaseModel):
            raise InvalidInputError("Structured output needs a JSON schema or a pydantic class.")
        bound = self.model_copy(update={"json_schema": schema.model_json_schema()})
        return bound | PydanticOutputParser(pydantic_object=schema)


class ServedChat(LocalChat):
    """The same with a served model, whose answers are refused where they are not of the form asked for."""

    @property
    def _llm_type(self) -> str:
        return "interview-served"


def _message(message: BaseMessage) -> Message:
    if message.type not in _ROLES or not isinstance(message.content, str):
        raise InvalidInputError(f"The model takes plain text messages, not one of kind {message.type}.")
    return {"role": _ROLES[message.type], "content": message.content}
