import pytest

from assistant.ingest import read_transcript
from assistant.ingest.mapping import Mapping, SpeakerAs
from store.errors import InvalidInputError
from store.values import Role

TALK = "Rain study\nInterview of 2 May\n\nAna: Why?\nBo: Rain.\nAna: And\nnote: it poured.\nBo: Yes.\n"


def read(tmp_path, text, mapping=None, encoding="utf-8"):
    path = tmp_path / "talk.txt"
    path.write_bytes(text.encode(encoding))
    return read_transcript(path, mapping or Mapping())


def said(result):
    return [(turn.speaker, turn.text) for turn in result.turns]


def test_the_guess_comes_back_as_a_mapping_that_reads_the_same(tmp_path):
    """What was guessed is filled in, and given back it changes nothing in the turns."""
    result = read(tmp_path, TALK)
    mapping = result.mapping
    assert (mapping.encoding, mapping.layout, mapping.labels, mapping.head_lines) == (
        "utf-8", "labels", ("Ana", "Bo"), 2,
    )  # fmt: skip
    assert mapping.speakers == {"Ana": SpeakerAs("Ana", Role.PARTICIPANT), "Bo": SpeakerAs("Bo", Role.PARTICIPANT)}
    again = read(tmp_path, TALK, mapping)
    assert again.turns == result.turns
    assert [entry.characters for entry in again.left_out] == [entry.characters for entry in result.left_out] == [24]


def test_labels_are_taken_as_stated(tmp_path):
    """Only stated labels are speakers, also one that looks like none; with an empty list nobody is named."""
    assert said(read(tmp_path, TALK, Mapping(labels=("ana",)))) == [
        ("Ana", "Why? Bo: Rain. And note: it poured. Bo: Yes.")
    ]
    stated = read(tmp_path, "the old man: One.\nshe: Two.\nthe old man: Six.", Mapping(labels=("the old man", "she")))
    assert said(stated) == [("the old man", "One."), ("she", "Two."), ("the old man", "Six.")]
    assert said(read(tmp_path, "I: Why?\n\nP: Rain.\n", Mapping(labels=()))) == [(None, "I: Why?"), (None, "P: Rain.")]
    assert said(read(tmp_path, "I: Why?\n\nP: Rain.\n", Mapping(layout="paragraphs")))[0] == (None, "I: Why?")


def test_the_head_is_as_long_as_stated(tmp_path):
    """Stated head lines are left out, the lines after them are spoken; lines without text do not count."""
    one = read(tmp_path, TALK, Mapping(head_lines=1))
    assert said(one)[0] == (None, "Interview of 2 May")
    assert [(entry.characters, entry.sample) for entry in one.left_out] == [(9, "Rain study")]
    assert said(read(tmp_path, TALK, Mapping(head_lines=0)))[0] == (None, "Rain study Interview of 2 May")
    assert said(read(tmp_path, TALK, Mapping(head_lines=3, labels=("Ana", "Bo")))) == [
        ("Bo", "Rain."), ("Ana", "And note: it poured."), ("Bo", "Yes."),
    ]  # fmt: skip
    with pytest.raises(InvalidInputError, match="no spoken text"):
        read(tmp_path, TALK, Mapping(head_lines=99))


def test_speakers_are_kept_as_stated(tmp_path):
    """Names and roles are as stated, the rest guessed; two speakers under one name are one."""
    mapping = Mapping(speakers={"ana": SpeakerAs("Dr. Berg", Role.INTERVIEWER), "Cy": SpeakerAs("C")})
    result = read(tmp_path, TALK, mapping)
    assert [(t.speaker, t.role) for t in result.turns[:2]] == [
        ("Dr. Berg", Role.INTERVIEWER), ("Bo", Role.PARTICIPANT),
    ]  # fmt: skip
    assert "Taken as interviewer: Dr. Berg; as participants: Bo, as stated; guessed for Bo." in result.report
    assert result.report[-1] == "Stated, but not in the file: Cy."
    assert result.mapping.speakers["Ana"] == SpeakerAs("Dr. Berg", Role.INTERVIEWER)
    one = read(tmp_path, TALK, Mapping(speakers={"Ana": SpeakerAs("X"), "Bo": SpeakerAs("X")}))
    assert said(one) == [("X", "Why? Rain. And note: it poured. Yes.")]


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("utf-9", "no encoding that is known"),
        ("ascii", "not written in ascii"),
        ("base64", "no encoding"),
        ("\0", "enc"),
    ],
)
def test_an_encoding_that_does_not_fit_is_refused(tmp_path, encoding, sentence):
    """A stated encoding is used, never quietly replaced."""
    text = "I: Größe?\nB: Ja.\n"
    assert said(read(tmp_path, text, Mapping(encoding="cp1252"), "cp1252"))[0] == ("I", "Größe?")
    with pytest.raises(InvalidInputError, match=sentence):
        read(tmp_path, text, Mapping(encoding=encoding))


def test_stamps_at_the_ends_of_turns_are_times(tmp_path):
    """Where every turn ends in a stamp, it ends there and the next one starts; the first start is unknown."""
    turns = read(tmp_path, "I: Eins? #00:00:12-5#\n\nB: Zwei. #00:00:20-0#\n\nI: Drei. #00:00:31-0#\n").turns
    assert [(t.text, t.start_ms, t.end_ms) for t in turns] == [
        ("Eins?", None, 12_500), ("Zwei.", 12_500, 20_000), ("Drei.", 20_000, 31_000),
    ]  # fmt: skip


def test_one_label_among_many_paragraphs_names_only_its_own(tmp_path):
    """A moderator who is named in a think-aloud of somebody else does not get the other's words."""
    aloud = [f"I look at thing number {n} and I think about it for a while." for n in range(30)]
    text = "\n\n".join([*aloud[:25], "MODERATOR: It works for me.", *aloud[25:]])
    result = read(tmp_path, text)
    assert len(result.turns) == 31
    assert [t.text for t in result.turns if t.speaker] == ["It works for me."]
    assert any(sentence.startswith("Only MODERATOR is named") for sentence in result.report)
