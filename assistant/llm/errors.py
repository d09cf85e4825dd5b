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


class EndpointError(LlmError):
    """A served model could not be asked, or gave nothing that can be used."""


class EndpointRefusedError(EndpointError):
    """The server answered that it does not do what was asked; `status` is that of HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class EndpointAnswerError(EndpointError):
    """An answer that is not of the form that was asked for: it is refused and never guessed at."""


class PromptFileError(InvalidInputError):
    """A prompt file, or what was given to fill it, does not match its own header."""
