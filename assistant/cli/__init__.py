"""The command line: `interview …`."""

import sys

from assistant.cli.app import app
from assistant.privacy import go_offline
from store.errors import StudyError


def main() -> None:
    """Run a command: status 0 when it is done, 1 with a sentence on stderr when it cannot be, 2 for wrong usage."""
    go_offline(hub=sys.argv[1:3] == ["models", "pull"])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
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
