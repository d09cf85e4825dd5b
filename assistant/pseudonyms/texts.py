"""Every text of a study in which a name may stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from store.codebook import current_codebook
from store.decisions import decisions
from store.double_coding import double_codings
from store.glossary import glossary
from store.interviews import interviews
from store.memos import memos
from store.milestones import milestones
from store.quote_lists import picks, quote_lists
from store.remarks import remarks
from store.sets import named_sets
from store.study import Study
from store.summaries import summaries
from store.transcripts import transcript
from store.values import Code, Interview, Transcript

CODE_FIELDS = ("name", "definition", "include", "exclude")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and where it stands, in words; `what` is its sort, `interview` the label where it belongs to one.

    `rewritten` says whether pseudonyms can be put into it; others must be changed by hand where they can be.
    """

    what: str
    place: str
    text: str
    interview: str | None = None
    rewritten: bool = True


def passages(study: Study) -> Iterator[Passage]:
    """All texts of the study as they stand now, transcripts first."""
    found = interviews(study)
    for each in found:
        if each.transcribed:
            yield from _spoken(transcript(study, each.label))
    for each in found:
        yield from _described(each)
    yield from _written(study)
    yield from _beside(study)


def _spoken(now: Transcript) -> Iterator[Passage]:
    yield Passage("transcript", now.interview, now.text, now.interview)
    for name in dict.fromkeys(turn.speaker for turn in now.turns if turn.speaker):
        yield Passage("speaker", f"speaker in {now.interview}", name, now.interview)


def _described(each: Interview) -> Iterator[Passage]:
    for name, value in each.attributes.items():
        yield Passage("attribute", f"{name} of {each.label}", value, each.label)
    yield Passage("label", f"label of {each.label}", each.label, each.label, rewritten=False)


def _written(study: Study) -> Iterator[Passage]:
    for memo in memos(study):
        about = memo.target.interview
        place = f"memo of {memo.first_coder}" + ("" if about is None else f" on {about}")
        for text in (memo.title, memo.text, memo.present):
            yield Passage("memo", place, text, about)
    codebook = current_codebook(study)
    for code in codebook.codes if codebook else ():
        for text in texts_of(code):
            yield Passage("code", f"code “{code.name}”", text)
    for each in named_sets(study):
        for text in (each.name, each.description):
            yield Passage("set", "named set", text)


def texts_of(code: Code) -> tuple[str, ...]:
    """What is written in an entry of the codebook."""
    return (*(getattr(code, name) for name in CODE_FIELDS), *code.examples)


def _beside(study: Study) -> Iterator[Passage]:
    """What was written once and stays as it was, such as notes on decisions and quotes, remarks and summaries."""
    yield Passage("title", "title of the study", study.title, rewritten=False)
    for interview, note in dict.fromkeys((made.interview, made.memo) for made in decisions(study)):
        yield Passage("note", f"note on a decision in {interview}", note, interview, rewritten=False)
    for drawn in double_codings(study):
        yield Passage("double coding", "name of a double coding", drawn.name, rewritten=False)
    for remark in remarks(study):
        yield Passage("remark", "remark on a coding", remark.text, rewritten=False)
    for summary in summaries(study):
        for sentence in summary.draft.sentences:
            yield Passage("summary", "summary of a theme", sentence.text, rewritten=False)
    for name in quote_lists(study):
        for pick in picks(study, name):
            yield Passage("list", f"note in the list “{name}”", pick.note, rewritten=False)
    for milestone in milestones(study):
        yield Passage("milestone", "milestone", f"{milestone.name}\n{milestone.note}", rewritten=False)
    for term in glossary(study):
        yield Passage("glossary", "glossary", term, rewritten=False)
