"""A summary on the page: sentences marked as a model's words, and beneath each the quotes it rests on."""

import re
from html import escape
from urllib.parse import urlencode

import streamlit as st

from assistant.quotes.asked import QuoteQuery
from assistant.review import Basis
from assistant.summaries import RestsOn, Said, StandingSummary
from assistant.ui.markup import element, moment
from assistant.ui.quote_links import quotes_href
from assistant.ui.seat import seat_query

_FIRST_WORDS = 6


def draw_summary(found: StandingSummary) -> None:
    """One summary; whoever looks stays who they are behind its links."""
    st.html(summary_html(found))


def summary_html(found: StandingSummary) -> str:
    """The summary as HTML; whatever comes from a model, transcript or codebook is escaped."""
    summary = found.summary
    whose = f"The model’s words, not quotes and not findings · {summary.draft.model}"
    asked = f"{moment(summary.at)} UTC, asked for by {summary.coder}. {found.basis}. {found.read}"
    since = "".join(element("p", each, "summary-since") for each in found.since)
    sentences = "".join(_sentence(found, said) for said in found.sentences)
    dropped = element("p", found.dropped, "page-note") if found.dropped else ""
    return (
        f'<section class="summary" aria-label="Summary of {escape(found.theme)}, {moment(summary.at)}">'
        f"{element('h2', found.theme)}{element('p', whose, 'model-note')}{element('p', asked, 'page-note')}{since}"
        f"<ol>{sentences}</ol>{dropped}{_read_by(found)}</section>"
    )


def _sentence(found: StandingSummary, said: Said) -> str:
    numbers = element("span", f"[{', '.join(str(quote.number) for quote in said.quotes)}]", "numbers")
    weak = ""
    if said.weak and said.support is not None:
        why = "Its meaning is not near that of its quotes: read them before you use it."
        weak = f'<span class="chip weak" title="{why}">weakly supported · {said.support:.2f}</span>'
    quotes = "".join(_quote(found, quote) for quote in said.quotes)
    return f'<li><p class="by-model">{escape(said.text)} {numbers} {weak}</p>{quotes}</li>'


def _quote(found: StandingSummary, quote: RestsOn) -> str:
    near = "" if quote.support is None else f"similarity {quote.support:.2f}"
    head = " · ".join(part for part in (f"Quote {quote.number}", quote.speaker or "Speaker unknown", near) if part)
    changed = element("p", f"Since then: {quote.changed}.", "summary-since") if quote.changed else ""
    return (
        f'<blockquote class="quote">{element("div", head, "speaker")}'
        f"<p>“{escape(quote.text)}” {escape(quote.citation)}</p>{changed}"
        f'<p class="ways">{_transcript_link(quote)} {_quotes_link(found, quote)}</p></blockquote>'
    )


def _transcript_link(quote: RestsOn) -> str:
    if quote.start is None:
        return ""
    asked = {"interview": quote.interview, "at": quote.start, **seat_query()}
    return _link(f"transcripts?{urlencode(asked)}", "In the transcript", f"Quote {quote.number} in the transcript")


def _quotes_link(found: StandingSummary, quote: RestsOn) -> str:
    """To the very quote on the page Quotes: among those of the theme in its interview, by its first words.

    What is not confirmed there as it was read has no such link, for it would lead to nothing.
    """
    if quote.changed:
        return ""
    draft = found.summary.draft
    basis = Basis.from_json(draft.basis)
    first = " ".join(re.findall(r"[^\W_]+", quote.text)[:_FIRST_WORDS])
    query = QuoteQuery(
        theme=draft.theme,
        interviews=(quote.interview,),
        coder=basis.coder,
        adjudicated=basis.adjudicated,
        words=f'"{first}"' if first else "",
    )
    return _link(quotes_href(query), "On the page Quotes", f"Quote {quote.number} on the page Quotes")


def _link(href: str, text: str, label: str) -> str:
    return f'<a href="{escape(href)}" target="_self" aria-label="{escape(label)}">{escape(text)}</a>'


def _read_by(found: StandingSummary) -> str:
    """What the model read, word for word, to be opened."""
    draft = found.summary.draft
    weights = f"weights SHA-256 {draft.model_sha256[:12]}…" if draft.model_sha256 else "weights on a server, not known"
    said = f"Prompt {draft.prompt} (SHA-256 {draft.prompt_sha256[:12]}…), {weights}"
    return (
        f"<details><summary>What {escape(draft.model)} read, word for word</summary>"
        f"{element('p', said, 'page-note')}<pre>{escape(draft.rendered)}</pre></details>"
    )
