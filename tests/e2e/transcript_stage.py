"""A bare page with a transcript on it, for tests of the view without the app."""

import json
import random
from typing import Any

from assistant.ui.scripts import HERE, script
from assistant.ui.transcript_view import PARTS, STYLES

_ENTRY = """
window.heard = { selected: [], segments: [], marks: [], sought: [] };
const view = createTranscript(document.querySelector("#place"), {
  onSelect: (span, how) => window.heard.selected.push([span, how]),
  onClickSegment: (id) => window.heard.segments.push(id),
  onMarkClick: (id) => window.heard.marks.push(id),
  seek: (ms) => window.heard.sought.push(ms),
});
window.view = view;
Object.assign(window, { snapToWords, snapToCharacters, nextEdge, characterEdges });
Object.assign(window, { withLanes, laidOut, piecesOf, readText, heardAt });
document.addEventListener("keydown", (event) => {
  if (view.extendKey(event)) event.preventDefault();
});
"""


def stage(page: Any, height: int = 500, width: int = 900) -> None:
    """Put an empty transcript on a page."""
    styles = script(*STYLES) + (HERE / "style.css").read_text(encoding="utf-8")
    page.set_content(
        f"<meta charset=utf-8><style>:root{{color-scheme:light dark;font-family:sans-serif}}body{{margin:0}}{styles}"
        f"</style><div id=place style='height:{height}px;width:{width}px'></div>"
    )
    page.add_script_tag(content="{" + script(*PARTS) + _ENTRY + "}")


def text_of(turns: list[str], *, cut: int | None = None, every_ms: int | None = None) -> dict[str, Any]:
    """What Python would send for turns of plain text; with `cut`, long turns are cut at spaces into segments."""
    rows, segments, at = [], [], 0
    for number, said in enumerate(turns):
        times = [None, None] if every_ms is None else [number * every_ms, (number + 1) * every_ms]
        role = "interviewer" if number % 4 == 0 else "participant"
        rows.append([at, at + len(said), f"Speaker {number % 4}", role, *times, []])
        begin = 0
        while begin < len(said):
            stop = len(said) if cut is None or begin + cut >= len(said) else said.rindex(" ", begin, begin + cut)
            segments.append([len(segments) + 1, at + begin, at + stop, role != "interviewer"])
            begin = stop + 1
        at += len(said) + 1
    return {"key": f"I1:{len(turns)}:{at}", "text": "\n".join(turns), "turns": rows, "segments": segments}


def long_talk(words: int, turns: int, seed: int = 7) -> list[str]:
    """Turns of made-up words, of very different lengths."""
    chance = random.Random(seed)
    edges = sorted(chance.sample(range(1, words), turns - 1))
    sizes = [b - a for a, b in zip([0, *edges], [*edges, words], strict=True)]
    return [" ".join("abcdefghij"[: chance.randint(1, 10)] for _ in range(size)) for size in sizes]


def put(page: Any, text: dict[str, Any], marks: list[dict[str, Any]] | None = None) -> None:
    """Give the view a text, two codes and these marks."""
    codes = {"c1": {"name": "Compute", "colour": "#aa3311"}, "c2": {"name": "Queue", "colour": "#116633"}}
    page.evaluate("([t, c, m]) => { view.setText(t); view.setCodes(c); view.setMarks(m) }", [text, codes, marks or []])


def json_of(value: Any) -> str:
    """A value as JavaScript."""
    return json.dumps(value)
