"""What a person does with a candidate: make a code of it, add its quotes to a code that is there, or dismiss it."""

import uuid
from collections.abc import Iterable

from assistant.codebook.colours import with_colours
from assistant.suggest.candidates import Candidate
from store.candidates import AnswerDraft, Answered, answer_candidate
from store.codebook import current_codebook
from store.errors import InvalidInputError
from store.study import Study
from store.values import CandidateVerdict, Code, DecisionDraft, Segment, Verdict

_LONGEST_NAME = 200


def accept(
    study: Study,
    coder: str,
    candidate: Candidate,
    ticked: Iterable[Segment],
    *,
    name: str,
    definition: str = "",
    theme: str | None = None,
) -> Answered:
    """Make a code of a candidate, below the theme of that GUID, and code the ticked passages with it.

    Codebook version, decisions and answer are kept together or not at all. Raises InvalidInputError for a name that
    is empty, too long or taken, or a theme that is not there, NotFoundError where an interview was erased meanwhile.
    """
    quotes = _members(candidate, ticked)
    new = _coloured(study, Code(str(uuid.uuid4()), _usable(name), theme, " ".join(definition.split())))
    count = len(candidate.members)
    return answer_candidate(
        study,
        coder,
        _draft(candidate, CandidateVerdict.ACCEPT, new.guid),
        new=new,
        reason=f"accepted “{new.name}” from {count} similar passages",
        quotes=[_added(segment, new.guid) for segment in quotes],
    )


def merge(study: Study, coder: str, candidate: Candidate, ticked: Iterable[Segment], *, code: str) -> Answered:
    """Code the ticked passages with the code of that GUID; raises InvalidInputError where none is ticked."""
    quotes = _members(candidate, ticked)
    if not quotes:
        msg = "Tick the passages that the code fits, then merge them into it; nothing was kept."
        raise InvalidInputError(msg)
    draft = _draft(candidate, CandidateVerdict.MERGE, code)
    return answer_candidate(study, coder, draft, quotes=[_added(segment, code) for segment in quotes])


def dismiss(study: Study, coder: str, candidate: Candidate) -> str:
    """Say that a candidate is no code; returns the act, by which `store.candidates.take_back` undoes it."""
    return answer_candidate(study, coder, _draft(candidate, CandidateVerdict.DISMISS)).act


def _members(candidate: Candidate, ticked: Iterable[Segment]) -> list[Segment]:
    chosen = {segment.id for segment in ticked}
    found = [member for member in candidate.members if member.id in chosen]
    if len(found) != len(chosen):
        msg = "A passage was ticked that does not belong to this candidate; nothing was kept."
        raise InvalidInputError(msg)
    return found


def _usable(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST_NAME:
        msg = f"A code needs a name of 1 to {_LONGEST_NAME} characters; nothing was kept."
        raise InvalidInputError(msg)
    return plain


def _coloured(study: Study, code: Code) -> Code:
    codebook = current_codebook(study)
    before = () if codebook is None else codebook.codes
    if code.parent is not None and code.parent not in {each.guid for each in before}:
        msg = "The theme chosen is not in the codebook any more; choose another one. Nothing was kept."
        raise InvalidInputError(msg)
    return with_colours((*before, code))[-1]


def _draft(candidate: Candidate, verdict: CandidateVerdict, code: str | None = None) -> AnswerDraft:
    members: dict[str, set[str]] = {}
    for member in candidate.members:
        members.setdefault(member.interview, set()).add(member.text_sha256)
    return AnswerDraft(candidate.id, verdict, {label: sorted(texts) for label, texts in members.items()}, code)


def _added(segment: Segment, code: str) -> DecisionDraft:
    return DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, code)
