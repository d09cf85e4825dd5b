"""Callbacks that keep something: a StudyError in one of them is told by the page that is drawn next."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from assistant.ui.session import Visit
from store.errors import StudyError
from store.study import Study

P = ParamSpec("P")


def kept(act: Callable[Concatenate[Study, Visit, P], None]) -> Callable[Concatenate[Study, Visit, P], None]:
    """Let a StudyError of a callback be shown by the page that is drawn next."""

    @wraps(act)
    def acted(study: Study, visit: Visit, /, *args: P.args, **kwargs: P.kwargs) -> None:
        visit.problem = ""
        try:
            act(study, visit, *args, **kwargs)
        except StudyError as error:
            visit.problem = str(error)

    return acted
