"""A memo as pages show it: what it is about, who wrote it when, the passage it stands on, and the way there."""

from html import escape
from urllib.parse import urlencode

from assistant.review.memos import Found
from assistant.ui.markup import element, moment
from assistant.ui.seat import seat_query

_SHORT = 80
"""Characters of the first line that stand for a title where there is none."""


def memo_card(found: Found, level: str = "h2") -> str:
    """The memo as HTML under a heading of that level."""
    memo = found.memo
    title = element(level, memo.title or memo.text.split("\n")[0][:_SHORT] or "Memo")
    day = f" · {memo.on.isoformat()}" if memo.on else ""
    people = f" · present: {memo.present}" if memo.present else ""
    look = " · its passage was corrected: look whether it still fits" if memo.needs_look else ""
    line = f"{found.about} · {memo.first_coder}, {moment(memo.first_at)}{day}{people}{look}"
    quote = f'<blockquote class="quoted">{element("span", found.quote)}</blockquote>' if found.quote else ""
    link = ""
    if found.link:
        href = "&".join([found.link, *([urlencode(who)] if (who := seat_query()) else [])])  # whoever follows it stays
        link = f'<p><a class="go" href="{escape(href)}" target="_self">Go to the place</a></p>'
    return f"{title}{element('p', line, 'page-note')}{quote}{element('p', memo.text, 'memo-text')}{link}"
