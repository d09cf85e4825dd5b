"""RTF files (`.rtf`): their words, whatever program and code page wrote them."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.ingest.decoding import read_bytes
from assistant.ingest.documents import BOXES, Document, Paragraph
from assistant.ingest.lines import Line
from assistant.ingest.mapping import Mapping
from assistant.ingest.pieces import ReadTranscript
from assistant.ingest.rtf_tokens import Fonts, Kind, Token, characters, tokens
from assistant.ingest.rtf_words import APART, BREAKS, ON_THE_WAY, SILENT, TABLE
from store.errors import InvalidInputError

_LARGEST = 100_000_000
_DEEPEST = 2_000
_DELETED = "deleted text of tracked changes"


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group: where text goes, and how it looks."""

    aside: str = ""
    """Why text is left out; empty where it is not."""
    silent: bool = False
    fonts: bool = False
    font: int = 0
    skip: int = 1
    bold: bool = False
    hidden: bool = False
    deleted: bool = False
    in_table: bool = False


def read_rtf(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of an `.rtf` file; roles are not guessed yet.

    Raises InvalidInputError where it is no RTF file or nothing is spoken in it.
    """
    data = read_bytes(path, _LARGEST, "an RTF file")
    if not data.lstrip()[:5].startswith(b"{\\rtf"):
        msg = f"{path.name} is no RTF file, whatever its name says; save it again as RTF, or give it its right ending."
        raise InvalidInputError(msg)
    return rtf_document(data, path.name).read(path.name, mapping)


def rtf_document(data: bytes, name: str) -> Document:
    """The lines and tables of RTF; `name` is that of the file, for the sentence of an InvalidInputError."""
    walk = _Walk(name)
    for token in tokens(data):
        walk.take(token)
    return walk.finished()


@dataclass(slots=True)
class _Walk:
    """A way through the tokens that gathers lines and tables."""

    name: str
    document: Document = field(default_factory=Document)
    fonts: Fonts = field(default_factory=Fonts)
    _state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _paragraph: Paragraph = field(default_factory=Paragraph)
    _aside: list[str] = field(default_factory=list)
    _bytes: bytearray = field(default_factory=bytearray)
    _skipped: int = 0
    _cell: list[Line] = field(default_factory=list)
    _row: list[list[Line]] = field(default_factory=list)
    _rows: list[list[list[Line]]] = field(default_factory=list)
    _ignorable: bool = False
    _closed: bool = False

    def take(self, token: Token) -> None:
        """Go one token further."""
        if self._closed:
            return
        if token.kind is not Kind.HEX:
            self._decode()
        if token.kind is Kind.OPEN:
            self._open()
        elif token.kind is Kind.CLOSE:
            self._close()
        elif token.kind is Kind.WORD:
            self._word(token.text, token.number)
        elif self._skipped:
            self._skip(token)
        elif token.kind is Kind.HEX:
            self._bytes.append(token.number or 0)
        else:
            self._put(token.text)
        if token.kind is not Kind.OPEN and (token.kind, token.text) != (Kind.WORD, "*"):
            self._ignorable = False

    def finished(self) -> Document:
        """What was gathered."""
        self._decode()
        if self._stack:
            self.document.said.append("The file ends in the middle; what there is of it was read.")
        self._aside_ends()
        self._paragraph_ends()
        self._table_ends()
        return self.document

    def _open(self) -> None:
        if len(self._stack) >= _DEEPEST:
            msg = f"{self.name} has groups nested {_DEEPEST:,} deep, which no document has; it was not read."
            raise InvalidInputError(msg)
        self._stack.append(self._state)
        self._skipped = 0

    def _close(self) -> None:
        self._skipped = 0
        if not self._stack:
            return
        before = self._stack.pop()
        if before.aside != self._state.aside:
            self._aside_ends()
        self._state = replace(before, in_table=self._state.in_table)
        self._closed = not self._stack

    def _word(self, word: str, number: int | None) -> None:
        if word == "*":
            self._ignorable = True
        elif self._destination(word) or self._look(word, number):
            pass
        elif word in BREAKS:
            self._break()
        elif word in TABLE:
            self._table(word)
        elif word == "u":
            self._unicode(number or 0)
        elif (found := characters(word)) is not None:
            self._put(found)
        else:
            self.fonts.learn(word, number, within_table=self._state.fonts)

    def _destination(self, word: str) -> bool:
        """Take a word that says where the text of a group goes; False where it is none."""
        if word in APART and not self._state.silent:
            self._aside_ends()
            self._state = replace(self._state, aside=APART[word])
        elif word == "ud":
            self._state = replace(self._state, silent=False)
        elif word == "fonttbl":
            self._state = replace(self._state, fonts=True, silent=True)
        elif word in SILENT or (self._ignorable and word not in ON_THE_WAY):
            self._state = replace(self._state, silent=True)
        else:
            return False
        return True

    def _look(self, word: str, number: int | None) -> bool:
        """Take a word that changes how text looks; False where it is none."""
        on = number != 0
        if word in {"b", "v", "deleted"}:
            name = {"b": "bold", "v": "hidden", "deleted": "deleted"}[word]
            self._state = replace(self._state, **{name: on})  # type: ignore[arg-type]
        elif word == "plain":
            self._state = replace(self._state, bold=False, hidden=False, deleted=False, font=-1)
        elif word in {"pard", "intbl"}:
            self._state = replace(self._state, in_table=word == "intbl")
        elif word == "uc":
            self._state = replace(self._state, skip=max(0, min(number or 0, 100)))
        elif word == "f":
            self._state = replace(self._state, font=number or 0)
            self.fonts.learn(word, number, within_table=self._state.fonts)
        else:
            return False
        return True

    def _unicode(self, number: int) -> None:
        self._put(chr(number & 0xFFFF))
        self._skipped = self._state.skip

    def _skip(self, token: Token) -> None:
        """Pass over what stands for a character that was given as Unicode already."""
        length = 1 if token.kind is Kind.HEX else len(token.text)
        if length > self._skipped and token.kind is Kind.TEXT:
            self._put(token.text[self._skipped :])
        self._skipped = max(0, self._skipped - length)

    def _decode(self) -> None:
        if self._bytes:
            self._put(self.fonts.decoded(bytes(self._bytes), self._state.font))
            self._bytes.clear()

    def _put(self, text: str) -> None:
        state = self._state
        if state.silent:
            return
        if state.aside:
            self._aside.append(text)
        elif state.hidden or state.deleted:
            self.document.leavings.add(text, _DELETED if state.deleted else "hidden text")
        else:
            self._paragraph.add(text, bold=state.bold)

    def _break(self) -> None:
        if self._state.aside or self._state.silent:
            self._aside.append(" ")
        elif self._state.in_table:
            self._cell.extend(_lines(self._paragraph))
            self._paragraph = Paragraph()
        else:
            self._paragraph_ends()

    def _table(self, word: str) -> None:
        self._cell.extend(_lines(self._paragraph))
        self._paragraph = Paragraph()
        if word in {"cell", "nestcell"}:
            self._row.append(self._cell)
            self._cell = []
        elif self._row:
            self._rows.append(self._row)
            self._row = []

    def _paragraph_ends(self) -> None:
        lines = _lines(self._paragraph)
        self._paragraph = Paragraph()
        if any(line.text.strip() for line in lines):
            self._table_ends()
        self.document.add_lines(lines)

    def _table_ends(self) -> None:
        if self._cell or self._row:
            self._rows.append([*self._row, self._cell])
            self._cell, self._row = [], []
        if self._rows:
            self.document.add_table(self._rows)
            self._rows = []

    def _aside_ends(self) -> None:
        text, self._aside = _whole("".join(self._aside)), []
        if self._state.aside == BOXES:
            self.document.boxed.append(Line(text))
        elif text:
            self.document.leavings.add(text, self._state.aside or "notes")


def _lines(paragraph: Paragraph) -> list[Line]:
    return [replace(line, text=_whole(line.text)) for line in paragraph.lines()]


def _whole(text: str) -> str:
    """Text whose surrogates, which RTF writes one by one, are characters; a lone one cannot be shown."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
