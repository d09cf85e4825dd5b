"""The bill of materials: complete, valid, pinned, and nothing in it that our licence does not go with."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.materials import Licence, as_cyclonedx, bill_of, needed
from assistant.materials.licences import licence_of
from assistant.models import pull
from assistant.settings import Settings
from store.errors import ConflictError, InvalidInputError, NotFoundError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def packages():
    return needed()


@pytest.fixture(scope="module")
def bill(tmp_path_factory):
    """The bill of this installation with one small model of a researcher's own."""
    folder = tmp_path_factory.mktemp("models")
    own = folder / "own.gguf"
    own.write_bytes(b"GGUF own")
    settings = Settings(models_dir=folder / "models")
    pull("own", settings, from_file=own)
    return bill_of(settings)


def test_the_bill_is_valid_and_complete(bill):
    """Others' tools can read it: CycloneDX 1.6 by its schema, every package and model in it, with who needs whom."""
    validation = pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib is not installed")
    from cyclonedx.exception import MissingOptionalDependencyException
    from cyclonedx.schema import SchemaVersion

    text = as_cyclonedx(bill)
    try:
        assert validation.JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    except MissingOptionalDependencyException:
        pytest.skip("the validator's own libraries are not installed (cyclonedx-python-lib[json-validation])")
    document = json.loads(text)
    libraries = {part["name"]: part for part in document["components"] if part["type"] == "library"}
    assert libraries.keys() == {package.name for package in bill.packages}
    assert {"streamlit", "torch", "chromadb", "faster-whisper", "onnxruntime"} <= libraries.keys()
    assert not {"pytest", "mypy", "krippendorff", "playwright"} & libraries.keys()
    asked = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
    whisper = libraries["faster-whisper"]["bom-ref"]
    assert libraries["onnxruntime"]["bom-ref"] in asked[whisper]


def test_a_model_is_listed_with_its_hashes(bill):
    """A model file is known by its SHA-256; of one's own file no licence is claimed."""
    (model,) = [each for each in json.loads(as_cyclonedx(bill))["components"] if each["type"] != "library"]
    sha256 = bill.models[0].installed.sha256
    assert (model["type"], model["name"]) == ("machine-learning-model", "own")
    assert model["hashes"] == [{"alg": "SHA-256", "content": sha256}]
    assert model["components"][0]["hashes"] == [{"alg": "SHA-256", "content": sha256}]
    assert model["licenses"] == [{"license": {"name": "unknown"}}]


def test_every_package_states_a_licence(packages):
    """None is left without one, and the words of each came to an SPDX expression."""
    assert [(p.name, p.licence.words) for p in packages if p.licence.spdx is None] == []


def test_nothing_that_runs_is_under_the_gpl(packages):
    """GPL oracles of the tests are no part of the product."""
    assert [(p.name, str(p.licence)) for p in packages if p.licence.strong_copyleft] == []
    assert licence_of("krippendorff", metadata.metadata("krippendorff")).strong_copyleft


KNOWN_LIBRARIES_UNDER_THE_GPL = {"av": {"libx264", "libx265"}}
"""Encoders that PyAV's wheels bring along and link; we read sound and encode nothing. SECURITY.md tells of them."""


def test_native_libraries_under_the_gpl_are_those_we_know_of(packages):
    """A wheel's own licence says nothing of what travels in it, so names that are known are looked for."""
    gpl = ("libx264", "libx265", "libxvid", "libreadline", "libfftw", "libgsl", "libpostproc")
    found = {p.name: {name for name in gpl for file in p.libraries if file.startswith(name)} for p in packages}
    assert {name: libraries for name, libraries in found.items() if libraries} in (KNOWN_LIBRARIES_UNDER_THE_GPL, {})


@pytest.mark.parametrize(
    ("words", "copyleft"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("MIT AND GPL-2.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("LGPL-2.1-or-later", False),
        ("GNU Lesser General Public License v3", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("GPL-2.0-only OR MIT", False),
        ("MPL-2.0 AND MIT", False),
    ],
)
def test_what_counts_as_the_gpl(words, copyleft):
    """LGPL, an exception for libraries and a choice of another licence are not the GPL."""
    assert Licence(None, words).strong_copyleft is copyleft


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9._-]+)==(\S+)$", line.partition(";")[0].strip()) for line in lines)
    return {canonicalize_name(each[1]): each[2] for each in found if each}


def test_every_package_is_pinned(packages):
    """What the product needs, directly or through others, has one version in constraints.txt."""
    unpinned = [p.name for p in packages if p.name not in pins() and p.name != "interview-assistant"]
    assert unpinned == []


def test_what_is_installed_for_the_tests_is_pinned_too():
    """The extra `test`, with all it needs."""
    asked = [r for r in metadata.requires("interview-assistant") or [] if 'extra == "test"' in r.replace("'", '"')]
    assert asked
    names = {canonicalize_name(re.split(r"[^A-Za-z0-9._-]", each)[0]) for each in asked}
    assert sorted(names - pins().keys()) == []


def test_constraints_hold_nothing_but_pins():
    """Each line is a name with one version: no address, no range, nothing twice."""
    lines = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
    lines = [line for line in lines if not line.lstrip().startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[^\s;]+( *;.*)?", line.strip())] == []
    assert len(pins()) == len(lines)


def test_a_package_that_is_missing_is_a_sentence():
    """Which one, and what to do."""
    with pytest.raises(NotFoundError, match=r"no-such-package.* install the program again"):
        needed("no-such-package")


def test_the_command_writes_prints_and_refuses(tmp_path, monkeypatch):
    """A table for people, CycloneDX for programs; a file that is there is not replaced unasked."""
    monkeypatch.setenv("INTERVIEW_MODELS_DIR", str(tmp_path / "none"))
    command, path = CliRunner(), tmp_path / "parts.json"
    assert "sqlalchemy" in command.invoke(app, ["sbom"]).stdout
    assert command.invoke(app, ["sbom", str(path)]).exit_code == 0
    document = json.loads(path.read_text(encoding="utf-8"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    printed = json.loads(command.invoke(app, ["sbom", "--json"]).stdout)
    assert printed["components"] == document["components"]
    assert isinstance(command.invoke(app, ["sbom", str(path)]).exception, ConflictError)
    assert command.invoke(app, ["sbom", str(path), "--force"]).exit_code == 0
    assert isinstance(command.invoke(app, ["sbom", str(tmp_path / "parts.txt")]).exception, InvalidInputError)
