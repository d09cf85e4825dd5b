"""What the confirmed quotes of a theme say, in a model's words: asked when a person asks, checked, and kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.llm import Completion, Prompt, PromptTooLongError, RenderedPrompt, load_prompt
from assistant.review import Basis, Blindness, Counted, counted
from assistant.segment import StudyEmbeddings
from assistant.suggest.writer import Writer
from assistant.summaries.answer import MOST_SENTENCES, Answer, grammar, read_answer
from assistant.summaries.choosing import Chosen, choose, reading_order, typicality
from assistant.summaries.support import WEAK_BELOW, QuoteVectors
from assistant.summaries.theme_quotes import ThemeQuote, ThemeQuotes, require_quotes, theme_quotes
from store.errors import InvalidInputError, StudyError
from store.study import Study
from store.summaries import Summary, SummaryDraft, SummarySentence, keep_summary, summaries

PROMPT = "theme_summary.v1"
MAX_TOKENS = 700
MOST_QUOTES = 40
_MARGINS = (64, 512, 1_024)
"""Tokens left free for what the model's chat template adds; more each time that it was not enough."""

Report = Callable[[float, str], object]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the model was shown and what it answered."""

    shown: tuple[ThemeQuote, ...]
    chosen: Chosen
    rendered: RenderedPrompt
    completion: Completion | None
    known: Summary | None = None


def summarise(
    study: Study,
    theme: str,
    writer: Writer,
    embeddings: StudyEmbeddings,
    *,
    coder: str,
    basis: Basis | None = None,
    hidden: Blindness | None = None,
    limit: int | None = MOST_QUOTES,
    sentences: int = MOST_SENTENCES,
    report: Report | None = None,
) -> Summary:
    """Have a model sum up the confirmed quotes of a theme (name or GUID), with all that is below it.

    `coder` is who asks. At most `limit` quotes are read, and only those that fit into the model's window whole: which
    ones, `choosing.RULE` says. The same model is not asked the same again. Raises NotFoundError for an unknown theme,
    InvalidInputError where it has no quotes or `coder` is empty, StudyError where no quote fits into the window or
    nothing of the answer can be kept.
    """
    if not coder.strip():
        msg = "A summary is kept under the name of who asked for it; say who you are."
        raise InvalidInputError(msg)
    say = report or (lambda _fraction, _text: None)
    found = counted(study, basis, hidden)
    quotes = theme_quotes(study, found, theme)
    require_quotes(quotes, found.sentence)
    say(0.05, f"Looking through {_quotes(len(quotes.quotes))} of “{quotes.theme.name}” …")
    vectors = QuoteVectors(study, embeddings, quotes.quotes)
    asking = _Asking(study, writer, found, quotes, limit, sentences)
    asked = asking.ask(_order(quotes, vectors), say)
    if asked.known is not None:
        return asked.known
    say(0.9, "Checking each sentence against its quotes …")
    answer = asking.checked(asked)
    check = {"embedder": embeddings.model, "weak_below": WEAK_BELOW, "supports": _supports(answer, asked, vectors)}
    return keep_summary(study, coder.strip(), asking.draft(asked, answer, check))


def _order(quotes: ThemeQuotes, vectors: QuoteVectors) -> list[int]:
    """The order in which quotes are taken."""
    typical = typicality(vectors.whole(quotes.quotes))
    return reading_order([quote.person for quote in quotes.quotes], typical.tolist())


def _supports(answer: Answer, asked: _Asked, vectors: QuoteVectors) -> list[list[float]]:
    """The similarity of each sentence to each of its quotes."""
    return [
        list(vectors.supports(claim.text, [asked.shown[number - 1] for number in claim.numbers]))
        for claim in answer.claims
    ]


class _Asking:
    """One question to one model about one theme."""

    def __init__(
        self, study: Study, writer: Writer, found: Counted, quotes: ThemeQuotes, limit: int | None, sentences: int
    ) -> None:
        self._study, self._writer, self._found, self._quotes = study, writer, found, quotes
        self._limit, self._sentences = limit, sentences
        self._prompt: Prompt = load_prompt(PROMPT)

    def ask(self, order: Sequence[int], say: Report) -> _Asked:
        """Ask about as many quotes as fit, fewer where the model finds that they leave it no room for an answer."""
        for chosen in self._choices(order):
            shown = tuple(self._quotes.quotes[place] for place in chosen.places)
            rendered = self._rendered(shown)
            known = self._known(rendered)
            if known is not None:
                return _Asked(shown, chosen, rendered, None, known)
            whose = len({quote.person for quote in shown})
            say(0.2, f"{self._writer.name} reads {_quotes(len(shown))} of {_people(whose)} and writes …")
            try:
                completion = self._writer.answer(
                    rendered.messages(), max_tokens=MAX_TOKENS, grammar=grammar(len(shown), self._sentences)
                )
            except PromptTooLongError:
                continue
            if completion.stopped_by != "length" or completion.completion_tokens >= MAX_TOKENS:
                return _Asked(shown, chosen, rendered, completion)
        msg = (
            f"No quote of “{self._quotes.theme.name}” fits into the window of {self._writer.name}; raise"
            " llm_context_tokens, or choose a model with a larger window."
        )
        raise StudyError(msg)

    def checked(self, asked: _Asked) -> Answer:
        """What can be kept of the answer; raises StudyError where that is nothing."""
        completion = asked.completion
        assert completion is not None
        told = self._prompt.render(name="", definition="", quotes=[], most=self._sentences)
        answer = read_answer(
            completion.text,
            [quote.text for quote in asked.shown],
            _text(told),
            self._quotes.theme.definition,
            whole=completion.stopped_by != "length",
        )
        if not answer.claims:
            why = ", ".join(f"{reason}: {count}" for reason, count in answer.dropped.items()) or "it said nothing"
            name = self._writer.name
            msg = f"{name} wrote no sentence that can be kept ({why}); nothing was kept. Choose a larger model."
            raise StudyError(msg)
        return answer

    def draft(self, asked: _Asked, answer: Answer, check: Mapping[str, Any]) -> SummaryDraft:
        """What is to be kept."""
        return SummaryDraft(
            theme=self._quotes.theme.guid,
            sentences=tuple(
                SummarySentence(claim.text, tuple(asked.shown[number - 1].place for number in claim.numbers))
                for claim in answer.claims
            ),
            shown=tuple(quote.place for quote in asked.shown),
            basis=self._found.basis.to_json(),
            of=len(self._quotes.quotes),
            dropped={str(reason): count for reason, count in answer.dropped.items()},
            prompt=PROMPT,
            prompt_sha256=self._prompt.sha256,
            rendered=_text(asked.rendered),
            model=self._writer.name,
            model_sha256=self._writer.sha256,
            options={
                **self._options(),
                "passed_over": asked.chosen.passed_over,
                "unplaced": self._quotes.unplaced,
                "people_read": len({quote.person for quote in asked.shown}),
                "people": len({quote.person for quote in self._quotes.quotes}),
                "interviews": sorted({quote.place.interview for quote in self._quotes.quotes}),
                "blind": sorted(self._found.hidden.interviews),
                "check": dict(check),
            },
        )

    def _choices(self, order: Sequence[int]) -> Iterator[Chosen]:
        """Quotes that fit beside the rest of the prompt and an answer, with ever more room to spare."""
        sizes = self._writer.tokens([f"{len(order)}. {_one_line(quote.text)}\n" for quote in self._quotes.quotes])
        (rest,) = self._writer.tokens([_text(self._rendered(()))])
        room = self._writer.context_tokens - MAX_TOKENS - rest
        last: tuple[int, ...] = ()
        for margin in _MARGINS:
            chosen = choose(order, sizes, room - margin, self._limit)
            if chosen.places and chosen.places != last:
                last = chosen.places
                yield chosen

    def _rendered(self, shown: Sequence[ThemeQuote]) -> RenderedPrompt:
        theme = self._quotes.theme
        return self._prompt.render(
            name=_one_line(theme.name),
            definition=_one_line(theme.definition),
            quotes=[_one_line(quote.text) for quote in shown],
            most=self._sentences,
        )

    def _options(self) -> dict[str, object]:
        """What decides the answer beside the messages."""
        return {**self._writer.options(MAX_TOKENS), "most_quotes": self._limit, "most_sentences": self._sentences}

    def _known(self, rendered: RenderedPrompt) -> Summary | None:
        """What the same model answered to the same question before."""
        text, options = _text(rendered), self._options()
        basis = self._found.basis.to_json()
        for summary in reversed(summaries(self._study, self._quotes.theme.guid)):
            draft = summary.draft
            alike = (draft.model_sha256, draft.prompt_sha256, draft.rendered, dict(draft.basis)) == (
                self._writer.sha256, self._prompt.sha256, text, basis,
            )  # fmt: skip
            same_options = all(draft.options.get(name) == value for name, value in options.items())
            if alike and same_options and draft.of == len(self._quotes.quotes):
                return summary
        return None


def _one_line(text: str) -> str:
    """A text with white space of every kind folded, so that it cannot begin a line of its own."""
    return " ".join(text.split())


def _text(rendered: RenderedPrompt) -> str:
    return "\n\n".join(message["content"] for message in rendered.messages())


def _quotes(count: int) -> str:
    return "1 quote" if count == 1 else f"{count} quotes"


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
