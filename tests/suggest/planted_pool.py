"""Made-up segments with a known truth: what a segment means decides its codes, and each signal's worth is planted."""

import numpy as np

from assistant.suggest.labels import Labels
from assistant.suggest.pool import Pool, RawRows, build_pool

DIMENSIONS = 24
PER_INTERVIEW = 40


class Planted:
    """Interviews of forty segments; a code is on a segment with a chance that grows with its direction's share in it.

    `similar` is what retrieval makes of it: the truth under much noise.
    """

    def __init__(self, *, interviews: int = 10, codes: int = 8, seed: int = 0, signal: float = 1.0) -> None:
        rng = np.random.default_rng(seed)
        self.count = interviews * PER_INTERVIEW
        self.codes = [f"c{n}" for n in range(codes)]
        self.interview = np.repeat(np.arange(interviews), PER_INTERVIEW)
        self.vectors = rng.normal(size=(self.count, DIMENSIONS)).astype(np.float32)
        self.vectors /= np.linalg.norm(self.vectors, axis=1, keepdims=True)
        directions = np.linalg.qr(rng.normal(size=(DIMENSIONS, DIMENSIONS)))[0][:codes]
        self.chances = 1 / (1 + np.exp(-(12 * self.vectors @ directions.T - 4)))
        self.truth = rng.random(self.chances.shape) < self.chances
        noise = rng.normal(size=self.truth.shape)
        self.similar = (signal * self.truth + 1.5 * noise).astype(np.float32)
        self.rng = rng

    def pool(self, parents: dict[str, str] | None = None, **signals) -> Pool:
        """The pool; further signals, such as `llm`, as keywords."""
        nothing = np.zeros_like(self.vectors)
        rows = RawRows(
            ids=list(range(self.count)),
            interviews=self.interview.tolist(),
            texts=[f"word{n % 7} and word{n % 3} said" for n in range(self.count)],
            own=self.vectors,
            before=nothing,
            asked=nothing,
        )
        given = {"definition": self.similar, "sentence": self.similar, **signals}
        above = {code: (parents or {}).get(code) for code in self.codes}
        return build_pool(rows, self.codes, above, given)

    def labels(self, known) -> Labels:
        """Segments that were read: everything of them is known."""
        mask = np.repeat(np.asarray(known, bool)[:, None], len(self.codes), axis=1)
        return Labels(mask, np.where(mask, self.truth, 0).astype(np.float32), np.zeros_like(mask))

    def read(self, interviews: int):
        """The rows of the first so many interviews."""
        return self.interview < interviews
