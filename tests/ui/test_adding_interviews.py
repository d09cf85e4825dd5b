"""The page “Add interviews”: what is dropped or named, how it is taken, corrected, added and refused."""

import io
import sys
import tempfile
import wave
from pathlib import Path

import openpyxl
import pytest

from assistant.intake.planning import planned_labels
from assistant.ui.import_desk import ImportDesk
from store.interviews import interviews
from store.segments import segments
from store.transcripts import transcript

TALK = "Title: Flour\n\nI: [00:01] Why {word}?\n\nP1: [00:04] Rain <b>fell</b>.\n\nI: [00:09] I see.\n"


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


def talk(word="bread") -> bytes:
    return TALK.format(word=word).encode()


def sound() -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"\x01\x00" * 32_000)
    return held.getvalue()


def cases() -> bytes:
    held, book = io.BytesIO(), openpyxl.Workbook()
    for row in (["file", "label", "Größe"], ["flour", "P7", 3.0], ["I9", "", 1]):
        book.active.append(row)
    book.save(held)
    return held.getvalue()


def drop(app, *files):
    app.file_uploader[0].set_value([(name, data, "application/octet-stream") for name, data in files])
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def there(study):
    """How many interviews the study had before."""
    return len(interviews(study))


def left_in(study) -> list[str]:
    """What reading a dropped file left in the study's folder."""
    return [path.name for path in study.folder.glob(".room-*")]


def test_what_is_dropped_is_shown_and_only_add_stores_it(page, study, there, monkeypatch):
    """Guess, first turns and what is left out; markup stays text; nothing is left of the dropped file on the disk."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    app = drop(page("add-interviews"), ("flour.txt", talk()), ("hum.wav", sound()), ("broken.vtt", b"\0\1\2"))
    shown = html(app)
    assert "Rain &lt;b&gt;fell&lt;/b&gt;." in shown
    assert "<td>I, P1</td>" in shown
    assert "0:02" in shown
    assert "Cannot be added: why?" in shown
    assert "Title: Flour" in shown
    assert len(interviews(study)) == there
    assert left_in(study) == []
    app.button(key="import_add").click().run()
    assert not app.exception
    new = interviews(study)[there:]
    assert [(each.kind, each.source_name) for each in new] == [("transcript", "flour.txt"), ("recording", "hum.wav")]
    assert f"Added: {new[0].label} (flour.txt), {new[1].label} (hum.wav)." in html(app)
    assert "Not added: broken.vtt" in html(app)
    assert [s.text for s in segments(study, new[0].label)] == ["Why bread?", "Rain <b>fell</b>.", "I see."]
    assert left_in(study) == []


def test_a_correction_changes_the_preview_and_what_is_kept(page, study, there):
    """Speakers renamed, roles turned round, a label taken away and back to the guess."""
    app = drop(page("add-interviews"), ("flour.txt", talk()))
    app.text_input(key="import_name_1_1").set_value("Baker").run()
    app.selectbox(key="import_role_1_0").set_value("participant").run()
    assert "Baker · participant · 0:04" in html(app)
    assert "I · participant · 0:01" in html(app)
    app.multiselect(key="import_labels_1").set_value(["P1"]).run()
    assert not app.exception
    assert "I: [00:01]" not in app.text_input(key="import_label_1").value
    assert app.multiselect(key="import_labels_1").value == ["P1"]
    app.button(key="import_guess_1").click().run()
    assert app.multiselect(key="import_labels_1").value == ["I", "P1"]
    assert "I · interviewer · 0:01" in html(app)
    app.text_input(key="import_name_1_1").set_value("Baker").run()
    app.text_input(key="import_label_1").set_value("B1").run()
    app.button(key="import_add").click().run()
    assert [each.label for each in interviews(study)[there:]] == ["B1"]
    assert [turn.speaker for turn in transcript(study, "B1").turns] == ["I", "Baker", "I"]


def test_a_case_table_names_and_describes(page, study, there):
    """It is recognised among the files, shows its matches, labels the new interview, and says what matched nothing."""
    app = drop(page("add-interviews"), ("flour.txt", talk()), ("cases.xlsx", cases()))
    assert "<td>Case table</td>" in html(app)
    app.selectbox(key="import_chosen").set_value(2).run()
    assert "1 of 2 rows match; attributes: Größe." in html(app)
    app.button(key="import_add").click().run()
    (new,) = interviews(study)[there:]
    assert (new.label, dict(new.attributes)) == ("P7", {"Größe": "3"})
    assert "Attributes set for: P7." in html(app)
    assert "Rows that name no interview of this study: I9." in html(app)
    assert "Interviews without a row in the table:" in html(app)


def test_a_broken_case_table_is_said_to_be_one(page, study, there):
    """It is not offered as a talk; a person can take it as one all the same."""
    rows = b"file,region\nflour,north\nbread,west\nflour,south\n"
    app = drop(page("add-interviews"), ("flour.txt", talk()), ("cases.csv", rows))
    assert "cases.csv names flour a second time at line 4" in html(app)
    assert "Cannot be used: why?" in html(app)
    app.button(key="import_add").click().run()
    assert len(interviews(study)) == there + 1


def test_a_table_can_be_taken_as_a_transcript_and_the_other_way_round(page, study, there):
    """The person's word counts, whatever it looks like; its columns can be chosen."""
    rows = b"who,said,from\nMod,What changed?,0:01\nKarl,The machine came.,0:05\nMod,And then?,0:09\n"
    app = drop(page("add-interviews"), ("talk.csv", rows))
    assert "Mod, Karl" in html(app)
    app.radio(key="import_as_1").set_value("Case table").run()
    assert "names Mod a second time at line 4" in html(app)
    assert app.button(key="import_add").disabled
    app.radio(key="import_as_1").set_value("Transcript").run()
    app.selectbox(key="import_speaker_column_1").set_value("").run()
    assert not app.exception
    assert "Mod, Karl" not in html(app)
    app.selectbox(key="import_text_column_1").set_value("who").run()
    assert "text from “who”" in html(app)
    assert len(interviews(study)) == there


