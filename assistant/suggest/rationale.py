"""Why a suggestion may fit: two sentences in a model's words, written only when a person asks."""

from dataclasses import replace

from assistant.llm import RenderedPrompt, load_prompt
from assistant.suggest.model_words import bounded_words
from assistant.suggest.writer import Writer
from store.codebook import codebook_versions
from store.errors import NotFoundError
from store.rationales import Rationale, RationaleDraft, find_rationale, keep_rationale
from store.segments import segments
from store.study import Study
from store.values import Code, Codebook, Role, Segment, Suggestion

PROMPT = "rationale.v1"
MAX_TOKENS = 400
LONGEST = 500
"""Characters: a little more than the grammar allows."""
GRAMMAR = r"""
root ::= sentence " " sentence
sentence ::= [^.!?\x00-\x20"„“”«»] [^.!?\x00-\x1F"„“”«»]{10,240} [.!?]
"""
"""Two sentences of bounded length and no quotation marks: a model's words must not look like a quote."""


def rationale(study: Study, suggestion: Suggestion, writer: Writer) -> Rationale:
    """Two sentences on what speaks for and against a suggestion that was shown.

    Written once: the same model is not asked the same again. Raises NotFoundError where the interview was erased or
    corrected since, StudyError where the model gives nothing that can be kept.
    """
    rendered = _question(study, suggestion)
    draft = RationaleDraft(
        suggestion=suggestion.guid,
        text="",
        prompt=PROMPT,
        prompt_sha256=load_prompt(PROMPT).sha256,
        rendered="\n\n".join(message["content"] for message in rendered.messages()),
        model=writer.name,
        model_sha256=writer.sha256,
        options=writer.options(MAX_TOKENS),
    )
    known = find_rationale(study, draft)
    if known is not None:
        return known
    answer = writer.write(rendered.messages(), max_tokens=MAX_TOKENS, grammar=GRAMMAR)
    return keep_rationale(study, replace(draft, text=bounded_words(answer, LONGEST, "rationale", writer.name)))


def _question(study: Study, suggestion: Suggestion) -> RenderedPrompt:
    segment, asked = _passage(study, suggestion)
    code, codebook = _code(study, suggestion.code)
    theme = codebook.theme_of(code)
    return load_prompt(PROMPT).render(
        name=code.name,
        theme="" if theme is None else theme.name,
        definition=code.definition,
        include=code.include,
        exclude=code.exclude,
        question=asked,
        passage=segment.text,
    )


def _passage(study: Study, suggestion: Suggestion) -> tuple[Segment, str]:
    """The segment, and the interviewer's last words before it."""
    asked = ""
    for segment in segments(study, suggestion.interview):
        if segment.id == suggestion.segment_id:
            return segment, asked
        if segment.role is Role.INTERVIEWER:
            asked = segment.text
    msg = f"The passage was corrected since the suggestion was made; run `interview suggest {study.folder}` again."
    raise NotFoundError(msg)


def _code(study: Study, guid: str) -> tuple[Code, Codebook]:
    """The code as the newest version that has it says it."""
    for codebook in reversed(codebook_versions(study)):
        found = next((code for code in codebook.codes if code.guid == guid), None)
        if found is not None:
            return found, codebook
    msg = "The code of this suggestion is in no version of the codebook; the record may be damaged: run the audit."
    raise NotFoundError(msg)
