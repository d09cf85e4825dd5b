import io
import json
import shutil
import subprocess
import uuid

import pytest
from docx import Document
from docx.oxml import parse_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from participants_study import ADA, COST, GARDEN, QUEUE, participants_study
from written_files import W, para

from assistant.exchange.participants import (
    TITLES,
    given_packs,
    pack_file,
    pack_for,
    participant_of,
    record_pack,
    take_comments,
)
from assistant.exchange.participants.questions import PLACEHOLDER
from assistant.exchange.participants.returned import read_returned
from store.erase import erase_interview
from store.errors import InvalidInputError, NotFoundError
from store.memos import delete_memo, memos
from store.study import create_study
from store.transcripts import revise_transcript, transcript
from store.values import NewTurn, Role, Span

COMMENT, PERMISSION, CHANGE = TITLES


@pytest.fixture
def study(tmp_path):
    with participants_study(tmp_path) as made:
        yield made


@pytest.fixture
def pack(study):
    """Given out as a file; passages 1 and 2 belong to Machines, passage 3 to Life."""
    made = pack_for(study, participant_of(study, ["I1"]))
    record_pack(study, made, "pack", b"", coder="Ana")
    return made


def document(pack):
    return Document(io.BytesIO(pack_file(pack, "docx")))


def row(document, label):
    return next(row for table in document.tables for row in table.rows if row.cells[0].text == label)


def write(document, label, text):
    """As Word does: the field's prompt goes, the text takes its place."""
    (field,) = row(document, label)._tr.iter("{*}sdt")
    prompt = field.find(".//{*}showingPlcHdr")
    prompt.getparent().remove(prompt)
    content = field.find("./{*}sdtContent")
    lines = "".join(map(para, text.split("\n")))
    content[:] = list(parse_xml(f"<w:sdtContent {W}>{lines}</w:sdtContent>"))


def tick(document, label, answer):
    """As Word does: the box is checked and shows it."""
    for box in row(document, label)._tr.iter("{*}sdt"):
        name = next(box.iter("{*}alias"))
        if name.get(name.keys()[0]).endswith(answer):
            checked = next(box.iter("{*}checked"))
            checked.set(checked.keys()[0], "1")
            next(box.iter("{*}t")).text = "☒"


def back(document, tmp_path, name="back.docx"):
    path = tmp_path / name
    document.save(str(path))
    return path


def page(pack, tmp_path, comments=None, answers=None, name="my-comments.html"):
    """The page as its own script saves it."""
    held = {"format": 1, "pack": pack.token, "comments": comments or {}, "answers": answers or {}}
    empty = json.dumps({"format": 1, "pack": pack.token, "comments": {}, "answers": {}})
    text = pack_file(pack, "html").decode()
    assert text.count(empty) == 1
    path = tmp_path / name
    path.write_text(text.replace(empty, json.dumps(held).replace("<", "\\u003c")), encoding="utf-8")
    return path


def told(found):
    return [(m.title, m.text, m.target.interview, m.target.kind) for m in found]


def came_back(study):
    return [m for m in memos(study) if m.title in TITLES]


def test_a_filled_word_file_becomes_memos_on_its_passages(study, pack, tmp_path):
    """Comments where they belong, refusals each on its passage, what may be quoted in one memo on the interview."""
    filled = document(pack)
    write(filled, "Your comment on passage 2", "It <b>fell</b> & rose.\nTwice 🙂.")
    write(filled, "Your comment on theme 2", "Not my life.")
    write(filled, "Is anything wrong or missing?", "The noise.")
    tick(filled, "May we quote passage 1?", "Yes, as it stands")
    tick(filled, "May we quote passage 2?", "No")
    tick(filled, "May we quote passage 3?", "Yes, with the change that I wrote")
    tick(filled, "May we quote what you told us?", "No")
    taken = take_comments(study, back(filled, tmp_path), coder="Ana")
    assert (taken.pack.token, taken.interviews, taken.known, taken.notes) == (pack.token, ("I1",), 0, ())
    assert told(taken.kept) == [
        (COMMENT, "It <b>fell</b> & rose.\nTwice 🙂.", "I1", "passage"),
        (COMMENT, "Not my life.", "I1", "code"),
        (COMMENT, "The noise.", "I1", "interview"),
        (PERMISSION, "This passage may not be quoted.", "I1", "passage"),
        (PERMISSION, "This passage may be quoted only with the change that the participant wrote.", "I1", "passage"),
        (PERMISSION, "Asked whether we may quote what they told us, the participant ticked: No.", "I1", "interview"),
        (PERMISSION, f"In the pack {pack.token}, these passages may be quoted as they stand: 1.", "I1", "interview"),
    ]
    assert {m.coder for m in taken.kept} == {"Ana"}
    text = transcript(study, "I1").text
    assert [m.target.span.of(text) for m in taken.kept if m.target.span] == [COST, COST, GARDEN]
    assert taken.kept[1].target.code == "t2"


