"""Names for groups of passages: a model's under a grammar, or the words that set the group apart."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.llm import PromptTooLongError, RenderedPrompt, load_prompt
from assistant.suggest.model_words import bounded_words, plain_words
from assistant.suggest.writer import Writer
from store.candidates import CandidateName, Place, WrittenBy, keep_candidate_name
from store.canonical import sha256_json
from store.errors import StudyError
from store.interviews import interviews
from store.sentences import sentence_spans
from store.study import Study
from store.values import Segment, Span

PROMPT = "name_code.v1"
MAX_TOKENS = 500
_SENTENCES = 20
_PER_PASSAGE = 4
_CHARACTERS = 3_000
_MOST_POINTED = 5
_LONGEST_NAME, _LONGEST_DEFINITION = 60, 230
"""Characters, as the grammar has it."""
_WORDS = 3
_COMMON = 1 / 7
_SOME_SIZE = 50
_WORD = re.compile(r"[^\W\d_]{3,}")

Sentence = tuple[Segment, Span]


class _Named(BaseModel):
    """What the model must answer; the numbers count the sentences from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    definition: str
    sentences: list[int]


def grammar(sentences: int) -> str:
    """The GBNF of an answer about so many sentences: JSON in one line that can only point at those that there are.

    Strings hold neither line breaks nor quotation marks, which llama.cpp's own translation of a JSON schema allows;
    the definition is one sentence.
    """
    numbers = " | ".join(f'"{number}"' for number in range(1, sentences + 1))
    return rf"""
root ::= "{{\"name\": \"" name "\", \"definition\": \"" definition "\", \"sentences\": [" pointed "]}}"
name ::= [^"\\“„”«».!?\x00-\x20] [^"\\“„”«»\x00-\x1F]{{2,58}}
definition ::= [^"\\“„”«».!?\x00-\x20] [^"\\“„”«».!?\x00-\x1F]{{10,220}} "."
pointed ::= number (", " number){{0,{_MOST_POINTED - 1}}}
number ::= {numbers}
"""


def name_passages(study: Study, candidate: str, members: Sequence[Segment], writer: Writer) -> CandidateName:
    """Have a model name a group of passages, best first, and keep what it wrote.

    Raises StudyError where the answer is not what the grammar allows, or not even one sentence fits the model.
    """
    sentences = first_sentences(members)
    answer, shown, rendered = _asked(writer, sentences)
    named = _parsed(answer, writer.name)
    guids = {interview.label: interview.guid for interview in interviews(study)}
    there = [number for number in dict.fromkeys(named.sentences) if 1 <= number <= len(shown)]
    pointed = [shown[number - 1] for number in there[:_MOST_POINTED]]
    name = CandidateName(
        candidate=candidate,
        name=bounded_words(named.name, _LONGEST_NAME, "name", writer.name),
        definition=_definition(named, writer.name),
        quotes=tuple(Place(guids[segment.interview], segment.revision, span) for segment, span in pointed),
        written_by=WrittenBy(
            prompt=PROMPT,
            prompt_sha256=load_prompt(PROMPT).sha256,
            rendered_sha256=sha256_json(rendered.messages()),
            model=writer.name,
            model_sha256=writer.sha256,
            options=writer.options(MAX_TOKENS),
        ),
    )
    # every passage of the group, not only those shown: the group itself came from them
    keep_candidate_name(study, name, {member.interview for member in members})
    return name


def first_sentences(members: Iterable[Segment]) -> list[Sentence]:
    """The sentences that a model is shown: some of each passage, best passages first, one at least."""
    chosen: list[Sentence] = []
    size = 0
    for member in members:
        for span in sentence_spans(member.text, member.span.start)[:_PER_PASSAGE]:
            size += span.end - span.start
            if chosen and (len(chosen) >= _SENTENCES or size > _CHARACTERS):
                return chosen
            chosen.append((member, span))
    return chosen


def text_of(sentence: Sentence) -> str:
    """The exact slice of the transcript."""
    segment, span = sentence
    return segment.text[span.start - segment.span.start : span.end - segment.span.start]


def _asked(writer: Writer, sentences: list[Sentence]) -> tuple[str, list[Sentence], RenderedPrompt]:
    """The answer with the sentences that were shown: half as many each time that they do not fit."""
    while True:
        rendered = load_prompt(PROMPT).render(sentences=[text_of(sentence) for sentence in sentences])
        try:
            answer = writer.write(rendered.messages(), max_tokens=MAX_TOKENS, grammar=grammar(len(sentences)))
        except PromptTooLongError:
            if len(sentences) == 1:
                raise
            sentences = sentences[: len(sentences) // 2]
        else:
            return answer, sentences, rendered


def _parsed(answer: str, model: str) -> _Named:
    try:
        named = _Named.model_validate_json(answer)
    except ValidationError as error:
        msg = f"The model {model} found no name that can be read; name the code yourself, or choose another model."
        raise StudyError(msg) from error
    if not plain_words(named.name):
        msg = f"The model {model} gave an empty name; name the code yourself, or choose another model."
        raise StudyError(msg)
    return named


def _definition(named: _Named, model: str) -> str:
    return bounded_words(named.definition, _LONGEST_DEFINITION, "definition", model) if named.definition.strip() else ""


def spread(segments: Iterable[Segment]) -> Counter[str]:
    """In how many segments each word stands, case ignored."""
    return Counter(word for segment in segments for word in words_of(segment))


def words_of(segment: Segment) -> set[str]:
    """The words of a segment, case ignored, of three letters or more."""
    return {word.casefold() for word in _WORD.findall(segment.text)}


def characteristic_words(members: Sequence[Segment], everywhere: Counter[str], total: int) -> tuple[str, ...]:
    """The words that set a group apart: frequent among its passages, rare in the study (tf-idf over passages).

    In a study of some size, a word that stands in every seventh passage says nothing about any of them.
    """
    common = total * _COMMON if total >= _SOME_SIZE else total
    inside = {word: count for word, count in spread(members).items() if count > 1}
    telling = {word: count for word, count in inside.items() if everywhere[word] <= common} or inside
    weights = {word: count * log((1 + total) / (1 + everywhere[word])) for word, count in telling.items()}
    best = sorted(weights, key=lambda word: (-weights[word], word))
    return tuple(best[:_WORDS])
