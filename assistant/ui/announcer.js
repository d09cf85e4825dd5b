// One live region for the whole app: notices and results that appear or change are said there by screen readers, for a
// region that appears together with its words is often not heard.

const SPOKEN = "[data-announce]";
const PAUSE_MS = 150;

function liveRegion() {
  const region = document.createElement("div");
  region.id = "announcer";
  region.className = "unseen";
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  region.setAttribute("aria-atomic", "true");
  (document.querySelector("main") ?? document.body).append(region);
  return region;
}

function announce() {
  const heard = new WeakMap();
  let region = liveRegion();
  let waiting = 0;

  function listen() {
    waiting = 0;
    if (!region.isConnected) region = liveRegion();
    const fresh = [...document.querySelectorAll(SPOKEN)].filter((each) => heard.get(each) !== each.textContent);
    for (const each of fresh) heard.set(each, each.textContent);
    const said = fresh.map((each) => each.textContent).filter((words) => words.trim()); // an empty place says nothing
    if (said.length) region.textContent = said.join(" ");
  }

  new MutationObserver((changes) => {
    if (!waiting && !changes.every((change) => region.contains(change.target))) waiting = setTimeout(listen, PAUSE_MS);
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
  listen();
}

export default function () {
  if (window.interviewAnnouncer) return;
  window.interviewAnnouncer = true;
  announce();
}
