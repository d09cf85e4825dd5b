"""What became of a file that came in, and what came in and went out before."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import streamlit as st

from assistant.exchange.bundle import Applied
from assistant.exchange.refi.import_report import ImportReport, grouped
from assistant.review import Blindness
from assistant.ui.exchange_desk import Came
from assistant.ui.markup import Folded, element, moment, notice, table
from store.exports import exports
from store.imports import imports
from store.interviews import interviews
from store.study import Study

_NAMES = {
    "sources": "Documents and recordings",
    "notes": "Notes (memos)",
    "links": "Links between things",
}
_SHORT = 80


def draw_came(came: Came) -> None:
    """The report of the file that came in last."""
    notice(came.said, "good")
    match came.report:
        case ImportReport() as report:
            _draw_project(report)
        case Applied() as applied:
            rows = [(kind.capitalize(), applied.found[kind], count) for kind, count in applied.taken.items()]
            _draw_counts(rows)
            _draw_sentences("What differs", applied.findings)
        case sentences:
            _draw_sentences("What is said of it", sentences)


def _draw_project(report: ImportReport) -> None:
    rows = [
        (_NAMES.get(kind, kind.capitalize()), count.found, count.taken)
        for kind, count in report.counts.items()
        if count.found
    ]
    _draw_counts(rows)
    missing = grouped(finding for finding in report.findings if finding.kind == "left out")
    others = grouped(finding for finding in report.findings if finding.kind != "left out")
    _draw_sentences("Left out", missing)
    _draw_sentences("In doubt, guessed or changed", others)
    _draw_sentences("How offsets were counted", [f"{label}: {said}" for label, said in report.conventions.items()])


def _draw_counts(rows: Sequence[tuple[str, int, int]]) -> None:
    headers = ("What", "In the file", "Taken")
    table(headers, rows, numbers=(1, 2), key="exchange_counts", caption="What was in the file, and what was taken")


def _draw_sentences(title: str, sentences: Sequence[str]) -> None:
    if not sentences:
        return
    with st.expander(f"{title} ({len(sentences)})", expanded=len(sentences) <= _FEW):
        st.html(sentence_list(sentences))


_FEW = 8


def sentence_list(sentences: Iterable[str]) -> str:
    """Sentences below each other."""
    return f'<ul class="import-said">{"".join(f"<li>{escape(each)}</li>" for each in sentences)}</ul>'


def draw_earlier(study: Study, hidden: Blindness) -> None:
    """Everything that came in and went out, the newest first."""
    st.html(element("h2", "On record"))
    _draw_imports(study, hidden)
    _draw_exports(study)


def _draw_imports(study: Study, hidden: Blindness) -> None:
    labels = {interview.guid: interview.label for interview in interviews(study)}
    rows = []
    for each in reversed(imports(study)):
        parts = [
            f"{labels[guid]}: {sentence}"
            for guid, (report, _) in each.parts.items()
            if guid in labels and labels[guid] not in hidden.interviews
            for sentence in report
        ]
        said = [*(() if hidden.interviews else each.report), *parts]
        report: object = Folded(_shortened(said[0]), "\n".join(said)) if said else ""
        rows.append((moment(each.at), each.file, each.origin or "an unnamed program", each.coder, report))
    if not rows:
        st.html(element("p", "Nothing was taken in from other programs yet.", "page-note"))
        return
    st.html(element("h3", "What came in", "exchange-part"))
    headers = ("Taken in", "File", "From", "By", "Report")
    table(headers, rows, key="exchange_imports", caption="Files that were taken in")


def _draw_exports(study: Study) -> None:
    rows = [
        (moment(each.at), each.name, each.kind, _held(each.holds), each.coder, Folded(each.sha256[:12], each.sha256))
        for each in reversed(exports(study))
    ]
    if not rows:
        st.html(element("p", "No file was made of this study yet.", "page-note"))
        return
    st.html(element("h3", "What went out", "exchange-part"))
    headers = ("Made", "File", "Kind", "Holds", "By", "SHA-256")
    table(headers, rows, key="exchange_exports", caption="Files that were made")


def _held(holds: Mapping[str, int]) -> str:
    """What a file holds by number; what it holds none of is left out."""
    return ", ".join(
        f"{count} {name.removesuffix('s') if count == 1 else name}" for name, count in holds.items() if count
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1].rstrip()}…"
