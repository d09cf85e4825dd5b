"""The place in which a fault happens: a small study with something of everything, built once and copied each time.

Its folders are `study`; `given`, with files to add, to import and to decide from; and `out`, for exports and archives.
The key of the pseudonyms lies beside the study.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
for _folder in (HERE.parents[1], HERE.parent, HERE.parent / "transcribe"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

import numpy as np  # noqa: E402
from fake_recogniser import FakeRecogniser  # noqa: E402
from made_sound import tone, write_wav  # noqa: E402
from study_builder import TALK, KeywordScorer, add_talk, codebook_codes, word_embeddings  # noqa: E402

from assistant.exchange.refi.exporting import export_refi  # noqa: E402
from assistant.pseudonyms import create_key, default_path  # noqa: E402
from assistant.segment import embed_new, segment_new  # noqa: E402
from assistant.suggest import Model, propose, show, suggest  # noqa: E402
from store.backups import keep_copy  # noqa: E402
from store.codebook import current_codebook, keep_codebook  # noqa: E402
from store.decisions import keep_decisions  # noqa: E402
from store.encryption import encrypt_study  # noqa: E402
from store.interviews import add_interview  # noqa: E402
from store.memos import MemoDraft, MemoTarget, keep_memo  # noqa: E402
from store.study import Study, create_study  # noqa: E402
from store.transcripts import add_transcript, transcript  # noqa: E402
from store.values import DecisionDraft, NewTurn, Role, Span, Verdict  # noqa: E402

CANARY = "zanzibarquux"
"""Stands in the interview that is erased and nowhere else."""
PASSPHRASE = "correct horse"  # noqa: S105 - of a key that holds made-up names
BEEPS = [(second, second + 2) for second in range(5, 300, 10)]
NAME = "Ottilie"
"""Of a person, in two interviews; it gets a pseudonym."""

SECRET_TALK = (
    ("Interviewer", f"Who is {NAME}?"),
    ("Ben", f"{NAME} kept the {CANARY} running. We wait in a queue for machines, like everybody."),
    ("Ben", f"The cost of the {CANARY} was never written down. Cleaning of texts came later."),
)
NAMED_TALK = (*TALK, ("Ada", f"{NAME} knows more about licence and terms of the texts used than I do."))


def build(place: Path) -> None:
    """Make the place with everything in it."""
    for name in ("given", "out"):
        (place / name).mkdir(parents=True)
    with create_study(place / "study", "Machines") as study:
        _filled(study, place / "given")
        create_key(study, default_path(study), PASSPHRASE)
    keep_copy(place / "study")
    _give(place / "given")


def _filled(study: Study, given: Path) -> None:
    add_talk(study, given, "I1", NAMED_TALK, region="north")
    add_talk(study, given, "I2", SECRET_TALK, region="south")
    heard = add_interview(study, recording(given / "heard.wav", 3), "recording", label="I3", duration_ms=8_000)
    add_transcript(study, heard.label, [NewTurn(text="A short word on machines.", speaker="Eve")], origin="import")
    add_interview(study, recording(given / "unheard.wav", 300), "recording", label="I4", duration_ms=300_000)
    keep_codebook(study, codebook_codes(), coder="ada", reason="start")
    segment_new(study)
    embeddings, _ = word_embeddings(study)
    embed_new(study, embeddings)
    suggested(study, retrieval_only=True)
    _decided(study)


def _decided(study: Study) -> None:
    for label in ("I1", "I2"):
        drafts = [d for group in propose(study).by_segment.values() for d in group]
        show(study, drafts[:3])
        text = transcript(study, label)
        code = current_codebook(study).find("cost").guid
        for turn in text.turns[1:3]:
            span = turn.span
            keep_decisions(study, "ada", [DecisionDraft(text.id, span, Verdict.ADD, code, memo=span.of(text.text))])
            keep_decisions(study, "ben", [DecisionDraft(text.id, span, Verdict.READ)])
        keep_memo(study, "ada", MemoDraft(MemoTarget(interview=label), f"On {label}", "A memo"))


def seal(place: Path) -> None:
    """Encrypt the study."""
    encrypt_study(place / "study", PASSPHRASE)


def suggested(study: Study, *, retrieval_only: bool = False, scorer: object | None = None) -> object:
    """A run of suggestions with fakes for both models."""
    embeddings, _ = word_embeddings(study)
    model = None if retrieval_only else Model("fake", "0" * 64, scorer or KeywordScorer())
    return suggest(study, embeddings, model)


def recording(path: Path, seconds: int) -> Path:
    """A recording with a tone of two seconds in every ten, different for each file."""
    samples = np.zeros(seconds * 16_000, dtype=np.int16)
    samples[0] = len(path.name)
    for start, end in BEEPS:
        if end <= seconds:
            part = tone(end - start, 16_000)
            samples[start * 16_000 : start * 16_000 + len(part)] = part
    return write_wav(path, samples)


def _give(given: Path) -> None:
    (given / "one.txt").write_text("Ida: We met on Thursdays.\nJon: And once in May, for machines.\n", encoding="utf-8")
    (given / "two.vtt").write_text(
        "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Kai>We bought two of them.\n\n"
        "00:05.000 --> 00:09.000\n<v Lea>And never paid the power bill.\n",
        encoding="utf-8",
    )
    recording(given / "three.wav", 12)
    (given / "both").mkdir()
    (given / "both" / "four.txt").write_text("Mia: It rained.\nNoa: It rained twice.\n", encoding="utf-8")
    (given / "both" / "five.txt").write_text("Olga: Nobody came.\nPim: Nobody at all.\n", encoding="utf-8")
    (given / "cases.csv").write_text("interview,size\nI1,small\nI2,large\n", encoding="utf-8")
    (given / "codes.csv").write_text("name,parent,definition\ncompute,,\nrent,compute,what is paid\n", encoding="utf-8")
    _give_project(given)


def _give_project(given: Path) -> None:
    with create_study(given / "other", "Another team") as other:
        add_talk(other, given, "P1", [("Interviewer", "Well?"), ("Quin", "We borrowed a licence, and a queue.")])
        add_interview(other, recording(given / "spoken.wav", 6), "recording", label="P2", duration_ms=6_000)
        turns = [NewTurn(text="Words for the record.", speaker="Rae", role=Role.PARTICIPANT, start_ms=0, end_ms=5_000)]
        add_transcript(other, "P2", turns, origin="import")
        keep_codebook(other, codebook_codes((("rent", None, "what is paid"),)), coder="quin", reason="start")
        text = transcript(other, "P1")
        code = current_codebook(other).find("rent").guid
        keep_decisions(other, "quin", [DecisionDraft(text.id, Span(0, 5), Verdict.ADD, code)])
        export_refi(other, given / "project.qdpx", coder="quin")


class Telling(FakeRecogniser):
    """A recogniser that says how far everything is committed: to the beginning of the window that it hears next."""

    def __init__(self, said: object) -> None:
        super().__init__()
        self._said = said

    def hear(self, window: object, language: str | None) -> object:
        self._said(window.start_ms)
        return super().hear(window, language)


def environment(place: Path) -> None:
    """What commands find in their environment."""
    os.environ |= {
        "INTERVIEW_PASSPHRASE": PASSPHRASE,
        "INTERVIEW_STUDY_PASSPHRASE": PASSPHRASE,
        "INTERVIEW_CACHE_DIR": str(place / "cache"),
        "INTERVIEW_RUNTIME_DIR": str(place / "run"),
        "INTERVIEW_LLM_IDLE_SECONDS": "30",
    }
