"""What a study holds and the standard has no place for, counted."""

from assistant.exchange.refi.going import Going
from store.adjudications import adjudications
from store.decisions import decisions, standing
from store.double_coding import double_codings
from store.milestones import milestones
from store.quote_lists import quote_lists
from store.remarks import remarks
from store.saved_queries import saved_queries
from store.summaries import summaries
from store.values import MemoKind, Verdict

_NO_PLACE = "REFI-QDA has no place for it"


def tell_not_held(going: Going, *, machine: bool) -> None:
    """Say of each kind how much of it does not go; what is hidden from whoever asks is not counted either."""
    _of_decisions(going, machine=machine)
    labels = {interview.label for interview in going.interviews}
    study, hidden = going.study, going.hidden
    if not hidden.interviews:
        going.left_out(len(double_codings(study)), ("double coding", "double codings"), _NO_PLACE)
        said = [] if going.basis.adjudicated else [a for a in adjudications(study) if a.interview in labels]
        going.left_out(len(said), ("adjudication", "adjudications"), "adjudicated codings were not asked for")
    seen = [r for r in remarks(study) if r.interview in labels and not hidden.hides(r.interview, r.coder)]
    going.left_out(len(seen), ("remark on a coding", "remarks on codings"), _NO_PLACE)
    going.left_out(len(milestones(study)), ("milestone", "milestones"), _NO_PLACE)
    going.left_out(len(saved_queries(study)), ("saved query", "saved queries"), _NO_PLACE)
    going.left_out(len(quote_lists(study)), ("list of picked quotes", "lists of picked quotes"), _NO_PLACE)
    going.left_out(len(summaries(study)), ("summary of a theme", "summaries of themes"), _NO_PLACE)
    _of_memos(going)
    _of_transcripts(going)


def _of_decisions(going: Going, *, machine: bool) -> None:
    labels = {interview.label for interview in going.interviews}
    made = [
        decision
        for decision in decisions(going.study, coder=going.basis.coder)
        if decision.interview in labels and not going.hidden.hides(decision.interview, decision.coder)
    ]
    words = [decision for decision in made if decision.verdict is not Verdict.READ]
    stand = standing(words).values()
    going.left_out(len(going.readings), ("reading", "readings"), f"who has read what, and when; {_NO_PLACE}")
    rejected = sum(decision.verdict is Verdict.REJECT for decision in stand)
    going.left_out(rejected, ("rejected suggestion", "rejected suggestions"), _NO_PLACE)
    earlier = ("earlier decision", "earlier decisions")
    going.left_out(len(words) - len(stand), earlier, f"taken back or made anew since; {_NO_PLACE}")
    if not machine:
        shown = sum(decision.suggestion_id is not None for decision in words)
        going.left_out(shown, ("answered suggestion", "answered suggestions"), "what was decided goes out")


def _of_memos(going: Going) -> None:
    older = sum(memo.revision - 1 for memo in going.memos)
    going.left_out(older, ("earlier wording of a memo", "earlier wordings of memos"), "the newest goes out")
    days = sum(memo.kind is MemoKind.DEBRIEFING and bool(memo.on or memo.present) for memo in going.memos)
    going.left_out(days, ("debriefing’s day and people", "debriefings’ days and people"), "their text goes out")


def _of_transcripts(going: Going) -> None:
    found = going.transcripts.looks.values()
    older = sum(each.revision - 1 for each in found)
    going.left_out(
        older, ("earlier revision of a transcript", "earlier revisions of transcripts"), "the newest goes out"
    )
    marked = sum(each.marked for each in found)
    said = "REFI-QDA has no place for doubts, overlaps and languages"
    going.left_out(marked, ("turn’s marks", "turns’ marks"), said)
