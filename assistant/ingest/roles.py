"""Who asks and who answers: a guess from names first, from question marks second."""

import re
from collections.abc import Sequence
from dataclasses import replace

from store.values import NewTurn, Role

_ASKERS_TEXT = """
interviewer interviewerin interviewers int interv moderator moderatorin mod facilitator fac researcher host
therapist forscher forscherin forschende interviewende gesprächsleitung gesprächsleiter gesprächsleiterin
therapeut therapeutin intervieweur intervieweuse enquêteur enquêtrice chercheur chercheuse animateur animatrice
modérateur modératrice thérapeute entrevistador entrevistadora moderador moderadora investigador investigadora
facilitador facilitadora terapeuta
"""
_ASKERS = frozenset(_ASKERS_TEXT.split())
_ASKERS_ALONE = frozenset(("i", "q"))
"""Letters that mean the interviewer only where nothing else stands beside them; `I1` may be an interviewee."""
_ANSWERERS_TEXT = """
interviewee interviewees participant respondent informant guest client patient subject answer befragter befragte
teilnehmer teilnehmerin participante entrevistado entrevistada enquêté enquêtée
"""
_ANSWERERS = frozenset(_ANSWERERS_TEXT.split())
_QUESTION = re.compile(r"[?？؟]")
_FEWEST_TURNS = 3
_FEWEST_QUESTIONS = 0.4
_CLEARLY = 3.0
_WORDS = re.compile(r"[^\W\d_]+")


def is_interviewer(name: str) -> bool:
    """Whether a speaker's name says that they ask the questions."""
    words = _WORDS.findall(name.casefold())
    return any(word in _ASKERS for word in words) or name.casefold().strip(" .") in _ASKERS_ALONE


def is_role_word(name: str) -> bool:
    """Whether a label names a role rather than a person."""
    return is_interviewer(name) or _answers(name)


def _answers(name: str) -> bool:
    words = _WORDS.findall(name.casefold())
    return bool(words) and words[0] in _ANSWERERS


def with_roles(turns: Sequence[NewTurn]) -> tuple[tuple[NewTurn, ...], str]:
    """The turns with a role each, and the sentence that says how it was found."""
    names = list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker is not None))
    if not names:
        return tuple(turns), "No speakers are named; all turns are taken as a participant's."
    asking = [name for name in names if is_interviewer(name)]
    how = "by name"
    if not asking and len(others := [name for name in names if not _answers(name)]) == 1 < len(names):
        asking, how = others, "because the others are named as those who answer"
    if not asking and (guess := _by_questions(turns, names)):
        asking, how = [guess], "because most of what they say is questions; a guess"
    if not asking:
        return tuple(turns), f"Taken as participants: {', '.join(names)}; nobody looks like the interviewer."
    others = [name for name in names if name not in asking]
    said = tuple(replace(turn, role=Role.INTERVIEWER) if turn.speaker in asking else turn for turn in turns)
    tail = f"; as participants: {', '.join(others)}" if others else ""
    return said, f"Taken as interviewer ({how}): {', '.join(asking)}{tail}."


def _by_questions(turns: Sequence[NewTurn], names: Sequence[str]) -> str | None:
    if len(names) != 2:  # noqa: PLR2004 - only between two can one be the asker and the other not
        return None
    shares = []
    for name in names:
        own = [turn for turn in turns if turn.speaker == name]
        if len(own) < _FEWEST_TURNS:
            return None
        shares.append(sum(bool(_QUESTION.search(turn.text)) for turn in own) / len(own))
    more = 0 if shares[0] > shares[1] else 1
    clear = shares[more] >= _FEWEST_QUESTIONS and shares[more] >= _CLEARLY * shares[1 - more]
    return names[more] if clear else None
