"""What a worker does with one piece: no study, plain values in, plain values out, no other machine asked.

Nothing is raised out of here: Dask would write the arguments, which are people's words, into its worker's log.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import numpy as np

from assistant.fanout.fetched import fetched
from assistant.fanout.places import worker_host
from assistant.fanout.request import Done, ElsewhereError, Refusal, UnfitError, program
from assistant.fanout.tools import Tools
from assistant.fanout.wire import findings_to_plain, order_from_plain
from assistant.llm import load_prompt
from assistant.privacy import go_offline
from assistant.privacy.guard import allow_host
from assistant.suggest.asking import SEGMENTS_PER_COMMIT
from assistant.suggest.llm_scores import PROMPT, LlmScores, Question
from assistant.transcribe.audio import Recording
from assistant.transcribe.away import hear_order
from assistant.transcribe.hearing import StoppedError
from store.errors import InvalidInputError, StudyError
from store.hosts import allowed_hosts
from store.values import Code, Codebook, Role, Segment, Span

EMBED_AT_ONCE = 64

_tools: dict[str, Tools] = {}
_making = threading.Lock()


def carry_out(kind: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Hear, embed or ask, as `kind` says; what a worker answers as `request.done_of` reads it."""
    name, address = _worker_named()
    tools = tools_of(name)
    try:
        _stay_offline()
        _same_program(tools.name, str(request["program"]))
        with tools.lock:
            found = _KINDS[kind](tools, request, _Stop(str(request["key"])))
    except StudyError as error:
        return Done(address, None, _kind_of(error), str(error)).plain()
    except MemoryError:
        why = f"The worker {tools.name} has too little memory for {request['name']}."
        return Done(address, None, "refused", why).plain()
    except OSError as error:
        why = f"The worker {tools.name} failed at {request['name']} ({error.strerror or type(error).__name__})."
        return Done(address, None, "refused", why).plain()
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not reach Dask's log with the arguments
        why = (
            f"{request['name']} failed at the worker {tools.name} in a way nobody thought of "
            f"({type(error).__name__}); try it without --scheduler."
        )
        return Done(address, None, "failed", why).plain()
    return Done(address, found).plain()


def tools_of(name: str) -> Tools:
    """What the worker of that name in this process has loaded."""
    with _making:
        return _tools.setdefault(name, Tools(name))


def close_all() -> None:
    """End what workers of this process started."""
    for tools in _tools.values():
        tools.close()


def _same_program(name: str, wanted: str) -> None:
    if wanted != program():
        raise UnfitError(
            f"The worker {name} runs version {program()} of this program, and not {wanted}; install the same there."
        )


def _kind_of(error: StudyError) -> Refusal:
    if isinstance(error, UnfitError):
        return "unfit"
    if isinstance(error, ElsewhereError):
        return "refused"
    return "stopped" if isinstance(error, StoppedError) else "failed"


class _Stop:
    """Whether the piece was called back meanwhile: Dask cannot end a thread that works on one."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, _done: int = 0) -> None:
        worker = _worker()
        task = None if worker is None else worker.state.tasks.get(self._key)
        if worker is not None and (task is None or task.state == "cancelled"):
            raise StoppedError("The piece was called back.")


def _hear(tools: Tools, request: Mapping[str, Any], stop: Callable[[int], None]) -> dict[str, Any]:
    order = order_from_plain(request["order"])
    with _named(tools, order.name):
        recogniser = tools.recogniser(request["model"], request["words"], request["glossary"])
        voices = request["voices"]
        listener = None if voices is None else tools.listener(voices)
        with (
            fetched(request["place"], order.sha256, order.name) as path,
            Recording(path, order.name) as sound,
        ):
            return findings_to_plain(hear_order(order, sound, recogniser, listener, before=stop))


def _embed(tools: Tools, request: Mapping[str, Any], stop: Callable[[int], None]) -> dict[str, Any]:
    texts: list[str] = request["texts"]
    embedder = tools.embedder(request["embedder"], request["model"])
    rows: list[Any] = []
    for start in range(0, len(texts), EMBED_AT_ONCE):
        stop(start)
        rows += embedder.embed_documents(texts[start : start + EMBED_AT_ONCE])
    vectors = np.asarray(rows, "<f4")
    return {"shape": list(vectors.shape), "vectors": vectors.tobytes()}


def _ask(tools: Tools, request: Mapping[str, Any], stop: Callable[[int], None]) -> dict[str, Any]:
    if load_prompt(PROMPT).sha256 != request["prompt_sha256"]:
        raise UnfitError(f"The worker {tools.name} has another wording of the question; install the same version.")
    model = request["llm"]
    client = tools.language_model(
        model["name"],
        model["sha256"],
        model["details"],
        llm_context_tokens=model["context_tokens"],
        keep_prefixes=model["keep_prefixes"],
    )
    codes = tuple(Code(**plain) for plain in request["codes"])
    book = Codebook(0, 0, "0" * 64, codes, datetime.now(UTC), "", "")
    llm = LlmScores(client, book, [code for code in codes if code.guid in set(request["columns"])])
    if list(llm.hashes) != request["hashes"]:
        raise UnfitError(f"The worker {tools.name} words the codes otherwise; install the same version there.")
    questions = [_question(number, asked, text) for number, (asked, text) in enumerate(request["questions"])]
    wanted = np.frombuffer(request["wanted"], np.bool_).reshape(len(questions), len(llm.hashes))
    found = []
    for start in range(0, len(questions), SEGMENTS_PER_COMMIT):
        stop(start)
        part = slice(start, start + SEGMENTS_PER_COMMIT)
        found.append(llm.scores(questions[part], wanted[part]))
    return {"scores": np.concatenate(found).astype("<f4").tobytes()}


_KINDS: dict[str, Callable[[Tools, Mapping[str, Any], Callable[[int], None]], dict[str, Any]]] = {
    "hear": _hear,
    "embed": _embed,
    "ask": _ask,
}


@contextmanager
def _named(tools: Tools, name: str) -> Iterator[None]:
    """Say of which recording it is where the sentence does not."""
    try:
        yield
    except InvalidInputError as error:
        if name in str(error):
            raise
        raise InvalidInputError(f"{name} cannot be heard by the worker {tools.name}: {error}") from error


def _question(number: int, asked: str, text: str) -> Question:
    span = Span(0, len(text))
    return Question(Segment(number, "", 0, 0, number, 0, span, text, "", None, Role.PARTICIPANT, None, None), asked)


def _worker() -> Any:
    from distributed import get_worker

    try:
        return get_worker()
    except ValueError:  # called by a test, or by whoever has no worker
        return None


def _worker_named() -> tuple[str, str]:
    """This worker's name and its address."""
    worker = _worker()
    return ("here", "") if worker is None else (str(worker.name), str(worker.address))


def _stay_offline() -> None:
    """Raise the guard where a plain `dask worker` has none, and let through what that machine allows."""
    go_offline()
    worker = _worker()
    scheduler = "" if worker is None else worker_host(worker.scheduler.address)
    for host in (scheduler, *allowed_hosts()):
        if host:
            allow_host(host)
