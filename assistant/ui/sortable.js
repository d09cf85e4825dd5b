// Tables whose columns sort: a button in each head, pressed by mouse or keyboard; a page that is drawn again begins anew.

const HEAD = "table.sortable th button";

function sortBy(button) {
  const head = button.closest("th");
  const body = head.closest("table").tBodies[0];
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const key = (row) => row.cells[head.cellIndex].dataset.sort ?? row.cells[head.cellIndex].textContent.trim();
  const compare = (a, b) => {
    const [x, y] = [key(a), key(b)];
    if (!x || !y) return !x - !y; // what is empty stands last, whichever way
    const [m, n] = [Number(x), Number(y)];
    const found = Number.isNaN(m) || Number.isNaN(n) ? order.compare(x, y) : m - n;
    return down ? -found : found;
  };
  const rows = [...body.rows].filter((row) => !row.classList.contains("total"));
  const totals = [...body.rows].filter((row) => row.classList.contains("total"));
  body.append(...rows.sort(compare), ...totals);
}

export default function () {
  if (window.interviewSorting) return;
  window.interviewSorting = true;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(HEAD);
    if (button) sortBy(button);
  });
}
