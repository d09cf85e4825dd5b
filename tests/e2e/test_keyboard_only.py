"""Without a mouse: whatever can be operated is reached by Tab, and one sees where one is."""

import pytest
from test_accessibility import app, every_page, tab, visit  # noqa: F401 - fixtures

from assistant.ui.navigation import PLACES

pytestmark = pytest.mark.browser

MOST = 400
MARK = """() => {
  window.tabbed = new Set();
  document.activeElement?.blur();
  getSelection().removeAllRanges();
}"""
# Where the focus is, whether it is seen there (on the element or on the box around it), and whether this was a new one.
STEP = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const boxes = [here];
  while (boxes.length < 4 && boxes.at(-1).parentElement) boxes.push(boxes.at(-1).parentElement);
  const outlined = (box) => {
    const style = getComputedStyle(box);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  };
  const at = here.getBoundingClientRect(), head = document.querySelector('header').getBoundingClientRect();
  const known = window.tabbed.has(here);
  window.tabbed.add(here);
  const hidden = document.querySelector('.stMain').contains(here) && at.bottom <= head.bottom;
  return { what: here.outerHTML.slice(0, 160), seen: boxes.some(outlined) && !hidden, known };
}"""
# A group of radios, tabs or a tree is one stop; its others are reached by arrows.
MISSED = """() => {
  const able = 'a[href], button, input, select, textarea, summary, audio[controls], [tabindex]';
  const GROUP = '[role="radiogroup"], [role="tablist"], [role="tree"]';
  const radios = new Set([...window.tabbed].filter((each) => each.type === 'radio').map((each) => each.name));
  return [...document.querySelectorAll(able)].filter((each) =>
    each.tabIndex >= 0 && !each.matches(':disabled, [inert] *, [aria-hidden="true"] *, [aria-hidden="true"]') &&
    each.checkVisibility({ visibilityProperty: true }) && each.getBoundingClientRect().width > 0 &&
    !(each.type === 'radio' && radios.has(each.name)) && !window.tabbed.has(each) &&
    ![...window.tabbed].some((other) => other.closest(GROUP) && other.closest(GROUP) === each.closest(GROUP))
  ).map((each) => each.outerHTML.slice(0, 200));
}"""


def walk(tab) -> tuple[int, list[str]]:  # noqa: F811
    """Tab from the top to the end: how many stops there were, and at which one could not see where one was."""
    tab.evaluate(MARK)
    unseen = []
    for stops in range(MOST):
        tab.keyboard.press("Tab")
        step = tab.evaluate(STEP)
        if step is None or step["known"]:
            return stops, unseen
        if not step["seen"]:
            unseen.append(step["what"])
    pytest.fail("the end of the page was never reached")


@every_page
def test_everything_is_reached_by_tab(tab, app, place):  # noqa: F811
    """From the top to the end every control comes by, each seen when it has the focus, and none holds one back."""
    visit(tab, app, place)
    stops, unseen = walk(tab)
    assert stops > len(PLACES)
    assert unseen == []
    assert tab.evaluate(MISSED) == []


def test_the_walk_would_notice(tab, app):  # noqa: F811
    """The check itself works: without outlines most stops are unseen, and a button that Tab passes over is missed."""
    visit(tab, app, PLACES[0])
    tab.add_style_tag(content="html body .stApp.stApp *:focus-visible { outline: none !important; }")
    stops, unseen = walk(tab)
    assert len(unseen) > stops / 2
    tab.evaluate("document.querySelector('h1').innerHTML = '<button>Late</button>'")
    assert any("Late" in each for each in tab.evaluate(MISSED))


def test_the_first_stop_skips_to_the_page(tab, app):  # noqa: F811
    """The first Tab offers to skip what is the same on every page; Enter goes there."""
    visit(tab, app, PLACES[0])
    tab.evaluate(MARK)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.innerText") == "Skip to main content"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.closest('main') !== null")


def test_a_page_is_opened_and_used_without_a_mouse(tab, app):  # noqa: F811
    """From the first page to another one by Tab and Enter, and there a filter is set by keys alone."""
    visit(tab, app, PLACES[0])
    tab.get_by_role("link", name="Quotes", exact=True).focus()
    tab.keyboard.press("Enter")
    tab.locator("h1.page-title", has_text="Quotes").wait_for()
    tab.get_by_label("State", exact=True).focus()
    tab.keyboard.type("Rejected")
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="No quote fits").wait_for()
