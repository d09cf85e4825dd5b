"""When the app has nothing more to draw: what tests wait for before they go on."""

import time

from playwright.sync_api import Error as PlaywrightError

WATCH = """(() => {
  // Which fields stand at the top of a message: Streamlit's are protobuf, and only their kind is needed here.
  const fields = (bytes) => {
    const found = new Map();
    let at = 0;
    const number = () => {
      let value = 0, scale = 1;
      for (;;) {
        const byte = bytes[at++];
        value += (byte & 127) * scale;
        scale *= 128;
        if (!(byte & 128)) return value;
      }
    };
    while (at < bytes.length) {
      const tag = number(), kind = tag & 7;
      found.set(Math.floor(tag / 8), null);
      if (kind === 0) found.set(Math.floor(tag / 8), number());
      else if (kind === 1) at += 8;
      else if (kind === 2) { const size = number(); at += size; }
      else if (kind === 5) at += 4;
      else break;
    }
    return found;
  };
  const RERUN = 11, NEW_SESSION = 4, SCRIPT_FINISHED = 6, EARLY_FOR_RERUN = 2;
  const app = (window.appAtRest = { asked: 0, answered: 0, running: true });
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return;
        const found = fields(new Uint8Array(data));
        if (found.has(NEW_SESSION)) Object.assign(app, { answered: app.asked, running: true });
        if (found.has(SCRIPT_FINISHED)) app.running = found.get(SCRIPT_FINISHED) === EARLY_FOR_RERUN;
      });
    }
    send(data) {
      if (data instanceof Uint8Array && fields(data).has(RERUN)) app.asked += 1;
      super.send(data);
    }
  };
})();"""
"""Put into every page before its own scripts: counts what the page asks of the app, and which of it was answered."""

AT_REST = """async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  for (let frame = 0; frame < 3; frame += 1) await drawn(); // what was just done is sent by then
  const app = window.appAtRest;
  const root = document.querySelector('[data-testid="stApp"]');
  const moves = (each) => each.playState === "running" && Number.isFinite(each.effect?.getComputedTiming().endTime);
  const rests = () =>
    app.asked === app.answered && !app.running && root?.dataset.testScriptState === "notRunning" &&
    !document.getAnimations().some(moves);
  if (!rests()) return false;
  for (let frame = 0; frame < 3; frame += 1) await drawn(); // what came last is drawn by then, and asks for no more
  return rests();
}"""


PATIENCE_S = 60
"""How long tests wait for anything on a page: much longer than it takes, since machines can be busy."""


def settle(page) -> None:
    """Wait until the app has answered all that the page asked of it, and what it draws stands still."""
    end = time.monotonic() + PATIENCE_S
    while not page.evaluate(AT_REST):
        if time.monotonic() > end:
            raise AssertionError(f"The page never came to rest: {page.evaluate('JSON.stringify(appAtRest)')}")
        page.wait_for_timeout(30)


def until(page, script: str, arg: object = None) -> None:
    """Wait until a script says yes: asked from outside, since the app's pages let nobody evaluate text within them.

    A script that fails, as where what it looks into is not drawn yet, has not said yes.
    """
    end = time.monotonic() + PATIENCE_S
    failed = ""
    while True:
        try:
            if page.evaluate(script, arg):
                return
            failed = ""
        except PlaywrightError as error:
            failed = f" ({error.message.splitlines()[0]})"
        if time.monotonic() > end:
            raise AssertionError(f"This was never so: {script}{failed}")
        page.wait_for_timeout(30)
