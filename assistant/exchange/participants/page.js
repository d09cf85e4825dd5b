const form = document.querySelector("form");
const held = document.getElementById("comments");
const said = document.getElementById("said");
const whole = document.documentElement.cloneNode(true);
let unsaved = false;

function written() {
  const found = { format: 1, pack: form.dataset.pack, comments: {}, answers: {} };
  for (const field of form.querySelectorAll("textarea")) {
    if (field.value.trim()) found.comments[field.name] = field.value;
  }
  for (const field of form.querySelectorAll("input:checked")) found.answers[field.dataset.key] = field.value;
  return found;
}

function fill(found) {
  for (const field of form.querySelectorAll("textarea")) field.value = found.comments[field.name] ?? "";
  for (const field of form.querySelectorAll("input")) {
    field.checked = found.answers[field.dataset.key] === field.value;
  }
}

function save() {
  whole.querySelector("#comments").textContent = JSON.stringify(written()).replace(/</g, "\\u003c");
  const file = new Blob(["<!doctype html>\n", whole.outerHTML, "\n"], { type: "text/html" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "my-comments.html";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  unsaved = false;
  said.textContent = "Saved as my-comments.html with your downloads. Send that file back to us; open it to go on writing.";
}

fill(JSON.parse(held.textContent));
form.addEventListener("input", () => {
  unsaved = true;
  said.textContent = "";
});
form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("save").addEventListener("click", save);
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
