"""Build llama-cpp-python once for this machine, keep the wheel, and print its path.

The package index has only its source, and compiling takes minutes. The wheel is kept under a key of version,
flags, processor and Python. On x86-64 Linux it is built without AMX: llama.cpp crashes there at the first decode
on some server processors. Uses the standard library alone, since nothing else is installed yet.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "llama-cpp-python"
NO_AMX = ("-mno-amx-tile", "-mno-amx-int8", "-mno-amx-bf16")
CPU_FIELDS = {
    "vendor_id",
    "cpu family",
    "model",
    "model name",
    "flags",
    "Features",
    "CPU implementer",
    "CPU part",
}


def main() -> None:
    """Print the wheel's path; what pip says goes to stderr."""
    key = build_key()
    folder = cache_folder() / folder_name(key)
    if not any(folder.glob("*.whl")):
        build(key, folder)
    print(next(folder.glob("*.whl")))


def build_key() -> dict[str, str]:
    """Everything that makes one build differ from another."""
    return {
        "version": pinned_version(),
        **build_flags(),
        "cpu": cpu_description(),
        "python": f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}",
        "platform": sysconfig.get_platform(),
    }


def pinned_version() -> str:
    """The version that constraints.txt pins."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pin = re.search(r"^llama[-_]cpp[-_]python==(\S+)$", text, flags=re.MULTILINE)
    if pin is None:
        sys.exit(f"constraints.txt does not pin {PACKAGE}; add a line `{PACKAGE}==VERSION`.")
    return pin[1]


def build_flags() -> dict[str, str]:
    """Compiler and CMake flags; what the environment already asks for comes first and counts too."""
    added = NO_AMX if needs_no_amx() else ()
    compiler = {name: joined(name, *added) for name in ("CFLAGS", "CXXFLAGS")}
    return {**compiler, "CMAKE_ARGS": joined("CMAKE_ARGS", "-DLLAVA_BUILD=OFF")}


def joined(variable: str, *added: str) -> str:
    """An environment variable's words with ours after them."""
    return " ".join([*os.environ.get(variable, "").split(), *added])


def needs_no_amx() -> bool:
    """Whether this compiler could emit AMX at all: then it also knows how to leave it out."""
    compiler = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc")
    if sys.platform != "linux" or platform.machine() not in {"x86_64", "AMD64"} or compiler is None:
        return False
    command = [compiler, *NO_AMX, "-fsyntax-only", "-x", "c", os.devnull]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def cpu_description() -> str:
    """Model and abilities of the first processor, as far as the system tells."""
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n", 1)[0]
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    pairs = (line.partition(":") for line in first.splitlines())
    facts = {name.strip(): " ".join(sorted(value.split())) for name, _, value in pairs}
    return json.dumps({name: facts[name] for name in sorted(CPU_FIELDS & facts.keys())})


def cache_folder() -> Path:
    """Where wheels are kept: INTERVIEW_WHEELS, or the user's cache folder."""
    chosen = os.environ.get("INTERVIEW_WHEELS")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        caches = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        caches = Path.home() / "Library" / "Caches"
    else:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "interview-assistant" / "wheels"


def folder_name(key: dict[str, str]) -> str:
    """A name that is different for every different build."""
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode("utf-8")).hexdigest()
    return f"{PACKAGE}-{key['version']}-{digest[:16]}"


def build(key: dict[str, str], folder: Path) -> None:
    """Compile the wheel into `folder`, which appears only when it is complete."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    print(f"Compiling {PACKAGE} {key['version']} for this machine; this takes some minutes, once.", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as temporary:
        new = Path(temporary) / "new"
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-cache-dir", "--wheel-dir", str(new)]
        command += ["--build-constraint", str(ROOT / ".ci" / "build-constraints.txt")]
        flags = {name: key[name] for name in ("CFLAGS", "CXXFLAGS", "CMAKE_ARGS")}
        done = subprocess.run(
            [*command, f"{PACKAGE}=={key['version']}"],
            env={**os.environ, **flags},
            stdout=sys.stderr,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(
                f"{PACKAGE} could not be built; see pip's words above. It needs a C and C++ compiler: on Debian and "
                "Ubuntu `apt install build-essential`, on macOS `xcode-select --install`, on Windows the Build Tools "
                "of Visual Studio.",
            )
        (new / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        new.replace(folder)


if __name__ == "__main__":
    main()
