"""What can be asked of a suggestion: why it may fit, in the model's words, and what the model read."""

from assistant.settings import load_settings
from assistant.suggest import show
from assistant.suggest.explanation import explain_suggestion
from assistant.suggest.rationale import rationale
from assistant.suggest.writer import opened_writer
from store.acting import require
from store.study import Study
from store.values import SuggestionDraft


def model_words(study: Study, draft: SuggestionDraft) -> tuple[str, str]:
    """A heading that says whose words these are, and two sentences; the model writes them now, and they are kept."""
    require(study, "rationale.written", "have a model write")
    settings = load_settings(study.settings())
    (suggestion,) = show(study, [draft])
    with opened_writer(settings.llm, settings) as writer:
        written = rationale(study, suggestion, writer)
    return f"The model’s words, not a quote · {written.draft.model}", written.text


def what_it_saw(study: Study, draft: SuggestionDraft) -> tuple[str, str]:
    """The prompt as it was rendered for this pair, or why there is none."""
    (suggestion,) = show(study, [draft])
    explained = explain_suggestion(study, suggestion.guid)
    who = explained.run.llm or "no language model"
    if explained.seen.text:
        return f"What {who} read, word for word", explained.seen.text
    return "What the model saw", explained.seen.why_not
