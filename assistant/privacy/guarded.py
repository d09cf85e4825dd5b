"""`python -m assistant.privacy.guarded MODULE …` runs another program's module offline from its first moment on."""

import runpy
import signal
import sys
from types import FrameType

from assistant.privacy.offline import go_offline


def main() -> None:
    """Run the module named first, with the rest of the command line as its own; raises what it raises."""
    go_offline()
    signal.signal(signal.SIGTERM, _end)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end(number: int, _frame: FrameType | None) -> None:
    """End as programs do that come to their end, so that what is open is closed; the signal alone would not."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
