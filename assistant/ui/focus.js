// Where somebody works by the keyboard, a button that goes away with what it decided on hands its focus to the one that
// now stands in its place, so that a list can be worked off without beginning at the top of the page each time.

const PAUSE_MS = 150;

function sameButtons(label) {
  return [...document.querySelectorAll(".stMain button")].filter((each) => each.textContent === label && !each.disabled);
}

function title() {
  return document.querySelector("h1.page-title")?.textContent;
}

function keepFocus() {
  let left = null;
  let waiting = 0;

  function handOver() {
    waiting = 0;
    if (!left || left.button.isConnected) return;
    const free = document.activeElement === document.body;
    const others = free && title() === left.title ? sameButtons(left.label) : [];
    others[Math.min(left.place, others.length - 1)]?.focus();
    if (!free || others.length) left = null;
  }

  document.addEventListener("keydown", ({ key, target }) => {
    const button = key === "Enter" || key === " " ? target.closest?.(".stMain button") : null;
    const label = button?.textContent;
    left = button ? { button, label, place: sameButtons(label).indexOf(button), title: title() } : null;
  }, true);
  document.addEventListener("pointerdown", () => { left = null; }, true);
  new MutationObserver(() => {
    if (left && !waiting) waiting = setTimeout(handOver, PAUSE_MS);
  }).observe(document.body, { childList: true, subtree: true });
}

export default function () {
  if (window.interviewFocus) return;
  window.interviewFocus = true;
  keepFocus();
}
