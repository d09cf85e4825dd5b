"""How long a warm query of the quotes takes, for every kind of query and all of them mixed.

    python benchmarks/quote_queries.py [--segments 10000] [--codes 80] [--each 20] [--json]

Made-up interviews of 500 passages each, suggested for, a third of the passages coded by one person and a tenth by
another. Passages have made-up vectors; what is asked by meaning is embedded by the installed embedding model, each
question another one, and that time counts. Cold is the first query of a process, which reads the study.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from machine import machine, peak_mb
from made_up import made_codebook
from printed import printed
from review_action import Hashed

from assistant.quotes import QuoteQuery, Shelf, find
from assistant.review import decide
from assistant.review.decide import DecisionLine
from assistant.segment import Embedder, StudyEmbeddings, local_embedder, segment_new
from assistant.settings import load_settings
from assistant.suggest import propose, suggest
from store.codebook import current_codebook, keep_codebook
from store.interviews import add_interview
from store.segments import segments
from store.study import Study, create_study
from store.transcripts import add_transcript
from store.values import NewTurn, Role, State, Verdict

AIM_MS = 50.0
TWO_CODES = 0.4
PER_INTERVIEW = 500
WORDS, LONG = 4_000, 55


class AskedForReal(Embeddings):
    """Passages by hash; questions by the installed model, of the same number of dimensions."""

    def __init__(self, study: Study) -> None:
        self._made = Hashed()
        self._real = local_embedder(load_settings(study.settings())).load()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._made.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        return self._real.embed_query(text)


def made_talk(count: int, seed: int) -> list[str]:
    """Passages of words that are as rare as words are (Zipf)."""
    chance = random.Random(seed)  # noqa: S311 - texts, not secrets
    words = [_word(number) for number in range(WORDS)]
    weights = [1 / (number + 2) for number in range(WORDS)]
    return [" ".join(chance.choices(words, weights, k=LONG)).capitalize() + "." for _ in range(count)]


def _word(number: int) -> str:
    sounds = ("ba", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "wa", "ze", "fi", "go", "ha", "du")
    return sounds[number % 16] + sounds[number // 16 % 16] + sounds[number // 256 % 16]


def made_study(place: Path, count: int, codes: int) -> Study:
    """Interviews with attributes, suggestions and two people's decisions."""
    study = create_study(place / "study", "Made up")
    for number, start in enumerate(range(0, count, PER_INTERVIEW), start=1):
        said = made_talk(min(PER_INTERVIEW, count - start), number)
        source = place / f"I{number}.txt"
        source.write_text(f"made up {number}", encoding="utf-8")
        about = {"site": f"site {number % 3}", "year": str(2020 + number % 5)}
        add_interview(study, source, "transcript", label=f"I{number}", attributes=about)
        add_transcript(study, f"I{number}", list(_turns(said)), origin="import")
    keep_codebook(study, made_codebook(codes, 1), coder="lead", reason="made up")
    segment_new(study)
    suggest(study, StudyEmbeddings(study, Embedder("hashed@1", Hashed)), None)
    for coder, share in (("Ada", 0.3), ("Ben", 0.1)):
        decide(study, coder, list(enumerate(_decided(study, share, coder))))
    return study


def _turns(said: Sequence[str]) -> Iterator[NewTurn]:
    for number, text in enumerate(said):
        role = Role.INTERVIEWER if number % 5 == 0 else Role.PARTICIPANT
        yield NewTurn(text, str(role).capitalize(), role, 10_000 * number, 10_000 * number + 9_000)


def _decided(study: Study, share: float, seed: str) -> Iterator[DecisionLine]:
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    book = current_codebook(study)
    guids = [code.guid for code in book.codes] if book else []
    for segment in segments(study):
        if chance.random() < share:
            where = {"interview": segment.interview, "start": segment.span.start, "end": segment.span.end}
            for guid in chance.sample(guids, 1 + (chance.random() < TWO_CODES)):
                yield DecisionLine(**where, verdict=Verdict.ADD, code=guid)


