import json

import pytest
from review_cards_of import cards_of
from study_builder import word_embeddings

from assistant.review import decide, read_decisions
from assistant.suggest import suggest
from store.codebook import current_codebook
from store.coders import coders
from store.config import keep_setting
from store.decisions import codings, decisions
from store.errors import InvalidInputError
from store.runs import suggestions
from store.segments import segments
from store.transcripts import transcript
from store.values import State


def line_for(study, text, **more):
    span = next(s.span for s in segments(study, "I1") if s.text.startswith(text))
    return {"interview": "I1", "start": span.start, "end": span.end, "verdict": "add", "code": "queue", **more}


def written(tmp_path, *lines):
    path = tmp_path / "decisions.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def kept(study, path, coder="eve"):
    return decide(study, coder, read_decisions(path))


def test_a_file_of_decisions_becomes_codings_by_a_new_coder(machines, tmp_path):
    """A coder not known is made; codes go by name in any case or by GUID; both times are kept."""
    guid = current_codebook(machines).find("cost").guid
    path = written(
        tmp_path,
        line_for(machines, "We wait", code="QUEUE", at="2026-03-01T10:00:00Z", memo="weeks!"),
        line_for(machines, "The power", code=guid),
        "",
        line_for(machines, "My garden", verdict="read", code=None),
    )
    made = kept(machines, path)
    assert [str(d.verdict) for d in made] == ["add", "add", "read"]
    assert "eve" in coders(machines)
    assert {c.code for c in codings(machines)} == {guid, current_codebook(machines).find("queue").guid}
    assert made[0].at.isoformat() == "2026-03-01T10:00:00+00:00"
    assert made[0].recorded_at > made[0].at
    assert made[0].memo == "weeks!"


def test_accept_needs_a_suggestion_and_writes_it_down(machines, tmp_path):
    """What was answered is on record as a suggestion with its scores; add needs none."""
    suggest(machines, word_embeddings(machines)[0], None)
    kept(machines, written(tmp_path, line_for(machines, "We wait", verdict="accept")))
    (decision,) = decisions(machines, coder="eve")
    (shown,) = suggestions(machines)
    assert decision.suggestion_id == shown.id
    assert 0 < shown.probability < 1
    good = line_for(machines, "The power", verdict="accept", code="cost")
    path = written(tmp_path, good, line_for(machines, "My garden", verdict="accept", code="data"))
    with pytest.raises(InvalidInputError, match=r"Line 2: .* answers no suggestion"):
        kept(machines, path)
    assert len(suggestions(machines)) == 1


def test_a_rejection_by_file_takes_the_suggestion_out_of_the_way(machines, tmp_path):
    """A rejected suggestion is no coding, and nobody is asked about it again."""
    suggest(machines, word_embeddings(machines)[0], None)
    kept(machines, written(tmp_path, line_for(machines, "We wait", verdict="reject")))
    assert codings(machines) == ()
    rejected = current_codebook(machines).find("queue").guid
    (card,) = [c for c in cards_of(machines, "eve", interview="I1") if c.segment.text.startswith("We wait")]
    assert rejected not in {option.code.guid for option in card.options if option.state is State.SUGGESTED}


def test_what_can_be_answered_follows_the_expected_precision(machines, tmp_path):
    """A study that wants nearly all suggestions to be right shows none at first, so that a script cannot accept one."""
    suggest(machines, word_embeddings(machines)[0], None)
    keep_setting(machines.folder, "expected_precision", 0.99)
    with pytest.raises(InvalidInputError, match="answers no suggestion"):
        kept(machines, written(tmp_path, line_for(machines, "We wait", verdict="accept")))


BAD = [
    ("not json", "Line 2 .* is not JSON"),
    ("[1, 2]", "Line 2 .* is no JSON object"),
    ('{"start": ' + "9" * 5000 + "}", "Line 2 .* is not JSON"),
    ({"at": "9999-12-31T23:59:59-12:00"}, "Line 2: The time .* cannot be told in UTC"),
    ('{"interview": "I1"}', "Line 2 .* is wrong at “start”"),
    ({"verdict": "maybe"}, "Line 2 .* is wrong at “verdict”"),
    ({"surprise": 1}, "Line 2 .* is wrong at “surprise”"),
    ({"end": 10_000_000}, "Line 2: I1 .* is no stretch of the transcript"),
    ({"start": 30, "end": 10}, "Line 2: I1 .* is no stretch of the transcript"),
    ({"start": -1}, "Line 2 .* is wrong at “start”"),
    ({"code": "no such code"}, "Line 2: There is no code “no such code”"),
    ({"code": None}, "Line 2: There is no code"),
    ({"interview": "I99"}, "Line 2: There is no interview I99"),
    ({"quote": "other words"}, "Line 2: .* not the quote given"),
    ({"verdict": "accept"}, "Line 2: .* answers no suggestion"),
]


@pytest.mark.parametrize(("bad", "sentence"), BAD, ids=[str(bad)[:40] for bad, _ in BAD])
def test_one_bad_line_keeps_everything_out_and_is_named(machines, tmp_path, bad, sentence):
    """All of a file is kept or none of it, and the sentence says which line is at fault."""
    good = line_for(machines, "We wait")
    path = written(tmp_path, good, bad if isinstance(bad, str) else {**good, **bad})
    with pytest.raises(InvalidInputError, match=sentence):
        kept(machines, path)
    assert decisions(machines) == ()


def test_unreadable_files_are_sentences(tmp_path):
    """Empty, missing, or not text: each says what happened."""
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x80")
    for name, sentence in (("empty", "no decisions"), ("binary", "not UTF-8"), ("missing", "cannot be read")):
        with pytest.raises(InvalidInputError, match=sentence):
            read_decisions(tmp_path / name)


def test_offsets_are_code_points(machines, tmp_path):
    """An emoji before the quote moves it by one, not by two or four."""
    text = transcript(machines, "I1").text
    start = text.index("We do it")
    assert "🙂" in text[:start]
    line = {
        "interview": "I1",
        "start": start,
        "end": start + 8,
        "verdict": "add",
        "code": "cleaning",
        "quote": "We do it",
    }
    kept(machines, written(tmp_path, line))
    (coding,) = codings(machines)
    assert coding.span.of(text) == "We do it"
