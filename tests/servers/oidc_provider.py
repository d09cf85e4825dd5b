"""A small OpenID Connect provider on this machine, whose people need no password, and which can be told to lie."""

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "interviews", "shared between both"


class Provider:
    """Where it is, who there is (their claims by name), and in what the next tokens lie."""

    def __init__(self, people: dict[str, dict[str, object]]) -> None:
        self.people = people
        self.lies: dict[str, object] = {}
        self.forged = False
        self.asked: list[str] = []
        self.issuer = ""
        self._key = RSAKey.generate_key(2048, {"kid": "right", "use": "sig", "alg": "RS256"})
        self._other = RSAKey.generate_key(2048, {"kid": "right", "use": "sig", "alg": "RS256"})
        self._codes: dict[str, tuple[str, dict[str, str]]] = {}

    def settings(self, url: str) -> str:
        """The file that `--oidc` takes, for an app that is opened at `url`."""
        return (
            f'[auth]\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'server_metadata_url = "{self.issuer}/.well-known/openid-configuration"\n'
            f'redirect_uri = "{url}/oauth2callback"\ncookie_secret = "{secrets.token_hex(32)}"\n'
        )

    def metadata(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/leave",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, object]:
        return {"keys": [self._key.as_dict(private=False)]}

    def granted(self, who: str, asked: dict[str, str]) -> str:
        """The address to which somebody goes back after saying yes."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = (who, asked)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, object]:
        """What a code is exchanged for; a KeyError or AssertionError for what was not granted."""
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode() if authorization else ""
        assert given == f"{CLIENT}:{SECRET}" or (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        who, asked = self._codes.pop(form["code"])
        assert form["redirect_uri"] == asked["redirect_uri"]
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        assert digest == asked["code_challenge"]
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": asked.get("nonce")}
        claims = {**usual, **self.people[who], **self.lies}
        key = self._other if self.forged else self._key
        signed = jwt.encode({"alg": "RS256", "kid": "right"}, claims, key)
        return {"access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 600, "id_token": signed}


class Server(ThreadingHTTPServer):
    provider: Provider


class Desk(BaseHTTPRequestHandler):
    """Answers for the provider that its server holds."""

    server: "Server"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.provider.asked.append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            self._answer(self.server.provider.metadata())
        elif parts.path == "/jwks":
            self._answer(self.server.provider.keys())
        elif parts.path == "/authorize":
            links = [
                f'<p><a href="/grant?who={who}&{parts.query}">{who}</a></p>' for who in self.server.provider.people
            ]
            self._answer(f"<title>Provider</title>{''.join(links)}")
        elif parts.path == "/grant":
            self._lead(self.server.provider.granted(asked.pop("who"), asked))
        else:
            self._answer("<title>Provider</title><p>You are signed out here too.</p>")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        try:
            self._answer(self.server.provider.token(form, self.headers.get("authorization", "")))
        except (KeyError, AssertionError):
            self._answer({"error": "invalid_grant"}, 400)

    def _answer(self, what: object, status: int = 200) -> None:
        kind = "text/html" if isinstance(what, str) else "application/json"
        body = (what if isinstance(what, str) else json.dumps(what)).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _lead(self, where: str) -> None:
        self.send_response(302)
        self.send_header("location", where)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def provider(people: dict[str, dict[str, object]]) -> Iterator[Provider]:
    """One that runs on a free port until the block ends."""
    made = Provider(people)

    server = Server(("127.0.0.1", 0), Desk)
    server.provider = made
    made.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
