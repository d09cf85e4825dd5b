"""Interviews with planted groups of passages, and the fakes that see them; each fake keeps the real part's contract."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from study_builder import add_talk

from assistant.llm import Completion, PromptTooLongError
from assistant.segment import Embedder, StudyEmbeddings, segment_new
from assistant.suggest.writer import Writer
from store.canonical import sha256_text
from store.study import Study, create_study

WIDTH = 64
TOPICS = ("otter", "heron", "badger")
LONERS = ("moss", "granite", "copper")
PLACES = ("river", "meadow", "forest", "valley", "harbour", "village", "island", "desert")


def said(animal: str, place: str) -> str:
    """Two sentences about an animal, with an emoji that moves what counts in code units."""
    return f"I saw the {animal} near the {place} 🙂. It was there for days."


TWO_SENTENCES = "It speaks for it. It speaks against it."


class PlantedEmbeddings(Embeddings):
    """Texts about the same animal are alike (cosine about 0.64), all others about as unlike as can be."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector per text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """A direction for the animal, and noise that the whole text decides."""
        noise = _direction(text)
        animal = next((topic for topic in TOPICS if topic in text.casefold()), None)
        vector = noise if animal is None else 0.8 * _direction(animal) + 0.6 * noise
        unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
        return unit


def _direction(text: str) -> NDArray[np.float64]:
    vector = np.random.default_rng(int(sha256_text(text)[:12], 16)).normal(size=WIDTH)
    return vector / np.linalg.norm(vector)


def planted_embeddings(study: Study) -> StudyEmbeddings:
    """The study's embeddings over the fake."""
    return StudyEmbeddings(study, Embedder("planted@test", PlantedEmbeddings))


def planted_study(folder: Path) -> Study:
    """Two interviews: five passages on otters and four on herons over both, and loners; no codebook."""
    study = create_study(folder / "study", "Animals")
    add(study, folder, "I1", {"otter": PLACES[:3], "heron": PLACES[:2], "moss": PLACES[:1], "granite": PLACES[1:2]})
    add(study, folder, "I2", {"otter": PLACES[3:5], "heron": PLACES[2:4], "copper": PLACES[:1]})
    return study


def add(study: Study, folder: Path, label: str, seen: dict[str, tuple[str, ...]]) -> None:
    """An interview in which these animals were seen at these places."""
    turns = [("Ada", said(animal, place)) for animal, places in seen.items() for place in places]
    talk = [("Interviewer", "What did you see of the otter and the heron there?"), *turns, ("Ada", "An otter, yes.")]
    add_talk(study, folder, label, talk)
    segment_new(study)


class FakeChat:
    """Answers as the grammar or schema demands; names a group after the animal of its first sentence.

    `fits` is the number of sentences that fit, `answer` what it says instead of its own.
    """

    def __init__(self, *, fits: int = 100, answer: str | None = None) -> None:
        self.asked: list[str] = []
        self._fits = fits
        self._answer = answer

    def chat(self, messages: Any, **options: Any) -> Completion:
        """One answer; what was asked is remembered."""
        question = messages[-1]["content"]
        self.asked.append(question)
        assert options["temperature"] == 0.0
        text = self._answer or (
            self._named(question) if "JSON" in question else "It speaks for it. It speaks against it."
        )
        if len(re.findall(r"^\d+\. ", question, re.MULTILINE)) > self._fits:
            raise PromptTooLongError("too long", None)
        return Completion(text, 10, 10, "end")

    def info(self) -> dict[str, Any]:
        """What would be loaded."""
        return {"context_tokens": 4_096}

    def count_tokens(self, texts: Any) -> list[int]:
        """Words stand for tokens."""
        return [len(text.split()) for text in texts]

    def _named(self, question: str) -> str:
        animal = re.search(r"the (\w+) near", question)
        name = f"Seen: {animal[1]}" if animal else "Seen"
        return json.dumps({"name": name, "definition": "Applies where it was seen.", "sentences": [3, 1, 3]})


def writer(chat: FakeChat) -> Writer:
    """The fake as a model of this machine."""
    return Writer("fake", "f" * 64, chat, seed=7)