def test_a_page_brings_the_same_memos_as_a_word_file(study, pack, tmp_path):
    """What is written and ticked in both is kept once, whichever comes first."""
    filled = document(pack)
    write(filled, "Your comment on passage 1", "Months.")
    tick(filled, "May we quote passage 2?", "No")
    first = take_comments(study, page(pack, tmp_path, {"passage-1": "Months."}, {"passage-2": "no"}), coder="Ana")
    second = take_comments(study, back(filled, tmp_path), coder="Ben")
    assert len(first.kept) == 2
    assert (second.kept, second.known) == ((), 2)


def test_the_same_file_twice_doubles_nothing_and_brings_nothing_back(study, pack, tmp_path):
    """Also where a memo was deleted meanwhile; what was written anew comes as a memo of its own."""
    path = page(pack, tmp_path, {"passage-1": "Months.", "all": "Fine."})
    kept = take_comments(study, path, coder="Ana").kept
    delete_memo(study, "Ana", kept[0].guid, revision=1)
    again = take_comments(study, path, coder="Ana")
    assert (again.kept, again.known) == ((), 2)
    later = take_comments(study, page(pack, tmp_path, {"passage-1": "Years.", "all": "Fine."}), coder="Ana")
    assert ([m.text for m in later.kept], later.known) == (["Years."], 1)
    assert sorted(m.text for m in came_back(study)) == ["Fine.", "Years."]


def test_comments_alone_as_json(study, pack, tmp_path):
    """For whoever fills them in by a program; a mark at the beginning of the file does no harm."""
    path = tmp_path / "comments.json"
    held = {"pack": pack.token.upper(), "comments": {"passage-3": "Roses."}}
    path.write_text(json.dumps(held), encoding="utf-8-sig")
    assert told(take_comments(study, path, coder="Ana").kept) == [(COMMENT, "Roses.", "I1", "passage")]


def test_comments_in_the_margin_of_word(study, pack, tmp_path):
    """With the words that they mark, on the passage in whose table they stand; elsewhere on the interview."""
    filled = document(pack)
    marked = row(filled, "Passage 2").cells[1].paragraphs[0].runs[0]
    filled.add_comment(marked, text="A lot.", author="Ada Lovelace", initials="AL")
    filled.add_comment(filled.paragraphs[1].runs[0], text="Hello!", author="Ada Lovelace")
    kept = take_comments(study, back(filled, tmp_path), coder="Ana").kept
    assert told(kept) == [
        (COMMENT, f"On “{COST}”: A lot.", "I1", "passage"),
        (COMMENT, "On “Dear participant,”: Hello!", "I1", "interview"),
    ]
    assert not any("Lovelace" in f"{m.text} {m.coder} {m.present}" for m in kept), "names stay out of the study"


def test_a_passage_that_was_written_anew_is_told(study, pack, tmp_path):
    """Over the old one, by tracked changes, or taken out; one that reads the same is no change."""
    filled = document(pack)
    row(filled, "Passage 1").cells[1].paragraphs[0].runs[0].text = "We waited for weeks."
    said = row(filled, "Passage 2").cells[1].paragraphs[0]
    old = said.runs[0]._r
    tracked = f"<w:p {W}><w:del w:id='1'><w:r><w:delText>old</w:delText></w:r></w:del><w:ins w:id='2'/></w:p>"
    deleted, inserted = parse_xml(tracked)
    inserted.append(old)
    old.find("./{*}t").text = "Power is cheap."
    said._p.extend([deleted, inserted])
    row(filled, "Passage 3").cells[1].paragraphs[0].runs[0].text = f"  {GARDEN.replace(' ', '   ')}"
    kept = take_comments(study, back(filled, tmp_path), coder="Ana").kept
    assert told(kept) == [
        (CHANGE, "The participant changed the passage into:\nWe waited for weeks.", "I1", "passage"),
        (CHANGE, "The participant changed the passage into:\nPower is cheap.", "I1", "passage"),
    ]
    gone = document(pack)
    row(gone, "Passage 1").cells[1].paragraphs[0].runs[0].text = ""
    (memo,) = take_comments(study, back(gone, tmp_path), coder="Ana").kept
    assert memo.text.endswith("The participant deleted the passage.")


