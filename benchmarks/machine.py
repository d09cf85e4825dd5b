"""What the figures of a benchmark were measured on; whoever asks for it stays on this machine, as the program does."""

import os
import platform
import sys
from pathlib import Path

import psutil

from assistant.privacy import go_offline

go_offline()


def machine() -> dict[str, object]:
    """Processor, cores, memory, system and load average (where there is one) at the time of asking."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1024**3, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": [round(value, 2) for value in psutil.getloadavg()],
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def peak_mb() -> int | None:
    """The most memory this process ever held, in MB; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    scale = 1024 if sys.platform != "darwin" else 1024**2
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // scale)
