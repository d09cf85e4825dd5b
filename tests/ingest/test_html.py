import pytest

from assistant.ingest import read_transcript
from assistant.ingest.mapping import Mapping
from store.errors import InvalidInputError


def read(tmp_path, body, mapping=None, head="<meta charset=utf-8>", encoding="utf-8"):
    path = tmp_path / "talk.html"
    path.write_bytes(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode(encoding))
    return read_transcript(path, mapping or Mapping())


def said(result):
    return [(turn.speaker, turn.text) for turn in result.turns]


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ana: One.</p><p>Bo: Two.</p><p>Ana: Six.</p>",
        "Ana: One.<br>Bo: Two.<br/>Ana: Six.",
        "<div>Ana:\n  One.</div>\n<div>Bo: Two.</div><ul><li>Ana: Six.</li></ul>",
        "<p><b>Ana:</b> One.</p><p><strong>Bo</strong>: Two.</p><p><b>Ana</b>: Six.</p>",
        "<p><b>Ana</b><br>One.</p><p><span style='font-weight: 700'>Bo</span><br>Two.</p><h3>Ana</h3><p>Six.</p>",
        "<p>Ana<span>0:01</span></p><p>One.</p><p>Bo<span>0:04</span></p><p>Two.</p><p>Ana<span>0:09</span></p><p>Six.</p>",
        "<div>Ana</div><div>0:01</div><p>One.</p><div>Bo</div><div>0:04</div><p>Two.</p><div>Ana</div><div>0:09</div><p>Six.</p>",
        "<table><tr><td>Ana</td><td>One.</td></tr><tr><td>Bo</td><td>Two.</td></tr><tr><td>Ana</td><td>Six.</td></tr></table>",
        "<table><thead><tr><th>Speaker<th>Text</thead><tr><td>Ana<td>One.<tr><td>Bo<td>Two.<tr><td>Ana<td>Six.</table>",
        "<pre>Ana: One.\nBo: Two.\nAna: Six.</pre>",
    ],
)
def test_speakers_are_recognised(tmp_path, body):
    """Paragraphs, line breaks, lists, bold names, meeting programs' blocks and tables give the same turns."""
    assert said(read(tmp_path, body)) == [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]


def test_what_is_no_speech_is_left_out(tmp_path):
    """Code and style count as no text; titles, hidden text, pictures' descriptions and buttons are accounted for."""
    body = (
        "<script>var x = 'I: not said';</script><style>p {}</style><!-- I: not said --><p>I: Why?</p>"
        "<p>P: Rain &amp; <i>sno</i>w&nbsp;&#x1F642;.<img src='http://example.org/x.png' alt='A cloud'></p>"
        "<p style='display:none'>hidden words</p><p>I: <del>No</del>So.</p><button>Copy</button>"
    )
    result = read(tmp_path, body, head="<meta charset=utf-8><title>Rain study</title>")
    assert said(result) == [("I", "Why?"), ("P", "Rain & snow \U0001f642."), ("I", "So.")]
    assert {entry.why: (entry.characters, entry.sample) for entry in result.left_out} == {
        "the title of the page": (9, "Rain study"),
        "descriptions of pictures": (6, "A cloud"),
        "hidden text": (11, "hidden words"),
        "deleted text": (2, "No"),
        "buttons and menus": (4, "Copy"),
    }


NOSCRIBE = (
    '<p style="font-weight: 600">A talk</p><p><a name="ts_0_900_">(1 second pause) </a></p><p></p>'
    '<p><a name="ts_900_2000_S00">Ana: <span style="color: #78909C">[00:00:00]</span> One</a>'
    '<a name="ts_2000_2500_//S01"> //Bo: mhm</a><a name="ts_2500_4000_S00">// and two.</a></p>'
    '<p><a name="ts_4100_5200_S01">Bo: <span>[00:00:04]</span> Three.</a></p>'
    '<p><a name="ts_5300_6000_S01">Four.</a></p>'
)


def test_links_of_noscribe_are_times(tmp_path):
    """A paragraph begins and ends where its links do; the name is the one that is written, not the one in the link."""
    result = read(tmp_path, NOSCRIBE)
    assert [(t.speaker, t.text, t.start_ms, t.end_ms) for t in result.turns] == [
        ("Ana", "One //Bo: mhm// and two.", 900, 4000),
        ("Bo", "Three. Four.", 4100, 5200),
    ]
    assert result.mapping.layout == "noScribe"
    assert [(entry.characters, entry.sample) for entry in result.left_out] == [(19, "A talk (1 second pause)")]
    stamps = read(tmp_path, NOSCRIBE, Mapping(layout="labels", labels=("Ana", "Bo")))
    assert [(t.speaker, t.start_ms) for t in stamps.turns] == [("Ana", 0), ("Bo", 4000)]
    again = read(tmp_path, NOSCRIBE, result.mapping)
    assert again.turns == result.turns


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', "cp1252"),
        ('<meta charset="utf-8">', "cp1252"),
        ("", "utf-8"),
        ('<meta charset="no-such-thing">', "utf-16"),
    ],
)
def test_the_encoding_is_the_one_that_fits(tmp_path, head, encoding):
    """What a page says of its encoding is believed where it can be true."""
    assert said(read(tmp_path, "<p>I: Größe?</p><p>P: Ja – so.</p>", head=head, encoding=encoding)) == [
        ("I", "Größe?"), ("P", "Ja – so."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"<html><body><script>1</script></body></html>", "no spoken text"),
        (b"<div>" * 5_000 + b"I: Why?", "nested more than|no spoken text|can be read"),
        (b"x" * 50_000_000, "50 MB, too much for a page"),
        (b"PK\x03\x04 zip", "zip file, whatever its name"),
    ],
)
def test_bad_pages_are_refused_with_a_sentence(tmp_path, data, sentence):
    """Empty, huge, deeply nested pages and other files say what is wrong."""
    (tmp_path / "talk.html").write_bytes(data)
    with pytest.raises(InvalidInputError, match=sentence):
        read_transcript(tmp_path / "talk.html")


def test_entities_are_no_bomb(tmp_path):
    """A page that declares entities upon entities has none of them unfolded."""
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    (tmp_path / "talk.html").write_text(f"{bomb}<p>I: Why &b;?</p><p>P: Rain.</p>", encoding="utf-8")
    assert "aaaaaaaaaa" not in " ".join(turn.text for turn in read_transcript(tmp_path / "talk.html").turns)
