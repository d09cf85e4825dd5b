// Choosing codes by typing: a combobox over the codebook. Enter takes the marked code and is done; Shift+Enter takes it
// and stays, for several; a name that is not there can be made a code.

const SHOWN = 60;
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// Codes whose name, theme or definition holds every typed word; names that begin so come first.
function matches(codes, typed) {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  const scored = [];
  for (const code of codes) {
    const name = fold(code.name);
    const all = `${name} ${fold(code.theme ?? "")} ${fold(code.definition ?? "")}`;
    if (!words.every((word) => all.includes(word))) continue;
    const begins = words.length === 0 || name.startsWith(words[0]) ? 0 : name.includes(words[0]) ? 1 : 2;
    scored.push([begins, scored.length, code]);
  }
  scored.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return scored.map(([, , code]) => code);
}

// `done(codes)` gets the GUIDs that were chosen; `make(name)` is asked for a code that is not there yet.
function createPicker(host, { codes, title, several, make, done, cancel }) {
  let found = [];
  let at = 0;
  const chosen = [];
  const input = h("input", {
    type: "text",
    class: "rd-typed",
    role: "combobox",
    "aria-label": title,
    "aria-expanded": "true",
    "aria-controls": "rd-codes",
    "aria-autocomplete": "list",
    autocomplete: "off",
    placeholder: "Type a code’s name",
    oninput: () => list(),
    onkeydown: onKey,
  });
  const options = h("ul", { id: "rd-codes", role: "listbox", class: "rd-codes", "aria-label": "Codes" });
  const picked = h("p", { class: "rd-picked", "aria-live": "polite" });
  const hint = several ? "Enter: this one, done · Shift+Enter: this one and another · Esc: leave" : "Enter: this one · Esc: leave";
  const box = h("div", { class: "rd-picker", role: "group", "aria-label": title }, h("b", {}, title), input, picked, options, h("p", { class: "rd-note" }, hint));

  function list() {
    found = matches(codes, input.value);
    const name = input.value.trim();
    if (make && name && !codes.some((code) => fold(code.name) === fold(name))) found.push({ make: name });
    at = 0;
    options.replaceChildren(
      ...found.slice(0, SHOWN).map((code, index) =>
        h(
          "li",
          {
            role: "option",
            id: `rd-code-${index}`,
            "aria-selected": "false",
            onmousedown: (event) => event.preventDefault(), // the field keeps the focus
            onclick: (event) => take(index, event.shiftKey),
          },
          code.make ? [h("em", {}, "Make a new code: "), code.make] : [dot(code), h("span", {}, code.name), code.theme && h("span", { class: "rd-theme" }, code.theme)],
        ),
      ),
      found.length > SHOWN && h("li", { class: "rd-note", role: "presentation" }, `… and ${found.length - SHOWN} more; type to narrow it down`),
      found.length === 0 && h("li", { class: "rd-note", role: "presentation" }, "No code of that name"),
    );
    mark();
  }

  function mark() {
    for (const [index, option] of [...options.querySelectorAll('[role="option"]')].entries()) {
      option.setAttribute("aria-selected", String(index === at));
      if (index === at) option.scrollIntoView({ block: "nearest" });
    }
    if (found.length) input.setAttribute("aria-activedescendant", `rd-code-${at}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function take(index, more) {
    const code = found[index];
    if (!code) return chosen.length ? finish() : undefined;
    if (code.make) return close(() => make(code.make));
    if (!chosen.includes(code)) chosen.push(code);
    if (!(several && more)) return finish();
    picked.textContent = `Chosen: ${chosen.map((each) => each.name).join(", ")}`;
    input.value = "";
    list();
  }

  const finish = () => close(() => done(chosen.map((code) => code.guid)));
  function close(then) {
    box.remove();
    then();
  }

  function onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const last = Math.min(found.length, SHOWN) - 1;
    if (step) at = Math.max(0, Math.min(last, at + step));
    else if (event.key === "Enter") take(at, event.shiftKey);
    else if (event.key === "Escape") close(cancel);
    else return event.stopPropagation();
    event.preventDefault();
    event.stopPropagation();
    if (step) mark();
  }

  list();
  host.replaceChildren(box);
  input.focus();
  return { close: () => close(cancel) };
}

const dot = (code) => h("span", { class: "rd-dot", style: code.colour ? `background:${/^#[0-9a-f]{6}$/i.test(code.colour) ? code.colour : "transparent"}` : null });
