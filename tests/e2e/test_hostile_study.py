"""Whatever people or files say is shown as they said it: nothing of it runs, is drawn, followed or fetched."""

import pytest
from at_rest import settle
from conftest import Complaints, chromium, code_as, running_app
from hostile_study import IMAGE, LEAD, SCRIPT, SVG, hostile_study

from assistant.exchange.outgoing import outgoing
from assistant.exchange.study_files import write_study_file
from assistant.review import Basis
from assistant.ui.navigation import PLACES

pytestmark = pytest.mark.browser

FOREIGN_PARTS = """() => {
  const found = [];
  const look = (root) => {
    for (const each of root.querySelectorAll('*')) {
      if (each.shadowRoot) look(each.shadowRoot);
      const name = each.tagName.toLowerCase();
      for (const one of ['href', 'src', 'xlink:href', 'action', 'formaction', 'srcset', 'data']) {
        const goes = each.getAttribute(one);
        if (!goes) continue;
        const to = new URL(goes, location.href);
        if (to.protocol === 'javascript:' || to.hostname === 'evil.example') found.push(each.outerHTML.slice(0, 200));
      }
      if ([...each.attributes].some((one) => /^on/i.test(one.name))) found.push(each.outerHTML.slice(0, 200));
      if (name === 'script' && /__hit/.test(each.textContent)) found.push(each.outerHTML.slice(0, 200));
      if (name === 'style' && /__hit/.test(each.textContent)) found.push(each.outerHTML.slice(0, 200));
      if (each.classList.contains('katex')) found.push('drawn as a formula: ' + each.textContent.slice(0, 60));
    }
  };
  look(document);
  return found;
}"""
OVERFLOW = """() => ['html', '.stMain', '[data-testid=stSidebarContent]'].map((one) => document.querySelector(one))
  .filter((box) => box && box.scrollWidth > box.clientWidth + 1).map((box) => [box.className, box.scrollWidth])"""
SHOWN = {
    "study": ["<script>window.__hit=1</script>"],
    "transcripts": ["<script>window.__hit=1</script>", "[x](javascript:window.__hit=1)", "{{7*7}}"],
    "review": ["<script>window.__hit=1</script>", "{{7*7}}"],
    "codebook": ["[x](javascript:window.__hit=1)"],
    "quotes": ["<script>window.__hit=1</script>"],
    "memos": ["$e^x$", ":material/home:", "{{7*7}}"],
}
"""What must be read on a page as it was written."""


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    """A page of the app with the hostile study, its lead at work; no dialog may open, no script of it may run."""
    folder = tmp_path_factory.mktemp("hostile")
    with (
        hostile_study(folder) as study,
        running_app(study.folder, folder) as address,
        chromium(tmp_path_factory.mktemp("browser")) as context,
    ):
        opened = context.new_page()
        opened.on("dialog", lambda dialog: (said.found.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        said = Complaints(opened)
        opened.goto(address)
        opened.locator("h1.page-title").wait_for()
        opened.wait_for_url("**visit=**")
        code_as(opened, LEAD)
        yield opened, said
        assert said.found == []


def opened_up(page) -> None:
    """Everything folded is opened, so that its text is drawn too."""
    for fold in page.locator(".stMain details:not([open]) > summary").all()[:25]:
        if fold.is_visible():
            fold.click()
    settle(page)


@pytest.mark.parametrize("place", PLACES, ids=[place.address for place in PLACES])
def test_what_is_said_is_shown_and_nothing_more(tab, place):
    """Speakers, turns, codes, attributes, memos, names and titles full of mark-up, on every page."""
    page, said = tab
    page.locator(f'[data-testid="stSidebarNavLink"]:has-text("{place.title}")').first.click()
    page.locator("h1.page-title", has_text="Title" if place is PLACES[0] else place.title).wait_for()
    settle(page)
    opened_up(page)
    assert page.evaluate("window.__hit") is None
    assert page.evaluate(FOREIGN_PARTS) == []
    assert page.evaluate(OVERFLOW) == []
    text = page.locator("body").inner_text()
    for each in SHOWN.get(place.address, ()):
        assert each in text, each
    assert said.found == []


def test_a_file_that_is_brought_is_read_and_never_run(tab, tmp_path):
    """A page with a script and a picture that draws itself, dropped on Add interviews: only words are shown."""
    page, said = tab
    files = {"talk.html": f"<html><body><p>Ana: {IMAGE} Hello {SVG}</p>{SCRIPT}</body></html>", "talk.svg": SVG}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    page.get_by_role("link", name="Add interviews", exact=True).click()
    page.locator("h1.page-title", has_text="Add interviews").wait_for()
    settle(page)
    page.locator('input[type="file"]').first.set_input_files([tmp_path / name for name in files])
    page.get_by_text("talk.svg").first.wait_for()
    settle(page)
    assert page.evaluate("window.__hit") is None
    assert page.evaluate(FOREIGN_PARTS) == []
    assert said.found == []


def test_a_report_runs_nothing_of_what_it_tells(tab, tmp_path):
    """Opened from a disk, where no server says what may run."""
    page, _ = tab
    path = tmp_path / "report.html"
    with hostile_study(tmp_path) as study:
        write_study_file(path, outgoing(study, Basis(), LEAD))
    report = page.context.new_page()
    noticed = []
    report.on("request", lambda request: noticed.append(request.url))
    report.on("dialog", lambda dialog: (noticed.append(dialog.message), dialog.dismiss()))
    report.on("pageerror", lambda error: noticed.append(str(error)))
    report.goto(path.as_uri())
    report.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert SCRIPT in report.locator("body").inner_text()
    assert noticed == [path.as_uri()]
    assert report.evaluate("window.__hit") is None
    assert report.evaluate(FOREIGN_PARTS) == []
    report.close()
