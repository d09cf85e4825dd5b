"""Codebooks and passages that nobody wrote or said, for benchmarks that need any number of them."""

import random
import uuid

from coded_folder import made_segment

from assistant.suggest.llm_scores import Question
from store.values import Code

_THINGS = (
    "funding", "data sharing", "trust", "training", "workload", "equipment", "language", "travel", "childcare",
    "recruitment", "deadlines", "software", "feedback", "supervision", "safety", "housing", "permissions", "pay",
    "meetings", "documentation", "waiting times", "privacy", "volunteers", "mentoring", "energy costs",
)  # fmt: skip
_SIDES = ("lack of", "worry about", "pride in", "change in", "conflict over", "planning of", "help with", "rules for")
_WHO = ("a participant", "the person", "somebody in the team", "a colleague", "the organisation")
_SAYS = ("describes", "complains about", "compares", "explains", "remembers", "looks forward to")
_MORE = (
    "and says what this meant for the work of the group over the months that followed",
    "including how it was dealt with and who had to decide in the end",
    "whether or not it was solved, and with what it cost in time or money",
    "as seen from their own position, not as a rumour about what others may have felt",
)
_TALK = (
    "Well, when we started there was nothing, you know, we just had the one room and a borrowed machine.",
    "I kept telling them that it would take longer than a month, and of course it did.",
    "The forms changed twice while we were filling them in, so half of it had to be done again.",
    "What helped was that two of the older ones had been through it before and showed us how.",
    "And nobody asked the people who were on the night shift, which I still find strange.",
    "In the end we paid for it ourselves and got the money back much later.",
    "It is better now, I think, but I would not say that everybody trusts it.",
)


def made_codebook(count: int, seed: int) -> tuple[Code, ...]:
    """So many codes, each with a definition of about 25 words."""
    chance = random.Random(seed)  # noqa: S311 - texts, not secrets
    names = [f"{side} {thing}" for side in _SIDES for thing in _THINGS]
    chance.shuffle(names)
    return tuple(
        Code(
            guid=str(uuid.UUID(int=number)),
            name=name,
            definition=f"Applies where {chance.choice(_WHO)} {chance.choice(_SAYS)} {name}, {chance.choice(_MORE)}.",
        )
        for number, name in enumerate(names[:count])
    )


def made_questions(count: int, seed: int) -> list[Question]:
    """So many passages of about 70 tokens, each different, with a question before it."""
    chance = random.Random(seed)  # noqa: S311 - texts, not secrets
    return [
        Question(
            made_segment(number, "I1", f"{number + 1} of us. {' '.join(chance.sample(_TALK, 3))}"),
            "How did the group begin, and what was hard about it?",
        )
        for number in range(count)
    ]


def made_said(count: int, seed: int) -> list[str]:
    """So many passages of about 55 words, each different."""
    chance = random.Random(seed)  # noqa: S311 - texts, not secrets
    return [f"{number + 1} of {seed}. {' '.join(chance.sample(_TALK, 3))}" for number in range(count)]
