import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.ingest import read_transcript
from assistant.ingest.mapping import Mapping
from store.errors import InvalidInputError

GUESS = Mapping()


def read(tmp_path, data, mapping=GUESS, encoding="utf-8"):
    path = tmp_path / "talk.json"
    text = data if isinstance(data, str | bytes) else json.dumps(data, ensure_ascii=False)
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return read_transcript(path, mapping)


def told(transcript):
    return [(t.speaker, t.text, t.start_ms, t.end_ms) for t in transcript.turns]


def words(turn):
    return [(turn.text[w.start : w.end], w.start_ms, w.end_ms, w.probability) for w in turn.words]


def word(text, start, end, **more):
    return {"word": text, "start": start, "end": end, **more}


def test_whisper(tmp_path):
    """Segments become sentences, words keep their times; the text that is there twice is counted as such."""
    result = read(
        tmp_path,
        {
            "text": " We began. In May of",
            "segments": [
                {
                    "id": 0,
                    "seek": 0,
                    "start": 0.0,
                    "end": 2.5,
                    "text": " We  began.",
                    "tokens": [50364, 492],
                    "words": [word(" We", 0, 0.5, probability=0.9), word(" began.", 0.5, 2.5, probability=0.8)],
                },
                {
                    "id": 1,
                    "start": 2.5,
                    "end": 4,
                    "text": " In May",
                    "words": [word(" In", 2.5, 3), word(" May", 3, 4)],
                },
                {"id": 2, "start": 4, "end": 5, "text": " of", "words": [word(" of", 4, 5, probability=2)]},
            ],
            "language": "en",
        },
    )
    assert told(result) == [(None, "We began.", 0, 2500), (None, "In May of", 2500, 5000)]
    assert words(result.turns[0]) == [("We", 0, 500, 0.9), ("began.", 500, 2500, 0.8)]
    assert words(result.turns[1]) == [("In", 2500, 3000, 1.0), ("May", 3000, 4000, 1.0), ("of", 4000, 5000, 1.0)]
    assert [(left.characters, left.why) for left in result.left_out] == [
        (15, "the whole text once more"),
        (2, "“language”, which is not used"),
    ]
    assert (result.mapping.layout, result.mapping.text_column, result.mapping.time_unit) == ("segments", "text", "s")


def test_whisperx_words_pass_to_another_speaker(tmp_path):
    """A segment in which two speak is cut there; words that were not aligned have no time and no own speaker."""
    said = [
        word("We", 0.0, 0.5, score=0.9, speaker="SPEAKER_00"),
        {"word": "2019"},
        word("Why?", 1.6, 2.0, score=0.5, speaker="SPEAKER_01"),
        word("So.", 2.1, 2.5, score=0.5, speaker="SPEAKER_00"),
    ]
    segment = {"start": 0.0, "end": 2.5, "text": " We 2019 Why? So.", "words": said, "speaker": "SPEAKER_00"}
    more = {"start": 3.0, "end": 4.0, "text": "Well.", "speaker": "SPEAKER_00"}
    result = read(tmp_path, {"segments": [segment, more], "word_segments": said})
    assert told(result) == [
        ("SPEAKER_00", "We 2019", 0, 500),
        ("SPEAKER_01", "Why?", 1600, 2000),
        ("SPEAKER_00", "So. Well.", 2100, 4000),
    ]
    assert [words(turn) for turn in result.turns] == [
        [("We", 0, 500, 0.9)],
        [("Why?", 1600, 2000, 0.5)],
        [("So.", 2100, 2500, 0.5)],
    ]
    assert result.left_out == ()