def test_a_file_that_lost_its_fields_is_read_by_what_its_cells_say(study, pack, tmp_path):
    """As where a program without fields saved it: the words beside the cells are enough, boxes are ticked by hand."""
    filled = document(pack)
    for field in list(filled.element.body.iter("{*}sdt")):
        inner = list(field.find("./{*}sdtContent"))
        for each in inner:
            field.addprevious(each)
        field.getparent().remove(field)
    row(filled, "Your comment on passage 1").cells[1].paragraphs[0].runs[0].text = "Months."
    row(filled, "May we quote passage 1?").cells[1].paragraphs[2].runs[0].text = "x"
    row(filled, "May we quote passage 2?").cells[1].paragraphs[0].runs[1].text = " Yes, if you must"
    tick_two = row(filled, "May we quote passage 3?").cells[1]
    for number in (0, 1):
        tick_two.paragraphs[number].runs[0].text = "☒"
    taken = take_comments(study, back(filled, tmp_path), coder="Ana")
    assert told(taken.kept) == [
        (COMMENT, "Months.", "I1", "passage"),
        (COMMENT, "Beside the question whether it may be quoted: ☐ Yes, if you must", "I1", "passage"),
        (PERMISSION, "This passage may not be quoted.", "I1", "passage"),
        (PERMISSION, "This passage may be quoted only with the change that the participant wrote.", "I1", "passage"),
    ]
    assert taken.notes == ("More than one answer is ticked for passage 3; the strictest one counts.",)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_file_that_went_through_libreoffice(study, pack, tmp_path):
    """Opened and saved by another program, comments, answers and comments in the margin are still found."""
    filled = document(pack)
    write(filled, "Your comment on passage 2", "It fell.\nTwice 🙂.")
    tick(filled, "May we quote passage 1?", "No")
    filled.add_comment(row(filled, "Passage 3").cells[1].paragraphs[0].runs[0], text="Roses.", author="x")
    path = back(filled, tmp_path)
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless", "--convert-to"]
    subprocess.run([*command, "docx", "--outdir", str(tmp_path / "out"), str(path)], check=True, timeout=180)
    taken = take_comments(study, tmp_path / "out" / path.name, coder="Ana")
    assert told(taken.kept) == [
        (COMMENT, "It fell.\nTwice 🙂.", "I1", "passage"),
        (COMMENT, f"On “{GARDEN}”: Roses.", "I1", "passage"),
        (PERMISSION, "This passage may not be quoted.", "I1", "passage"),
    ]
    assert taken.notes == ()


def test_memos_move_with_corrections_of_the_transcript(study, pack, tmp_path):
    """Made while the pack was away or later: each comment stands on the words that it is about."""
    turns = [NewTurn(text, who, Role.INTERVIEWER if who == "Interviewer" else Role.PARTICIPANT) for who, text in ADA]
    turns[0] = NewTurn("And how did you ever get hold of machines?", "Interviewer", Role.INTERVIEWER)
    revise_transcript(study, "I1", turns, coder="Ana")
    (memo,) = take_comments(study, page(pack, tmp_path, {"passage-2": "Yes."}), coder="Ana").kept
    assert (memo.needs_look, memo.target.span.of(transcript(study, "I1").text)) == (False, COST)
    turns[3] = NewTurn("Nothing.", "Ada")
    revise_transcript(study, "I1", turns, coder="Ana")
    (memo,) = came_back(study)
    assert memo.needs_look


def test_a_changed_transcript_is_no_change_by_the_participant(study, pack, tmp_path):
    """The passage is compared with the revision that was sent."""
    turns = [NewTurn(text, who, Role.INTERVIEWER if who == "Interviewer" else Role.PARTICIPANT) for who, text in ADA]
    turns[1] = NewTurn(QUEUE.replace("weeks", "months"), "Ada")
    revise_transcript(study, "I1", turns, coder="Ana")
    filled = document(pack)
    write(filled, "Is anything wrong or missing?", "No.")
    assert [m.title for m in take_comments(study, back(filled, tmp_path), coder="Ana").kept] == [COMMENT]


def test_a_file_of_another_study_or_without_its_code(study, pack, tmp_path):
    """Refused by a sentence; one whose last line is gone can be given the code by hand."""
    path = page(pack, tmp_path, {"passage-1": "Months."})
    with create_study(tmp_path / "other") as other, pytest.raises(NotFoundError, match="was not given out of this"):
        take_comments(other, path, coder="Ana")
    lost = document(pack)
    write(lost, "Your comment on passage 1", "Months.")
    last = lost.paragraphs[-1]
    assert pack.token in last.text
    last._p.getparent().remove(last._p)
    path = back(lost, tmp_path)
    with pytest.raises(InvalidInputError, match="does not say which pack it is, for its last line is gone"):
        take_comments(study, path, coder="Ana")
    with pytest.raises(NotFoundError, match="No pack “0000” was given out of this study"):
        take_comments(study, path, coder="Ana", pack="0000")
    assert came_back(study) == []
    assert len(take_comments(study, path, coder="Ana", pack=pack.token).kept) == 1
    with pytest.raises(InvalidInputError, match="say who you are"):
        take_comments(study, path, coder=" ")