def test_markup_in_names_stays_text(page):
    """A speaker's name may hold what Markdown and HTML would take for markup; it is shown as it stands."""
    rows = b"speaker,text,start\n*Eve* [x](http://y),One <i>word</i>?,0:01\n<b>Bo</b>,Two.,0:05\n"
    app = drop(page("add-interviews"), ("_a_ <b>.csv", rows))
    assert [field.label for field in app.text_input if field.key.startswith("import_name_1_")] == [
        "“\\*Eve\\* \\[x\\](http:\u2060//y)” is kept as", r"“\<b\>Bo\</b\>” is kept as",
    ]  # fmt: skip
    shown = html(app)
    assert "<i>word" not in shown
    assert "<td>_a_ &lt;b&gt;.csv</td>" in shown


def test_a_folder_on_this_machine(page, study, there, tmp_path):
    """In natural order, with what was skipped; the same again is said to be there; originals stay."""
    folder = tmp_path / "talks"
    folder.mkdir()
    for name in ("I10.txt", "I9.txt", "notes.pages"):
        (folder / name).write_bytes(talk(name))
    app = page("add-interviews")
    app.text_input(key="import_path").set_value(f'"{folder}"').run()
    assert html(app).index("I9.txt") < html(app).index("I10.txt")
    assert "Skipped: notes.pages" in html(app)
    app.text_input(key="import_path").set_value(str(folder / "I9.txt")).run()
    assert "1 of 1 were on the list already." in html(app)
    app.button(key="import_add").click().run()
    assert [each.label for each in interviews(study)[there:]] == ["I9", "I10"]
    app.text_input(key="import_path").set_value(str(folder)).run()
    assert "I9.txt is in this study already, as I9." in html(app)
    assert app.button(key="import_add").disabled
    app.button(key="import_clear").click().run()
    assert "I9.txt" not in html(app)
    assert sorted(path.name for path in folder.iterdir()) == ["I10.txt", "I9.txt", "notes.pages"]


@pytest.mark.parametrize("typed", ["/nowhere/at/all", "\0", "~nobody-of-this-name/x", "x" * 5000, "/dev/null"])
def test_a_path_that_leads_nowhere(page, typed):
    """One sentence, and the field keeps what was typed."""
    app = page("add-interviews")
    app.text_input(key="import_path").set_value(typed).run()
    assert not app.exception
    assert 'class="notice problem"' in html(app)


def test_doubles_and_taken_labels_are_said_before_anything_is_added(page, study, there):
    """The same content twice on the list, and a label that another interview has."""
    app = drop(page("add-interviews"), ("a.txt", talk()), ("b.txt", talk()), ("c.txt", talk("cake")))
    assert "b.txt holds the same as a.txt" in html(app)
    app.selectbox(key="import_chosen").set_value(3).run()
    app.text_input(key="import_label_3").set_value("I1").run()
    assert "The label I1 is taken" in html(app)
    app.button(key="import_remove_3").click().run()
    app.button(key="import_add").click().run()
    assert len(interviews(study)) == there + 1


@pytest.mark.parametrize("name", ["../../evil.txt", "..\\evil.txt", "", "..", "a\0b.txt", "ü" * 300 + ".txt"])
def test_a_dropped_file_cannot_choose_where_it_goes(name, study, monkeypatch):
    """Whatever it is called, it stands in a folder of its own, and only while it is read."""
    monkeypatch.setenv("INTERVIEW_STUDY", str(study.folder))
    monkeypatch.setattr(sys, "argv", ["app"])
    desk = ImportDesk()
    desk.take(name, data=talk())
    with desk.waiting[0].on_disk() as path:
        assert path.read_bytes() == talk()
        assert path.parent.parent == study.folder
    assert left_in(study) == []


def test_labels_are_planned_from_names_that_are_labels():
    """Each label once; what is taken is not given again; other names wait for the next free one."""
    from assistant.ingest.cases import Known

    names = ["i2.mp3", "I2.vtt", "I1.txt", "I02.txt", "talk.txt", "I3 b.txt"]
    assert planned_labels([Known("I1", "x.txt")], names, []) == ["I2", None, None, None, None, None]
    assert Path("i2.mp3").stem == "i2"
