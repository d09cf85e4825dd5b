"""The command line: `interview …`."""

import sys
from collections.abc import Sequence
from itertools import pairwise

from assistant.cli.app import app
from assistant.cli.encrypt import ask_passphrase
from assistant.privacy import go_offline
from assistant.privacy.elsewhere import asks_servers
from store.errors import StudyError
from store.keys import ask_with

_NEED_LOOPBACK = (["review"], ["serve"], ["demo"], ["models"], ["worker"])
"""Commands that open the app, ask an endpoint on this machine, or work for a scheduler."""


def main() -> None:
    """Run a command: status 0 when it is done, 1 with a sentence on stderr when it cannot be, 2 for wrong usage."""
    go_offline(hub=sys.argv[1:3] == ["models", "pull"], alone=not _needs_sockets(sys.argv[1:]))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if _empty_path(sys.argv[1:]):
        print("One of the paths is empty, as a variable gives it that is not set; nothing was done.", file=sys.stderr)
        sys.exit(2)
    ask_with(ask_passphrase)
    try:
        app()
    except StudyError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Stopped. What was done so far is kept; run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def _needs_sockets(arguments: Sequence[str]) -> bool:
    """Whether the command talks to other processes through the network's sockets, be it on this machine alone."""
    spreads = any(given.partition("=")[0] == "--scheduler" for given in arguments)
    return spreads or arguments[:1] in _NEED_LOOPBACK or asks_servers(arguments)


def _empty_path(arguments: Sequence[str]) -> bool:
    """Whether an argument that is no option's value is empty: it would be taken for the present folder."""
    return any(not given.strip() and not before.startswith("-") for before, given in pairwise(["", *arguments]))
