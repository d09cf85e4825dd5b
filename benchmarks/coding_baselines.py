"""What is there to beat, with the same models: similarity, nearest quotes, and a language model asked as others do."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.llm import LlmClient, PromptTooLongError
from assistant.suggest.llm_scores import LlmScores, Question
from assistant.suggest.pool import Pool
from store.values import Codebook

Matrix = NDArray[np.floating]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

_ANSWER_TOKENS = 96


def nearest_confirmed(vectors: Matrix, truth: Mask, read: Mask, rows: Mask) -> Matrix:
    """Similarity of each of `rows` to the nearest segment that was confirmed for a code, 0 where none was."""
    found = np.zeros((int(rows.sum()), truth.shape[1]))
    for column in np.flatnonzero(truth[read].any(axis=0)):
        quotes = vectors[read & truth[:, column]]
        found[:, column] = (vectors[rows] @ quotes.T).max(axis=1)
    return found


def llm_yes_no(client: LlmClient, codebook: Codebook, questions: Sequence[Question]) -> Matrix:
    """One question for each code and segment, answered by Yes or No; the score is the log-odds of Yes."""
    scorer = LlmScores(client, codebook, codebook.codes)
    wanted = np.ones((len(questions), len(codebook.codes)), np.bool_)
    return np.nan_to_num(scorer.scores(questions, wanted), nan=-50.0)


def llm_json(client: LlmClient, codebook: Codebook, questions: Sequence[Question], pool: Pool, rows: Rows) -> Matrix:
    """One call for each segment, answered with the numbers of its codes in JSON; a code's score is 1 / its place.

    Where the codebook does not fit the model's window, the model sees the nearest half of it, a quarter, ….
    """
    found = np.zeros((len(questions), len(codebook.codes)))
    for number, (question, row) in enumerate(zip(questions, rows, strict=True)):
        nearest = np.argsort(-pool.signals["definition"][row], kind="stable")
        for column, place in _listed(client, codebook, question, nearest).items():
            found[number, column] = 1 / place
    return found


def _listed(client: LlmClient, codebook: Codebook, question: Question, nearest: Rows) -> dict[int, int]:
    shown = sorted(nearest.tolist())
    while shown:
        try:
            answer = client.chat(
                _messages(codebook, shown, question), max_tokens=_ANSWER_TOKENS, json_schema=_schema(len(shown))
            )
        except PromptTooLongError:
            shown = sorted(nearest[: len(shown) // 2].tolist())
            continue
        numbers = list(dict.fromkeys(int(n) for n in re.findall(r"\d+", answer.text)))
        return {shown[n - 1]: place for place, n in enumerate(numbers, start=1) if 1 <= n <= len(shown)}
    return {}


def _messages(codebook: Codebook, shown: Sequence[int], question: Question) -> list[dict[str, str]]:
    lines = []
    for number, column in enumerate(shown, start=1):
        code = codebook.codes[column]
        theme = codebook.theme_of(code)
        name = code.name if theme is None else f"{theme.name}: {code.name}"
        lines.append(f"{number}. {name}. {code.definition}".strip())
    asked = f"Asked just before: {json.dumps(question.asked)}\n" if question.asked else ""
    told = (
        "The codes:\n" + "\n".join(lines) + f"\n\n{asked}Passage: {json.dumps(question.segment.text)}\n\n"
        'Which codes apply? Answer in JSON: {"codes": [numbers, the best first]}'
    )
    return [
        {"role": "system", "content": "You help researchers to code interviews. You answer in JSON."},
        {"role": "user", "content": told},
    ]


def _schema(count: int) -> dict[str, Any]:
    number = {"enum": list(range(1, count + 1))}
    return {
        "type": "object",
        "properties": {"codes": {"type": "array", "items": number, "maxItems": 5}},
        "required": ["codes"],
        "additionalProperties": False,
    }
