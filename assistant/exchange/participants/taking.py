"""A participant's comments → memos on the passages that they are about, each kept once."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.exchange.participants.passages import Who
from assistant.exchange.participants.questions import ALL, ANSWERS, passage_key, theme_key
from assistant.exchange.participants.record import Given, given_packs
from assistant.exchange.participants.returned import Remark, Returned, read_returned
from assistant.exchange.quote_lines import legal
from store.canonical import canonical_json
from store.errors import InvalidInputError, NotFoundError
from store.interviews import interviews
from store.memos import Memo, MemoDraft, MemoTarget, keep_memo, memos
from store.study import Study
from store.transcripts import transcript

COMMENT, PERMISSION, CHANGE = (
    "Comment of the participant",
    "Permission of the participant",
    "Change of the participant",
)
TITLES = (COMMENT, PERMISSION, CHANGE)
"""Of memos that came from a participant."""
_OWN = uuid.UUID("5b0c4a0e-5d0e-4f0b-9a1c-6f6b5f0f7f11")
_SAID = {
    "change": "may be quoted only with the change that the participant wrote",
    "no": "may not be quoted",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made of a file: the memos that are new, how many were there already, and what else is to be said."""

    pack: Given
    interviews: tuple[str, ...]
    kept: tuple[Memo, ...]
    known: int
    notes: tuple[str, ...]


def take_comments(study: Study, path: Path, *, coder: str, pack: str | None = None) -> Taken:
    """Keep what a participant wrote as memos of whoever brings the file in.

    `pack` names the pack where the file does not say it any more. Raises InvalidInputError for a file that cannot be
    read or holds nothing, NotFoundError where it belongs to no pack of this study, or to erased interviews.
    """
    if not coder.strip():
        msg = "Comments are kept under the name of who brings them in; say who you are."
        raise InvalidInputError(msg)
    returned = read_returned(path)
    given = _pack_of(study, returned, path, pack)
    labels = {each.guid: each.label for each in interviews(study) if each.guid in given.interviews}
    if not labels:
        msg = f"The interviews that {path.name} is about were erased from this study; nothing was kept."
        raise NotFoundError(msg)
    reading = _Reading(study, given, labels, returned)
    drafts = {draft.guid: draft for draft in reading.drafts()}
    if not drafts:
        msg = f"{path.name} came back without a comment or an answer; nothing was kept."
        raise InvalidInputError(msg)
    there = {memo.guid for gone in (False, True) for memo in memos(study, deleted=gone)}
    new = [draft for guid, draft in drafts.items() if guid not in there]
    kept = tuple(keep_memo(study, coder, draft) for draft in new)
    return Taken(given, tuple(labels.values()), kept, len(drafts) - len(new), (*returned.notes, *reading.notes))


def _pack_of(study: Study, returned: Returned, path: Path, named: str | None) -> Given:
    known = {given.token: given for given in given_packs(study)}
    if named is not None and named.strip().casefold() not in known:
        msg = f"No pack “{named}” was given out of this study; `interview participant packs` lists those that were."
        raise NotFoundError(msg)
    tokens = returned.tokens if named is None else (named.strip().casefold(),)
    found = next((known[token] for token in tokens if token in known), None)
    if found is None and tokens:
        msg = f"{path.name} belongs to a pack ({tokens[0]}) that was not given out of this study; nothing was kept."
        raise NotFoundError(msg)
    if found is None:
        msg = (
            f"{path.name} does not say which pack it is, for its last line is gone; name the pack that it was"
            " (`interview participant packs` lists them)."
        )
        raise InvalidInputError(msg)
    return found


