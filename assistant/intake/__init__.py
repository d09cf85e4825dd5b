"""Files → interviews of a study: what a file holds, which files there are, adding them, describing them by tables."""

from assistant.intake.adding import add_file
from assistant.intake.describing import attach, describe
from assistant.intake.looking import ENDINGS, RECORDINGS, Look, look
from assistant.intake.planning import Plan, Planned, plan

__all__ = [
    "ENDINGS",
    "RECORDINGS",
    "Look",
    "Plan",
    "Planned",
    "add_file",
    "attach",
    "describe",
    "look",
    "plan",
]
