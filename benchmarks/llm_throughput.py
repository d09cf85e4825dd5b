"""Segments per minute at a fixed codebook, ours against one full prompt per segment, on the same model in one run.

    python benchmarks/llm_throughput.py --llm NAME [--codes 10 40 80] [--segments N] [--shortlist K] [--json]

`ours` asks about a short list behind the kept prefix, as the product does. `full_prompt` evaluates the whole codebook
with each segment afresh and reads one answer token: the kindest version of that way. `json` lets the model write JSON
under a grammar after the same full prompt. `prefill` is how fast llama.cpp evaluates as many tokens as ours in one
sequence behind the same prefix; `of_prefill` is our speed as a share of it. Ways take turns segment by segment; figures
are medians of the clock, loading and a first round excluded. `…_cpu` is the same from the processor's time, which says
what to expect where other programs kept the cores busy.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from in_process import InProcess, in_process
from machine import machine
from made_up import made_codebook, made_questions

from assistant.llm import load_prompt
from assistant.llm.generation import ChatOptions, chat_tokens, generate
from assistant.llm.native import Row
from assistant.llm.prompts import parse_prompt
from assistant.settings import load_settings
from assistant.suggest.llm_scores import LABELS, PROMPT, LlmScores, Question
from assistant.suggest.run import SHORTLIST
from store.values import Code, Codebook

FULL_PROMPT = Path(__file__).parent / "prompts" / "list_codes.v1.md"
CONTEXT_TOKENS = 8192
ANSWER = {
    "type": "object",
    "properties": {"codes": {"type": "array", "items": {"type": "integer"}, "maxItems": 3}},
    "required": ["codes"],
}
_SEQUENCE = 1


@dataclass(frozen=True, slots=True)
class Load:
    """A made-up codebook with the passages to judge and the short list of each."""

    codebook: Codebook
    questions: list[Question]
    wanted: np.ndarray


def made_load(count: int, segments: int, shortlist: int, seed: int) -> Load:
    """One passage more than asked for, to warm up with."""
    codes = made_codebook(count, seed)
    chance = np.random.default_rng(seed)
    wanted = np.zeros((segments + 1, count), np.bool_)
    for row in wanted:
        row[chance.permutation(count)[:shortlist]] = True
    return Load(Codebook(1, 1, "0" * 64, codes, datetime.now(UTC), "", ""), made_questions(segments + 1, seed), wanted)


class Ways:
    """The ways of judging a passage; each call is the work for one, and `tokens` what ours evaluates for it."""

    def __init__(self, llm: InProcess, load: Load) -> None:
        self._llm = llm
        self._load = load
        self._scores = LlmScores(llm, load.codebook, load.codebook.codes)
        self._full = parse_prompt(FULL_PROMPT.name, FULL_PROMPT.read_bytes())

    def ours(self, row: int) -> None:
        self._scores.scores([self._load.questions[row]], self._load.wanted[row : row + 1])

    def full_prompt(self, row: int) -> None:
        self._evaluate(self._full_tokens(row), 0)

    def json(self, row: int) -> None:
        options = ChatOptions(max_tokens=64, temperature=0.0, seed=0, json_schema=ANSWER)
        generate(self._llm.model, self._full_tokens(row), options)

    def prefill(self, row: int) -> None:
        before, tokens = self._ours_tokens(row)
        self._llm.model.share(0, _SEQUENCE)  # the prefix, which our way keeps there
        self._evaluate(tokens, before)

    def tokens(self, row: int) -> int:
        return len(self._ours_tokens(row)[1])

    def full_length(self, row: int) -> int:
        return len(self._full_tokens(row))

    def _evaluate(self, tokens: Sequence[int], start: int) -> None:
        last = len(tokens) - 1
        self._llm.model.run([Row(t, start + i, _SEQUENCE, wanted=i == last) for i, t in enumerate(tokens)])
        self._llm.model.forget(_SEQUENCE)

    def _full_tokens(self, row: int) -> list[int]:
        question = self._load.questions[row]
        codes = self._load.codebook.codes
        rendered = self._full.render(codes=codes, question=question.asked, segment=question.segment.text)
        return chat_tokens(self._llm.model, self._llm.template, rendered.messages())

    def _ours_tokens(self, row: int) -> tuple[int, list[int]]:
        question, file = self._load.questions[row], load_prompt(PROMPT)
        codes = [code for code, w in zip(self._load.codebook.codes, self._load.wanted[row], strict=True) if w]
        rendered = [
            file.render(code=_words(code), question=question.asked, segment=question.segment.text) for code in codes
        ]
        prepared = self._llm.scorer.prepare(rendered[0].for_labels(LABELS))
        tokens = self._llm.tokens(rendered[0].suffix)
        for each in rendered:
            tokens += [*self._llm.tokens(each.tail), *prepared.after]
        return len(prepared.before), tokens


def _words(code: Code) -> dict[str, str]:
    return {"name": code.name, "theme": "", "definition": code.definition, "include": "", "exclude": ""}


def measured(llm: InProcess, load: Load) -> dict[str, float]:
    """The medians for one codebook."""
    ways = Ways(llm, load)
    # The kept prefix must be in place where the plain evaluation begins, so `prefill` comes right behind `ours`.
    turns: dict[str, Callable[[int], None]] = {
        "full_prompt": ways.full_prompt, "ours": ways.ours, "prefill": ways.prefill, "json": ways.json,
    }  # fmt: skip
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in turns}
    for row in range(len(load.questions)):
        for name, way in turns.items():
            begin = time.perf_counter(), time.process_time()
            way(row)
            seconds[name].append((time.perf_counter() - begin[0], time.process_time() - begin[1]))
    middle, cpu = (
        {name: statistics.median(each[clock] for each in found[1:]) for name, found in seconds.items()}
        for clock in (0, 1)
    )
    tokens = statistics.median(ways.tokens(row) for row in range(1, len(load.questions)))
    return {
        "codes": len(load.codebook.codes),
        "segments_per_minute": round(60 / middle["ours"], 2),
        "full_prompt_segments_per_minute": round(60 / middle["full_prompt"], 2),
        "json_segments_per_minute": round(60 / middle["json"], 2),
        "times_full_prompt": round(middle["full_prompt"] / middle["ours"], 2),
        "times_json": round(middle["json"] / middle["ours"], 2),
        "tokens_per_second": round(tokens / middle["ours"], 1),
        "prefill_tokens_per_second": round(tokens / middle["prefill"], 1),
        "of_prefill": round(middle["prefill"] / middle["ours"], 3),
        "times_full_prompt_cpu": round(cpu["full_prompt"] / cpu["ours"], 2),
        "times_json_cpu": round(cpu["json"] / cpu["ours"], 2),
        "of_prefill_cpu": round(cpu["prefill"] / cpu["ours"], 3),
        "tokens": tokens,
        "full_prompt_tokens": ways.full_length(1),
    }


def table(rows: Sequence[dict[str, float]]) -> str:
    """The figures for people to read."""
    columns = {
        "codes": "codes", "segments_per_minute": "ours/min", "full_prompt_segments_per_minute": "full/min",
        "json_segments_per_minute": "json/min", "times_full_prompt": "x full", "times_json": "x json",
        "tokens_per_second": "tok/s", "prefill_tokens_per_second": "prefill", "of_prefill": "share",
        "times_full_prompt_cpu": "x full cpu", "times_json_cpu": "x json cpu", "of_prefill_cpu": "share cpu",
        "tokens": "tokens", "full_prompt_tokens": "full tok",
    }  # fmt: skip
    lines = [" ".join(f"{title:>10}" for title in columns.values())]
    lines += [" ".join(f"{row[name]:>10}" for name in columns) for row in rows]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llm", required=True)
    parser.add_argument("--codes", type=int, nargs="+", default=[10, 40, 80])
    parser.add_argument("--segments", type=int, default=5)
    parser.add_argument("--shortlist", type=int, default=SHORTLIST)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    options = parser.parse_args()
    settings = load_settings({"llm_context_tokens": CONTEXT_TOKENS})
    with in_process(options.llm, settings) as llm:
        rows = [
            measured(llm, made_load(count, options.segments, options.shortlist, options.seed))
            for count in options.codes
        ]
    if not options.json:
        print(f"{options.llm}, short list of {options.shortlist}, {options.segments} segments")
        print(table(rows))
    print(json.dumps({"llm": options.llm, "shortlist": options.shortlist, "rows": rows, "machine": machine()}))


if __name__ == "__main__":
    main()
