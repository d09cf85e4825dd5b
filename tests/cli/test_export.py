import contextlib
import io
import json

import pytest

from assistant.cli.app import app
from store.errors import ConflictError, InvalidInputError, NotFoundError


def run(*arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app([str(each) for each in arguments], standalone_mode=False)
    return out.getvalue()


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    talk = tmp_path / "I1.vtt"
    talk.write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ana>Salt &amp; <i>pepper</i>.\n\n"
        "00:03.000 --> 00:04.000\n<v Bo>1 &lt; 2\n",
        encoding="utf-8",
    )
    (tmp_path / "I2.txt").write_text("Ana: One.\n\nBo: Two.\n\nAna: Three.\n", encoding="utf-8")
    run("new", folder, "--title", "Salt")
    run("add", folder, talk, tmp_path / "I2.txt")
    return folder


def test_an_interview_is_exported_as_captions_and_as_text(study, tmp_path):
    """What was read from captions is written as captions of another kind, with the same times."""
    record = json.loads(run("export", study, tmp_path / "out.srt", "--interview", "I1", "--json"))
    assert record == {
        "file": str(tmp_path / "out.srt"),
        "interview": "I1",
        "revision": 1,
        "turns": 2,
        "notes": [],
    }
    assert (tmp_path / "out.srt").read_text(encoding="utf-8") == (
        "1\n00:00:01,000 --> 00:00:02,500\nAna: Salt & pepper.\n\n2\n00:00:03,000 --> 00:00:04,000\nBo: 1 < 2\n"
    )
    assert run("export", study, tmp_path / "out.txt", "--interview", "I2") == (
        f"Wrote 3 turns of I2 to {tmp_path / 'out.txt'}.\n"
    )
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "Ana: One.\n\nBo: Two.\n\nAna: Three.\n"


def test_what_cannot_be_exported_ends_in_a_sentence(study, tmp_path):
    """A file that is there is only replaced when told so; captions of a text without times are refused."""
    run("export", study, tmp_path / "out.vtt", "--interview", "I1")
    with pytest.raises(ConflictError, match="give --force to replace it"):
        run("export", study, tmp_path / "out.vtt", "--interview", "I1")
    run("export", study, tmp_path / "out.vtt", "--interview", "I1", "--force")
    with pytest.raises(InvalidInputError, match=r"I2: turn 1 \(“One\.”\) has no time, which \.vtt needs"):
        run("export", study, tmp_path / "two.vtt", "--interview", "I2")
    with pytest.raises(NotFoundError):
        run("export", study, tmp_path / "three.vtt", "--interview", "I3")
    assert not (tmp_path / "two.vtt").exists()
