"""Transcripts as plain text: labels, time stamps and paragraphs as people write them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant.ingest.decoding import read_decoded
from assistant.ingest.labelled_lines import TakenApart, take_apart
from assistant.ingest.leavings import Leavings
from assistant.ingest.lines import Line, of_plain_text
from assistant.ingest.mapping import Mapping
from assistant.ingest.piece_stamps import with_end_stamps, without_stamps
from assistant.ingest.pieces import Piece, ReadTranscript, count, spoken, to_turns, with_ends
from store.errors import InvalidInputError

LABELS, PARAGRAPHS = "labels", "paragraphs"
_OVERLAP = "//"


def read_plain_text(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of a `.txt` file; roles are not guessed yet."""
    decoded = read_decoded(path, mapping.encoding)
    read = parse_plain_text(decoded.text, path.name, decoded.report, mapping)
    return replace(read, mapping=replace(read.mapping, encoding=decoded.encoding))


def parse_plain_text(
    text: str,
    name: str,
    report: Sequence[str] = (),
    mapping: Mapping = Mapping(),  # noqa: B008 - frozen
) -> ReadTranscript:
    """The turns of a plain text; `name` is what the file is called in sentences."""
    return parse_lines(of_plain_text(text), name, report, mapping)


def parse_lines(
    lines: Sequence[Line],
    name: str,
    report: Sequence[str] = (),
    mapping: Mapping = Mapping(),  # noqa: B008 - frozen
    leavings: Leavings | None = None,
) -> ReadTranscript:
    """The turns of lines, to what the reader of the file has left out of them already.

    Raises InvalidInputError where nothing is spoken in them.
    """
    left_out = leavings or Leavings()
    if mapping.layout == PARAGRAPHS:
        mapping = replace(mapping, labels=())
    said = list(report)
    taken = take_apart(lines, mapping, left_out, said)
    pieces = without_stamps(with_end_stamps(taken.pieces), said)
    _report_silent(pieces, said)
    turns = to_turns(with_ends(spoken(pieces)))
    if not turns:
        msg = f"{name} holds no spoken text beside labels and time stamps; choose another file."
        raise InvalidInputError(msg)
    return ReadTranscript(turns, tuple(said), left_out.listed(), _filled(mapping, taken))


def _report_silent(pieces: Sequence[Piece], said: list[str]) -> None:
    if silent := sum(1 for piece in pieces if not piece.text.strip()):
        said.append(f"Left out: {count(silent, 'turn')} without text.")
    if overlaps := sum(piece.text.count(_OVERLAP) // 2 for piece in pieces):
        said.append(f"Kept where it stands: {count(overlaps, 'overlap')} between // within another speaker's turn.")


def _filled(mapping: Mapping, taken: TakenApart) -> Mapping:
    guess = LABELS if taken.labels else PARAGRAPHS
    layout = mapping.layout if mapping.layout in {LABELS, PARAGRAPHS} else guess
    return replace(mapping, layout=layout, labels=taken.labels, head_lines=taken.head_lines)
