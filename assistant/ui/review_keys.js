// The keys that st.button cannot have: arrows, "?", lists, and the recording. Nothing is read from or sent to Python;
// `data` holds the place of the segment in the recording and a mark that changes with every decision and order.

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const isTyping = (element) => Boolean(element) && (TYPING.has(element.tagName) || element.isContentEditable);
const listOpen = () => document.querySelector('[role="listbox"]') !== null;

const press = (selector) => {
  const button = document.querySelector(`${selector} button:not(:disabled)`);
  if (button) button.click();
  return Boolean(button);
};

function focusList(selector, next) {
  const lists = [...document.querySelectorAll(`${selector} input`)];
  if (lists.length === 0) return false;
  const list = lists[next % lists.length];
  list.scrollIntoView({ block: "nearest" });
  list.focus();
  return true;
}

function play(place) {
  const audio = document.querySelector(".st-key-recording audio");
  if (!audio || place.start === null) return false;
  if (!audio.paused) {
    audio.pause();
    return true;
  }
  const inside = audio.currentTime * 1000 >= place.start && (place.end === null || audio.currentTime * 1000 < place.end);
  if (!inside) audio.currentTime = place.start / 1000;
  place.playing = true;
  audio.play();
  return true;
}

// The player is drawn by another part of the page, and may come a moment later than this script.
function seek(place, tries = 60) {
  const audio = document.querySelector(".st-key-recording audio");
  if (place.start === null || place.left) return;
  if (!audio || audio.readyState === 0) {
    if (tries > 0) setTimeout(() => seek(place, tries - 1), 100);
    return;
  }
  audio.pause();
  audio.currentTime = place.start / 1000;
  audio.ontimeupdate = () => {
    if (place.playing && place.end !== null && audio.currentTime * 1000 >= place.end) {
      place.playing = false;
      audio.pause();
    }
  };
}

export default function ({ data, parentElement }) {
  const state = (parentElement.reviewKeys ??= { replacing: 0, place: {} });
  state.stop?.();
  // A choice in a list, or a move, is over: afterwards the keys belong to the page again.
  const over = state.place.segment !== data.segment || state.decisions !== data.decisions;
  if (over && isTyping(document.activeElement)) document.activeElement.blur();
  state.decisions = data.decisions;
  if (state.place.segment !== data.segment) {
    state.place.left = true;
    state.place = { ...data, playing: false, left: false };
    state.replacing = 0;
    document.querySelector(".stMain")?.scrollTo(0, 0);
    seek(state.place);
  }
  const actions = {
    ArrowRight: () => press(".st-key-forth"),
    ArrowLeft: () => press(".st-key-back"),
    "?": () => press(".st-key-keys_help"),
    a: () => focusList(".st-key-adding", 0),
    x: () => focusList('[class*="st-key-answers_"]', state.replacing++),
    p: () => play(state.place),
    o: () => focusList(".st-key-review_order", 0),
    r: () => press(".st-key-reveal"),
    s: () => press(".st-key-quality_button"),
  };
  const onKey = (event) => {
    const target = event.composedPath()[0];
    if (isTyping(target)) {
      if (event.key === "Escape" && !listOpen()) target.blur();
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target.tagName === "AUDIO") return;
    const act = actions[event.key] ?? actions[event.key.toLowerCase()];
    if (act && act()) {
      event.preventDefault();
      event.stopPropagation(); // Streamlit has a meaning of its own for R
    }
  };
  document.addEventListener("keydown", onKey, true);
  document.body.dataset.reviewKeys = "on"; // for whoever drives the page from outside: from now on keys are heard
  state.stop = () => document.removeEventListener("keydown", onKey, true);
  return state.stop;
}
