"""The shape of the code, held by tests."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAVY = ("llama_cpp", "faster_whisper", "sentence_transformers", "torch", "transformers", "chromadb", "alembic")

IMPORT_EVERYTHING = """
import json, pkgutil, sys
import assistant, store
names = [m.name for p in (assistant, store) for m in pkgutil.walk_packages(p.__path__, p.__name__ + ".")]
skipped = ("assistant.ui", "assistant.doctor_probe", "store.migrations")
for name in names:
    if not name.startswith(skipped):
        __import__(name)
print(json.dumps(sorted(sys.modules)))
"""


def test_the_import_contracts_hold():
    """Arrows point one way; the contracts stand in pyproject.toml."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_model_library_is_loaded_before_it_is_used():
    """Importing every module loads none of the libraries that take seconds or gigabytes."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERYTHING], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    loaded = set(json.loads(done.stdout))
    assert not loaded & set(HEAVY)
    assert "store.study" in loaded
    assert "assistant.suggest.run" in loaded


def test_help_loads_neither_models_nor_the_app():
    """`interview --help` must come at once."""
    script = "import sys, json; from assistant.cli import app; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert not set(json.loads(done.stdout)) & {*HEAVY, "streamlit", "langchain_core", "pandas", "altair"}


def test_a_command_that_searches_nothing_loads_nothing_to_search_with(machines):
    """Opening a study and reading its log stays quick: no LangChain, no pages, no tables."""
    script = (
        "import sys, json; from assistant.cli.app import app\n"
        f"sys.argv = ['interview', 'audit', 'verify', {str(machines.folder)!r}]\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "store.audit" in loaded
    assert not loaded & {*HEAVY, "streamlit", "langchain_core", "pandas", "altair"}