def test_a_file_that_came_back_as_it_was(study, pack, tmp_path):
    """Nothing written is no comment, and the prompt of a field is none either."""
    for path in (back(document(pack), tmp_path), page(pack, tmp_path)):
        with pytest.raises(InvalidInputError, match="came back without a comment or an answer"):
            take_comments(study, path, coder="Ana")
    assert came_back(study) == []


def test_places_that_the_pack_does_not_have_are_counted(study, pack, tmp_path):
    """A key that somebody made up does not become a memo, and does no harm."""
    comments = {"passage-1": "Months.", "passage-99": "x", "theme-0": "x", "../../etc": "x", "": "x"}
    taken = take_comments(study, page(pack, tmp_path, comments, {"theme-1": "no", "passage-0": "no"}), coder="Ana")
    assert [m.text for m in taken.kept] == ["Months."]
    assert taken.notes == ("6 comments or answers are about nothing that is in that pack and in this study; not kept.",)


def test_what_is_left_of_a_pack_after_an_erasure(study, tmp_path):
    """Comments on the erased interview are not kept; without any interview left the file is refused."""
    both = pack_for(study, participant_of(study, ["I1", "I4"]))
    record_pack(study, both, "pack", b"", coder="Ana")
    path = page(both, tmp_path, {"passage-1": "On I1.", "passage-3": "On I4."})
    erase_interview(study, "I1", coder="Ana")
    taken = take_comments(study, path, coder="Ana")
    assert [(m.text, m.target.interview) for m in taken.kept] == [("On I4.", "I4")]
    assert taken.notes[0].startswith("1 comment or answer is about nothing")
    erase_interview(study, "I4", coder="Ana")
    with pytest.raises(NotFoundError, match="were erased from this study"):
        take_comments(study, path, coder="Ana")
    assert [g.token for g in given_packs(study)] == [both.token]


def test_an_erased_interview_takes_its_comments_along(study, pack, tmp_path):
    """Also those on a theme, which were this participant's words."""
    take_comments(study, page(pack, tmp_path, {"passage-1": "a", "theme-1": "b", "all": "c"}), coder="Ana")
    assert len(came_back(study)) == 3
    erase_interview(study, "I1", coder="Ana")
    assert came_back(study) == []


keys = st.sampled_from(["passage-1", "passage-2", "passage-3", "theme-1", "theme-2", "all"])
answered = st.dictionaries(st.sampled_from(["passage-1", "passage-2", "all"]), st.sampled_from(["yes", "change", "no"]))
written = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), include_characters="\n"), max_size=80
).filter(lambda text: PLACEHOLDER not in text)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(keys, written, max_size=4), answered)
def test_what_is_written_into_a_page_is_what_is_read(pack, tmp_path, comments, answers):
    """Letter by letter, whatever it holds; only white space at the ends goes."""
    found = read_returned(page(pack, tmp_path, comments, answers, f"{uuid.uuid4()}.html"))
    assert found.tokens == (pack.token,)
    assert found.comments == {key: text.strip() for key, text in comments.items() if text.strip()}
    assert found.answers == answers


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written.filter(str.strip))
def test_what_is_written_into_a_cell_is_what_is_read(pack, tmp_path, text):
    """Line ends become the paragraphs and breaks of Word, and come back."""
    filled = document(pack)
    cell = row(filled, "Your comment on passage 1").cells[1]
    for child in list(cell._tc)[1:]:
        cell._tc.remove(child)
    for line in text.split("\n"):
        cell.add_paragraph(line)
    legal = text.replace("\ufffe", "").replace("\uffff", "")
    found = read_returned(back(filled, tmp_path))
    assert found.comments.get("passage-1", "") == legal.strip()


def test_spans_of_memos_are_those_of_the_passages(study, pack, tmp_path):
    """A comment on each passage stands on exactly its stretch."""
    comments = {f"passage-{p.number}": f"On {p.number}." for p in pack.passages}
    kept = take_comments(study, page(pack, tmp_path, comments), coder="Ana").kept
    assert [m.target.span for m in kept] == [p.place.span for p in pack.passages]
    assert all(isinstance(m.target.span, Span) for m in kept)
