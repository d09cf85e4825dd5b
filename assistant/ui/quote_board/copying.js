// A citation on the clipboard; where the browser does not allow that, in a field with its text selected.

async function copyText(text, fallbackHost) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyFromField(text, fallbackHost);
  }
}

function copyFromField(text, host) {
  const field = h("textarea", { class: "qb-copy-field", readonly: true, rows: 3, "aria-label": "The quote with its source; copy it from here" });
  field.value = text;
  host.replaceChildren(field);
  field.focus();
  field.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  if (done) host.replaceChildren();
  return done;
}
