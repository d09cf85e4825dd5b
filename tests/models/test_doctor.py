import json
import shutil
import sys
from types import SimpleNamespace

import psutil
import pytest
import typer
from typer.testing import CliRunner

from assistant import doctor
from assistant.cli.doctor import doctor_command
from assistant.doctor import Check, checks
from assistant.models import pull

APP = typer.Typer()
APP.command()(doctor_command)


@pytest.fixture
def probes(monkeypatch):
    """Answer every probe at once; a test may let one of them fail."""
    failing = {}
    asked = []

    def answer(name, *_):
        asked.append(name)
        return (name not in failing, failing.get(name, "fine"))

    monkeypatch.setattr(doctor, "_probed", answer)
    return SimpleNamespace(failing=failing, asked=asked)


def found(settings):
    return {(check.stage, check.name): check for check in checks(settings)}


def test_a_machine_without_models_gets_a_remedy_for_each(settings, probes):
    """Each missing model is a no with the command that brings it, and is not tried out."""
    missing = [check for check in checks(settings) if not check.ok]
    assert [check.stage for check in missing] == ["transcribe", "transcribe", "find", "suggest"]
    for check, name in zip(missing, ("tiny.en", "voices", "minilm", "smollm2-135m"), strict=True):
        assert f"interview models pull {name}" in check.remedy
    assert probes.asked == ["sqlite", "chromadb", "audio"]


def test_too_little_disk_and_memory_are_found(settings, probes, monkeypatch):
    """A small machine is told so."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000_000))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=2_000_000_000))
    answers = {name: check for (stage, name), check in found(settings).items() if stage == "machine"}
    assert [name for name, check in answers.items() if not check.ok] == [
        "free disk, models folder",
        "free disk, present folder",
        "memory",
    ]
    assert "INTERVIEW_MODELS_DIR" in answers["free disk, models folder"].remedy


@pytest.fixture
def own_model(settings, tmp_path):
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF but no model")
    return pull("own", settings, from_file=path)


def test_a_model_that_crashes_is_a_no(settings, probes, own_model):
    """When the native library dies, the answer says so and offers a way on."""
    probes.failing["llm"] = "crashed with signal 11"
    check = found(settings)["suggest", "llama.cpp survives a decode"]
    assert (check.ok, check.found) == (False, "crashed with signal 11")
    assert "AMX" in check.remedy


def test_a_damaged_model_is_a_no(settings, probes, own_model):
    """A changed file is named, with the command that mends it."""
    own_model.path.write_bytes(b"GGUF changed")
    check = found(settings)["models", "own is undamaged"]
    assert not check.ok
    assert "interview models pull own" in check.remedy


def test_a_real_probe_of_a_broken_model_is_a_no_and_no_crash(settings, own_model):
    """llama.cpp is asked in another process to load a file that is no model."""
    ok, said = doctor._probed("llm", str(own_model.path))
    assert not ok
    assert "own.gguf" in said


def test_a_probe_that_dies_is_told_by_its_signal(monkeypatch):
    """A native crash is an answer of the doctor, not its end."""
    done = doctor.subprocess.CompletedProcess([], -11, stdout="", stderr="")
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: done)
    assert doctor._probed("llm", "x") == (False, "crashed with signal 11")


@pytest.mark.parametrize("probe", ["sqlite", "audio"])
def test_the_quick_probes_pass_here(probe):
    """The libraries that every study needs are found by the real probes."""
    assert doctor._probed(probe)[0]


@pytest.mark.models
@pytest.mark.parametrize("role", ["whisper", "embedder"])
def test_the_offline_models_pass_their_probe(role):
    """The models that `make test` pulled can be tried out in a process of their own."""
    from assistant.models import model_path
    from assistant.settings import load_settings

    name = {"whisper": "tiny.en", "embedder": "minilm"}[role]
    ok, said = doctor._probed(role, str(model_path(name, load_settings())))
    assert ok, said


@pytest.mark.parametrize("ok", [True, False])
def test_the_exit_status_says_whether_all_is_well(ok, monkeypatch):
    """JSON alone on stdout; status 1 with any no."""
    answer = Check("machine", "a check", ok=ok, found="[this]", remedy="" if ok else "Do that.")
    monkeypatch.setattr("assistant.cli.doctor.checks", lambda *_: iter([answer]))
    result = CliRunner().invoke(APP, ["--json"])
    assert result.exit_code == (0 if ok else 1)
    told = json.loads(result.stdout)
    assert (told["ok"], told["checks"][0]["remedy"]) == (ok, answer.remedy)
    table = CliRunner().invoke(APP, []).stdout
    assert "[this]" in table
    assert ok or "Do that." in table


def test_the_doctor_imports_no_model_library():
    """Native code is loaded in the probes' processes only."""
    code = (
        "import sys, assistant.doctor; print([m for m in ('torch', 'llama_cpp', 'faster_whisper') if m in sys.modules])"
    )
    done = doctor.subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
