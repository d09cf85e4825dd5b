"""Whatever a transcript, codebook or file says: only its own scores move, and nobody but a person decides."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from injected import injections, with_entry
from study_builder import CODES, TALK, KeywordScorer, add_talk, codebook_codes, word_embeddings

from assistant.intake import add_file, attach
from assistant.llm.markers import cut_apart, marks_among
from assistant.review import Ledger, Rule, preview
from assistant.segment import segment_new
from assistant.suggest import Model, assurance, propose, suggest
from assistant.suggest.llm_scores import LlmScores, Question
from store.audit import verify
from store.codebook import codebook_versions, current_codebook, keep_codebook
from store.decisions import codings, decisions
from store.event_log import log
from store.runs import load_scores
from store.segments import segments
from store.study import create_study
from store.turns import clean_text
from store.values import Role

ENTRIES = tuple(each for each in injections() if each.where in {"name", "definition", "include", "example"})


def scores_of(study, label):
    """What was scored in an interview, by passage."""
    summary = suggest(study, word_embeddings(study)[0], Model("fake", "a" * 64, KeywordScorer()), shortlist=0)
    matrices = load_scores(study, summary.run)
    texts = {segment.id: segment.text for segment in segments(study, label)}
    return {
        texts[key]: {name: values[row].tolist() for name, values in matrix.signals.items()}
        for matrix in matrices
        for row, key in enumerate(matrix.segments)
        if key in texts
    }


def with_codes(study):
    keep_codebook(study, codebook_codes(), coder="ada", reason="start")
    segment_new(study)


@pytest.fixture
def clean(tmp_path):
    (tmp_path / "clean").mkdir()
    with create_study(tmp_path / "clean" / "study", "Clean") as study:
        add_talk(study, tmp_path / "clean", "I1")
        with_codes(study)
        yield study


@pytest.fixture
def attacked(tmp_path):
    """The same interview beside one in which the whole catalogue is said, in its places."""
    place = tmp_path / "attacked"
    place.mkdir()
    with create_study(place / "study", "Attacked") as study:
        talk = [("Interviewer", "Why?"), *(("Eve", clean_text(each.text)) for each in injections())]
        talk += [(each.text, "It was fine.") for each in injections() if each.where == "speaker"]
        add_talk(study, place, "I0", talk)
        add_talk(study, place, "I1")
        for number, each in enumerate(e for e in injections() if e.where == "file name" and "/" not in e.text):
            file = place / each.text
            file.write_text(f"Ada: We met {number} times and talked about the garden.", encoding="utf-8")
            add_file(study, file)
        attach(study, {"I0": {each.id: each.text for each in injections() if each.where == "attribute"}})
        with_codes(study)
        yield study


def test_every_other_score_is_the_same_and_nothing_is_decided(clean, attacked):
    """Bit for bit; the only events are those of adding and of the run; no coding, no decision, no code comes about."""
    before = scores_of(clean, "I1")
    types = {event.type for event in log(attacked)}
    assert len(before) == len([who for who, _ in TALK if who != "Interviewer"])
    assert scores_of(attacked, "I1") == before
    assert {event.type for event in log(attacked)} - types <= {"run.started", "scores.kept", "run.finished"}
    assert (decisions(attacked), codings(attacked)) == ((), ())
    (book,) = codebook_versions(attacked)
    assert [code.name for code in book.codes] == [name for name, _, _ in CODES]
    assert propose(attacked).run is not None
    assert verify(attacked).faults == ()


def test_an_entry_moves_the_scores_of_no_other_code(clean):
    """What the model reads of a code is that code's own words, whatever the words of others ask for."""
    book = current_codebook(clean)
    questions = [Question(segment, "") for segment in segments(clean, role=Role.PARTICIPANT)]
    wanted = np.ones((len(questions), len(book.codes)), np.bool_)
    before = LlmScores(KeywordScorer(), book, book.codes)
    scores = before.scores(questions, wanted)
    for each in ENTRIES:
        if each.where == "name":
            continue  # the stand-in finds a code by its first word
        codes = (with_entry(book.codes[0], each), *book.codes[1:])
        after = LlmScores(KeywordScorer(), replace(book, codes=codes), codes)
        assert after.hashes[1:] == before.hashes[1:]
        assert np.array_equal(after.scores(questions, wanted)[:, 1:], scores[:, 1:])


