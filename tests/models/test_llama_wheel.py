import importlib.util
import json
import shutil
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "llama_wheel.py"


@pytest.fixture
def script(monkeypatch, tmp_path):
    """The build script as a module, with a cache of its own."""
    monkeypatch.setenv("INTERVIEW_WHEELS", str(tmp_path / "wheels"))
    spec = importlib.util.spec_from_file_location("llama_wheel", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_key_changes_with_everything_that_changes_the_build(script, monkeypatch):
    """Another flag, processor or version is another folder; the same machine finds the same one."""
    key = script.build_key()
    assert script.folder_name(key) == script.folder_name(script.build_key())
    for name in key:
        assert script.folder_name(key | {name: "other"}) != script.folder_name(key)
    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_CUDA=ON")
    assert script.build_key()["CMAKE_ARGS"] == "-DGGML_CUDA=ON -DLLAVA_BUILD=OFF"


@pytest.mark.parametrize(("system", "machine", "expected"), [("linux", "x86_64", True), ("darwin", "arm64", False)])
def test_amx_is_left_out_where_it_could_be_built_in(script, monkeypatch, system, machine, expected):
    """On x86-64 Linux the compiler is told so; elsewhere it would not know the flags."""
    monkeypatch.setattr(script.sys, "platform", system)
    monkeypatch.setattr(script.platform, "machine", lambda: machine)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(script.subprocess, "run", lambda *_, **__: script.subprocess.CompletedProcess([], 0))
    assert ("-mno-amx-tile" in script.build_flags()["CXXFLAGS"]) == expected


def test_a_wheel_is_built_once(script, monkeypatch, capsys):
    """The first call builds into the cache, the second prints the same path without building."""
    built = []

    def pip_wheel(command, **_):
        built.append(command)
        folder = Path(command[command.index("--wheel-dir") + 1])
        folder.mkdir()
        (folder / "llama.whl").write_bytes(b"wheel")
        return script.subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(
        script, "build_key", lambda: dict.fromkeys(("CFLAGS", "CXXFLAGS", "CMAKE_ARGS", "version"), "1")
    )
    monkeypatch.setattr(script.subprocess, "run", pip_wheel)
    script.main()
    script.main()
    first, second = capsys.readouterr().out.split()
    assert first == second
    assert Path(first).read_bytes() == b"wheel"
    assert json.loads((Path(first).parent / "key.json").read_text(encoding="utf-8"))["version"] == "1"
    assert len(built) == 1


def test_a_failed_build_leaves_nothing(script, monkeypatch):
    """A broken compiler is a sentence, and the next attempt starts afresh."""
    key = dict.fromkeys(("CFLAGS", "CXXFLAGS", "CMAKE_ARGS", "version"), "1")
    monkeypatch.setattr(script, "build_key", lambda: key)
    monkeypatch.setattr(script.subprocess, "run", lambda *_, **__: script.subprocess.CompletedProcess([], 1))
    with pytest.raises(SystemExit, match="compiler"):
        script.main()
    assert list(script.cache_folder().iterdir()) == []
