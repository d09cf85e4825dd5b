"""The one family of errors that a researcher may see: each message says what happened, where, and what to do."""

from pathlib import Path

from store.one_line import one_line


class StudyError(Exception):
    """Something a person can mend; its text is one complete sentence or two, never a traceback.

    What it repeats of a file stands on one line, shortened, and without the signs by which a file steers a screen.
    """

    def __str__(self) -> str:
        return one_line(super().__str__())


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


class ForbiddenError(NotAllowedError):
    """A member of a team may not do this in their role, or not under that name."""


class DamagedError(NotAStudyError):
    """The database of a study is damaged; the sentence names the newest good copy, `folder` is the study's."""

    def __init__(self, said: str, folder: Path) -> None:
        super().__init__(said)
        self.folder = folder


class LockedError(NotAStudyError):
    """The study is encrypted, and nobody has unlocked it yet."""


class WrongPassphraseError(StudyError):
    """The passphrase does not open what it was given for."""
