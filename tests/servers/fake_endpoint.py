"""Stand-ins for servers of the OpenAI-compatible protocol, in this process: what they know of it, and how they fail."""

import hashlib
import json
import math
import re
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], bytes]
Script = Callable[[dict[str, Any]], Reply | None]
"""What to answer to a request instead of what the stand-in would; None hangs up without an answer."""

JSON = {"content-type": "application/json"}
WORDS_OF_CONTEXT = 600


@dataclass(frozen=True)
class Kind:
    """What a server knows: how many likely tokens it tells, which forms it binds an answer to, what it refuses."""

    logprobs: int = 20
    forms: tuple[str, ...] = ("json_schema", "json_object")
    grammar: str | None = None
    refuses: tuple[str, ...] = ()
    thinks: bool = False
    lists: bool = True
    context: int | None = None
    babbles: bool = False


KINDS = {
    "vllm": Kind(grammar="structured_outputs", context=4096),
    "llama-server": Kind(grammar="grammar"),
    "ollama": Kind(logprobs=0),
    "few tokens": Kind(logprobs=5, refuses=("max_tokens", "temperature", "seed")),
    "thinking": Kind(thinks=True),
    "words alone": Kind(logprobs=0, forms=(), refuses=("response_format", "logprobs"), lists=False),
    "useless": Kind(babbles=True),
}


@dataclass
class FakeEndpoint:
    """A running stand-in: what it was asked, with which headers, and what it is to answer next instead."""

    kind: Kind
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    scripts: deque[Script] = field(default_factory=deque)
    always: Script | None = None
    beside: tuple[str, ...] = ()
    """Models that it lists before its own, which is called `stand-in`, with `tag` behind it."""
    tag: str = ""
    list_status: int = 200
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def settings(self, **values: object) -> dict[str, object]:
        """The settings of a study that has its words from here."""
        return {"endpoint": "openai:stand-in", "endpoint_url": self.url, **values}

    def questions(self) -> list[dict[str, Any]]:
        """What it was asked of passages, without what found out what it can do."""
        return [body for body in self.asked if "rain made of water" not in body["messages"][-1]["content"]]

    def answer(self, body: dict[str, Any]) -> Reply | None:
        """What this kind of server answers."""
        script = self.scripts.popleft() if self.scripts else self.always
        if script is not None:
            return script(body)
        refusal = self._refusal(body)
        if refusal is not None:
            return refusal
        text, likely = self._words(body)
        places = [{"token": likely[0][0], "logprob": likely[0][1], "bytes": None, "top_logprobs": _told(likely)}]
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text},
            "finish_reason": "length" if len(text.split()) == body.get("max_tokens") else "stop",
            "logprobs": {"content": places} if body.get("logprobs") and self.kind.logprobs else None,
        }
        usage = {"prompt_tokens": 9, "completion_tokens": len(text.split()), "total_tokens": 9 + len(text.split())}
        return 200, JSON, json.dumps({"id": "x", "model": "stand-in", "choices": [choice], "usage": usage}).encode()

    def models(self) -> Reply:
        """The list of models."""
        if not self.kind.lists:
            return 404, JSON, b'{"error": {"message": "no such path"}}'
        if self.list_status != 200:
            return error(self.list_status, "not now")
        model = {"id": f"stand-in{self.tag}", "object": "model", "owned_by": "tests"}
        if self.kind.context:
            model["max_model_len"] = self.kind.context
        others = [{"id": name, "object": "model", "owned_by": "tests"} for name in self.beside]
        return 200, JSON, json.dumps({"object": "list", "data": [*others, model]}).encode()

    def _refusal(self, body: dict[str, Any]) -> Reply | None:
        for name in self.kind.refuses:
            if name in body:
                return error(400, f"Unsupported parameter: '{name}' is not supported with this model.")
        wanted = body.get("response_format", {}).get("type")
        if wanted is not None and wanted not in self.kind.forms:
            return error(500, "1 validation error: response_format")
        if body.get("top_logprobs", 0) > self.kind.logprobs > 0:
            return error(400, f"Requested sample logprobs of {body['top_logprobs']}, but the most is 5")
        if sum(len(message["content"].split()) for message in body["messages"]) > WORDS_OF_CONTEXT:
            return error(400, f"This model's maximum context length is {WORDS_OF_CONTEXT} tokens.")
        return None

    def _words(self, body: dict[str, Any]) -> tuple[str, list[tuple[str, float]]]:
        asked = body["messages"][-1]["content"]
        yes = share_of_yes(asked.split("\n\nAnswer with one JSON object")[0])
        likely = [("Yes", math.log(yes * 0.9)), ("No", math.log((1 - yes) * 0.9)), ("Perhaps", math.log(0.05))]
        likely = sorted(likely, key=lambda each: -each[1])[: max(self.kind.logprobs, 1)]
        if self.kind.babbles:
            return "hello " * 5, [("hello", -0.1)]
        if self.kind.thinks and body.get("chat_template_kwargs") != {"enable_thinking": False}:
            return "<think>", [("<think>", -0.01)]
        bound = self._bound(body)
        if bound is not None:
            return bound, likely
        if "JSON object" in asked:
            return json.dumps({"Yes": round(yes * 100), "No": 100 - round(yes * 100)}), likely
        if body.get("logprobs") or body["messages"][0]["content"] == "You answer with Yes or No.":
            return likely[0][0], likely
        return " ".join(asked.split()[: body.get("max_tokens", 100)]), likely

    def _bound(self, body: dict[str, Any]) -> str | None:
        """An answer that is bound to a grammar: only to the literal of a rule, which is enough here."""
        way = self.kind.grammar
        if way is None or way not in body:
            return None
        grammar = body[way]["grammar"] if way == "structured_outputs" else body[way]
        literal = re.search(r'root ::= "(\w+)"', grammar)
        return literal[1] if literal else "What speaks for it is the rain. What speaks against it is the sun."


def share_of_yes(text: str) -> float:
    """How likely the stand-in finds Yes, between 0.1 and 0.9, by the question alone."""
    return 0.1 + hashlib.sha256(text.encode("utf-8")).digest()[0] / 256 * 0.8


def error(status: int, message: str) -> Reply:
    """An error as these servers write it."""
    return status, JSON, json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()


@contextmanager
def fake_endpoint(kind: str = "vllm", *, tls: ssl.SSLContext | None = None) -> Iterator[FakeEndpoint]:
    """A stand-in of that kind on a free loopback port, encrypted where a context for it is given."""
    fake = FakeEndpoint(KINDS[kind])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            fake.headers.append({name.lower(): value for name, value in self.headers.items()})
            self._send(fake.models())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with fake.lock:
                fake.asked.append(body)
                fake.headers.append({name.lower(): value for name, value in self.headers.items()})
                fake.at_once += 1
                fake.most_at_once = max(fake.most_at_once, fake.at_once)
            try:
                self._send(fake.answer(body))
            finally:
                with fake.lock:
                    fake.at_once -= 1

        def _send(self, reply: Reply | None) -> None:
            if reply is None:
                self.close_connection = True
                return
            status, headers, body = reply
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    fake.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}/v1"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


def _told(likely: list[tuple[str, float]]) -> list[dict[str, object]]:
    return [{"token": token, "logprob": value, "bytes": None} for token, value in likely]
