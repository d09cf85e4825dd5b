import wave

import pytest

from assistant.fanout import tasks
from assistant.fanout.request import done_of, program
from assistant.fanout.tasks import carry_out
from assistant.privacy.guard import guard_stands
from assistant.transcribe.away import Order
from store.canonical import sha256_file


def asked(kind="embed", **values):
    request = {"program": program(), "key": "k", "name": "I1", **values}
    return done_of(carry_out(kind, request))


def hearing(tmp_path, **changed):
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000))
    order = Order("I1 (a.wav)", "media/a.wav", sha256_file(path), "auto", None, 0, None, 0, 0)
    values = {
        "order": {name: getattr(order, name) for name in Order.__slots__},
        "place": str(path),
        "model": "tiny.en",
        "words": {"weights_sha256": "0" * 64},
        "voices": None,
        "glossary": [],
    }
    return asked("hear", **{**values, **changed})


def test_another_version_of_the_program_is_unfit():
    """Neither knows what the other means."""
    done = asked(program="0.0/0")
    assert (done.kind, done.found) == ("unfit", None)
    assert "0.0/0" in done.why
    assert "here" in done.why


def test_a_model_that_is_not_there_is_unfit(tmp_path, monkeypatch):
    """The sentence names the worker and how to get the model."""
    monkeypatch.setenv("INTERVIEW_MODELS_DIR", str(tmp_path / "none"))
    for done in (hearing(tmp_path), asked(texts=["a"], embedder="minilm", model="minilm@0")):
        assert done.kind == "unfit"
        assert "worker here" in done.why
        assert "interview models pull" in done.why


@pytest.mark.models
def test_other_weights_are_unfit(tmp_path):
    """The same name is not enough: what the record says was heard with must be what hears."""
    for done in (hearing(tmp_path), asked(texts=["a"], embedder="minilm", model=f"minilm@{'0' * 16}")):
        assert done.kind == "unfit"
        assert "another form" in done.why


@pytest.mark.parametrize(
    ("error", "kind"),
    [(MemoryError(), "refused"), (OSError(28, "No space left on device"), "refused"), (KeyError("x"), "failed")],
)
def test_whatever_goes_wrong_is_a_sentence_and_no_exception(monkeypatch, error, kind):
    """Dask would write the piece's words into its log."""

    def broken(*_):
        raise error

    monkeypatch.setitem(tasks._KINDS, "embed", broken)
    done = asked(texts=["a secret"])
    assert done.kind == kind
    assert "I1" in done.why
    assert "secret" not in done.why


def test_a_piece_of_an_unknown_kind_fails():
    """Nothing is called by a name from outside."""
    assert asked("eval").kind == "failed"


def test_the_guard_stands_before_any_work():
    """Also where Dask itself started the worker."""
    asked("eval")
    assert guard_stands()
