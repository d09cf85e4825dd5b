"""What a served model may answer, checked field by field: a server is a stranger, and a model writes anything."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, isfinite, log, log1p
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.llm.errors import EndpointAnswerError

Tokens = tuple[tuple[str, float], ...]
"""Tokens with their log-probabilities (natural)."""

_LEAST = -1e6
_ROUNDING = 1e-2
"""Servers that count in few bits give a sure token a little more than 1."""
_MOST = 100
_ERROR_CHARACTERS = 4_000
_SPACES = " \t\r\n▁Ġ"
_HALF = 0.5
_NAME = r"^[^\x00-\x1f\x7f-\x9f<>\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]{1,300}$"
"""A model's name goes into records and onto screens: nothing in it steers them."""

_LogProbability = Annotated[float, Field(ge=_LEAST, le=_ROUNDING, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Likely(_Strict):
    token: str = Field(max_length=1000)
    logprob: _LogProbability


class _Place(_Likely):
    top_logprobs: list[_Likely] = Field(default=[], max_length=1000)


class _Places(_Strict):
    content: list[_Place] | None = None


class _Message(_Strict):
    content: str | None = None


class _Choice(_Strict):
    message: _Message
    finish_reason: str | None = Field(default=None, max_length=100)
    logprobs: _Places | None = None


class _Usage(_Strict):
    prompt_tokens: int = Field(default=0, ge=0, le=2**31)
    completion_tokens: int = Field(default=0, ge=0, le=2**31)


class _Answer(_Strict):
    choices: list[_Choice] = Field(min_length=1, max_length=8)
    usage: _Usage | None = None


class _Named(_Strict):
    id: str = Field(pattern=_NAME)
    max_model_len: int | None = Field(default=None, ge=1, le=2**31)


class _Names(_Strict):
    data: list[_Named] = Field(max_length=10_000)


@dataclass(frozen=True, slots=True)
class LabelScores:
    """The log-probability of each label; `bounded` says that one of them is only known to be no more than this."""

    values: tuple[float, ...]
    bounded: bool = False


def checked_answer(body: bytes, endpoint: str, *, is_list: bool) -> bytes:
    """The known fields of an answer (or of the list of models) as JSON anew; raises EndpointAnswerError otherwise."""
    kind = _Names if is_list else _Answer
    try:
        checked = kind.model_validate(_json(body.decode("utf-8")))
    except (ValidationError, ValueError, RecursionError):
        raise EndpointAnswerError(
            f"The endpoint {endpoint} gave an answer that is none of the OpenAI-compatible protocol; look at what runs"
            " there, and whether endpoint_url ends as it should (often in /v1)."
        ) from None
    return json.dumps(_rebuilt(checked) if isinstance(checked, _Answer) else checked.model_dump()).encode("ascii")


def error_words(body: bytes) -> str:
    """What a server says is wrong, in lower case, to tell kinds of errors apart; it is shown to nobody."""
    return body[:_ERROR_CHARACTERS].decode("utf-8", "replace").lower()


def label_scores(likely: Tokens, labels: Sequence[str]) -> LabelScores:
    """Scores of labels from the likeliest first tokens.

    A label that is not among them gets the most that it can have: no more than the least likely token there, nor than
    what all of them leave. Raises EndpointAnswerError where no label is among them, as then nothing is known.

    >>> label_scores((("Yes", -0.5), ("Maybe", -2.0)), ("Yes", "No"))
    LabelScores(values=(-0.5, -2.0), bounded=True)
    """
    found = [[value for token, value in likely if token.strip(_SPACES) == label] for label in labels]
    if not any(found):
        raise EndpointAnswerError("The endpoint's answer begins with none of the labels.")
    left = 1.0 - fsum(exp(value) for _, value in likely)
    least = min(value for _, value in likely)
    bound = min(least, log(left)) if left > 0 else least
    values = tuple(
        min(log(fsum(exp(v - max(some)) for v in some)) + max(some), 0.0) if some else bound for some in found
    )
    return LabelScores(values, bounded=not all(found))


def percent_schema(labels: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of an answer that gives each label a whole number from 0 to 100."""
    share = {"type": "integer", "minimum": 0, "maximum": _MOST}
    return {
        "type": "object",
        "properties": dict.fromkeys(labels, share),
        "required": list(labels),
        "additionalProperties": False,
    }


def percent_scores(text: str, labels: Sequence[str]) -> LabelScores:
    """Scores of labels from such an answer, as logarithms of the labels' shares; half a point is added to each.

    Raises EndpointAnswerError for anything else: other keys or types, numbers out of range, no share at all.

    >>> [round(value, 2) for value in percent_scores('{"Yes": 80, "No": 20}', ("Yes", "No")).values]
    [-0.23, -1.6]
    """
    answer = json_object(text)
    if set(answer) != set(labels):
        raise EndpointAnswerError("The endpoint's answer names other labels than it was asked about.")
    shares = [answer[label] for label in labels]
    if any(type(share) is not int or not 0 <= share <= _MOST for share in shares) or not sum(shares):
        raise EndpointAnswerError("The endpoint's answer gives labels no share from 0 to 100.")
    total = log(sum(shares) + _HALF * len(shares))
    return LabelScores(
        tuple(log(share) + log1p(_HALF / share) - total if share else log(_HALF) - total for share in shares)
    )


def json_object(text: str) -> dict[str, Any]:
    """The JSON object that an answer is, alone or in a fence of Markdown; raises EndpointAnswerError otherwise."""
    fenced = re.fullmatch(r"\s*```(?:json)?\s*(\{.*\})\s*```\s*", text, re.DOTALL)
    try:
        value = _json(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        raise EndpointAnswerError("The endpoint's answer is not the JSON that it was asked for.") from None
    if not isinstance(value, dict):
        raise EndpointAnswerError("The endpoint's answer is JSON, but no object.")
    return value


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=_no_number, object_pairs_hook=_once, parse_float=_finite)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise ValueError("a number is too large")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _rebuilt(answer: _Answer) -> dict[str, Any]:
    """What LangChain reads, of the first choice; of the tokens only the first has a use."""
    choice, usage = answer.choices[0], answer.usage or _Usage()
    places = choice.logprobs.content if choice.logprobs is not None else None
    return {
        "id": "answer",
        "object": "chat.completion",
        "created": 0,
        "model": "served",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": choice.message.content or ""},
                "finish_reason": choice.finish_reason or "stop",
                "logprobs": {"content": [place.model_dump() for place in places[:1]]} if places else None,
            }
        ],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        },
    }