def test_whisper_cpp(tmp_path):
    """Offsets are milliseconds, tokens make words, and tokens in brackets are none."""

    def token(text, start, end, p=0.9):
        return {
            "text": text,
            "offsets": {"from": start, "to": end},
            "p": p,
            "id": 1,
            "timestamps": {"from": "x", "to": "y"},
        }

    tokens = [token("[_BEG_]", 0, 0), token(" We", 0, 500), token(" be", 500, 900, 0.7), token("gan.", 900, 2500)]
    times = {"timestamps": {"from": "00:00:00,000", "to": "00:00:02,500"}, "offsets": {"from": 0, "to": 2500}}
    result = read(
        tmp_path, {"params": {"model": "base"}, "transcription": [{**times, "text": " We began.", "tokens": tokens}]}
    )
    assert told(result) == [(None, "We began.", 0, 2500)]
    assert words(result.turns[0]) == [("We", 0, 500, 0.9), ("began.", 500, 2500, 0.7)]
    assert result.left_out[0].why == "“model”, which is not used"
    assert told(read_transcript(tmp_path / "talk.json", result.mapping)) == told(result)


def two(text, start, end, times, *, unit=1, speaker=lambda name: name):
    """Two segments with these keys, their times through a function and in a unit."""
    return [
        {text: said, start: times(a * unit), end: times(b * unit), "speaker": speaker(number)}
        for number, (said, a, b) in enumerate([("Hello there.", 0.25, 1.9), ("Hi.", 2.0, 2.3)])
    ]


WORDS_ALONE = {
    "transcript": "Hello there. Hi.",
    "words": [
        word("hello", 0.25, 1, punctuated_word="Hello", speaker=0),
        word("there", 1, 1.9, punctuated_word="there.", speaker=0),
        word("hi", 2, 2.3, punctuated_word="Hi.", speaker=1),
    ],
}


@pytest.mark.parametrize(
    "data",
    [
        two("text", "start", "end", float, speaker="Speaker {}".format),
        {"utterances": two("text", "start", "end", int, unit=1000)},
        {"results": {"utterances": two("transcript", "start", "end", float)}},
        {"results": {"channels": [{"alternatives": [WORDS_ALONE]}]}},
        {
            "results": {
                "transcripts": [{"transcript": "Hello there. Hi."}],
                "audio_segments": two("transcript", "start_time", "end_time", str),
            }
        },
        {"entries": two("content", "startTime", "endTime", "0:0{}".format, speaker=lambda n: {"name": f"Speaker {n}"})},
    ],
    ids=["list", "milliseconds", "utterances", "words alone", "audio segments", "clocks"],
)
def test_other_recognisers(tmp_path, data):
    """Lists of what was said are found wherever they stand and whatever their keys are called."""
    assert told(read(tmp_path, data)) == [("Speaker 0", "Hello there.", 250, 1900), ("Speaker 1", "Hi.", 2000, 2300)]


def test_chunks_with_a_pair_of_times(tmp_path):
    """Times may stand in a list, the last end may be missing."""
    chunks = [{"timestamp": [0.0, 2.0], "text": " Yes."}, {"timestamp": [2.0, None], "text": " No."}]
    assert told(read(tmp_path, {"text": " Yes. No.", "chunks": chunks})) == [
        (None, "Yes.", 0, 2000),
        (None, "No.", 2000, None),
    ]


def test_names_in_the_text_and_what_a_person_states(tmp_path):
    """Without a key for speakers, names before a colon count; keys and unit of the mapping are taken."""
    data = [{"text": "Ann: Yes.", "note": "Ann: x", "at": 5}, {"text": "Bo: No.", "note": "Bo: y", "at": 7}]
    data += [{"text": "Ann: Oh.", "note": "Ann: z", "at": 9}]
    assert [(t.speaker, t.text) for t in read(tmp_path, data).turns] == [("Ann", "Yes."), ("Bo", "No."), ("Ann", "Oh.")]
    stated = Mapping(text_column="note", speaker_column="", start_column="at", time_unit="ms", labels=())
    result = read(tmp_path, data, stated)
    assert told(result) == [(None, "Ann: x Bo: y", 5, 9), (None, "Ann: z", 9, None)]
    assert [(left.why, left.characters) for left in result.left_out] == [
        ("“text” of segments, which is not used", len("Ann:Yes.Bo:No.Ann:Oh.")),
    ]
    with pytest.raises(InvalidInputError, match="has no “who” in its segments; they have “text”, “note”, “at”"):
        read(tmp_path, data, Mapping(speaker_column="who"))


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-1", "1e308", "9" * 400, '"x"', "true", "{}", "[]", '"99999999:00"']
)
def test_times_that_are_none_cost_no_text(tmp_path, value):
    """The turn stays and its time is unknown."""
    words = f'[{{"word": "Yes.", "start": {value}, "end": 1}}]'
    text = f'{{"segments": [{{"text": "Yes.", "start": {value}, "end": {value}, "words": {words}}}]}}'
    assert told(read(tmp_path, text)) == [(None, "Yes.", None, None)]
    assert read(tmp_path, text).turns[0].words == ()


