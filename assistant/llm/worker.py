"""The language model's own process: `python -m assistant.llm.worker`; a native crash here costs a retry, not a study.

It listens where its state file says, answers JSON, one request at a time, and leaves when nobody has asked for a while.
"""

import argparse
import faulthandler
import os
import secrets
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any, Protocol

from assistant.llm import protocol
from assistant.llm.errors import LlmError
from assistant.llm.generation import ChatOptions
from assistant.llm.rendezvous import Listening, write_state
from assistant.privacy import go_offline
from store.errors import StudyError

_LONGEST_SOCKET_PATH = 100
_BACKLOG = 16
CANNOT_START = 3


class Model(Protocol):
    """What a worker serves; the engine, or a stand-in for tests."""

    def info(self) -> dict[str, Any]: ...  # noqa: D102 - said where it is implemented

    def self_test(self) -> dict[str, Any]: ...  # noqa: D102

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...  # noqa: D102

    def score_branches(  # noqa: D102
        self, prompt: protocol.LabelPrompt, forks: Sequence[protocol.Fork]
    ) -> list[list[list[float]]]: ...

    def chat(self, messages: Sequence[protocol.Message], options: ChatOptions) -> dict[str, Any]: ...  # noqa: D102


class Server:
    """Serves one model to several connections, a thread for each and one lock around the model."""

    def __init__(self, model: Model, state: Path, idle_seconds: float) -> None:
        self._model = model
        self._state = state
        self._idle_seconds = idle_seconds
        self._token = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._last = time.monotonic()

    def run(self) -> None:
        """Serve until told to stop or idle for too long, then leave no files behind."""
        family, address = _free_address(self._state)
        with Listener(address, family=family, backlog=_BACKLOG) as listener:
            bound = address if isinstance(address, str) else int(listener.address[1])
            write_state(self._state, Listening(os.getpid(), family, bound, self._token.hex()))
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
            while not self._stop.wait(min(self._idle_seconds / 4, 1.0)) and not self._idle():
                pass
            self._stop.set()
            self._lock.acquire()  # never released: nothing may enter the model while the process ends
            self._state.unlink(missing_ok=True)
        if isinstance(address, str) and Path(address).parent != self._state.parent:
            Path(address).parent.rmdir()

    def _idle(self) -> bool:
        return not self._lock.locked() and time.monotonic() - self._last > self._idle_seconds

    def _accept(self, listener: Listener) -> None:
        while not self._stop.is_set():
            try:
                connection = listener.accept()
            except OSError:
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        with connection:
            try:
                # Not left to Listener: there, one silent stranger would keep everybody waiting.
                deliver_challenge(connection, self._token)
                answer_challenge(connection, self._token)
                self._last = time.monotonic()
                while not self._stop.is_set():
                    answer = self._answer(connection.recv_bytes(protocol.MAX_MESSAGE_BYTES))
                    connection.send_bytes(protocol.encode(answer))
                    if answer.get("stopping"):
                        self._stop.set()
            except (OSError, EOFError, AuthenticationError):
                return

    def _answer(self, data: bytes) -> dict[str, Any]:
        try:
            request = protocol.decode(data)
            if request["op"] == "shutdown":
                return {"ok": True, "result": None, "stopping": True}
            with self._lock:
                self._last = time.monotonic()
                result = _OPERATIONS[request["op"]](self._model, request)
                self._last = time.monotonic()
        except StudyError as error:
            return protocol.error_to_json(error)
        except Exception as error:  # noqa: BLE001 - the process edge: the client must hear of it, the log keeps it
            traceback.print_exc()
            name = type(error).__name__
            return protocol.error_to_json(
                LlmError(f"The language model process could not answer ({name}); its log says more.")
            )
        return {"ok": True, "result": result}


def _chat_options(request: dict[str, Any]) -> ChatOptions:
    return ChatOptions(**{**request["options"], "stop": tuple(request["options"]["stop"])})


_OPERATIONS: dict[str, Callable[[Model, dict[str, Any]], Any]] = {
    "info": lambda model, _: model.info(),
    "self_test": lambda model, _: model.self_test(),
    "count_tokens": lambda model, request: model.count_tokens(request["texts"]),
    "score_branches": lambda model, request: model.score_branches(
        protocol.prompt_from_json(request["prompt"]), protocol.forks_from_json(request["forks"])
    ),
    "chat": lambda model, request: model.chat(request["messages"], _chat_options(request)),
}


def _free_address(state: Path) -> tuple[str, str | tuple[str, int]]:
    """A socket beside the state file; a short path elsewhere where that is too long; loopback on Windows."""
    if sys.platform == "win32":
        return "AF_INET", ("127.0.0.1", 0)
    path = state.with_suffix(f".{secrets.token_hex(4)}")
    if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        path = Path(tempfile.mkdtemp(prefix="interview-")) / "llm"
    return "AF_UNIX", str(path)


def _engine(options: argparse.Namespace) -> Model:
    from assistant.llm.engine import Engine
    from assistant.llm.native import ModelOptions

    loaded = ModelOptions(options.model, options.context_tokens, options.threads, not options.no_extra_bufts)
    return Engine(loaded, options.kv_folder, options.parallel)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m assistant.llm.worker", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="where to write the address and the token")
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument("--kv-folder", type=Path, help="where evaluated prefixes are kept; nowhere if it is not given")
    parser.add_argument("--context-tokens", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--idle-seconds", type=float, required=True)
    parser.add_argument("--parallel", type=int, help="branches scored beside each other (one on a CPU, many on a GPU)")
    parser.add_argument("--no-extra-bufts", action="store_true", help="do without repacked weights (AMX and others)")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, build: Callable[[argparse.Namespace], Model] = _engine) -> int:
    """Load, test, serve; the exit status is `CANNOT_START` when the state file says why not."""
    faulthandler.enable()
    go_offline(alone=sys.platform != "win32")  # there, its clients reach it through loopback
    options = _arguments(argv)
    try:
        model = build(options)
        model.self_test()
    except StudyError as error:
        write_state(options.state, protocol.error_to_json(error))
        return CANNOT_START
    Server(model, options.state, options.idle_seconds).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
