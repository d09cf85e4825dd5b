// The field in which a turn is corrected, over its own words. Ctrl+Enter keeps, Esc leaves; Alt+P, J and L play.

function createEditField({ text, caret, label, keep, leave, typed, sound }) {
  const field = h("textarea", { class: "tv-field", "aria-label": label, rows: 1, spellcheck: "true", oninput: onInput, onkeydown: onKey });
  const told = h("p", { class: "tv-told", role: "alert" });
  const buttons = h(
    "div",
    { class: "rd-row" },
    button("Keep", "edit keep", () => keep(), { hint: "Ctrl+Enter", primary: true }),
    button("Leave", "edit leave", () => leave(), { hint: "Esc" }),
    h("span", { class: "rd-note" }, "Alt+P plays"),
  );
  const box = h("div", { class: "tv-edit" }, field, told, buttons);
  const PLAYING = { KeyP: sound.toggle, KeyJ: () => sound.skip(-1), KeyL: () => sound.skip(1) };

  function grow() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  }

  function onInput() {
    grow();
    typed(field.value);
  }

  function onKey(event) {
    event.stopPropagation();
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep();
    else if (event.altKey && PLAYING[event.code]) PLAYING[event.code]();
    else if (event.key !== "Enter") return; // a turn has no lines
    event.preventDefault();
  }

  field.value = text;
  return {
    box,
    value: () => field.value,
    begin: () => {
      grow();
      field.focus({ preventScroll: true });
      field.setSelectionRange(caret, caret);
    },
    tell: (words) => (told.textContent = words),
    lock: (on) => {
      field.readOnly = on;
      box.classList.toggle("rd-pending", on);
      for (const each of box.querySelectorAll("button")) each.disabled = on;
      if (!on) field.focus({ preventScroll: true });
    },
  };
}