def test_half_characters_can_be_stored(tmp_path):
    """Half a surrogate pair becomes a replacement character, a whole one its emoji; zeros are gone."""
    result = read(tmp_path, '[{"speaker": "A\\ud800", "text": "a \\ud800 \\ud83d\\ude00\\u0000 b", "start": 1}]')
    assert told(result) == [("A\ufffd", "a \ufffd 😀 b", 1000, None)]
    assert result.turns[0].text.encode("utf-8")


def test_encodings(tmp_path):
    """A byte order mark and UTF-16 are no obstacle."""
    for encoding in ("utf-8-sig", "utf-16"):
        assert told(read(tmp_path, [{"text": "Grüße."}], encoding=encoding)) == [(None, "Grüße.", None, None)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"{", "is no complete json file: it cannot be read at line 1"),
        (b'{"segments": [{"text": "Yes.", "start": 1', "is no complete json file"),
        (b'{"text": "a"}\n{"text": "b"}\n', "is no complete json file"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"a":' * 100_000, "is nested too deeply"),
        (b"[" * 900 + b"]" * 900, "lists no segments with text"),
        (b"null", "lists no segments with text"),
        (b'"words"', "lists no segments with text"),
        (b"[1, 2, 3]", "lists no segments with text"),
        (b'{"segments": []}', "lists no segments with text"),
        (b'{"segments": [{"text": 5}]}', "lists no segments with text"),
        (b'{"segments": [{"text": " "}]}', "nothing is said in them"),
        (b"\xff\xfe\x00", "is no complete json file"),
        (b'{"segments": ' + b"9" * 5000 + b"}", "is no complete json file"),
    ],
)
def test_what_is_no_transcript_ends_in_a_sentence(tmp_path, data, sentence):
    """Empty, truncated, nested and other json is refused."""
    with pytest.raises(InvalidInputError, match=re.escape(sentence)):
        read(tmp_path, data)


KEYS = st.sampled_from(["text", "start", "end", "words", "speaker", "offsets", "tokens", "word", "from", "p"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
SEGMENTS = st.fixed_dictionaries({"text": VALUES, "start": VALUES, "words": VALUES, "speaker": VALUES})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(
    st.lists(st.fixed_dictionaries({"text": VALUES, "start": VALUES, "words": VALUES, "speaker": VALUES}), max_size=3)
)
def test_any_json_is_read_or_refused(tmp_path, segments):
    """Whatever stands under the keys, there are turns with sane times and words, or a sentence."""
    try:
        result = read(tmp_path, json.dumps({"segments": segments}))
    except InvalidInputError:
        return
    for turn in result.turns:
        assert turn.text == " ".join(turn.text.split()) != ""
        assert turn.start_ms is None or turn.start_ms >= 0
        assert turn.start_ms is None or turn.end_ms is None or turn.end_ms >= turn.start_ms
        assert all(0 <= w.start < w.end <= len(turn.text) and w.start_ms <= w.end_ms for w in turn.words)
        assert all(0 <= w.probability <= 1 for w in turn.words)
        turn.text.encode("utf-8")
