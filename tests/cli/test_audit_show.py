"""`interview audit show --event`: where a suggestion came from, and what the model saw."""

import json
from dataclasses import replace

import pytest
from study_builder import KeywordScorer, word_embeddings
from test_commands import interview_in

from assistant.suggest import Model, propose, show, suggest
from assistant.suggest.explanation import explain
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.erase import erase_interview
from store.errors import NotFoundError
from store.event_log import log, logged
from store.segments import segments
from store.values import DecisionDraft, Verdict


@pytest.fixture
def scored(machines):
    """A study in which a hand-written model was asked about the two nearest codes of each segment."""
    suggest(machines, word_embeddings(machines)[0], Model("fake", "f" * 64, KeywordScorer()), seed=7, shortlist=2)
    return machines


def shown_event(study, text="We wait", label="I1"):
    """The event of the likeliest suggestion for the segment that begins so."""
    segment = next(s for s in segments(study, label) if s.text.startswith(text))
    show(study, propose(study).by_segment[segment.id][:1])
    return [event for event in log(study) if event.type == "suggestion.shown"][-1]


def test_a_suggestion_is_explained_with_what_the_model_saw(scored):
    """Run, learner, voices and the rendered prompt: the words that the model read, question and code included."""
    found = explain(scored, shown_event(scored))
    assert (found.interview, found.name) == ("I1", "queue")
    assert found.text == "We wait in a queue for machines. It takes weeks. Nobody likes that."
    assert found.evidence == ("We wait in a queue for machines.",)
    assert (found.run.llm, found.run.settings["seed"], found.run.codebook_version) == ("fake", 7, 1)
    assert found.known == 0
    assert found.scores.keys() == {"retrieval", "sentence", "llm"}
    assert "definition" in found.voices
    assert [abs(value) for value in found.voices.values()] == sorted(map(abs, found.voices.values()), reverse=True)
    for words in ("Yes or No", "How do you get machines?", found.text, "Code: queue (compute): waiting in a queue"):
        assert words in found.seen.text


def test_what_the_model_saw_is_what_it_was_asked(machines):
    """The text that is made again is the very text that went to the model."""
    scorer = KeywordScorer()
    suggest(machines, word_embeddings(machines)[0], Model("fake", "f" * 64, scorer), shortlist=0)
    for text in ("We wait", "The power", "Cleaning"):
        found = explain(machines, shown_event(machines, text))
        asked = [(stem, branch) for stem, branch in scorer.asked if found.seen.text.endswith(f"{stem}{branch}")]
        assert asked


def test_the_learner_says_how_much_it_knew(scored):
    """After a decision, the explanation names it as the last one known."""
    first = segments(scored, "I2")[1]
    code = current_codebook(scored).find("queue").guid
    keep_decisions(scored, "eve", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, code)])
    assert explain(scored, shown_event(scored)).known == 1


def test_what_cannot_be_made_again_is_said(scored, machines):
    """A pair that was not asked about, a run without a model, an erased interview: each has its sentence."""
    event = shown_event(scored)
    payload = json.loads(event.payload)
    del payload["scores"]["llm"]
    assert (
        "fake was not asked about this pair"
        in explain(scored, replace(event, payload=json.dumps(payload))).seen.why_not
    )
    longer = [replace(code, definition=f"{code.definition} More.") for code in current_codebook(scored).codes]
    keep_codebook(scored, longer, coder="ada", reason="clearer")
    assert "waiting in a queue for machines\n" in explain(scored, event).seen.text, "as the code was then"
    suggest(scored, word_embeddings(scored)[0], None)
    assert explain(scored, shown_event(scored)).seen.why_not == "No language model took part in this run."
    erase_interview(scored, "I1", coder="ada")
    with pytest.raises(NotFoundError, match="was erased with its interview"):
        explain(scored, logged(scored, event.id))


def test_the_command_tells_it_to_people_and_to_scripts(scored, tmp_path):
    """The same in words and as JSON; any other event is shown whole; a number that is not there is a sentence."""
    number = shown_event(scored).id
    interview = interview_in(tmp_path)
    told = interview("audit", "show", "study", "--event", number).stdout
    for words in ("Passage: I1 25–92", "language model: fake", "prompt: ask_code.v1", "  definition: +", "Yes or No"):
        assert words in told
    found = interview("audit", "show", "study", "--event", number, "--json")
    assert found["id"] == number
    assert found["payload"]["code"] == found["explanation"]["code"]
    assert found["explanation"]["run"]["settings"]["llm_sha256"] == "f" * 64
    assert found["explanation"]["learner"]["last_decision"] == 0
    assert found["explanation"]["seen"]["text"] in "\n".join(line.removeprefix("  ") for line in told.splitlines())
    assert interview("audit", "show", "study", "--event", "1", "--json")["type"] == log(scored)[0].type
    assert '"title": "Machines"' in interview("audit", "show", "study", "--event", "1").stdout
    assert "There is no event 9999" in interview("audit", "show", "study", "--event", "9999", status=1).stderr
