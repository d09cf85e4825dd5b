"""How an app is served to a team: its address, who stands before it, and how people sign in."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from store.errors import InvalidInputError

SERVED = "INTERVIEW_SERVED"
"""The environment variable that says that an app is served to a team: `1`."""
SERVING = "INTERVIEW_SERVING"
"""The environment variable that hands an app how it is served, as JSON; it holds no secret."""
_PATH = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._~-]*)*", re.ASCII)
_ODD = re.compile(r"[\s@?#\\\x00-\x1f\x7f]")
"""What has no place in an address that people open: a password, a query, a space."""
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not bound


@dataclass(frozen=True, slots=True)
class Serving:
    """How people reach the app.

    `url` is the address under which browsers open it, without a slash at its end. `address` is where it listens.
    `behind_proxy` says that a reverse proxy on this machine tells for whom it asks. `provider` is the host of the
    identity provider through which people sign in; empty where they have accounts in the study.
    """

    url: str
    address: str = "127.0.0.1"
    behind_proxy: bool = False
    provider: str = ""

    @property
    def host(self) -> str:
        """The name in the address."""
        return (urlsplit(self.url).hostname or "").lower()

    @property
    def origin(self) -> str:
        """What browsers call the origin of its pages."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @property
    def path(self) -> str:
        """The path below which it answers: empty, or such as `/study-a`."""
        return urlsplit(self.url).path

    @property
    def encrypted(self) -> bool:
        """Whether browsers reach it by https."""
        return self.url.startswith("https://")

    @property
    def beyond(self) -> bool:
        """Whether other machines reach it, themselves or by the proxy."""
        return self.behind_proxy or not is_loopback(self.address)


def is_loopback(address: str) -> bool:
    """Whether that is an address of this machine alone; a name is none.

    >>> [is_loopback(each) for each in ("127.0.0.1", "::1", "10.0.0.5", "localhost")]
    [True, True, False, False]
    """
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def checked_url(url: str, *, insecure: bool = False) -> str:
    """An address that browsers can open, in its plain form.

    Raises InvalidInputError for anything but http or https with a host and perhaps a port and a path, and for http to
    another machine unless `insecure`.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    usable = host and parts.scheme in ("http", "https") and _PATH.fullmatch(parts.path.rstrip("/"))
    if not usable or _ODD.search(url) or not url.isascii():
        raise InvalidInputError(
            f"“{url}” is not an address under which an app can be opened; give --url such as "
            "https://interviews.example.org or https://example.org/study-a."
        )
    if parts.scheme == "http" and not (host == "localhost" or is_loopback(host)) and not insecure:
        raise InvalidInputError(
            f"Under {url} passwords and interviews would cross the network for everybody to read; serve it by https "
            "behind a reverse proxy, or say --insecure if this network is yours alone."
        )
    name = f"[{host}]" if ":" in host else host.lower()
    usual = port in (None, {"http": 80, "https": 443}[parts.scheme])  # browsers leave it out
    return f"{parts.scheme}://{name}" + ("" if usual else f":{port}") + parts.path.rstrip("/")


def checked_address(address: str) -> str:
    """Where to listen; raises InvalidInputError for anything but an IP address of this machine's networks."""
    try:
        return str(ip_address(address.strip("[]")))
    except ValueError:
        if address == "localhost":
            return "127.0.0.1"
        raise InvalidInputError(
            f"“{address}” is not an IP address to listen at; give --address such as 127.0.0.1."
        ) from None


def is_everywhere(address: str) -> bool:
    """Whether that stands for every network of this machine."""
    return address in _EVERYWHERE


def handed(serving: Serving) -> dict[str, str]:
    """What the environment of the app says of it."""
    return {SERVED: "1", SERVING: json.dumps(asdict(serving))}


def serving_of(environment: Mapping[str, str]) -> Serving | None:
    """How the app is served by its environment; None for one that a researcher opened on their own machine.

    Raises InvalidInputError where it is said to be served, and not how: such an app must not be open to anybody.
    """
    if not environment.get(SERVED):
        return None
    try:
        return Serving(**json.loads(environment.get(SERVING, "")))
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"{SERVED} is set, and {SERVING} does not say how; start the app with `interview serve`."
        ) from None
