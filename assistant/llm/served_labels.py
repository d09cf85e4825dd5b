"""Questions about labels for a served model: several beside each other, each answered, refused or bounded."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from assistant.llm import endpoint_abilities as abilities
from assistant.llm.endpoint_answers import LabelScores, label_scores, percent_schema, percent_scores
from assistant.llm.endpoint_chat import EndpointChat
from assistant.llm.errors import EndpointAnswerError, EndpointError, EndpointRefusedError, PromptTooLongError
from assistant.llm.markers import without_control_marks
from assistant.llm.protocol import Fork, LabelPrompt, Message

FORKS_AT_A_TIME = 16
MOST_REFUSED = 16
"""After so many refused answers without one that can be used, a run ends: something is wrong with the model."""
_BYTES_PER_TOKEN = 3
_JSON_TOKENS = 64
_MOST_KNOWN = 4096
_NOT_THIS_ONE = frozenset({400, 413, 422})
"""What a server answers where it does not like one question: it says nothing of the others."""


@dataclass(slots=True)
class Tally:
    """What was asked about labels so far: questions, those asked twice, refused answers, and scores that are bounds."""

    asked: int = 0
    again: int = 0
    refused: int = 0
    bounded: int = 0


class LabelQuestions:
    """Puts questions to one endpoint, so many at a time, and counts what came of them.

    The last answers are known when they are asked about anew, as are those beside a question that is too long.
    """

    def __init__(self, chat: EndpointChat, seed: int, parallel: int) -> None:
        self._chat = chat
        self._seed = seed
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="endpoint")
        self._lock = threading.RLock()
        self._known: dict[bytes, LabelScores | None] = {}
        self._refused_in_a_row = 0
        self.tally = Tally()

    def close(self) -> None:
        """Give up what is not asked yet."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def scores(
        self, scoring: abilities.Scoring, prompt: LabelPrompt, forks: Sequence[Fork], context_tokens: int
    ) -> list[NDArray[np.float32]]:
        """For each fork the log-probabilities of the labels, shape (branches, labels); NaN for a refused answer."""
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(forks), FORKS_AT_A_TIME):
            chunk = forks[start : start + FORKS_AT_A_TIME]
            ask = partial(self._pair, scoring, prompt, context_tokens)
            pairs = [(start + i, fork.stem + branch) for i, fork in enumerate(chunk) for branch in fork.branches]
            rows = iter(list(self._beside_each_other(ask, pairs)))
            for fork in chunk:
                table = [next(rows) for _ in fork.branches]
                found.append(np.array(table, np.float32).reshape(-1, len(prompt.labels)))
        return found

    def _beside_each_other(
        self, ask: Callable[[int, str], list[float]], pairs: Sequence[tuple[int, str]]
    ) -> Iterator[list[float]]:
        waiting: list[Future[list[float]]] = [self._pool.submit(ask, *pair) for pair in pairs]
        try:
            for each in waiting:
                yield each.result()
        finally:
            for each in waiting:
                each.cancel()

    def _pair(
        self, scoring: abilities.Scoring, prompt: LabelPrompt, context_tokens: int, index: int, question: str
    ) -> list[float]:
        """The scores of one pair, known already where a neighbour was too long and all were asked about anew."""
        text = f"{prompt.prefix}{question}"
        key = hashlib.sha256(json.dumps([prompt.system, text, prompt.labels]).encode()).digest()
        with self._lock:
            known, there = self._known.get(key), key in self._known
        if not there:
            try:
                known = self._asked_twice(scoring, prompt, context_tokens, text)
            except PromptTooLongError as error:
                raise PromptTooLongError(
                    f"Text number {index + 1} does not fit the window of the endpoint {self._chat.place.name}.", index
                ) from error
            self._count(key, known)
        return [float("nan")] * len(prompt.labels) if known is None else list(known.values)

    def _asked_twice(
        self, scoring: abilities.Scoring, prompt: LabelPrompt, context_tokens: int, text: str
    ) -> LabelScores | None:
        messages = [safe({"role": "user", "content": text})]
        if prompt.system:
            messages.insert(0, {"role": "system", "content": prompt.system})
        if not scoring.top:
            messages = abilities.asked_in_percent(messages, prompt.labels)
        if sum(estimated_tokens(message["content"]) for message in messages) > context_tokens:
            raise PromptTooLongError("A question is longer than the context window.")
        for turn in range(2):
            with self._lock:
                self.tally.asked += 1
                self.tally.again += turn
            try:
                return self._label_answer(scoring, messages, prompt.labels, self._seed + turn)
            except EndpointAnswerError:
                continue
            except EndpointRefusedError as error:
                if error.status not in _NOT_THIS_ONE:
                    raise
        return None

    def _label_answer(
        self, scoring: abilities.Scoring, messages: list[Message], labels: tuple[str, ...], seed: int
    ) -> LabelScores:
        if scoring.top:
            wanted = scoring.manner.parameters(1, 0.0, seed) | {"logprobs": True, "top_logprobs": scoring.top}
            return label_scores(self._chat.ask(messages, wanted).likely, labels)
        bound = abilities.response_format(scoring.form, percent_schema(labels))
        wanted = scoring.manner.parameters(_JSON_TOKENS, 0.0, seed) | bound
        return percent_scores(self._chat.ask(messages, wanted).text, labels)

    def _count(self, key: bytes, found: LabelScores | None) -> None:
        with self._lock:
            self._known[key] = found
            if len(self._known) > _MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self.tally.refused += found is None
            self.tally.bounded += found is not None and found.bounded
            self._refused_in_a_row = self._refused_in_a_row + 1 if found is None else 0
            if self._refused_in_a_row >= MOST_REFUSED:
                self._refused_in_a_row = 0
                raise EndpointError(
                    f"The endpoint {self._chat.place.name} gave {MOST_REFUSED} answers in a row that cannot be used;"
                    " what was done before is kept. Choose another model or server, or this machine's with --llm auto."
                )


def estimated_tokens(text: str) -> int:
    """Rather too many: a token for every three bytes. The protocol has no question for it."""
    return -(-len(text.encode("utf-8")) // _BYTES_PER_TOKEN)


def safe(message: Message) -> Message:
    """A message in which no passage of an interview can end its turn or begin another."""
    return {"role": message["role"], "content": without_control_marks(message["content"])}
