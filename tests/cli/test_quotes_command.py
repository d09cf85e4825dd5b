"""`interview quotes`: every option becomes a part of the query, a saved query is asked again, JSON tells everything."""

import contextlib
import io
import json

import pytest
from quoted_study import build
from study_builder import word_embeddings

from assistant.cli import quotes as command
from assistant.cli.app import app
from assistant.quotes import QuoteQuery
from store.config import keep_table
from store.errors import InvalidInputError, NotFoundError
from store.saved_queries import save_query
from store.study import open_study
from store.values import State


def run(*arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app([str(each) for each in arguments], standalone_mode=False)
    return out.getvalue()


def asked(*arguments):
    return json.loads(run("quotes", *arguments, "--json"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    with build(tmp_path_factory.mktemp("asked")) as study:
        return study.folder


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--code", "queue", "--no-fold"], 4),
        (["--code", "queue"], 2),
        (["--code", "queue", "--code", "licence", "--match", "all"], 2),
        (["--code", "queue", "--code", "licence", "--match", "near", "--within", "2"], 4),
        (["--theme", "data"], 3),
        (["--theme", "data", "--words", "texts -letters"], 1),
        (["--state", "confirmed", "--role", "interviewer"], 1),
        (["--state", "confirmed", "--where", "region=west", "--where", "region=south"], 4),
        (["--state", "confirmed", "--interview", "I2", "--interview", "I3", "--limit", "1"], 1),
        (["--state", "confirmed", "--coder", "ann"], 3),
        (["--adjudicated"], 6),
        (["--state", "confirmed", "--from", "2026-03-05", "--to", "2026-03-06"], 3),
        (["--state", "confirmed", "--probability-from", "0.5"], 1),
        (["--state", "rejected", "--probability-to", "0.5"], 1),
        (["--words", '"power bill"', "--order", "relevance"], 1),
    ],
)
def test_every_option_narrows_what_is_found(folder, options, found):
    """Counted by hand on the study of the filters' tests."""
    assert len(asked(folder, *options)) == found


def test_json_tells_place_time_codes_and_citation(folder):
    """The keys that were there stay; a duplicate comes with its reason."""
    first = asked(folder, "--code", "queue")[0]
    assert first["citation"] == f"“{first['text']}” (I1, 00:00:10)"
    assert (first["start_ms"], first["codes"], first["attributes"]) == (10_000, ["queue", "cost"], {"region": "north"})
    assert [each["reason"] for each in first["folded"]] == ["nested", "nearly the same words"]
    assert {"interview", "speaker", "role", "start", "end", "end_ms", "coders", "state", "score", "suggested"} <= set(
        first
    )


def test_people_read_the_partner_and_how_many_are_folded(folder):
    """Codes near each other are told with what they are near to."""
    said = run("quotes", folder, "--code", "cost", "--code", "licence", "--match", "near")
    assert "2 turns away, licence: “wait in a queue f”" in said
    assert "+2" in run("quotes", folder, "--code", "queue")


def test_a_saved_query_is_asked_again_and_can_be_changed(folder):
    """By its name, in any case; what is given beside it takes the place of its own."""
    with open_study(folder) as study:
        save_query(study, "eve", "Waiting", QuoteQuery(codes=("queue",), fold=False).to_json())
    assert len(asked(folder, "--saved", "waiting")) == 4
    assert len(asked(folder, "--saved", "Waiting", "--interview", "I1")) == 2
    with pytest.raises(NotFoundError, match="No query is saved as “no”; there are: Waiting"):
        asked(folder, "--saved", "no")


def test_a_meaning_is_ranked_unless_an_order_is_given(folder):
    """What is typed without an option is a meaning, and the nearest come first."""
    given = {"meaning": "power", "order": None, "state": State.CONFIRMED, "limit": None, "fold": True}
    with open_study(folder) as study:
        assert command.asked(study, None, given) == QuoteQuery(
            meaning="power", order="relevance", state=State.CONFIRMED
        )
        assert command.asked(study, None, given | {"order": "study"}).order == "study"
        assert command.asked(study, None, given | {"meaning": ""}).order == "study"


def test_what_cannot_be_asked_is_one_sentence(folder):
    """Words, codes near each other, an attribute without a value."""
    for options, says in (
        (["--words", '"open'], "not closed"),
        (["--code", "queue", "--match", "near"], "at least two codes"),
        (["--where", "region"], "key=value"),
    ):
        with pytest.raises(InvalidInputError, match=says):
            asked(folder, *options)


def test_a_server_of_vectors_that_is_away_is_told_of_and_the_quotes_are_found(tmp_path, monkeypatch, capsys):
    """The same quotes as without a server, and one sentence why it was not asked."""
    with build(tmp_path) as study:
        folder = study.folder
    monkeypatch.setattr("assistant.segment.StudyEmbeddings", lambda study, _: word_embeddings(study)[0])
    monkeypatch.setattr("assistant.segment.local_embedder", lambda _: None)
    before = asked(folder, "power", "--limit", "3")
    assert "found without it" not in capsys.readouterr().err
    keep_table(folder, "index", {"url": "http://127.0.0.1:1"})
    assert asked(folder, "power", "--limit", "3") == before
    assert "found without it" in " ".join(capsys.readouterr().err.split())
