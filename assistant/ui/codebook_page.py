"""The codebook page: themes and codes with their definitions, and every version there was."""

from html import escape

import streamlit as st

from assistant.ui.markup import element, heading, moment, notice, table
from assistant.ui.session import current_study
from store.codebook import codebook_versions
from store.values import Code, Codebook


def codebook_page() -> None:
    """Draw the page of the study that is open."""
    versions = codebook_versions(current_study())
    if not versions:
        heading("Codebook")
        notice("There is no codebook yet; bring one with `interview codebook import`.")
        return
    newest = versions[-1]
    themes = len(newest.themes)
    heading("Codebook", f"Version {newest.version}: {len(newest.codes) - themes} codes in {themes} themes")
    top = [code for code in newest.codes if code.parent is None]
    st.html(f'<ul class="codes">{"".join(_branch(code, newest) for code in top)}</ul>')
    st.html("<h2>Versions</h2>")
    rows = [(v.version, moment(v.created_at), v.coder, v.reason, len(v.codes)) for v in reversed(versions)]
    table(("Version", "Made (UTC)", "By", "Reason", "Entries"), rows, numbers=(0, 4), key="versions")


def _branch(code: Code, codebook: Codebook) -> str:
    below = codebook.children(code.guid)
    inside = f"<ul>{''.join(_branch(child, codebook) for child in below)}</ul>" if below else ""
    title = element("strong", code.name, "theme-name" if below else "code-name")
    return f"<li>{title}{_rules(code)}{inside}</li>"


def _rules(code: Code) -> str:
    rules = [
        ("Include", code.include),
        ("Exclude", code.exclude),
        ("Examples", " | ".join(code.examples)),
    ]
    definition = element("p", code.definition) if code.definition else ""
    return definition + "".join(f'<p class="rule"><b>{what}:</b> {escape(text)}</p>' for what, text in rules if text)
