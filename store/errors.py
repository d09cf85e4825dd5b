"""The one family of errors that a researcher may see: each message says what happened, where, and what to do."""


class StudyError(Exception):
    """Something a person can mend; its text is one complete sentence or two, never a traceback."""


class NotAStudyError(StudyError):
    """The folder named holds no study, or one that this version cannot open."""


class NotFoundError(StudyError):
    """An interview, code, coder or run was named that the study does not have."""


class InvalidInputError(StudyError):
    """A file, line or value given from outside cannot be used as it is."""


class ConflictError(StudyError):
    """What was asked for contradicts what the study already holds."""


class NotAllowedError(StudyError):
    """The coder's role does not let them do this."""
