import zlib

import pytest
from written_files import pdf

from assistant.ingest import read_transcript
from store.errors import InvalidInputError


def said(result):
    return [(turn.speaker, turn.text) for turn in result.turns]


def left_out(result):
    return {entry.why: (entry.characters, entry.sample) for entry in result.left_out}


def column(lines, x=60, top=700, step=12):
    """Lines one below the other; an empty one leaves a gap."""
    return [(x, top - at * step, line) for at, line in enumerate(lines) if line]


LONG = "and this line goes on until the right margin of the page where it stops at a wo"


@pytest.mark.parametrize(
    "page",
    [
        column(["Ana: One.", "Bo: Two.", "Ana: Six."]),
        column(["Ana: One.", "", "Bo: Two.", "", "Ana: Six."]),
        column(["Ana: One.", "Bo: Two.", "Ana: Six."])[::-1],
        [(60, 700, "Ana", True), (160, 700, "One."), (60, 680, "Bo", True), (160, 680, "Two."),
         (60, 660, "Ana", True), (160, 660, "Six.")],
        [(60, 700, "Ana", True), (60, 688, "One."), (60, 668, "Bo", True), (60, 656, "Two."),
         (60, 636, "Ana", True), (60, 624, "Six.")],
        [(60, 700, "Ana"), (160, 700, "0:01"), (60, 688, "One."), (60, 668, "Bo"), (160, 668, "0:04"),
         (60, 656, "Two."), (60, 636, "Ana"), (160, 636, "0:09"), (60, 624, "Six.")],
    ],
)  # fmt: skip
def test_speakers_are_recognised(tmp_path, page):
    """Labels, columns and bold names give the same turns, in whatever order the file writes its lines."""
    result = read_transcript(pdf(tmp_path / "talk.pdf", [page]))
    assert said(result) == [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]
    assert result.left_out == ()


def test_margins_are_left_out_and_turns_go_on_over_pages(tmp_path):
    """Headers, footers, page numbers and line numbers are reported; a turn that a page cuts is one turn."""
    pages = []
    for number, lines in enumerate(
        [["I: Why?", "P: Because", "of the"], ["rain.", "I: So.", "P: 12"], ["I: Ok.", "P: No", "I: 3"]]
    ):
        numbers = [(20, 700 - at * 12, str(number * 3 + at + 1)) for at in range(3)]
        edges = [(60, 780, "Rain study, May"), (300, 20, f"Page {number + 1} of 3")]
        pages.append([*edges, *numbers, *column(lines)])
    result = read_transcript(pdf(tmp_path / "talk.pdf", pages))
    assert said(result) == [
        ("I", "Why?"), ("P", "Because of the rain."), ("I", "So."), ("P", "12"), ("I", "Ok."), ("P", "No"), ("I", "3"),
    ]  # fmt: skip
    assert left_out(result) == {
        "numbers of lines or paragraphs beside the text": (9, "1"),
        "page headers, footers and numbers": (13 * 3 + 8 * 3, "Rain study, May"),
    }


def test_paragraphs_are_told_by_gaps_and_short_lines(tmp_path):
    """Without labels a gap, or a sentence that ends far from the margin, ends a paragraph."""
    lines = [f"One {LONG}", "that is short.", f"Two {LONG}", "and more.", "", f"Three {LONG}", f"three {LONG}."]
    texts = [text for _, text in said(read_transcript(pdf(tmp_path / "talk.pdf", [column(lines)])))]
    assert texts == [f"One {LONG} that is short.", f"Two {LONG} and more.", f"Three {LONG} three {LONG}."]


def test_broken_words_are_mended_only_where_sure(tmp_path):
    """A word that stands whole elsewhere is joined, a compound keeps its hyphen, others stay as they are."""
    lines = [
        "I: The interview and the follow-up.",
        "P1: My inter-",
        "view was my follow-",
        "up to weather-",
        "men and Baden-",
        "Baden.",
    ]
    result = read_transcript(pdf(tmp_path / "talk.pdf", [column(lines)]))
    assert said(result)[1] == ("P1", "My interview was my follow-up to weather- men and Baden- Baden.")
    assert "Left as they stand: 1 word that may be broken at the end of a line." in result.report


