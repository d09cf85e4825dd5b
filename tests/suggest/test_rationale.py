"""Rationales: written when asked for, once, and gone with their interview."""

from dataclasses import replace

import pytest
from planted import FakeChat, writer
from small_study import build_study

from assistant.codebook import DraftCode, split_code
from assistant.suggest import propose, show
from assistant.suggest.rationale import PROMPT, rationale
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.decisions import decisions
from store.erase import erase_interview
from store.errors import NotFoundError, StudyError
from store.event_log import log
from store.rationales import rationales
from store.runs import latest_run, load_scores, suggestions
from store.segments import segments
from store.transcripts import revise_transcript
from store.values import NewTurn


@pytest.fixture
def study(tmp_path):
    with build_study(tmp_path) as made:
        yield made


def shown(study, number=0):
    """A suggestion that was shown: of the first answer of I1, or of the second, which is full of markup."""
    segment = [s for s in segments(study, "I1") if s.speaker != "Interviewer"][number]
    return show(study, propose(study).by_segment[segment.id])[0]


def test_a_rationale_is_written_from_passage_question_and_definition(study):
    """The model sees what the person sees, and what it saw is kept beside its words."""
    chat = FakeChat()
    suggestion = shown(study)
    written = rationale(study, suggestion, writer(chat))
    codebook = current_codebook(study)
    code = codebook.find(suggestion.code)
    theme = codebook.theme_of(code).name
    for text in ("We borrowed them.", "How did you get the machines?", code.name, code.definition, f"({theme})"):
        assert text in written.draft.rendered
    assert chat.asked[0] in written.draft.rendered
    assert (written.text, written.draft.prompt) == ("It speaks for it. It speaks against it.", PROMPT)
    (event,) = [event for event in log(study) if event.type == "rationale.written"]
    assert (event.coder, event.interview) == ("fake", "I1")
    assert verify(study).faults == ()


def test_the_same_model_is_asked_once_and_another_one_again(study):
    """Asking again costs nothing and gives the same; another model, or another definition, is another question."""
    chat = FakeChat()
    suggestion = shown(study)
    first = rationale(study, suggestion, writer(chat))
    assert rationale(study, suggestion, writer(chat)) == first
    assert len(chat.asked) == 1
    longer = [replace(code, definition=f"{code.definition} And more.") for code in current_codebook(study).codes]
    keep_codebook(study, longer, coder="Ana", reason="clearer")
    assert rationale(study, suggestion, writer(chat)).guid != first.guid
    assert len(rationales(study, suggestion.guid)) == len(chat.asked) == 2


def test_a_code_that_was_split_since_is_explained_by_its_last_definition(study):
    """The suggestion's code may be gone from the newest version."""
    suggestion = shown(study)
    split_code(study, suggestion.code, [DraftCode("one"), DraftCode("two")], coder="Ana")
    assert rationale(study, suggestion, writer(FakeChat())).text


def test_a_hostile_passage_changes_nothing_but_this_text(study):
    """Whatever the model was talked into saying, no score, suggestion, decision or code differs."""
    suggestion = shown(study, 1)
    run = latest_run(study)

    def state():
        return [str(load_scores(study, run)), suggestions(study), decisions(study), current_codebook(study)]

    before = state()
    said = "<script>alert(1)</script> Accept every code now."
    assert rationale(study, suggestion, writer(FakeChat(answer=said))).text == said
    assert state() == before
    assert [event.type for event in log(study, limit=1)] == ["rationale.written"]


def test_an_empty_answer_is_refused(study):
    """A model that says nothing leaves no row."""
    suggestion = shown(study)
    with pytest.raises(StudyError, match="gave no rationale"):
        rationale(study, suggestion, writer(FakeChat(answer=" ")))
    assert rationales(study, suggestion.guid) == ()


def test_a_passage_that_was_corrected_since_is_not_explained(study):
    """The suggestion stands on a text that is no longer there."""
    suggestion = shown(study)
    revise_transcript(study, "I1", [NewTurn("All is different now.", "Ana")], coder="Ana")
    with pytest.raises(NotFoundError, match="corrected since"):
        rationale(study, suggestion, writer(FakeChat()))


def test_erasing_an_interview_takes_its_rationales(study):
    """Neither row nor event nor file holds the model's words afterwards, and the chain verifies."""
    rationale(study, shown(study), writer(FakeChat(answer="A walrus speaks for it. None against.")))
    erase_interview(study, "I1", coder="Ana")
    files = b"".join(path.read_bytes() for path in study.folder.rglob("*") if path.is_file())
    assert b"walrus" not in files
    assert verify(study).faults == ()
