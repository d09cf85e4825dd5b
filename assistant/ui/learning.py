"""What the machine proposes while people decide: fitted again beside their work, so that nobody waits for it.

Nothing here draws: the fit runs in a thread of its own, and pages take the newest proposals that are ready.
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from assistant.review import Confirmed, confirmed_quotes
from assistant.suggest import Proposals, StudyAssurance, StudyPool, assure_study, propose, study_pool
from store.decisions import last_decision, stances
from store.errors import StudyError
from store.runs import scores_stamp
from store.study import Study

QUIET_SECONDS = 0.7
"""Two keys pressed within this time are one act: accepting, and going on to the next segment."""
MOST_PAUSES = 5
TURN_SECONDS = 0.0005


@dataclass(frozen=True, slots=True)
class Wish:
    """What proposals are wanted: from which scores, how precise, and whether with a guarantee (the blind share)."""

    scores: tuple[int, int]
    precision: float | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Learnt:
    """Proposals as they were worked out for a wish, and the last decision that they know."""

    wish: Wish
    through: int
    proposals: Proposals
    pool: StudyPool | None = None
    confirmed: Confirmed | None = None
    assurance: StudyAssurance | None = None


def learnt(study: Study, wish: Wish, before: Learnt | None) -> Learnt:
    """Fit to everything that is decided now; what does not change by decisions is taken from `before`."""
    through = last_decision(study)
    known = before is not None and before.wish.scores == wish.scores
    pool = before.pool if before is not None and known else study_pool(study)
    if pool is None:
        return Learnt(wish, through, Proposals(None, {}))
    said = stances(study, past=True, transcripts=pool.transcripts)
    proposals = propose(study, precision=wish.precision, pool=pool, said=said, through=through)
    assurance = assure_study(study, pool, share=wish.share, said=said) if wish.share else None
    return Learnt(wish, through, proposals, pool, confirmed_quotes(study, pool, said=said), assurance)


class Learning:
    """The newest proposals of one study; at most one fit is under way."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fit")
        self._under_way: Future[None] | None = None
        self._ready: Learnt | None = None
        self._failed: tuple[Wish, int] | None = None
        self._share: float | None = None
        self.problem = ""

    def guarantee(self, share: float) -> None:
        """From now on, work out the guarantee too, for a blind sample of that share."""
        self._share = share or None

    def is_ready(self, precision: float | None) -> bool:
        """Whether `newest` would answer at once."""
        self._look()
        return self._ready is not None and self._ready.wish == self._wish(precision)

    def newest(self, precision: float | None) -> Learnt:
        """The newest that is ready; waits only where there is nothing yet for these scores and this precision.

        Raises what the fit raised.
        """
        wish = self._wish(precision)
        while self._ready is None or self._ready.wish != wish:
            self._begin(wish).result()
            self._look()
        self._look()
        return self._ready

    def catch_up(self, precision: float | None) -> None:
        """Begin a fit where something was decided since the last one; one that failed waits for the next decision."""
        self._look()
        now = (self._wish(precision), last_decision(self._study))
        ready = None if self._ready is None else (self._ready.wish, self._ready.through)
        if now not in (ready, self._failed):
            self._begin(now[0], QUIET_SECONDS)

    def settle(self) -> None:
        """Wait for the fit that is under way, if there is one; how it ended is told by `problem`."""
        under_way = self._under_way
        if under_way is not None:
            under_way.exception()
            self._look()

    def _wish(self, precision: float | None) -> Wish:
        return Wish(scores_stamp(self._study), precision, self._share)

    def _begin(self, wish: Wish, quiet: float = 0.0) -> Future[None]:
        with self._lock:
            if self._under_way is None or self._under_way.done():
                self._failed = (wish, last_decision(self._study))
                self._under_way = self._thread.submit(self._fit, wish, quiet)
            return self._under_way

    def _fit(self, wish: Wish, quiet: float) -> None:
        while True:
            self._wait_for_quiet(quiet)
            with _short_turns():
                self._ready = found = learnt(self._study, wish, self._ready)
            if last_decision(self._study) == found.through:
                return

    def _wait_for_quiet(self, seconds: float) -> None:
        """Let the person finish what they are deciding right now; one who never stops is not waited for for ever."""
        for _ in range(MOST_PAUSES if seconds else 0):
            before = last_decision(self._study)
            time.sleep(seconds)
            if last_decision(self._study) == before:
                return

    def _look(self) -> None:
        """Notice how the last fit ended."""
        with self._lock:
            if self._under_way is None or not self._under_way.done():
                return
            error = self._under_way.exception()
            self._under_way = None
            if error is None:
                self._failed = None
            self.problem = "" if error is None else _told(error)


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let other threads have their turn soon: a page that asks the database a hundred times waits for each turn."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _told(error: BaseException) -> str:
    why = str(error) if isinstance(error, StudyError) else f"{type(error).__name__}: {error}"
    return (
        f"The machine could not learn from the last decisions, which are kept; it tries again after the next. ({why})"
    )
