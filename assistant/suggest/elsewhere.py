"""What the learner makes of interviews that are not in its pool, each worked out when somebody opens it."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from assistant.suggest.learner import Learned
from assistant.suggest.study_pool import StudyPool
from store.study import Study
from store.values import Segment, SuggestionDraft

Drafts = Mapping[int, tuple[SuggestionDraft, ...]]

INTERVIEWS_HELD = 32


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Proposals for the segments of other interviews; the last few interviews are held. Safe to share between threads.

    `propose` turns the pool of an interview, with what was learnt for it, into its proposals.
    """

    study: Study
    pool: StudyPool
    learned: Learned
    propose: Callable[[StudyPool, Learned], Drafts]
    _held: OrderedDict[int, Drafts] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, segment: Segment) -> tuple[SuggestionDraft, ...]:
        """The proposals for a segment, best first; none where its interview was not scored."""
        with self._lock:
            found = self._held.get(segment.transcript_id)
            if found is None:
                found = self._held[segment.transcript_id] = self._made(segment.transcript_id)
            self._held.move_to_end(segment.transcript_id)
            while len(self._held) > INTERVIEWS_HELD:
                self._held.popitem(last=False)
        return found.get(segment.id, ())

    def _made(self, transcript_id: int) -> Drafts:
        pool = self.pool.beside(self.study, transcript_id)
        return {} if pool is None else self.propose(pool, self.learned.over(pool.pool))
