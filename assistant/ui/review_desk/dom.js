// Elements from plain values: text is always text, never markup.

function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const isTyping = (element) => Boolean(element) && (TYPING.has(element.tagName) || element.isContentEditable);
const percent = (share) => `${Math.round(100 * share)} %`;

// Put `made` in the place of what `root` holds, with the same boxes open and the same thing in focus as before.
function redraw(root, made) {
  const open = new Set([...root.querySelectorAll("details[open][data-k]")].map((box) => box.dataset.k));
  const active = root.contains(document.activeElement) ? document.activeElement.closest("[data-k]") : null;
  const scrolled = root.scrollTop;
  root.replaceChildren(...made);
  for (const box of root.querySelectorAll("details[data-k]")) box.open = open.has(box.dataset.k);
  root.scrollTop = scrolled;
  if (active) root.querySelector(`[data-k="${CSS.escape(active.dataset.k)}"]:not(:disabled)`)?.focus({ preventScroll: true });
}
