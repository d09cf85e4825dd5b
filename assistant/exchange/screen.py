"""Keeping the words of transcripts out of what leaves the study without them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

RUN = 5
"""So many words in a row that stand in a transcript, too, are a quotation."""

_SPACELESS = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
"""Scripts that are written without spaces between words: Thai, Lao, Burmese, Khmer, kana and Chinese characters."""
_WORD = re.compile(rf"[{_SPACELESS}]|(?:(?![{_SPACELESS}])[^\W_])+")
"""A word; of those scripts, a character."""


CUT = "[…]"
"""What stands where words of a transcript were."""


def words(text: str) -> list[str]:
    """The words of a text, whatever their case, width and punctuation."""
    return [_plain(found.group()) for found in _WORD.finditer(text)]


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


class Screen:
    """Tells what repeats a transcript, and counts what was left out for it.

    What stands in `others` too, such as the questions of an interview guide, is nobody's own and repeats nothing.
    """

    def __init__(self, texts: Iterable[str], others: Iterable[str] = ()) -> None:
        self._runs = {hash(run) for text in texts for run in _runs(words(text))}
        self._runs -= {hash(run) for text in others for run in _runs(words(text))}
        self.left_out = 0

    def quotes(self, text: str) -> bool:
        """Whether the text has five words in a row that stand so in a transcript."""
        return any(hash(run) in self._runs for run in _runs(words(text)))

    def kept(self, text: str) -> str:
        """The text with every quotation cut out of it."""
        if not self.quotes(text):
            return text
        self.left_out += 1
        while self.quotes(text):  # what is left can stand so elsewhere
            text = self._cut(text)
        return text

    def name(self, text: str, otherwise: str) -> str:
        """The name of something, or another one where it quotes, as codes in vivo may, or is empty."""
        if not self.quotes(text):
            return text or otherwise
        self.left_out += 1
        return otherwise

    def _cut(self, text: str) -> str:
        found = list(_WORD.finditer(text))
        starts = [at for at, run in enumerate(_runs(words(text))) if hash(run) in self._runs]
        quoted = {at + n for at in starts for n in range(RUN)}
        parts, done = [], 0
        for at in sorted(quoted):
            begin, end = found[at].span()
            if at - 1 not in quoted:
                parts += [text[done:begin], CUT]
            done = end
        return "".join([*parts, text[done:]])


def _runs(found: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1))
