"""Every character of real files is in a turn, a label, a time or the account, counted by other means than ours."""

import html
import re
import zipfile

import pytest
from striprtf.striprtf import rtf_to_text
from test_manifest_table import DATA, MISSING

from assistant.ingest import read_transcript


def without_tags(text):
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def part(path, name):
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode("utf-8")


def body_of_page(path):
    body = path.read_text(encoding="utf-8").partition("<body")[2].partition(">")[2]
    return without_tags(body.replace("</p>", "\n"))


def body_of_odt(path):
    return without_tags(part(path, "content.xml").partition("<office:body>")[2])


def body_of_docx(path):
    return html.unescape("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", part(path, "word/document.xml"))))


def body_of_pdf(path):
    return pytest.importorskip("pdfminer.high_level").extract_text(path)


# File → (its text by other means, what in it is a label or a time).
FILES = {
    "noscribe_0.7_interview_de.txt": (lambda path: path.read_text(encoding="utf-8-sig"), r"(?m)^S0\d:|\[[\d:]+\]"),
    "noscribe_0.7_interview_de.html": (body_of_page, r"(?m)^S0\d:|\[[\d:]+\]"),
    "serdif_P3.odt": (body_of_odt, r"MODERATOR:"),
    "qualcoder_example_ID2.odt": (body_of_odt, r"\Z"),
    "teamslike_interview_A.docx": (body_of_docx, r"(?:Jordan Lee|Alex Morgan)   \d:\d\d"),
    "qualcoder_example_ID1.docx": (body_of_docx, r"\Z"),
    "code_review_P1R1.rtf": (lambda path: rtf_to_text(path.read_text(encoding="latin-1")), r"\Z"),
    "pdpilot_P1.pdf": (body_of_pdf, r"(?m)^(?:Dan|Participant):"),
    "maxqda_coded_segments_export.pdf": (body_of_pdf, None),
}


def size(text):
    return len("".join(text.split()))


@pytest.mark.parametrize("name", FILES)
def test_no_character_goes_missing(name):
    """What is in no turn, label or time is in the account; white space does not count."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(MISSING + name)
    text_of, labels = FILES[name]
    source = text_of(path)
    result = read_transcript(path)
    accounted = sum(size(turn.text) for turn in result.turns) + sum(entry.characters for entry in result.left_out)
    if labels is None:  # The document that a row names is its speaker: P1 to P7.
        assert accounted + 2 * len(result.turns) == size(source)
    else:
        assert accounted + sum(map(size, re.findall(labels, source))) == size(source)
