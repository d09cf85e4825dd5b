"""The README cannot rot: what it names is there, and what is there it names."""

import json
import re
from pathlib import Path

from typer.main import get_command

from assistant.cli.app import app
from assistant.review.decide import DecisionLine

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme_and_every_command_of_the_readme_exists():
    """Both ways, so that neither is forgotten."""
    commands = set(get_command(app).commands)
    assert commands == set(re.findall(r"^\| `interview (\w+)`", README, re.MULTILINE))
    assert set(re.findall(r"(?:`|^ {4}|Scripts.)interview ([a-z]+)", README, re.MULTILINE)) <= commands


def test_every_option_of_the_readme_exists():
    """A command line that is printed can be run."""
    commands = get_command(app).commands
    for line in re.findall(r"^    (interview .*?)(?:\s+#.*)?$", README, re.MULTILINE):
        name, *rest = line.split()[1:]
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known, line


def test_the_decision_line_of_the_readme_is_one():
    """The example parses with the model that reads decisions."""
    (block,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    assert DecisionLine.model_validate(json.loads(block)).code == "funding horizon"


def test_the_tree_of_the_readme_is_the_tree():
    """Every folder and file it lists is there, and every room is listed."""
    block = README.split("## Where things live")[1].split("A study is a folder")[0]
    listed = re.findall(r"^ {4,6}(\w[\w.]*)/? ", block, re.MULTILINE)
    rooms = {p.name for p in (ROOT / "assistant").iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    assert rooms <= set(listed)
    for name in listed:
        assert (ROOT / name).exists() or (ROOT / "assistant" / name).exists(), name


def test_the_picture_is_there():
    """The README shows the review page."""
    assert (ROOT / "docs" / "review.png").stat().st_size > 10_000
