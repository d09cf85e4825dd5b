"""Codings that a study has already, so that those of a second file are not counted twice."""

from collections.abc import Mapping

from assistant.exchange.refi.sources_there import There
from store.decisions import codings, decisions
from store.placing import span_mover
from store.study import Study
from store.values import Coding, Decision, Span

_ANOTHER = "is on another stretch, with another code or another coder’s than in the study, where it stays as it is"
_TAKEN_BACK = "was taken back in the study, and stays so"


class CodingsThere:
    """The codings and decisions of interviews (GUIDs) to which a project adds."""

    def __init__(self, study: Study, there: Mapping[str, There]) -> None:
        self._texts = {guid: each.transcript_id for guid, each in there.items() if each.transcript_id is not None}
        labels = {each.interview.label: guid for guid, each in there.items()}
        self._made: dict[str, Decision] = {}
        self._standing: dict[tuple[str, int, Span, str], Coding] = {}
        self._by_guid: dict[str, Coding] = {}
        if self._texts:
            self._move = span_mover(study)
            self._made = {each.guid: each for each in decisions(study) if each.interview in labels}
            found = [each for each in codings(study) if each.interview in labels]
            self._standing = {(each.coder, each.transcript_id, each.span, each.code): each for each in found}
            self._by_guid = {each.decision: each for each in found}

    def of(self, guid: str, interview: str, span: Span, code: str, coder: str) -> tuple[str, str] | None:
        """The GUID of the coding in the study, and how the file's differs from it, in words or empty; None for none."""
        if interview not in self._texts:
            return None
        moved = self._move(self._texts[interview], span)
        alike = self._standing.get((coder, moved.transcript_id, moved.span, code))
        mine = self._by_guid.get(guid)
        if mine is not None:
            same = (mine.coder, mine.transcript_id, mine.span) == (coder, moved.transcript_id, moved.span)
            return guid, "" if same and code in (mine.code, mine.made_with) else _ANOTHER
        if alike is not None:
            return guid if guid in self._made else alike.decision, ""
        return (guid, _TAKEN_BACK) if guid in self._made else None

    def words(self, guid: str) -> str | None:
        """What was written down with a decision; None where it is not there."""
        made = self._made.get(guid)
        return None if made is None else made.memo

    def touched(self, interview: str, span: Span) -> bool:
        """Whether a correction since has touched a span."""
        return interview in self._texts and self._move(self._texts[interview], span).needs_look
