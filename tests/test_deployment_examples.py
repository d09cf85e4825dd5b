"""The examples of how to serve a team: they say what they promise, and name options that there are."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import pytest
import yaml
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.pseudonyms.key_file import default_path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
UNIT = (DOCS / "interview@.service").read_text(encoding="utf-8")
COMPOSE_TEXT = (DOCS / "compose.yaml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
DOCKERFILE = (DOCS / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
SERVICES = COMPOSE["services"]
SHELLS = [name for name, service in SERVICES.items() if service.get("entrypoint") == ["/bin/sh", "-c"]]


def test_the_examples_start_the_app_with_options_that_there_are():
    """Those of the unit, of its environment file, and of the compose file."""
    told = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output
    started = [
        line for line in UNIT.splitlines() if line.startswith(("ExecStart=", "#   OPTIONS=", "# With an identity"))
    ]
    used = set(re.findall(r"--[a-z-]+", " ".join([*started, *SERVICES["app"]["command"]])))
    assert used >= {"--port", "--url", "--trust-proxy", "--oidc"}
    assert not [option for option in used if option not in told]


def test_only_the_proxy_is_reached_from_outside():
    """By https alone; the servers behind it are in networks that lead nowhere."""
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "proxy": ["443:443"]
    }
    leads_out = {name for name, network in COMPOSE["networks"].items() if not network.get("internal")}
    assert leads_out == {"front"}
    assert [name for name, service in SERVICES.items() if leads_out & set(service.get("networks", []))] == ["proxy"]
    assert SERVICES["app"]["network_mode"] == "service:proxy"
    assert "chroma" not in {name for name, s in SERVICES.items() if "back" in s.get("networks", [])}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_confined_and_of_one_version(name):
    """No new privileges, no capabilities but those it needs, and no image that changes by itself."""
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[a-z/-]+:\d+\.\d+(\.\d+)?", service["image"])


def test_secrets_are_files_that_stand_in_no_environment():
    """And each that is used is there."""
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    values = [str(value) for service in SERVICES.values() for value in service.get("environment", {}).values()]
    assert not [value for value in values if re.search(r"://[^/]*:[^/]*@", value)], "no password in an address"


@pytest.mark.parametrize(
    "line",
    [
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "ReadWritePaths=/srv/interview/%i",
        "IPAddressDeny=any",
        "IPAddressAllow=localhost",
        "CapabilityBoundingSet=",
        "SystemCallFilter=@system-service",
        "UMask=0077",
    ],
)
def test_the_unit_is_confined(line):
    """To its own study and to this machine."""
    assert line in UNIT.splitlines()


def test_the_unit_may_write_the_study_and_the_key_beside_it():
    """The key of pseudonyms never lies in the study: the folder around both is what the unit may write."""
    served = re.search(r"^ExecStart=\S+ serve (\S+) ", UNIT, re.MULTILINE)
    writable = re.search(r"^ReadWritePaths=(\S+)$", UNIT, re.MULTILINE)
    study = PurePosixPath(served[1])
    key = default_path(SimpleNamespace(folder=study))
    assert study.parent == key.parent == PurePosixPath(writable[1])
    assert f"install -d -o interview -g interview -m 0700 {key.parent}".replace("%i", "study-a") in UNIT


def test_an_image_gets_the_program_alone():
    """The context is an allow-list of what the image's build copies, and that is what the package is made of."""
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    lines = [line for line in ignore if not line.startswith("#")]
    assert lines[0] == "*"
    allowed = {line[1:] for line in lines if line.startswith("!")}
    copied = set()
    for words in re.findall(r"^COPY (?!--from=)(.+)$", DOCKERFILE, re.MULTILINE):
        copied |= set(words.split()[:-1])
    assert copied == allowed
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    of_the_package = {*wheel["packages"], *wheel["force-include"], project["project"]["readme"]}
    assert allowed == {*of_the_package, *project["project"]["license-files"], "pyproject.toml", "constraints.txt"}
    assert all((ROOT / name).exists() for name in allowed)


def test_secrets_studies_and_models_lie_outside_the_checkout():
    """The two files of Caddy alone are mounted from it; what older steps made there is not committed."""
    mounted = {str(volume).split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    kept = {place for place in mounted if "/" in place} | {secret["file"] for secret in COMPOSE["secrets"].values()}
    assert {place for place in kept if place.startswith(".")} == {"./Caddyfile", "./Caddyfile.index"}
    assert all(place.startswith(("/srv/interview/", "./Caddyfile")) for place in kept)
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/docs/secrets/", "/docs/study/", "/docs/models/"} <= set(ignored)


def test_the_image_keeps_the_library_that_llama_cpp_links():
    """It is installed by name in the last stage, where nothing is taken away again."""
    last = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[-1]
    assert re.search(r"apt-get install .*\blibgomp1\b", last)
    assert "purge" not in last
    assert "autoremove" not in last
    assert "build-essential" not in last


def test_caddy_starts_without_other_capabilities():
    """Its file carries NET_BIND_SERVICE: the kernel refuses to start it where the container may never have that."""
    of_caddy = {name: service for name, service in SERVICES.items() if service["image"].startswith("caddy:")}
    assert set(of_caddy) == {"proxy", "index"}
    assert all(service["cap_add"] == ["NET_BIND_SERVICE"] for service in of_caddy.values())
    assert "secrets" not in SERVICES["proxy"]


def test_who_reads_a_secret_may_read_it():
    """They are for their owner alone: user 1000, or root who needs a capability to read what is not root's."""
    assert "useradd --uid 1000 " in DOCKERFILE
    assert re.search(r"^#   chown 1000:1000 pgpass chroma_token ", COMPOSE_TEXT, re.MULTILINE)
    assert SERVICES["index"]["user"] == "1000:1000"
    assert all("uid=1000" in place for place in SERVICES["index"]["tmpfs"])
    assert "DAC_READ_SEARCH" in SERVICES["postgres"]["cap_add"]
    assert {name for name, service in SERVICES.items() if service.get("secrets")} == {"app", "index", "postgres"}


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh here")
@pytest.mark.parametrize("content", [None, "", "a token"])
@pytest.mark.parametrize("name", SHELLS)
def test_a_service_without_its_token_does_not_start(name, content, tmp_path):
    """Neither where its file cannot be read, nor where it is empty."""
    token = tmp_path / "token"
    if content is not None:
        token.write_text(content, encoding="utf-8")
    [script] = SERVICES[name]["command"]
    script = script.replace("$$", "$").replace("/run/secrets/chroma_token", token.as_posix())
    script = re.sub(r"^exec .*$", "exec env", script, flags=re.MULTILINE)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == bool(content)
    assert ("CHROMA_TOKEN=a token" in done.stdout) == bool(content)


def test_the_steps_before_the_first_start_end_with_a_lead_who_can_sign_in():
    """The app refuses to start without one: a study, a member who leads, and their password."""
    steps = re.findall(r"^#   docker compose run --rm --entrypoint interview app (.+)$", COMPOSE_TEXT, re.MULTILINE)
    assert steps == [
        "new /study/NAME",
        "members add /study/NAME ANA --role lead",
        "members password /study/NAME ANA",
    ]
    for step in steps:
        command = step.split(" /study/")[0].split()
        assert CliRunner().invoke(app, [*command, "--help"]).exit_code == 0
