"""What changed in a study between two of its states."""

from collections import Counter
from dataclasses import dataclass

from assistant.codebook import Difference, differences
from store.codebook import codebook_versions
from store.decisions import codings, decisions
from store.errors import NotFoundError
from store.event_log import LogFilter, count_events, last_event
from store.milestones import Milestone, milestones
from store.study import Study
from store.values import Codebook, Verdict


@dataclass(frozen=True, slots=True)
class CodeUse:
    """How many codings a code had before and has after, by the name that it has last."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states by their last events, and what differs: counts as (what, before, after), codes, and the codebook."""

    before: int
    after: int
    counts: tuple[tuple[str, int, int], ...]
    codes: tuple[CodeUse, ...]
    codebook: tuple[Difference, ...]


def milestone_of(study: Study, name: str) -> Milestone:
    """The milestone of that name or GUID; raises NotFoundError where there is none."""
    found = next((each for each in milestones(study) if name in (each.name, each.guid)), None)
    if found is None:
        msg = f"There is no milestone “{name}” in this study."
        raise NotFoundError(msg)
    return found


def compare_states(study: Study, before: int, after: int | None = None) -> Comparison:
    """What changed from the event with the number `before` to that of `after`, or to now."""
    end = last_event(study) if after is None else after
    old, new = _State(study, before), _State(study, end)
    names = {code.guid: code.name for book in codebook_versions(study) for code in book.codes}
    used = [guid for guid in names if old.used[guid] or new.used[guid]]
    found = tuple(CodeUse(names[guid], old.used[guid], new.used[guid]) for guid in used)
    book = () if new.codebook is None else tuple(differences(old.codebook, new.codebook))
    return Comparison(before, end, tuple(_counts(study, old, new)), found, book)


class _State:
    """A study as it was after an event."""

    def __init__(self, study: Study, through: int) -> None:
        self.through = through
        self.codings = codings(study, through=through)
        self.used = Counter(coding.code for coding in self.codings)
        self.made = decisions(study, through=through)
        self.codebook: Codebook | None = next(
            (book for book in reversed(codebook_versions(study, through=through))), None
        )

    def events(self, study: Study, kind: str) -> int:
        """How many events of a kind there were by then."""
        return count_events(study, LogFilter(types=(kind,), through=self.through))


def _counts(study: Study, old: _State, new: _State) -> list[tuple[str, int, int]]:
    def read(state: _State) -> int:
        return len({(d.coder, d.transcript_id, d.span) for d in state.made if d.verdict is Verdict.READ})

    return [
        ("Interviews", old.events(study, "interview.added"), new.events(study, "interview.added")),
        ("Coders", len({d.coder for d in old.made}), len({d.coder for d in new.made})),
        ("Segments read, by each coder", read(old), read(new)),
        ("Codings", len(old.codings), len(new.codings)),
        ("Codes in use", len(old.used), len(new.used)),
        ("Interviews with codings", len({c.interview for c in old.codings}), len({c.interview for c in new.codings})),
        ("Memo revisions", old.events(study, "memo.kept"), new.events(study, "memo.kept")),
        ("Codebook versions", old.events(study, "codebook.changed"), new.events(study, "codebook.changed")),
    ]
