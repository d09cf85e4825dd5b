"""How good the shown suggestions are expected to be, in one sentence."""

from assistant.suggest import Outlook


def outlook_sentence(outlook: Outlook) -> str:
    """What the calibrated probabilities say of the segments on which nothing is decided yet.

    >>> outlook_sentence(Outlook(segments=300, decided=100, shown=120, silent=52, precision=0.43, coverage=0.61))[:74]
    'About 43 % of the 120 shown suggestions on unread segments should be right'
    """
    left = outlook.segments - outlook.decided
    if not outlook.segments:
        return "Nothing was scored yet; run `interview suggest`."
    if not left:
        return "Something is decided on every segment; nothing is left to suggest."
    if not outlook.shown:
        return f"Of the {left} unread segments, none gets a suggestion: nothing is sure enough."
    silent = "1 segment gets" if outlook.silent == 1 else f"{outlook.silent} segments get"
    return (
        f"About {round(100 * outlook.precision)} % of the {outlook.shown} shown suggestions on unread segments should"
        f" be right; they hold about {round(100 * outlook.coverage)} % of what is left to find;"
        f" {silent} none.{_drawn(outlook)}"
    )


def _drawn(outlook: Outlook) -> str:
    """What is said where the learner sees only a part of a large study."""
    if outlook.scored <= outlook.segments:
        return ""
    return (
        f" The machine learns from {outlook.segments} of the {outlook.scored} scored segments, in interviews drawn by"
        " chance, and puts these in order; the others get their suggestions when they are opened."
    )
