"""What the buttons of the page of new codes do; each is on disk before the page is drawn again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

import streamlit as st

from assistant.settings import load_settings
from assistant.suggest.candidate_answers import accept, dismiss, merge
from assistant.suggest.candidates import Candidate, candidates, explained_by, named, wants_name
from assistant.suggest.writer import opened_writer
from assistant.ui.embeddings import study_embeddings
from assistant.ui.session import current_proposals
from store.candidates import take_back
from store.errors import InvalidInputError, StudyError
from store.study import Study
from store.values import Segment

AT_ONCE = 8
"""How many candidates are drawn at first, and named when they are found."""
_STATE = "new_codes"

P = ParamSpec("P")


@dataclass(slots=True)
class Found:
    """What one browser tab found, and what it has to say about the last answer; None before it looked."""

    candidates: tuple[Candidate, ...] | None = None
    problem: str = ""
    at: str = ""
    """The candidate that the problem is about; empty where it is about none."""
    done: str = ""
    most: int = AT_ONCE


def current_found() -> Found:
    """This tab's candidates."""
    found: Found | None = st.session_state.get(_STATE)
    if found is None:
        found = st.session_state[_STATE] = Found()
    return found


def kept(act: Callable[Concatenate[Study, Found, P], None]) -> Callable[Concatenate[Study, Found, P], None]:
    """Let a StudyError of a callback be shown by the page that is drawn next."""

    @wraps(act)
    def acted(study: Study, found: Found, /, *args: P.args, **kwargs: P.kwargs) -> None:
        found.problem = found.done = found.at = ""
        try:
            act(study, found, *args, **kwargs)
        except StudyError as error:
            found.problem = str(error)

    return acted


@kept
def find(study: Study, found: Found, *, naming: bool, report: Callable[[float, str], object]) -> None:
    """Group what nothing explains; with `naming`, have the model name the first few that have no name yet."""
    report(0.0, "Looking for passages that belong together …")
    found.most = AT_ONCE
    found.candidates = candidates(study, study_embeddings(study), explained_by(current_proposals(study)))
    if naming and found.candidates:
        settings = load_settings(study.settings())
        with opened_writer(settings.llm, settings) as writer:
            nameless = [c for c in found.candidates[:AT_ONCE] if wants_name(c, writer)]
            for number, candidate in enumerate(nameless):
                report(number / len(nameless), f"{writer.name} drafts name {number + 1} of {len(nameless)} …")
                replaced = named(study, candidate, writer)
                found.candidates = tuple(replaced if c.id == replaced.id else c for c in found.candidates)


@kept
def make_code(study: Study, found: Found, coder: str, candidate: Candidate, shown: tuple[Segment, ...]) -> None:
    """Accept a candidate with what its fields and boxes say now."""
    found.at = candidate.id
    name, definition, theme = (st.session_state[field_key(candidate, what)] for what in ("name", "definition", "theme"))
    quotes = ticked(candidate, shown)
    accept(study, coder, candidate, quotes, name=name, definition=definition, theme=theme)
    _answered(found, candidate, f"“{name.strip()}” is in the codebook, with {_counted(len(quotes))}.")


@kept
def put_into(study: Study, found: Found, coder: str, candidate: Candidate, shown: tuple[Segment, ...]) -> None:
    """Code the ticked passages with the code that was chosen."""
    found.at = candidate.id
    code = st.session_state[field_key(candidate, "merge")]
    if code is None:
        msg = "Choose the code first into which the ticked passages go."
        raise InvalidInputError(msg)
    quotes = ticked(candidate, shown)
    merge(study, coder, candidate, quotes, code=code)
    _answered(found, candidate, f"{_counted(len(quotes)).capitalize()} went into the code.")


@kept
def put_away(study: Study, found: Found, coder: str, candidate: Candidate) -> None:
    """Dismiss a candidate."""
    found.at = candidate.id
    dismiss(study, coder, candidate)
    _answered(found, candidate, f"“{candidate.title}” was dismissed and will not be offered again.")


@kept
def bring_back(study: Study, found: Found, coder: str, act: str) -> None:
    """Take a dismissal back."""
    take_back(study, coder, act)
    found.done = "The dismissal was taken back; find new codes again to see the passages."


def show_more(found: Found) -> None:
    """Draw more of the candidates."""
    found.most += AT_ONCE


def tick_all(candidate: Candidate, shown: tuple[Segment, ...]) -> None:
    """Tick every passage of a candidate that is on the screen."""
    for segment in shown:
        st.session_state[tick_key(candidate, segment)] = True


def ticked(candidate: Candidate, shown: tuple[Segment, ...]) -> list[Segment]:
    """The passages whose boxes are ticked: only what was on the screen can be."""
    return [segment for segment in shown if st.session_state.get(tick_key(candidate, segment))]


def field_key(candidate: Candidate, what: str) -> str:
    """The widget's key; a name that came later makes new fields."""
    drafted = "" if candidate.name is None else candidate.name.written_by.model_sha256[:8]
    return f"{what}_{candidate.id[:16]}{drafted}"


def tick_key(candidate: Candidate, segment: Segment) -> str:
    """The key of a passage's box."""
    return f"tick_{candidate.id[:16]}_{segment.id}"


def _answered(found: Found, candidate: Candidate, said: str) -> None:
    found.candidates = tuple(c for c in found.candidates or () if c.id != candidate.id)
    found.done = said


def _counted(passages: int) -> str:
    return {0: "no passage", 1: "one passage"}.get(passages, f"{passages} passages")
