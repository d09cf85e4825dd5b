// The keys of the desk, as they are shown behind "?".

const KEYS = [
  ["1 2 3", "accept the suggestion of that number; with a stretch selected, on that stretch"],
  ["Shift + 1 2 3", "reject it"],
  ["X", "replace a suggestion by another code: type its name; again for the next one"],
  ["A", "add one code or several, on the selected stretch or the whole passage"],
  ["C", "make a new code"],
  ["V", "select a stretch: arrows by word, Shift extends, Alt by character, Enter codes it"],
  ["E", "re-span a coding: select its new stretch, Enter keeps it; again for the next coding"],
  ["W", "withdraw a coding of your own; again for the next one, Enter withdraws"],
  ["M", "write a memo on this passage, or on the selected stretch"],
  ["P", "play this passage, or stop"],
  ["N or →", "next: this passage is read"],
  ["B or ←", "back"],
  ["R", "blind sample: this passage is read, show its suggestions"],
  ["Z · Shift + Z", "undo · redo, through the whole sitting"],
  ["O · F · S · L", "order · filters · suggestions · many at once (a rule for a list of suggestions)"],
  ["Esc", "leave a field or a selection, so that the keys work again"],
  ["?", "show or hide these keys"],
];

const keysBox = () => h("section", { class: "rd-card rd-keys", "aria-label": "Keys" }, h("b", {}, "Keys"), h("dl", {}, KEYS.map(([key, what]) => [h("dt", {}, key), h("dd", {}, what)])));

// Keys of Streamlit's own controls beside the desk.
function focusOn(selector) {
  const control = document.querySelector(`${selector} input`) ?? document.querySelector(`${selector} button`);
  if (!control) return false;
  control.focus();
  if (control.tagName === "BUTTON") control.click();
  return true;
}

const nativeOpen = () => document.querySelector('[role="dialog"], [data-baseweb="popover"] [role="listbox"]') !== null;