def test_what_is_beyond_the_edge_is_not_read(tmp_path):
    """Programs write rows that a page cuts again on the next page; only what one sees is text."""
    pages = [[*column(["I: Why?", "P: Rain."]), (60, -40, "I: So.")], column(["I: So.", "P: Yes."])]
    result = read_transcript(pdf(tmp_path / "talk.pdf", pages))
    assert said(result) == [("I", "Why?"), ("P", "Rain."), ("I", "So."), ("P", "Yes.")]
    assert left_out(result) == {"text beyond the edge of the page": (5, "I: So.")}


def test_a_table_of_coded_segments_is_named_as_one(tmp_path):
    """Each row is a turn of its document, also two of one document in a row; codes are left out and reported."""
    rows = [("Document name", "Code", "Segment"), ("P1", "Rain > Heavy", "It poured"), ("", "", "all day."),
            ("P1", "Rain", "Again."), ("P2", "Sun", "Sunny.")]  # fmt: skip
    page = [(60, 780, "Coded Segments", True)]
    for at, row in enumerate(rows):
        page += [(x, 740 - 14 * at, text) for x, text in zip((60, 180, 400), row, strict=True) if text]
    result = read_transcript(pdf(tmp_path / "talk.pdf", [page]))
    assert said(result) == [("P1", "It poured all day."), ("P1", "Again."), ("P2", "Sunny.")]
    assert left_out(result)["column “Code”: codes that are not imported"] == (17, "Rain > Heavy")
    assert "no transcript: each of its 3 segments" in result.report[0]


def _image_page():
    return b"q 100 0 0 100 60 600 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"


def test_pages_without_text_are_told_apart(tmp_path):
    """A scan says that text recognition is needed; single pages with pictures only are reported."""
    with pytest.raises(InvalidInputError, match="has no text, only pictures; read it with a text recognition"):
        read_transcript(pdf(tmp_path / "scan.pdf", [_image_page(), _image_page()]))
    with pytest.raises(InvalidInputError, match="has no text, nothing to read"):
        read_transcript(pdf(tmp_path / "blank.pdf", [[]]))
    mixed = read_transcript(pdf(tmp_path / "mixed.pdf", [column(["I: Why?", "P: Rain."]), _image_page()]))
    assert "Not read: 1 page with pictures only (2)." in mixed.report


def test_a_protected_file_is_refused_with_a_sentence(tmp_path):
    """A password is asked for with a sentence; a file that only forbids printing is read."""
    pypdf = pytest.importorskip("pypdf")
    plain = pdf(tmp_path / "plain.pdf", [column(["I: Why?", "P: Rain."])])
    for user, name in (("secret", "closed.pdf"), ("", "open.pdf")):
        writer = pypdf.PdfWriter(clone_from=plain)
        writer.encrypt(user, "owner", algorithm="RC4-128")
        writer.write(tmp_path / name)
    with pytest.raises(InvalidInputError, match=r"closed\.pdf is protected by a password"):
        read_transcript(tmp_path / "closed.pdf")
    assert said(read_transcript(tmp_path / "open.pdf")) == [("I", "Why?"), ("P", "Rain.")]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"I: Why?", "no PDF file"),
        (b"%PDF-1.4\nnothing more", "damaged or cut off"),
        (
            b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 1 0 R /Kids [1 0 R] >> endobj\ntrailer << /Root 1 0 R >>",
            "damaged|no text",
        ),
    ],
)
def test_bad_files_are_refused_with_a_sentence(tmp_path, data, sentence):
    """Empty, wrong and damaged files say what is wrong."""
    (tmp_path / "talk.pdf").write_bytes(data)
    with pytest.raises(InvalidInputError, match=sentence):
        read_transcript(tmp_path / "talk.pdf")


def test_a_file_cut_off_or_a_bomb_is_refused(tmp_path):
    """Half a file is not taken for a whole one without a word; a stream of gigabytes is never unpacked."""
    whole = pdf(tmp_path / "talk.pdf", [column(["I: Why?", "P: Rain."])]).read_bytes()
    for length in range(10, len(whole) - 60, 97):
        (tmp_path / "cut.pdf").write_bytes(whole[:length])
        with pytest.raises(InvalidInputError):
            read_transcript(tmp_path / "cut.pdf")
    packed = zlib.compress(b"0" * 500_000_000, 9)
    (tmp_path / "bomb.pdf").write_bytes(b"%PDF-1.4\n1 0 obj << >>\nstream\n" + packed + b"\nendstream\n" + whole[9:])
    with pytest.raises(InvalidInputError, match="unpacks to far more"):
        read_transcript(tmp_path / "bomb.pdf")