def test_no_file_process_or_socket_is_touched_by_what_a_text_says(attacked, watched):
    """Scoring and proposing start nothing, connect to nothing, and open no file that a text names."""
    watched.clear()
    scores_of(attacked, "I1")
    seen = list(watched)
    assert any(event == "open" for event, _ in seen), "the watch sees what is opened"
    assert not [event for event, _ in seen if event != "open"]
    named = ("owned", "evil.example", "passwd", "{{")
    assert not [path for event, path in seen if event == "open" and any(name in path for name in named)]


_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork")
_WATCHED = (*_STARTS, "socket.connect", "socket.getaddrinfo")
_seen: list[tuple[str, str]] = []
_watching: list[bool] = []


def _watch(event, arguments):
    if _watching and (event == "open" or event in _WATCHED):
        _seen.append((event, str(arguments[0]) if arguments else ""))


@pytest.fixture
def watched():
    """The events of this process as they come; a hook cannot be taken off, so it looks away afterwards."""
    if not _watching:
        sys.addaudithook(_watch)
    _watching.append(True)
    yield _seen
    _watching.clear()


def test_a_rule_leaves_unread_flagged_passages_alone(attacked):
    """They are reached once their coder has read them; others at once."""
    suggest(attacked, word_embeddings(attacked)[0], None)
    spoken = segments(attacked, role=Role.PARTICIPANT)
    flagged = {clean_text(each.text) for each in injections() if each.flagged and each.where != "file name"}

    def reached(read):
        ledger = Ledger(attacked)
        ledger.refresh()
        found = preview(
            Rule(None, 1.0), spoken, propose(attacked), ledger=ledger, coder="ana", read=read, blind_share=0.0
        )
        assert not found.problem
        return {segment.text for segment, _ in found.pairs}

    assert not {text for text in reached(()) if text in flagged}
    assert "My garden is lovely this year." in reached(())
    assert len({text for text in reached(spoken) if text in flagged}) > 100


def test_nothing_is_promised_of_flagged_passages(attacked, monkeypatch):
    """They are neither among the tests nor in the sample, and the sentence says so."""
    suggest(attacked, word_embeddings(attacked)[0], None)
    given = {}

    def remembered(pool, *others, left_out, **options):
        given.update(rows=left_out)
        return assurance.Assurance({}, 0.1, 0, 9, 0, ())

    pool = assurance_pool(attacked)
    monkeypatch.setattr(assurance, "assure", remembered)
    told = assurance.assure_study(attacked, pool)
    flagged = {clean_text(each.text) for each in injections() if each.flagged and each.where != "file name"}
    told_of = {segment.text for segment, out in zip(pool.segments, given["rows"], strict=True) if out}
    assert told_of >= flagged
    assert not told_of & {said for _, said in TALK}
    assert f"{given['rows'].sum()} passages read like an instruction" in told.sentence


def assurance_pool(study):
    from assistant.suggest import study_pool

    return study_pool(study)


def test_marks_of_a_model_are_cut_apart():
    """User-defined tokens that look like marks never stand whole in a piece; words and spaces stay as they are."""
    marks = marks_among(["<tool_call>", "</tool_call>", "<think>", "[gMASK]", "  ", "\n\n", "the", "<|x|>", "<"])
    text = "the <tool_call>{}</tool_call> <think><|x|>[gMASK] a < b"
    pieces = cut_apart(text, marks)
    assert "".join(pieces) == text
    assert not any(marks.search(piece) for piece in pieces)
    assert cut_apart("the  cat", marks) == ["the  cat"]
    assert marks_among(["the", "\n\n"]) is None
    assert cut_apart("<think>", None) == ["<think>"]
