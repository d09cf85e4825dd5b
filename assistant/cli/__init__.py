"""The command line: `interview …`."""

import sys
from collections.abc import Sequence
from itertools import pairwise

from assistant.cli.app import app
from assistant.privacy import go_offline
from store.errors import StudyError


def main() -> None:
    """Run a command: status 0 when it is done, 1 with a sentence on stderr when it cannot be, 2 for wrong usage."""
    go_offline(hub=sys.argv[1:3] == ["models", "pull"])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if _empty_path(sys.argv[1:]):
        print("One of the paths is empty, as a variable gives it that is not set; nothing was done.", file=sys.stderr)
        sys.exit(2)
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


def _empty_path(arguments: Sequence[str]) -> bool:
    """Whether an argument that is no option's value is empty: it would be taken for the present folder."""
    return any(not given.strip() and not before.startswith("-") for before, given in pairwise(["", *arguments]))
