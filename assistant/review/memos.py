"""Finding memos, and the place that each one is about."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from assistant.review.blindness import Blindness
from assistant.review.folding import folded
from store.codebook import codebook_versions
from store.memos import Memo, memos
from store.study import Study
from store.transcripts import transcript


@dataclass(frozen=True, slots=True)
class Found:
    """A memo with what it is about in words, the passage it stands on, and a link to the place, where there is one."""

    memo: Memo
    about: str
    quote: str
    link: str


def find_memos(
    study: Study, hidden: Blindness, *, words: str = "", kinds: Iterable[str] = (), coder: str | None = None
) -> tuple[Found, ...]:
    """The memos in which all the words occur (in title, text, place, people or author), newest first.

    `kinds` are of what they are about (study, interview, passage, code, coding) or “debriefing”. What others wrote on
    interviews that the reader codes blind is left out.
    """
    wanted, sought = folded(words).split(), set(kinds)
    describe = _Places(study)
    found = []
    for memo in memos(study):
        label = memo.target.interview
        if label is not None and hidden.hides(label, memo.first_coder):
            continue
        if coder not in (None, memo.first_coder) or (sought and not sought & {memo.target.kind, str(memo.kind)}):
            continue
        each = describe(memo)
        text = folded(f"{memo.title} {memo.text} {memo.present} {memo.first_coder} {each.about} {each.quote}")
        if all(word in text for word in wanted):
            found.append(each)
    return tuple(sorted(found, key=lambda each: each.memo.written_at, reverse=True))


class _Places:
    """Says what memos are about, looking each thing up once."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._texts: dict[str, tuple[int, str]] = {}
        self._names = {code.guid: code.name for book in codebook_versions(study) for code in book.codes}

    def __call__(self, memo: Memo) -> Found:
        target = memo.target
        about: Mapping[str, Callable[[], str]] = {
            "study": lambda: "The study",
            "interview": lambda: f"Interview {target.interview}",
            "code": lambda: f"Code “{self._names.get(target.code or '', 'a former code')}”",
            "passage": lambda: f"A passage of {target.interview}",
            "coding": lambda: f"A coding in {target.interview}",
        }
        return Found(memo, about[target.kind](), self._quote(memo), self._link(memo))

    def _quote(self, memo: Memo) -> str:
        target = memo.target
        if target.interview is None or target.span is None:
            return ""
        if target.interview not in self._texts:
            now = transcript(self._study, target.interview)
            self._texts[target.interview] = (now.id, now.text)
        current, text = self._texts[target.interview]
        return target.span.of(text) if target.transcript_id == current else ""

    def _link(self, memo: Memo) -> str:
        target = memo.target
        if target.interview is None:
            return ""
        place = {"interview": target.interview, "at": 0 if target.span is None else target.span.start}
        return f"transcripts?{urlencode(place)}"
