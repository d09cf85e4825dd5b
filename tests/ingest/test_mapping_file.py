import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ingest.mapping import Mapping, SpeakerAs
from assistant.ingest.mapping_file import Mappings, mapping_from, mapping_to, mapping_yaml, read_mappings
from assistant.ingest.reading import read_transcript
from assistant.ingest.text_yaml import load_yaml
from store.errors import InvalidInputError
from store.values import Role


def written(tmp_path, text, name="mapping.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_and_json_say_the_same(tmp_path):
    """Both kinds give the same mapping; scalars of yaml are text, so that a label `No` stays one."""
    text = """
encoding: cp1252
labels: [I, No, 12]
head_lines: 3
speaker_column: ""
speakers:
  I: {name: Ana Müller, role: interviewer}
  "No": Noël
  12:
"""
    wanted = Mapping(
        encoding="cp1252",
        labels=("I", "No", "12"),
        head_lines=3,
        speaker_column="",
        speakers={"I": SpeakerAs("Ana Müller", Role.INTERVIEWER), "No": SpeakerAs("Noël"), "12": SpeakerAs()},
    )
    assert read_mappings(written(tmp_path, text)).every == wanted
    value = {
        "encoding": "cp1252", "labels": ["I", "No", "12"], "head_lines": 3, "speaker_column": "", "sheet": None,
        "speakers": {"I": {"name": "Ana Müller", "role": "interviewer"}, "No": "Noël", "12": {}},
    }  # fmt: skip
    assert read_mappings(written(tmp_path, json.dumps(value), "m.json")) == Mappings(wanted)


def test_files_have_their_own_over_that_of_all_others(tmp_path):
    """A file's own lines go before `*`; names match whatever their case; what no file has is known."""
    text = "files:\n  '*': {encoding: utf-8, head_lines: 1}\n"
    text += "  I8.TXT: {head_lines: 4, speakers: {A: {role: participant}}}\n"
    mappings = read_mappings(written(tmp_path, text))
    assert mappings.of("other.txt") == Mapping(encoding="utf-8", head_lines=1)
    own = {"A": SpeakerAs(role=Role.PARTICIPANT)}
    assert mappings.of("i8.txt") == Mapping(encoding="utf-8", head_lines=4, speakers=own)
    assert mappings.unused(["other.txt"]) == ["I8.TXT"]
    assert mappings.unused(["i8.txt"]) == []


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("m.yaml", "encodng: utf-8", "m.yaml says “encodng”, which is not known; it may say: encoding, layout, labels"),
        ("m.yaml", "files: {a.txt: {sheets: x}}", "m.yaml, for a.txt, says “sheets”"),
        ("m.yaml", "files: {a.txt: {}}\nlayout: x", "m.yaml, beside `files`, says “layout”"),
        ("m.yaml", "files: [a.txt]", "holds no file names below `files`"),
        ("m.yaml", "files: {a.txt: {}, A.txt: {}}", "names a.txt twice"),
        ("m.yaml", "- a", "holds no mapping; write lines such as"),
        ("m.yaml", "just text", "holds no mapping"),
        ("m.yaml", "labels: I", "gives `labels` “I” where a list must stand"),
        ("m.yaml", "labels: [[a]]", "gives `labels` a list where a text must stand"),
        ("m.yaml", "layout: [a]", "gives `layout` a list where a text must stand"),
        ("m.yaml", "head_lines: -1", "gives `head_lines` “-1”"),
        ("m.yaml", "head_lines: 99999999999999999999", "gives `head_lines` “9999"),
        ("m.json", '{"head_lines": true}', "gives `head_lines` “True”"),
        ("m.json", '{"head_lines": 1.5}', "gives `head_lines` “1.5”"),
        ("m.yaml", "time_unit: minutes", "it is one of: s, ms"),
        ("m.yaml", "encoding: utf-99", "gives `encoding` “utf-99”, which is not known"),
        ("m.yaml", "encoding: hex", "gives `encoding` “hex”, which is not known"),
        ("m.yaml", "speakers: [A]", "gives `speakers` a list"),
        ("m.yaml", "speakers: {A: [x]}", "m.yaml, of speaker A, says a list where `name` and `role`"),
        ("m.yaml", "speakers: {A: {rôle: x}}", "of speaker A, says “rôle”, which is not known; it may say: name, role"),
        ("m.yaml", "speakers: {A: {role: boss}}", "gives the role “boss”; a role is one of: participant, interviewer"),
        ("m.yaml", "files: {a.txt: {speakers: {A: {role: boss}}}}", "m.yaml, for a.txt, of speaker A, gives the role"),
        ("m.yaml", "a: &x [1]\nb: *x", "cannot be read as YAML at line 2"),
        ("m.yaml", "layout: a\nlayout: b", "“layout” stands twice"),
        ("m.yaml", "[" * 100_000, "cannot be read as YAML"),
        ("m.json", "[" * 100_000, "cannot be read as json"),
        ("m.json", '{"layout": "a", "layout": "b"}', "says “layout” twice"),
        ("m.json", '{"layout": ', "cannot be read as json at line 1"),
        ("m.json", '{"head_lines": ' + "9" * 10_000 + "}", "cannot be read as json"),
        ("m.yaml", "", "is empty"),
        ("m.yaml", "layout: x # " + "x" * 1_000_000, "too large for a mapping"),
    ],
)
def test_what_is_no_mapping_gets_a_sentence(tmp_path, name, text, sentence):
    """Unknown keys, wrong kinds and hostile files are refused with the place and what may stand there."""
    with pytest.raises(InvalidInputError, match=re.escape(sentence)) as caught:
        read_mappings(written(tmp_path, text, name))
    assert len(str(caught.value)) < 400


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20)
stripped = texts.map(lambda t: " ".join(t.split())).filter(bool)
mappings = st.builds(
    Mapping,
    encoding=st.sampled_from([None, "utf-8", "cp1252"]),
    layout=st.none() | stripped,
    labels=st.none() | st.lists(stripped, max_size=3).map(tuple),
    head_lines=st.none() | st.integers(0, 1000),
    text_column=st.none() | stripped,
    speaker_column=st.none() | st.just("") | stripped,
    time_unit=st.sampled_from([None, "s", "ms"]),
    speakers=st.dictionaries(texts, st.builds(SpeakerAs, st.just("") | stripped, st.none() | st.sampled_from(Role))),
)


@given(mappings)
def test_a_mapping_written_and_read_again_is_the_same(mapping):
    """As json and as yaml, whatever the labels are."""
    assert mapping_from(json.loads(json.dumps(mapping_to(mapping))), "m") == mapping
    assert mapping_from(load_yaml(mapping_yaml(mapping), "m"), "m") == mapping


def test_the_mapping_of_a_guess_given_again_reads_the_same(shared_data):
    """For every real transcript: what `--preview` prints, kept in a file, changes nothing."""
    paths = [path for path in sorted((shared_data / "transcripts").iterdir()) if path.name != "manifest.json"]
    assert paths
    for path in paths:
        guessed = read_transcript(path)
        stated = mapping_from(load_yaml(mapping_yaml(guessed.mapping), "m"), "m")
        assert stated == guessed.mapping, path.name
        again = read_transcript(path, stated)
        assert (again.turns, again.mapping) == (guessed.turns, stated), path.name
        left = [sum(each.characters for each in read.left_out) for read in (guessed, again)]
        assert left[0] == left[1], path.name
