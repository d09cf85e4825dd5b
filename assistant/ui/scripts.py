"""Scripts and style sheets of components: plain files put together, with no build step."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def script(*names: str) -> str:
    """The files of that name below `assistant/ui`, as one module; only the last one may export.

    The parts share one scope: a function that one part declares can be called in all of them.
    """
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


@cache
def page_styles() -> str:
    """The style of all pages: `style.css` first, then what each page adds."""
    first = HERE / "style.css"
    others = sorted(path for path in HERE.glob("*.css") if path != first)
    return "\n".join(path.read_text(encoding="utf-8") for path in (first, *others))
