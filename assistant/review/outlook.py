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
        return f"On the {left} unread segments, nothing is sure enough to be suggested."
    return (
        f"About {round(100 * outlook.precision)} % of the {outlook.shown} shown suggestions on unread segments should"
        f" be right; they hold about {round(100 * outlook.coverage)} % of what is left to find;"
        f" {outlook.silent} segments get none."
    )
