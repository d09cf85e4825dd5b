"""The page Relations: codes that stand together, codes by attribute, a map of themes, codes through an interview."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from assistant.relations import Cooccurrence, cooccurrence, crosstab, pairs, theme_map, timeline
from assistant.relations.charts import CELL, MARK, attribute_figure, timeline_figure, together_figure
from assistant.relations.map_chart import map_figure
from assistant.review import Ground, blindness, ground
from assistant.ui.figure import draw_figure
from assistant.ui.markup import element, heading, notice
from assistant.ui.quote_links import open_quotes
from assistant.ui.relations_fields import Asked, Kind, draw_fields
from assistant.ui.relations_links import quotes_of_cell, quotes_of_pair, transcript_href
from assistant.ui.relations_tables import draw_crosstab, draw_marks, draw_pairs
from assistant.ui.session import current_study, current_visit
from store.runs import scores_stamp
from store.segments import segments
from store.study import Study
from store.transcripts import transcript
from store.values import Segment


def relations_page() -> None:
    """Draw the page of the study that is open."""
    heading("Relations", "Only confirmed codings count, in interviews that were read.")
    study = current_study()
    asked = draw_fields(study)
    hidden = blindness(study, current_visit().sitting.coder)
    if hidden.interviews:
        notice(hidden.sentence)
    on = ground(study, asked.basis, hidden)
    if on.unread and asked.kind != "timeline":
        why = "they are hidden from you or were not read" if on.counted.hidden.interviews else "they were not read yet"
        notice(f"Not counted, because {why}: {', '.join(on.unread)}.")
    if not on.counted.codings:
        notice("Nothing is coded yet in these interviews; code on the page Review, or choose other codings.")
        return
    _PARTS[asked.kind](study, on, asked)


def _draw_together(study: Study, on: Ground, asked: Asked) -> None:
    found = _together(study, on, asked)
    if not pairs(found):
        notice("No two codes stand together in this sense; choose another one, or more turns.")
        return
    cell = _clicked(draw_figure(together_figure(found, asked.query), key="relations_matrix", **_one(CELL)), CELL)
    ends = {cell.get("row"), cell.get("at")}
    chosen = next((pair for pair in pairs(found) if {pair.a, pair.b} == ends), None)
    if chosen is not None:
        open_quotes(quotes_of_pair(on, found, chosen))
    st.html(element("p", _TOGETHER + (_OF_THEMES if asked.level == "theme" else ""), "page-note"))
    draw_pairs(on, found, asked)


def _draw_map(study: Study, on: Ground, asked: Asked) -> None:
    found = _together(study, on, asked)
    drawn = theme_map(found)
    if not drawn.nodes:
        notice("Nothing of what was coded stands in an interview that was read, so there is nothing to map.")
        return
    draw_figure(map_figure(drawn, asked.query), key="relations_map")
    draw_pairs(on, found, asked)


def _draw_attribute(_: Study, on: Ground, asked: Asked) -> None:
    if asked.attribute is None:
        notice("The interviews have no attributes yet; bring a case table on the page Add interviews.")
        return
    table = crosstab(on, asked.attribute, level=asked.level)
    if table.without:
        notice(f"Left out, because they have no {table.attribute}: {', '.join(table.without)}.")
    if not table.values or not table.found.any():
        notice(f"Nothing is coded in interviews that were read and have a {table.attribute}.")
        return
    cell = _clicked(draw_figure(attribute_figure(table, asked.query), key="relations_shares", **_one(CELL)), CELL)
    if "row" in cell and table.found[cell["row"], cell["at"]]:
        open_quotes(quotes_of_cell(on, table, cell["row"], cell["at"]))
    st.html(element("p", table.note, "page-note"))
    draw_crosstab(on, table, asked)


def _draw_timeline(study: Study, on: Ground, asked: Asked) -> None:
    if asked.interview is None or asked.interview not in {i.label for i in on.counted.interviews}:
        notice("This interview is not among those that are counted; choose another one, or fewer conditions.")
        return
    found = timeline(on, transcript(study, asked.interview), level=asked.level)
    _tell_unplaced(found.unplaced)
    if not found.marks:
        notice(f"Nothing is coded in {found.interview} yet.")
        return
    mark = _clicked(draw_figure(timeline_figure(found, asked.query), key="relations_timeline", **_one(MARK)), MARK)
    if 0 <= mark.get("number", -1) < len(found.marks):
        chosen = found.marks[mark["number"]]
        link = transcript_href(found.interview, chosen).replace("&", "&amp;")
        name = element("span", f"Read “{found.rows.names[chosen.row]}” in the transcript of {found.interview}")
        st.html(f'<p data-announce><a class="go" href="{link}" target="_self">{name}</a></p>')
    draw_marks(found, asked)


def _together(study: Study, on: Ground, asked: Asked) -> Cooccurrence:
    parts = _segments(study, str(study.folder), study.guid, scores_stamp(study))
    found = cooccurrence(on, parts, level=asked.level, within=asked.within)
    _tell_unplaced(found.unplaced)
    return found


@st.cache_resource(max_entries=2, show_spinner=False)
def _segments(_study: Study, folder: str, guid: str, stamp: tuple[int, ...]) -> tuple[Segment, ...]:
    del folder, guid, stamp  # parts of the key only
    return segments(_study)


def _tell_unplaced(count: int) -> None:
    if count:
        notice(f"Codings left out, because a correction of the transcript tore their place apart: {count}.")


def _one(name: str) -> Mapping[str, Any]:
    return {"on_select": "rerun", "selection_mode": name}


def _clicked(event: Any, name: str) -> Mapping[str, Any]:
    """What was clicked, by its columns; empty where nothing was."""
    chosen = event.get("selection", {}).get(name, []) if hasattr(event, "get") else []
    return dict(chosen[0]) if chosen else {}


_TOGETHER = "It does not matter who put a code where. Jaccard is the share of both in either, from 0 to 1."
_OF_THEMES = " Numbers lead to the quotes of either theme, in the interviews in which both stand together."
_PARTS: Mapping[Kind, Callable[[Study, Ground, Asked], None]] = {
    "together": _draw_together,
    "attribute": _draw_attribute,
    "map": _draw_map,
    "timeline": _draw_timeline,
}
