"""Small studies for tests, and the hand-written fakes of the models; each fake keeps the contract of the real part."""

import re
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.llm import Fork, LabelPrompt, PromptTooLongError
from assistant.segment import Embedder, StudyEmbeddings, segment_new
from store.canonical import sha256_text
from store.codebook import keep_codebook
from store.interviews import add_interview
from store.study import Study, create_study
from store.transcripts import add_transcript
from store.values import Code, NewTurn, Role

WIDTH = 256


class WordEmbeddings(Embeddings):
    """A bag of hashed words, unit length: texts that share words are near each other. Counts what it embeds."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded += texts
        return [self._vector(text).tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self._vector(text).tolist()

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(WIDTH, 1e-3, np.float32)
        for word in re.findall(r"\w+", text.casefold()):
            vector[int(sha256_text(word)[:8], 16) % WIDTH] += 1
        return vector / np.linalg.norm(vector)


def word_embeddings(study: Study) -> tuple[StudyEmbeddings, WordEmbeddings]:
    """The study's embeddings over the fake, and the fake, to ask what it had to embed."""
    fake = WordEmbeddings()
    return StudyEmbeddings(study, Embedder("words@test", lambda: fake)), fake


class KeywordScorer:
    """Says Yes where the passage holds the code's first word; remembers each (stem, branch) it was asked about.

    `longest` is the number of characters of stem and branch that fit, `fail_at` the call at which it dies.
    """

    def __init__(self, *, longest: int = 10_000, fail_at: int | None = None) -> None:
        self.calls = 0
        self.asked: list[tuple[str, str]] = []
        self._longest = longest
        self._fail_at = fail_at

    def score_branches(self, prompt: LabelPrompt, forks: Sequence[Fork]) -> list[NDArray[np.float32]]:
        self.calls += 1
        if self._fail_at is not None and self.calls >= self._fail_at:
            raise ConnectionResetError
        for index, fork in enumerate(forks):
            if any(len(fork.stem) + len(branch) > self._longest for branch in fork.branches):
                raise PromptTooLongError("too long", index)
        self.asked += [(fork.stem, branch) for fork in forks for branch in fork.branches]
        return [np.array([_answer(fork.stem, b) for b in fork.branches], np.float32).reshape(-1, 2) for fork in forks]

    @property
    def codes(self) -> set[str]:
        """The names of the codes it was asked about."""
        return {_keyword(branch) for _, branch in self.asked}


def _keyword(branch: str) -> str:
    found = re.search(r"^Code: (\w+)", branch, re.MULTILINE)
    assert found is not None
    return found[1].casefold()


def _answer(stem: str, branch: str) -> tuple[float, float]:
    """Yes and No, a little different for each code, as a model's would be."""
    leaning = int(sha256_text(branch)[:2], 16) / 256
    return (-0.1 if _keyword(branch) in stem.casefold() else -5.0, -2.0 - leaning)


CODES = (
    ("compute", None, ""),
    ("queue", "compute", "waiting in a queue for machines"),
    ("cost", "compute", "what machines and power cost"),
    ("data", None, ""),
    ("licence", "data", "terms and licence of the texts used"),
    ("cleaning", "data", "filtering and cleaning of texts"),
)

TALK = (
    ("Interviewer", "How do you get machines?"),
    ("Ada", "We wait in a queue for machines. It takes weeks. Nobody likes that."),
    ("Ada", "The power bill is what it is, the cost of it grows."),
    ("Interviewer", "And the texts?"),
    ("Ada", "Cleaning of texts is dull work, filtering twice a day. 🙂 We do it."),
    ("Ada", "My garden is lovely this year."),
)


def codebook_codes(rows: Sequence[tuple[str, str | None, str]] = CODES) -> list[Code]:
    """Codes with fresh GUIDs, parents by name."""
    guids = {name: str(uuid.uuid4()) for name, _, _ in rows}
    return [Code(guids[name], name, guids[parent] if parent else None, text) for name, parent, text in rows]


def add_talk(
    study: Study, folder: Path, label: str, talk: Sequence[tuple[str | None, str]] = TALK, **attributes: str
) -> None:
    """Add an interview with these (speaker, text) turns, ten seconds each."""
    source = folder / f"{label}.txt"
    source.write_text("\n".join([label, *(f"{who}: {said}" for who, said in talk)]), encoding="utf-8")
    add_interview(study, source, "transcript", label=label, attributes=attributes)
    turns = [
        NewTurn(
            text=said,
            speaker=who,
            role=Role.INTERVIEWER if who == "Interviewer" else Role.PARTICIPANT,
            start_ms=10_000 * number,
            end_ms=10_000 * number + 9_000,
        )
        for number, (who, said) in enumerate(talk)
    ]
    add_transcript(study, label, turns, origin="import")


def built_study(folder: Path, labels: Sequence[str] = ("I1", "I2")) -> Study:
    """A study with interviews, a codebook of four codes in two themes, and segments."""
    study = create_study(folder / "study", "Machines")
    for label in labels:
        add_talk(study, folder, label, region="north" if label == "I1" else "south")
    keep_codebook(study, codebook_codes(), coder="ada", reason="start")
    segment_new(study)
    return study
