"""What can go wrong with the language model, as sentences for a person."""

from store.errors import InvalidInputError, StudyError


class LlmError(StudyError):
    """The language model process answered that it cannot do what was asked."""


class LlmCrashedError(LlmError):
    """The language model process died twice in a row, or never came up."""


class PromptTooLongError(LlmError):
    """The prompt does not fit into the model's context window.

    `index` is the position of the suffix that was too long, or None when the part shared by all is.
    """

    def __init__(self, message: str, index: int | None = None) -> None:
        super().__init__(message)
        self.index = index


class PromptFileError(InvalidInputError):
    """A prompt file, or what was given to fill it, does not match its own header."""
