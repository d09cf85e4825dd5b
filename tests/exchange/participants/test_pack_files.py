import io
import re
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html
from participants_study import CANARIES, COST, GARDEN, QUEUE, participants_study, summed_up

from assistant.exchange.participants import (
    ENDINGS,
    Line,
    given_packs,
    pack_file,
    pack_for,
    participant_of,
    write_pack,
)
from assistant.exchange.participants.pack import Meaning, Pack, Participant, Theme
from assistant.exchange.participants.passages import Passage, Who
from store.candidates import Place
from store.errors import ConflictError, InvalidInputError
from store.event_log import log
from store.interviews import interviews
from store.transcripts import transcript
from store.values import Span


@pytest.fixture
def study(tmp_path):
    with participants_study(tmp_path) as made:
        yield made


@pytest.fixture
def pack(study):
    summed_up(
        study,
        ("Somebody waits for weeks.", (("I1", QUEUE),)),
        ("Like Cidney they wait.", (("I1", QUEUE),)),
        ("All of them wait, the numbat too.", (("I1", QUEUE), ("W-88", "Axolotls wait in the queue."))),
    )
    return pack_for(study, participant_of(study, ["I1", "I4"]))


def parts(content, ending):
    """Everything that is in a file, as text by name."""
    if ending == "html":
        return {"page": content.decode()}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.comment == b""
        return {name: name + archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_of_anybody_else_is_in_any_part_of_the_file(pack, ending, tmp_path):
    """What others said, are called, wrote, coded or were labelled; and neither this study nor where it lies."""
    held = parts(pack_file(pack, ending), ending)
    own = " ".join(held.values())
    assert "We wait in a queue for machines." in own, "what is theirs is there"
    assert "Somebody waits for weeks." in own
    for canary in (*CANARIES, str(tmp_path)):
        found = [name for name, text in held.items() if canary.casefold() in text.casefold()]
        assert found == [], f"“{canary}” is in {found}"
    for name in ("Ada", "I1", "I4", "S1"):
        assert [part for part, text in held.items() if re.search(rf"\b{name}\b", text)] == []


def test_the_canaries_would_be_found(study):
    """They are all in the study, so that a file without them says something."""
    held = [f"{event.payload} {event.coder}" for event in log(study)]
    for interview in interviews(study):
        text = transcript(study, interview.label)
        held += [interview.label, text.text, *(str(turn.speaker) for turn in text.turns)]
    everything = " ".join(held).casefold()
    assert [canary for canary in CANARIES if canary.casefold() not in everything] == []


def test_a_word_file_names_nobody_in_its_properties(pack):
    """No author, no program that tells of this machine, a plain title."""
    properties = Document(io.BytesIO(pack_file(pack, "docx"))).core_properties
    assert properties.title == "What you told us, and how we understood it"
    others = ("author", "last_modified_by", "comments", "keywords", "subject", "category", "identifier", "version")
    assert {name: getattr(properties, name) for name in others} == dict.fromkeys(others, "")


def test_a_word_file_has_a_table_with_room_for_each_passage(pack):
    """Each row says what it is for; fields and boxes have a name that screen readers say."""
    document = Document(io.BytesIO(pack_file(pack, "docx")))
    assert [row.cells[0].text for row in document.tables[0].rows] == [
        "Said before",
        "Passage 1",
        "Said after",
        "We read it as",
        "Your comment on passage 1",
        "May we quote passage 1?",
    ]
    assert document.tables[0].rows[1].cells[1].text == QUEUE
    assert document.tables[-1].rows[0].cells[0].text == "Is anything wrong or missing?"
    names = [each.get(each.keys()[0]) for each in document.element.body.iter("{*}alias")]
    assert names[:4] == [
        "Your comment on passage 1",
        "May we quote passage 1? Yes, as it stands",
        "May we quote passage 1? Yes, with the change that I wrote",
        "May we quote passage 1? No",
    ]
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 2"]
    assert headings == ["What you speak of", "Theme 1: Machines", "Theme 2: Life", "Before you send this back"]


def test_a_page_loads_nothing_and_says_so_to_the_browser(pack):
    """No address but its own parts, a policy that forbids all else, every field with a label."""
    page = pack_file(pack, "html").decode()
    root = html.fromstring(page)
    assert re.findall(r"(?:src|href|action)\s*=", page.replace("link.href =", "")) == []
    assert "http" not in page.replace("http-equiv", "")
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    labelled = set(root.xpath("//label/@for"))
    assert {field.get("id") for field in root.iter("textarea")} == labelled
    assert all(field.getparent().tag == "label" for field in root.iter("input"))
    assert len(root.xpath("//fieldset/legend")) == len(root.xpath("//fieldset")) == len(pack.passages) + 1


def test_a_pack_is_recorded_with_places_and_no_words(study, pack, tmp_path):
    """By its code the passages are found again; what they say is not repeated in the log."""
    path = tmp_path / "pack.docx"
    write_pack(study, pack, path, coder="Ana")
    (given_out,) = given_packs(study)
    assert (given_out.token, given_out.name, given_out.coder) == (pack.token, "pack.docx", "Ana")
    assert given_out.passages == tuple(p.place for p in pack.passages)
    assert given_out.themes == ("t1", "t2")
    payload = log(study, limit=1)[0].payload
    for words in (QUEUE, COST, GARDEN, "Ada", "I1"):
        assert words not in payload
    with pytest.raises(ConflictError, match="is there already"):
        write_pack(study, pack, path, coder="Ana")
    with pytest.raises(InvalidInputError, match="choose one of docx, html"):
        write_pack(study, pack, tmp_path / "pack.pdf", coder="Ana")
    with pytest.raises(InvalidInputError, match="say who you are"):
        write_pack(study, pack, tmp_path / "other.docx", coder=" ")
    assert len(given_packs(study)) == 1


anything = st.text(min_size=1, max_size=60)
lines = st.lists(st.builds(Line, st.sampled_from(Who), anything), min_size=1, max_size=3).map(tuple)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(lines, lines, anything), min_size=1, max_size=3), anything, anything)
def test_whatever_people_said_is_text_and_never_markup(passages, name, definition):
    """Both files stay well-formed, and the passages in them are what was said; only what XML forbids is marked."""
    made = tuple(
        Passage(number, Place("g", 1, Span(0, 1)), around, said, around, (code,))
        for number, (said, around, code) in enumerate(passages, start=1)
    )
    theme = Theme(1, "g", Meaning(name, definition), (Meaning(name, definition),), made, (), (definition,))
    pack = Pack("0000-0000-0000-0000", Participant((), {}), (definition,), (theme,), ())
    with zipfile.ZipFile(io.BytesIO(pack_file(pack, "docx"))) as archive:
        for part in archive.namelist():
            if part.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(part))
    page = pack_file(replace(pack, greeting=("</script><img src=x onerror=alert(1)>",)), "html").decode()
    root = html.fromstring(page)
    assert root.xpath("//img") == []
    assert len(root.xpath("//script")) == 2
    assert len(root.xpath("//blockquote")) == len(passages)
    assert len(root.xpath("//textarea")) == len(passages) + 2
