"""The participants page: a pack is put together, given out and recorded; what comes back is told and shown."""

import io
import json

import pytest
import streamlit as st
from docx import Document
from participants_study import COST, QUEUE, participants_study

from assistant.exchange.participants import TITLES, given_packs, pack_file, pack_for, participant_of, record_pack
from assistant.review import draw
from store.coders import add_coder, set_role
from store.memos import memos
from store.values import CoderRole


@pytest.fixture
def study(tmp_path):
    with participants_study(tmp_path) as made:
        yield made


class Page:
    """The page with its download buttons, which tests cannot press otherwise."""

    def __init__(self, page, monkeypatch, coder="Ana"):
        self.files = {}
        monkeypatch.setattr(st, "download_button", self._remember)
        self.app = page("participants", coder)
        assert not self.app.exception

    def _remember(self, _label, data, **more):
        self.files[more["key"]] = {**more, "data": data}

    def download(self, key):
        """Press it: the content, after what happens beside."""
        file = self.files[key]
        file["on_click"](*file["args"])
        self.app.run()
        assert not self.app.exception
        return file["data"]()

    @property
    def html(self):
        return "\n".join(block.proto.body for block in self.app.get("html"))


@pytest.fixture
def opened(page, monkeypatch):
    return Page(page, monkeypatch)


def returned(study, comments):
    """A saved page of a pack that was given out."""
    pack = pack_for(study, participant_of(study, ["I1"]))
    record_pack(study, pack, "pack", b"", coder="Ana")
    held = json.dumps({"format": 1, "pack": pack.token, "comments": comments, "answers": {}}).replace("<", "\\u003c")
    empty = json.dumps({"format": 1, "pack": pack.token, "comments": {}, "answers": {}})
    return pack_file(pack, "html").decode().replace(empty, held).encode()


def test_the_pack_of_an_interview_with_those_of_the_same_person(study, opened):
    """Both interviews are taken by themselves; findings are told; what is downloaded is what is recorded."""
    assert "4 passages of I1, I4." in opened.html
    assert "Left out: the definition of “Cost”, which tells of somebody else." in opened.html
    assert QUEUE in opened.html
    assert "Nothing was given out yet;" in opened.html
    content = opened.download("pack_docx")
    (given,) = given_packs(study)
    assert (given.name, given.coder, len(given.passages)) == ("participant-I1-I4.docx", "Ana", 4)
    assert given.token in Document(io.BytesIO(content)).paragraphs[-1].text
    assert "participant-I1-I4.docx is with your downloads" in opened.html
    assert "Packs that were given out" in opened.html


def test_fewer_interviews_another_text_no_context(study, opened):
    """Each field changes the file."""
    guid = next(key for key in (w.key for w in opened.app.multiselect) if key.startswith("participant_others_"))
    opened.app.multiselect(key=guid).set_value([]).run()
    opened.app.text_area(key="participant_greeting").set_value("Hello <b>you</b>.").run()
    opened.app.number_input(key="participant_turns").set_value(0).run()
    assert not opened.app.exception
    assert "3 passages of I1." in opened.html
    page = opened.download("pack_html").decode()
    assert "<p>Hello &lt;b&gt;you&lt;/b&gt;.</p>" in page
    assert "How do you get machines?" not in page
    opened.app.text_area(key="participant_greeting").set_value(" ").run()
    assert "The pack needs a text that says what it is" in opened.html


def test_of_two_voices_one_has_to_be_chosen(opened):
    """Until then there is nothing to download."""
    opened.files.clear()
    opened.app.selectbox(key="participant_interview").set_value("W-77").run()
    assert "W-77 has 2 speakers who are no interviewers" in opened.html
    assert opened.files == {}
    speakers = next(w for w in opened.app.multiselect if w.key.startswith("speakers_"))
    speakers.set_value(["Benedikta"]).run()
    assert not opened.app.exception
    assert "1 passage of W-77." in opened.html


def test_comments_that_come_back_are_told_and_shown(study, opened, monkeypatch):
    """As memos with their passage; twice nothing is doubled; a file that is none is told by its name."""
    content = returned(study, {"passage-2": "<i>It fell.</i>", "all": "Fine."})

    class Uploaded:
        def __init__(self, name, data):
            self.name, self._data = name, data

        def getvalue(self):
            return self._data

    dropped = []
    monkeypatch.setattr(st.delta_generator.DeltaGenerator, "file_uploader", lambda *_, key, **__: _put(key, dropped))
    opened.app.run()
    opened.app.button(key="participant_take").click().run()
    assert "Choose the files that came back first." in opened.html
    dropped.append(Uploaded("../my-comments.html", content))
    opened.app.run()
    opened.app.button(key="participant_take").click().run()
    assert not opened.app.exception
    assert "my-comments.html: 2 memos kept on I1." in opened.html
    assert "2 comments and permissions came back" in opened.html
    assert "&lt;i&gt;It fell.&lt;/i&gt;" in opened.html
    assert COST.replace("<", "&lt;").replace(">", "&gt;").replace("& ", "&amp; ") in opened.html
    assert {m.title for m in memos(study) if m.coder == "Ana"} == {TITLES[0]}
    opened.app.run()
    opened.app.button(key="participant_take").click().run()
    assert "0 memos kept on I1, 2 were there already." in opened.html
    dropped[:] = [Uploaded("broken.docx", b"PK")]
    opened.app.run()
    opened.app.button(key="participant_take").click().run()
    assert "broken.docx is no Word document" in opened.html


def _put(key, files):
    st.session_state[key] = list(files)


def test_nobody_gives_out_or_takes_in_without_a_name(study, page, monkeypatch):
    """The page says where the name goes."""
    returned(study, {})
    opened = Page(page, monkeypatch, " ")
    assert opened.files["pack_docx"]["disabled"]
    assert "comments are kept under who brings them in" in opened.html


def test_a_blind_coder_sees_no_passages_of_others(study, page, monkeypatch):
    """Neither in the pack nor below it."""
    add_coder(study, "Ana", by="Ana")
    set_role(study, "Ana", CoderRole.LEAD, by="Ana")
    add_coder(study, "Ben", by="Ana")
    draw(study, "Ana", "Round 1", "Ben", interviews=["I1", "I4"], seed=1)
    opened = Page(page, monkeypatch, "Ben")
    assert "Nothing that can be shown of I1, I4 is coded yet" in opened.html
    assert QUEUE not in opened.html
    assert "You are coding blind" in opened.html
