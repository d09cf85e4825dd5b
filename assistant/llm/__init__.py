"""The language model: its process, the client that asks it, and the prompt files."""

from assistant.llm.client import LlmClient
from assistant.llm.errors import LlmCrashedError, LlmError, PromptTooLongError
from assistant.llm.prompts import Prompt, RenderedPrompt, load_prompt
from assistant.llm.protocol import Completion, Fork, LabelPrompt

__all__ = [
    "Completion",
    "Fork",
    "LabelPrompt",
    "LlmClient",
    "LlmCrashedError",
    "LlmError",
    "Prompt",
    "PromptTooLongError",
    "RenderedPrompt",
    "load_prompt",
]
