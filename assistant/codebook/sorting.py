"""Codings whose code was split or taken out: each coder sorts their own into codes that are there."""

from collections.abc import Mapping
from dataclasses import dataclass

from store.codebook import codebook_versions, current_codebook
from store.decisions import codings, decision_of, keep_decisions, last_word
from store.errors import ConflictError, InvalidInputError
from store.study import Study
from store.values import Code, Coding, DecisionDraft, Verdict


@dataclass(frozen=True, slots=True)
class Former:
    """A code that is not in the codebook any more, what came of it, and the codings that wait under it."""

    code: Code
    heirs: tuple[Code, ...]
    codings: tuple[Coding, ...]


def former_codes(study: Study) -> tuple[Former, ...]:
    """The codes that left the codebook and still have codings, in the order in which they were made."""
    codebook = current_codebook(study)
    if codebook is None:
        return ()
    there = {code.guid for code in codebook.codes}
    waiting: dict[str, list[Coding]] = {}
    for coding in codings(study):
        if coding.code not in there:
            waiting.setdefault(coding.code, []).append(coding)
    known = {code.guid: code for book in codebook_versions(study) for code in book.codes}
    return tuple(
        Former(
            code=known.get(guid, Code(guid, guid)),
            heirs=tuple(code for code in codebook.codes if guid in code.origins),
            codings=tuple(found),
        )
        for guid, found in waiting.items()
    )


def sort_codings(study: Study, coder: str, chosen: Mapping[str, tuple[str, ...]]) -> int:
    """Put this coder's own codings, by the GUID of their decision, under the codes chosen; returns how many.

    Each is withdrawn under the former code and added under every code chosen, as decisions of this coder; none chosen
    just withdraws it. Raises InvalidInputError for a coding of somebody else's or an unknown code: nothing is kept.
    """
    codebook = current_codebook(study)
    there = set() if codebook is None else {code.guid for code in codebook.active}
    drafts: list[DecisionDraft] = []
    for guid, codes in chosen.items():
        made = decision_of(study, guid)
        if made.coder != coder:
            msg = f"That coding is {made.coder}’s; only they can sort it."
            raise InvalidInputError(msg)
        word = last_word(study, coder, made.transcript_id, made.span, made.code or "")
        if word is None or word.guid != guid:
            msg = "One of these codings does not stand any more; it was sorted in another window. Nothing was sorted."
            raise ConflictError(msg)
        if not there.issuperset(codes):
            msg = "A code that was chosen is not in the codebook any more; choose again. Nothing was sorted."
            raise InvalidInputError(msg)
        version = None if codebook is None else codebook.id
        drafts.append(DecisionDraft(made.transcript_id, made.span, Verdict.WITHDRAW, made.code, codebook_id=version))
        drafts += [
            DecisionDraft(
                made.transcript_id,
                made.span,
                Verdict.ADD,
                code,
                codebook_id=version,
                memo=made.memo,
                replaces=made.guid,
            )
            for code in codes
        ]
    keep_decisions(study, coder, drafts)
    return len(chosen)
