// Two small forms: a memo, and a code that is made while reading. Ctrl+Enter keeps them, Esc leaves them; what was typed
// stays until it is kept, so that leaving by mistake loses nothing.

const unsent = new Map();

function createForm(host, { name, title, fields, keep, cancel }) {
  const typed = unsent.get(name) ?? {};
  const inputs = {};
  const rows = fields.map((field) => {
    const input = field.choices
      ? h("select", {}, ...field.choices.map(([value, label]) => h("option", { value }, label)))
      : h(field.long ? "textarea" : "input", { rows: field.long ? 4 : null, type: field.long ? null : "text", maxlength: field.most });
    input.value = field.value || typed[field.name] || "";
    input.addEventListener("input", () => unsent.set(name, values()));
    inputs[field.name] = input;
    return h("label", { class: "rd-field" }, h("span", {}, field.label), input);
  });
  const complaint = h("p", { class: "rd-problem", role: "alert" });
  const form = h(
    "form",
    { class: "rd-form", "aria-label": title, onsubmit: submit, onkeydown: onKey },
    h("b", {}, title),
    rows,
    complaint,
    h("div", { class: "rd-row" }, h("button", { type: "submit", class: "rd-button rd-primary" }, "Keep"), h("button", { type: "button", class: "rd-button", onclick: leave }, "Leave")),
    h("p", { class: "rd-note" }, "Ctrl+Enter keeps it, Esc leaves it; what you typed stays until it is kept."),
  );

  const values = () => Object.fromEntries(Object.entries(inputs).map(([key, input]) => [key, input.value]));

  function submit(event) {
    event.preventDefault();
    const missing = fields.find((field) => field.needed && !inputs[field.name].value.trim());
    if (missing) {
      complaint.textContent = `${missing.label}: nothing is written there yet.`;
      inputs[missing.name].focus();
      return;
    }
    form.remove();
    keep(values());
  }

  function leave() {
    form.remove();
    cancel();
  }

  function onKey(event) {
    event.stopPropagation();
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
    else return;
    event.preventDefault();
  }

  host.replaceChildren(form);
  inputs[fields[0].name].focus();
  return { close: leave };
}
