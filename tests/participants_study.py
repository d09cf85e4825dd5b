"""A study of four recordings in which everybody but Ada says, is called and was called something that can be found."""

from pathlib import Path

from study_builder import add_talk

from assistant.segment import segment_new
from store.candidates import Place
from store.codebook import keep_codebook
from store.decisions import keep_decisions
from store.interviews import interviews
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.study import Study, create_study
from store.summaries import SummaryDraft, SummarySentence, keep_summary
from store.transcripts import transcript
from store.values import Code, DecisionDraft, Span, Verdict

QUEUE = "We wait in a queue for machines. It takes weeks."
COST = "The power bill <grows> & grows 🙂."
GARDEN = "My garden is lovely."
AGAIN = "The queue is shorter now."
WALRUS = "A walrus lives in the basement of our institute and sings at night."

ADA = (
    ("Interviewer", "How do you get machines?"),
    ("Ada", QUEUE),
    ("Interviewer", "Benedikta told me the same."),
    ("Ada", COST),
    ("Ada", GARDEN),
)
TWO = (
    ("Interviewer", "And the two of you?"),
    ("Benedikta", "Pangolins queue for us at the gate."),
    ("Evelina", "Narwhals pay the bill of it."),
    ("Benedikta", "Thank you."),
)
CIDNEY = (("Interviewer", "And you?"), ("Cidney", WALRUS), ("Cidney", "Axolotls wait in the queue."))
LATER = (("Interviewer", "A year later?"), ("S1", AGAIN))

CANARIES = (
    "Pangolin",
    "Narwhal",
    "walrus",
    "Axolotl",
    "Benedikta",
    "Evelina",
    "Cidney",
    "W-77",
    "W-88",
    "okapi",
    "Zoltan",
    "Quokka",
    "Ibis",
    "numbat",
)
"""What stands nowhere but in what others said, are called, or wrote about it."""

CODES = (
    Code("t1", "Machines", None, "Everything about machines."),
    Code("c1", "Queue", "t1", "Waiting.", "Include the numbat.", "Exclude the numbat.", (WALRUS,)),
    Code("c2", "Cost", "t1", f"What it costs, as where {WALRUS.lower()}"),
    Code("t2", "Life", None, "As Cidney lives."),
    Code("c3", "Unused", "t2", "Ibis."),
)


def participants_study(folder: Path) -> Study:
    """Zoltan coded them all: Ada (I1, I4), Benedikta and Evelina (W-77), Cidney (W-88)."""
    study = create_study(folder / "study", "Quokka")
    add_talk(study, folder, "I1", ADA, participant="P1", region="Ibis north")
    add_talk(study, folder, "W-77", TWO, participant="P2")
    add_talk(study, folder, "W-88", CIDNEY, participant="P3")
    add_talk(study, folder, "I4", LATER, participant="P1")
    keep_codebook(study, CODES, coder="Zoltan", reason="okapi")
    segment_new(study)
    for label, code, said in (
        ("I1", "c1", QUEUE),
        ("I1", "c2", COST),
        ("I1", "t2", GARDEN),
        ("I1", "t2", QUEUE),
        ("W-77", "c1", TWO[1][1]),
        ("W-77", "c2", f"{TWO[1][1]}\n{TWO[2][1]}"),
        ("W-88", "c1", CIDNEY[2][1]),
        ("I4", "c1", AGAIN),
    ):
        coded(study, label, code, said)
    keep_memo(study, "Zoltan", MemoDraft(MemoTarget("I1"), "An okapi.", "Okapi"))
    return study


def coded(study: Study, label: str, code: str, said: str, verdict: Verdict = Verdict.ADD) -> None:
    """One decision of Zoltan's on the stretch that holds these words."""
    place = place_of(study, label, said)
    draft = DecisionDraft(transcript(study, label).id, place.span, verdict, code, memo="okapi")
    keep_decisions(study, "Zoltan", [draft])


def place_of(study: Study, label: str, said: str) -> Place:
    """Where these words stand now."""
    text = transcript(study, label)
    start = text.text.index(said)
    guid = next(each.guid for each in interviews(study) if each.label == label)
    return Place(guid, text.revision, Span(start, start + len(said)))


def summed_up(study: Study, *sentences: tuple[str, tuple[tuple[str, str], ...]], theme: str = "t1") -> None:
    """Keep a summary: each sentence with the quotes (label, words) that it rests on."""
    said = tuple(
        SummarySentence(text, tuple(place_of(study, label, words) for label, words in quotes))
        for text, quotes in sentences
    )
    shown = tuple(dict.fromkeys(place for sentence in said for place in sentence.quotes))
    none, options = "0" * 64, {"check": {"supports": [[0.9] * len(sentence.quotes) for sentence in said]}}
    draft = SummaryDraft(theme, said, shown, {}, len(shown), {}, "summary", none, "x", "fake", none, options)
    keep_summary(study, "Zoltan", draft)