def kinds(study: Study) -> dict[str, Callable[[random.Random], QuoteQuery]]:
    """A maker of queries for each kind."""
    book = current_codebook(study)
    codes = [code.guid for code in book.codes] if book else []

    def word(chance: random.Random, *, common: bool = False) -> str:
        return _word(chance.randrange(20 if common else WORDS))

    return {
        "everything": lambda _: QuoteQuery(),
        "meaning": lambda c: QuoteQuery(meaning=f"what they say about {word(c)} and {word(c)}"),
        "meaning, filtered": lambda c: QuoteQuery(
            meaning=f"how {word(c)} changed {word(c)}", where=(("site", "site 1"),), roles=(Role.PARTICIPANT,)
        ),
        "words": lambda c: QuoteQuery(words=f"{word(c, common=True)} -{word(c)}"),
        "phrase": lambda c: QuoteQuery(words=f'"{word(c, common=True)} {word(c, common=True)}"'),
        "words near": lambda c: QuoteQuery(words=f"{word(c, common=True)} ~5 {word(c, common=True)}"),
        "code": lambda c: QuoteQuery(codes=(c.choice(codes),)),
        "codes, all": lambda c: QuoteQuery(codes=tuple(c.sample(codes, 2)), match="all"),
        "codes, near": lambda c: QuoteQuery(codes=tuple(c.sample(codes, 2)), match="near", within=3),
        "coder and day": lambda c: QuoteQuery(
            codes=(c.choice(codes),), coder="Ben", decided_from=date(2020, 1, 1), decided_to=date(2100, 1, 1)
        ),
        "probability": lambda _: QuoteQuery(state=State.SUGGESTED, probability_from=0.2, probability_to=0.9),
        "confirmed": lambda _: QuoteQuery(state=State.CONFIRMED),
        "adjudicated": lambda c: QuoteQuery(codes=(c.choice(codes),), adjudicated=True),
        "typical": lambda c: QuoteQuery(codes=(c.choice(codes),), order="typical"),
        "extreme": lambda c: QuoteQuery(codes=(c.choice(codes),), order="extreme"),
    }


def timed(study: Study, each: int) -> tuple[float, dict[str, list[float]]]:
    """Milliseconds of the cold query, and of the warm ones by kind; no question is asked twice."""
    model = AskedForReal(study)
    embeddings = StudyEmbeddings(study, Embedder("hashed@1", lambda: model))
    embeddings.embed_query("the model is loaded before anything is timed")
    proposals, shelf = propose(study, precision=load_settings(study.settings()).expected_precision), Shelf(study)

    def ask(query: QuoteQuery) -> float:
        began = time.perf_counter()
        find(study, query, shelf=shelf, embeddings=embeddings, proposals=proposals)
        return 1_000 * (time.perf_counter() - began)

    cold = ask(QuoteQuery(meaning="the first question of all"))
    chance, found = random.Random(7), dict[str, list[float]]()  # noqa: S311 - questions, not secrets
    for name, make in kinds(study).items():
        ask(make(chance))  # what a kind needs to be read once
        found[name] = [ask(make(chance)) for _ in range(each)]
    return cold, found


def told(cold: float, found: dict[str, list[float]], options: argparse.Namespace) -> dict[str, object]:
    """The figures as JSON values."""
    every = [value for values in found.values() for value in values]
    return {
        "segments": options.segments,
        "codes": options.codes,
        "queries": len(every),
        "cold_ms": round(cold, 1),
        "p50_ms": round(statistics.median(every), 1),
        "p95_ms": _p95(every),
        "aim_p95_ms": AIM_MS,
        "p95_ms_by_kind": {name: _p95(values) for name, values in found.items()},
        "peak_mb": peak_mb(),
        "machine": machine(),
    }


def _p95(values: Sequence[float]) -> float:
    return round(float(np.quantile(values, 0.95)), 1)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=10_000)
    parser.add_argument("--codes", type=int, default=80)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="quote-queries-") as place,
        made_study(Path(place), options.segments, options.codes) as study,
    ):
        result = told(*timed(study, options.each), options)
    print(printed(result, as_json=options.json))
    return 0


if __name__ == "__main__":
    sys.exit(main())
