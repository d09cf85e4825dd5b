"""How many planted names are found in made-up interviews, by kind, with and without a list of the people and places.

    python benchmarks/pseudonyms.py [--interviews 40] [--seed 1] [--without-model] [--json]

Every interview is put together from sentences of our own, with names planted in them: as they are, without capitals,
misspelt by one letter, in the possessive, at the start and inside of sentences, and as parts. A name counts as found
where every word of it lies in a string that would be reviewed; precision is the share of strings that hold a planted
name. `listed` is what is found after the names were typed in, each once and spelled rightly.
"""

import argparse
import json
import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.pseudonyms import model_names, with_name
from assistant.pseudonyms.finding import findings
from assistant.pseudonyms.key import Key
from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.language_model import nothing_heard
from assistant.pseudonyms.texts import Passage
from assistant.pseudonyms.tokens import tokens
from assistant.settings import load_settings

_PEOPLE = (
    "Maria Gonzalez|Oluwaseun Adeyemi|Siobhan O'Neill|Priya Raghunathan|Jörg Müller|Xiomara Quispe|Tadhg Brennan|"
    "Nguyen Thi Hoa|Fatoumata Diallo|Bartosz Wiśniewski|Eleri Prydderch|Anne-Marie Lefèvre|Kwabena Boateng|"
    "Saoirse Kavanagh|Hyacinth Okonkwo|Zdeněk Hruška|Ann Lee|Ravi Chandrasekhar|Ingeborg Thorsen|Marguerite Dubois"
)
_PLACES = "Harrogate|Llandudno|Ullapool|Skibbereen|Wolverhampton|Kirkby Lonsdale|Ouagadougou|Tromsø|Ashby|Penryn"
_ORGANISATIONS = (
    "Northfield Trust|Harbour Lane Surgery|Corrigan & Sons|Meridian Housing Association|Brightwater Academy|"
    "Tarn Valley Council|Ostrava Logistics|Redwing Robotics"
)
_CONTACTS = (
    "020 7946 0958|+44 1632 960983|m.gonzalez@northfield.example.org|priya at example dot com|www.example.org/team|"
    "14 Elm Grove Road|LS2 9JT|@redwing_hq|oh seven seven double oh nine one two three"
)
PEOPLE, PLACES, ORGANISATIONS, CONTACTS = (names.split("|") for names in (_PEOPLE, _PLACES, _ORGANISATIONS, _CONTACTS))
SENTENCES = {
    Kind.PERSON: (
        "so I went to see {} about it and we talked for an hour.",
        "{} told me that it would not work.",
        "It was {}’s idea, I think.",
        "My manager, {}, never answered.",
        "And then {} and I took the late shift.",
        "Well, {} was the one who kept the list.",
        "Nobody had asked {}.",
    ),
    Kind.PLACE: (
        "we moved to {} after that.",
        "{} is too far for the bus.",
        "There is a clinic near {} but it closed.",
        "I grew up in {}, more or less.",
    ),
    Kind.ORGANISATION: (
        "I was with {} for six years.",
        "{} paid for the training.",
        "They sent us from {} without a word.",
        "People at {} knew about it.",
    ),
    Kind.CONTACT: ("you can reach me at {} in the morning.", "the note said {} and nothing else."),
}
FILLERS = (
    "It takes weeks, and nobody likes that at all.",
    "We had a meeting on Monday and I said no.",
    "The machines break down in the winter.",
    "I don’t know, maybe it was the money.",
    "In March we started over with three people.",
    "You learn to live with it.",
    "Honestly, the paperwork is the hard part.",
    "We did all of it in Excel and on WhatsApp.",
    "It was before Covid, and everybody spoke English there.",
    "They gave us 3,000 in 2019 and that was that.",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """A name in a text: where (code points), of what kind, and how it was changed."""

    start: int
    end: int
    kind: Kind
    how: str


def interview(chance: random.Random) -> tuple[str, list[Planted]]:
    """A made-up interview and the names planted in it; one in four is written without any capital letter."""
    small = chance.random() < 0.25  # noqa: PLR2004
    turns, planted, at = [], [], 0
    for _ in range(40):
        turn = ""
        for sentence in chance.choices(FILLERS, k=2):
            turn += ("" if not turn else " ") + sentence
        kind = chance.choice(list(SENTENCES))
        before, after = chance.choice(SENTENCES[kind]).split("{}")
        name, how = spelled(chance, kind)
        turn += " " + before
        planted.append(Planted(at + len(turn), at + len(turn) + len(name), kind, "small" if small else how))
        turn += name + after
        turns.append(turn)
        at += len(turn) + 1
    text = "\n".join(turns)
    lower = text.lower()
    return (lower if small and len(lower) == len(text) else text), planted


def spelled(chance: random.Random, kind: Kind) -> tuple[str, str]:
    """A name as somebody may say or type it, and what was done to it."""
    if kind is not Kind.PERSON:
        return chance.choice(
            {Kind.PLACE: PLACES, Kind.ORGANISATION: ORGANISATIONS, Kind.CONTACT: CONTACTS}[kind]
        ), "as is"
    name = chance.choice(PEOPLE)
    how = chance.choice(("as is", "as is", "first", "last", "misspelt"))
    first, *rest = name.split(" ")
    if how == "first":
        return first, how
    if how == "last" and len(rest[-1]) > 2:  # noqa: PLR2004
        return rest[-1], how
    letters = [n for n, c in enumerate(first) if c.isalpha() and n > 0]
    if how == "misspelt" and len(first) > 5:  # noqa: PLR2004 - of shorter names no variant is looked for
        n = chance.choice(letters)
        return first[:n] + first[n + 1 :], how
    return name, "as is"


def measured(interviews: list[tuple[str, list[Planted]]], key: Key, heard: object) -> dict[str, object]:
    """Recall by kind and by how a name was written, precision over strings, seconds."""
    passages = [Passage("transcript", f"I{n}", text, f"I{n}") for n, (text, _) in enumerate(interviews, start=1)]
    started = time.perf_counter()
    found = findings(passages, key, heard)
    seconds = time.perf_counter() - started
    covered: dict[str, set[int]] = {}
    for finding in found:
        for hit in finding.hits:
            covered.setdefault(hit.place, set()).update(range(hit.start, hit.start + len(hit.text)))
    there: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    names: dict[str, set[int]] = {}
    for passage, (text, planted) in zip(passages, interviews, strict=True):
        here = covered.get(passage.place, set())
        for each in planted:
            names.setdefault(passage.place, set()).update(range(each.start, each.end))
            whole = all(each.start + t.start in here for t in tokens(text[each.start : each.end]) if t.is_word)
            for group in (str(each.kind), f"{each.kind}, {each.how}", "all"):
                there[group] += 1
                hits[group] += whole
    right = sum(
        any(
            hit.start in names.get(hit.place, ()) or hit.start + len(hit.text) - 1 in names.get(hit.place, ())
            for hit in f.hits
        )
        for f in found
    )
    return {
        "recall": {group: round(hits[group] / count, 4) for group, count in sorted(there.items())},
        "planted": dict(sorted(there.items())),
        "strings": len(found),
        "precision": round(right / len(found), 4) if found else None,
        "seconds": round(seconds, 2),
    }


def listed() -> Key:
    """A key that knows every person, place and organisation, each spelled once."""
    key = Key("benchmark")
    for kind, names in ((Kind.PERSON, PEOPLE), (Kind.PLACE, PLACES), (Kind.ORGANISATION, ORGANISATIONS)):
        for name in names:
            key = with_name(key, name, kind)
    return key


def lines(report: dict[str, object]) -> Iterator[str]:
    """The report for reading."""
    for name in ("unlisted", "listed"):
        part = report[name]
        assert isinstance(part, dict)
        yield f"{name}: {part['strings']} strings, precision {part['precision']}, {part['seconds']} s"
        yield from (
            f"  recall {group:24} {value:.3f} of {part['planted'][group]}" for group, value in part["recall"].items()
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Recall and precision of finding names in made-up interviews.")
    parser.add_argument("--interviews", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-model", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311 - a seeded sample
    interviews = [interview(chance) for _ in range(asked.interviews)]
    heard = None if asked.without_model else model_names(load_settings({}))
    report: dict[str, object] = {
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "seed": asked.seed,
        "interviews": asked.interviews,
        "model": heard is not None,
        "unlisted": measured(interviews, Key("benchmark"), heard or nothing_heard),
        "listed": measured(interviews, listed(), heard or nothing_heard),
    }
    if asked.json:
        print(json.dumps(report, indent=2))
        return
    print("\n".join(lines(report)), file=sys.stdout)


if __name__ == "__main__":
    main()
