"""What a second coder must not see while they code blind."""

from dataclasses import dataclass

from store.double_coding import open_double_coding
from store.study import Study


@dataclass(frozen=True, slots=True)
class Blindness:
    """The interviews of which a coder sees neither other people's work nor suggestions; empty where they see all."""

    coder: str
    interviews: frozenset[str] = frozenset()

    def hides(self, interview: str, by: str) -> bool:
        """Whether the work of `by` in that interview is hidden from the coder."""
        return interview in self.interviews and by != self.coder

    @property
    def sentence(self) -> str:
        """Why something is missing on a page; empty where nothing is."""
        if not self.interviews:
            return ""
        where = ", ".join(sorted(self.interviews))
        return (
            f"You are coding blind: until you finish your double coding, suggestions and the work of others in {where}"
            " are hidden from you."
        )


def blindness(study: Study, coder: str) -> Blindness:
    """What is hidden from a coder now: the whole of every interview that their unfinished double coding touches."""
    before_them = open_double_coding(study, coder) if coder.strip() else None
    return Blindness(coder, frozenset() if before_them is None else frozenset(before_them.spans))
