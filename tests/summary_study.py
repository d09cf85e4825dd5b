"""A study about machines with confirmed quotes, and a model that sums them up under its grammar, as the real one."""

import re
from pathlib import Path
from typing import Any

from study_builder import add_talk, codebook_codes, word_embeddings

from assistant.llm import Completion, PromptTooLongError
from assistant.segment import StudyEmbeddings, segment_new
from assistant.suggest.writer import Writer
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.study import Study, create_study
from store.transcripts import transcript
from store.values import DecisionDraft, Span, Verdict

FIRST = (
    ("Interviewer", "How do you get machines?"),
    ("Ada", "We wait in a queue for machines. It takes weeks. Nobody likes that."),
    ("Ada", "The power bill is what it is, the cost of it grows."),
    ("Ada", "My garden is lovely this year."),
)
SECOND = (
    ("Interviewer", "And you, do you wait?"),
    ("Ben", "We queue for machines at night 🙂, when others sleep."),
    ("Eve", "Money for machines comes late each year."),
)
UNTOLD = "A walrus lives in the basement of the institute."
THIRD = (("Cid", UNTOLD), ("Cid", "We wait for machines too, and the queue is long."))
TALKS = {"I1": FIRST, "I2": SECOND, "I3": THIRD}


def told_study(folder: Path) -> Study:
    """Three interviews; Ana codes queue and cost below the theme compute, Ben one quote of I3, and one elsewhere."""
    study = create_study(folder / "study", "Machines")
    for label, talk in TALKS.items():
        add_talk(study, folder, label, talk, region="north" if label == "I1" else "south")
    keep_codebook(study, codebook_codes(), coder="ada", reason="start")
    segment_new(study)
    code(study, "Ana", "I1", "queue", FIRST[1][1])
    code(study, "Ana", "I1", "cost", FIRST[2][1])
    code(study, "Ana", "I2", "queue", SECOND[1][1])
    code(study, "Ana", "I2", "cost", SECOND[2][1])
    code(study, "Ben", "I3", "queue", THIRD[1][1])
    code(study, "Ben", "I3", "licence", UNTOLD)
    return study


def code(study: Study, coder: str, label: str, name: str, said: str, verdict: Verdict = Verdict.ADD) -> None:
    """One decision on the stretch that holds these words."""
    text = transcript(study, label)
    start = text.text.index(said)
    guid = current_codebook(study).find(name).guid
    keep_decisions(study, coder, [DecisionDraft(text.id, Span(start, start + len(said)), verdict, guid)])


def embeddings(study: Study) -> StudyEmbeddings:
    """The study's embeddings over hashed words."""
    return word_embeddings(study)[0]


class SummaryChat:
    """Writes, as its grammar demands, one line for each of the first quotes; or what it is told to.

    `window` is how many tokens (words, here) fit, `answer` what it says instead, `stopped_by` what ends that.
    """

    def __init__(self, answer: str | None = None, *, window: int = 4_096, stopped_by: str = "end") -> None:
        self.asked: list[str] = []
        self.grammars: list[str] = []
        self._answer, self._window, self._stopped_by = answer, window, stopped_by

    def chat(self, messages: Any, **options: Any) -> Completion:
        """One answer; what was asked is remembered."""
        question = messages[-1]["content"]
        tokens = sum(self.count_tokens([message["content"] for message in messages]))
        if tokens >= self._window:
            raise PromptTooLongError("The messages do not fit.")
        assert options["temperature"] == 0.0
        self.asked.append(question)
        self.grammars.append(options["grammar"])
        text = self._own(question, options["grammar"]) if self._answer is None else self._answer
        made = options["max_tokens"] if self._stopped_by == "length" else len(text.split())
        return Completion(text, tokens, made, self._stopped_by)

    def info(self) -> dict[str, Any]:
        """What is loaded."""
        return {"context_tokens": self._window, "model": "fake"}

    def count_tokens(self, texts: Any) -> list[int]:
        """Words stand for tokens."""
        return [len(text.split()) for text in texts]

    def _own(self, question: str, grammar: str) -> str:
        quotes = dict(re.findall(r"^(\d+)\. (.*)$", question, re.MULTILINE))
        allowed = re.findall(r'"(\d+)"', grammar.split("number ::=")[1])
        most = 1 + int(re.findall(r"\{0,(\d+)\}", grammar)[0])
        lines = []
        for number in allowed[: min(most, 3)]:
            words = re.findall(r"[^\W\d_]+", quotes[number])[:4]
            lines.append(f"Somebody tells of {' and '.join(words)} [{number}].")
        return "\n".join(lines)


def writer(chat: SummaryChat | None = None, name: str = "fake") -> Writer:
    """The fake as a model of this machine."""
    return Writer(name, name[0] * 64, chat or SummaryChat(), seed=7)
