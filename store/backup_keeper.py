"""Copies of the database while a study is open: looked after beside the work, in a thread of its own."""

import threading
from collections.abc import Callable

from store.backups import BackupPlan, keep_copy_when_due
from store.errors import StudyError
from store.sqlite import sqlite3
from store.study import Study, holds_study

_SECONDS_BETWEEN_LOOKS = 60.0


class BackupKeeper:
    """Makes a copy whenever one is due until the study is closed; `problem` says why the last one could not be made."""

    def __init__(
        self, study: Study, plan: Callable[[], BackupPlan], *, seconds: float = _SECONDS_BETWEEN_LOOKS
    ) -> None:
        """`plan` is asked anew at every look, for settings change while the study is open."""
        self.problem = ""
        self._study, self._plan, self._seconds = study, plan, seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="backups", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Make no more; one that is being made is waited for."""
        self._ended.set()
        self._thread.join()

    def _look_after(self) -> None:
        while not self._ended.wait(self._seconds):
            if self._study.is_closed or not holds_study(self._study.folder):
                return
            try:
                keep_copy_when_due(self._study.folder, self._plan())
                self.problem = ""
            except (StudyError, OSError, sqlite3.Error) as error:
                self.problem = str(error)