class _Reading:
    """Makes memos of what came back; their GUIDs come from their content, so that none is kept twice."""

    def __init__(self, study: Study, given: Given, labels: Mapping[str, str], returned: Returned) -> None:
        self._study, self._given, self._labels, self._returned = study, given, labels, returned
        self._passages = {passage_key(number): each for number, each in enumerate(given.passages, start=1)}
        self._themes = {theme_key(number): guid for number, guid in enumerate(given.themes, start=1)}
        self._guids = {label: guid for guid, label in labels.items()}
        self._unknown = 0
        self.notes: list[str] = []

    def drafts(self) -> tuple[MemoDraft, ...]:
        """A memo for each comment, each refusal and each changed passage, and one for all that may be quoted."""
        found = (*self._comments(), *self._changes(), *self._permissions())
        if self._unknown:
            count = f"{self._unknown} {'comment or answer is' if self._unknown == 1 else 'comments or answers are'}"
            self.notes.append(f"{count} about nothing that is in that pack and in this study; not kept.")
        return found

    def _comments(self) -> Iterator[MemoDraft]:
        for key, text in self._returned.comments.items():
            yield from self._at(key, COMMENT, text)
        for remark in self._returned.remarks:
            yield from self._at(remark.key, COMMENT, _with_words(remark))

    def _changes(self) -> Iterator[MemoDraft]:
        for key, lines in self._returned.passages.items():
            place = self._passages.get(key)
            label = None if place is None else self._labels.get(place.interview)
            if place is None or label is None:
                continue
            was = place.span.of(transcript(self._study, label, place.revision).text)
            if not _same(was, lines):
                text = "\n".join(lines) or "The participant deleted the passage."
                yield from self._at(key, CHANGE, f"The participant changed the passage into:\n{text}")

    def _permissions(self) -> Iterator[MemoDraft]:
        free = []
        for key, answer in self._returned.answers.items():
            if key == ALL:
                for label in self._labels.values():
                    text = f"Asked whether we may quote what they told us, the participant ticked: {ANSWERS[answer]}."
                    yield self._draft(MemoTarget(label), PERMISSION, text)
            elif key not in self._passages:
                self._unknown += 1
            elif answer in _SAID:
                yield from self._at(key, PERMISSION, f"This passage {_SAID[answer]}.")
            else:
                free.append(key)
        for guid, label in self._labels.items():
            here = [key for key in self._passages if key in free and self._passages[key].interview == guid]
            if here:
                numbers = ", ".join(key.rpartition("-")[2] for key in here)
                text = f"In the pack {self._given.token}, these passages may be quoted as they stand: {numbers}."
                yield self._draft(MemoTarget(label), PERMISSION, text)

    def _at(self, key: str, title: str, text: str) -> Iterable[MemoDraft]:
        target = self._target(key)
        if target is None:
            self._unknown += 1
            return ()
        return (self._draft(target, title, text),)

    def _target(self, key: str) -> MemoTarget | None:
        """Where it belongs; a passage stays with the revision that was sent, from which its memo moves on."""
        first = next(iter(self._labels.values()))
        if key == ALL:
            return MemoTarget(first)
        if key in self._themes:
            return MemoTarget(first, code=self._themes[key])
        place = self._passages.get(key)
        label = None if place is None else self._labels.get(place.interview)
        if place is None or label is None:
            return None
        return MemoTarget(label, transcript(self._study, label, place.revision).id, place.span)

    def _draft(self, target: MemoTarget, title: str, text: str) -> MemoDraft:
        text = legal(text)
        span = None if target.span is None else [target.span.start, target.span.end]
        guid = self._guids[target.interview or ""]
        what = canonical_json([self._given.token, guid, span, target.code, title, text])
        return MemoDraft(target, text, title, guid=str(uuid.uuid5(_OWN, what)))


def _with_words(remark: Remark) -> str:
    return f"On “{remark.words}”: {remark.text}" if remark.words else remark.text


def _same(was: str, lines: tuple[str, ...]) -> bool:
    """Whether a passage reads as it was sent; white space and the names of who speaks do not matter."""
    bare = [line.removeprefix(f"{who}: ") for line in lines for who in [_speaker(line)]]
    sent = legal(was).split()
    return sent in (" ".join(bare).split(), " ".join(lines).split())


def _speaker(line: str) -> str:
    return next((who for who in Who if line.startswith(f"{who}: ")), "")
