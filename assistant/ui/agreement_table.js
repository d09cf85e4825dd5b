// The table of agreement: a row for each code with a button that leads to its disagreements; the heads sort (sortable.js).

function cellOf(tag, { text, sort, title, number }) {
  const cell = document.createElement(tag);
  if (number) cell.className = "number";
  if (sort !== undefined && sort !== null) cell.dataset.sort = sort;
  cell.textContent = text;
  if (title) {
    cell.title = title;
    cell.append(Object.assign(document.createElement("span"), { className: "unseen", textContent: ` ${title}` }));
  }
  return cell;
}

function headOf(head) {
  const cell = document.createElement("th");
  cell.scope = "col";
  if (head.number) cell.className = "number";
  if (head.title) cell.title = head.title;
  cell.append(Object.assign(document.createElement("button"), { type: "button", textContent: head.text }));
  return cell;
}

function rowOf(row, chosen, choose) {
  const line = document.createElement("tr");
  if (!row.guid) line.className = "total";
  const first = document.createElement("td");
  first.dataset.sort = row.name;
  if (row.guid) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "ag-choose", textContent: row.name });
    button.dataset.guid = row.guid;
    button.title = "Show its disagreements";
    button.setAttribute("aria-pressed", row.guid === chosen);
    button.addEventListener("click", () => choose(row.guid));
    first.append(button);
  } else first.textContent = row.name;
  line.append(first, ...row.cells.map((cell) => cellOf("td", cell)));
  return line;
}

function drawTable(root, data, choose) {
  const frame = Object.assign(document.createElement("div"), { className: "frame", tabIndex: 0 });
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", data.caption);
  const table = Object.assign(document.createElement("table"), { className: "plain sortable" });
  const caption = Object.assign(document.createElement("caption"), { className: "unseen" });
  caption.textContent = `${data.caption}. Sorts by the buttons in its heads; the button of a row shows its disagreements.`;
  const head = document.createElement("tr");
  head.append(...data.heads.map(headOf));
  table.append(caption, document.createElement("thead"), document.createElement("tbody"));
  table.tHead.append(head);
  table.tBodies[0].append(...data.rows.map((row) => rowOf(row, data.chosen, choose)));
  frame.append(table);
  root.replaceChildren(frame);
}

// Once the disagreements of the row that was pressed are drawn, they are brought into view, for the eye and the keyboard.
function goTo(guid, tries = 100) {
  const title = document.getElementById("agreement-behind");
  if (title?.dataset.guid !== guid) {
    if (tries) setTimeout(goTo, 50, guid, tries - 1);
    return;
  }
  title.scrollIntoView({ block: "start" });
  title.focus({ preventScroll: true });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".ag-root") ?? parentElement.appendChild(Object.assign(document.createElement("div"), { className: "ag-root" }));
  root.choose = (guid) => {
    setTriggerValue("chosen", { guid });
    goTo(guid);
  };
  if (root.serial !== data.serial) {
    root.serial = data.serial; // a table that stayed the same keeps the order in which it was sorted
    drawTable(root, data, (guid) => root.choose(guid));
  }
  for (const button of root.querySelectorAll(".ag-choose")) button.setAttribute("aria-pressed", button.dataset.guid === data.chosen);
}
