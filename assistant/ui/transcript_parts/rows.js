// One block of a transcript as a row: who speaks, the words with what lies over them, and the codings in the margin.

const UNSURE = 0.4; // below this probability the transcriber was not sure of a word
const overlaps = (mark, block) => mark.start < block.end && block.start < mark.end;

function tvElement(tag, css, words) {
  const made = document.createElement(tag);
  made.className = css;
  if (words !== undefined) made.textContent = words;
  return made;
}

function colourOf(shown, code) {
  const colour = shown.codes[code]?.colour ?? "";
  // a little of the ink, so that no colour is lost on light or dark paper
  return /^#[0-9a-f]{6}$/i.test(colour) ? `color-mix(in srgb, ${colour} 75%, var(--ink))` : "var(--coded)";
}

function drawRow(text, shown, index, onClickSegment) {
  const block = text.blocks[index];
  const row = tvElement("div", `tv-row tv-${block.turn.role === "interviewer" ? "asked" : "said"}${block.first ? " tv-first" : ""}`);
  row.setAttribute("role", "listitem");
  row.setAttribute("aria-posinset", index + 1);
  row.setAttribute("aria-setsize", text.blocks.length);
  if (block.id !== null) row.dataset.segment = block.id;
  if (block.id !== null && shown.current === block.id) {
    row.classList.add("tv-current");
    row.classList.toggle("tv-pending", shown.pending);
    row.setAttribute("aria-current", "true");
  }
  if (block.first) row.append(tvElement("h3", "tv-speaker", [block.turn.speaker ?? "Speaker unknown", clockOf(block.from)].filter(Boolean).join(" · ")));
  const said = tvElement("p", "tv-text");
  said.dir = "auto";
  said.append(...pieces(text, shown, block));
  row.append(gutter(block, onClickSegment), said, tvElement("div", "tv-margin"));
  return row;
}

function gutter(block, onClickSegment) {
  const go = tvElement("button", "tv-go", "▸");
  go.type = "button";
  go.tabIndex = -1;
  go.hidden = !block.codable || !onClickSegment;
  go.title = "Go to this passage";
  go.setAttribute("aria-label", "Go to this passage");
  go.addEventListener("click", () => onClickSegment?.(block.id));
  return go;
}

function pieces(text, shown, block) {
  const over = shown.marks.filter((mark) => isInText(mark) && overlaps(mark, block));
  if (shown.current !== null && shown.current === block.id) over.push(...shown.evidence.map(([start, end, number]) => ({ start, end, evidence: number })));
  if (shown.picked) over.push({ start: shown.picked[0], end: shown.picked[1], picked: true });
  if (shown.caret !== null) over.push({ start: shown.caret, end: shown.caret });
  for (const [start, end, , , sure] of block.turn.words) if (sure < UNSURE) over.push({ start, end, unsure: sure });
  const here = over.filter((mark) => overlaps(mark, block) || mark.start === mark.end);
  const lines = linesOf(shown, block.turn);
  return piecesOf(block.start, block.end, here).flatMap((piece) => drawPiece(text, shown, block, piece, lines));
}

// The lines that are in use below a turn's words, the upmost first.
function linesOf(shown, turn) {
  const used = shown.marks.filter((mark) => isInText(mark) && overlaps(mark, turn)).map((mark) => mark.line);
  return [...new Set(used)].sort((a, b) => a - b);
}

function drawPiece(text, shown, block, piece, lines) {
  const codes = piece.marks.filter((mark) => mark.code);
  const evidence = piece.marks.filter((mark) => mark.evidence);
  const unsure = piece.marks.find((mark) => mark.unsure !== undefined);
  const made = tvElement(codes.length ? "mark" : "span", "tv-piece", text.slice(piece.start, piece.end));
  made.dataset.start = piece.start;
  if (evidence.length) made.classList.add("tv-evidence");
  if (unsure) made.classList.add("tv-unsure");
  if (unsure) made.title = "The transcriber was not sure of this word";
  if (piece.marks.some((mark) => mark.picked)) made.classList.add("tv-picked");
  if (codes.length) underline(made, shown, codes, lines);
  const parts = [made];
  if (shown.caret === piece.start) parts.unshift(tvElement("span", "tv-caret"));
  else if (shown.caret === piece.end && piece.end === block.end) parts.push(tvElement("span", "tv-caret"));
  const ending = evidence.filter((mark) => Math.min(mark.end, block.end) === piece.end).map((mark) => mark.evidence);
  if (ending.length) parts.push(tvElement("sup", "tv-number", ending.join(" ")));
  return parts;
}

// A line of its own below the words for each code: solid for one's own codings, in strokes for those of others.
function underline(made, shown, codes, lines) {
  made.classList.add("tv-coded");
  if (codes.some((mark) => mark.pending)) made.classList.add("tv-coming");
  const stroke = (colour, other) => (other ? `repeating-linear-gradient(90deg, ${colour} 0 6px, transparent 6px 9px)` : `linear-gradient(${colour}, ${colour})`);
  const drawn = codes.map((mark) => `${stroke(colourOf(shown, mark.code), mark.kind === "other")} 0 calc(100% - ${4 * (lines.length - 1 - lines.indexOf(mark.line))}px) / 100% 2px no-repeat`);
  made.style.background = `${drawn.join(", ")}, color-mix(in srgb, ${colourOf(shown, codes[0].code)} 14%, transparent)`;
  made.style.paddingBottom = `${4 * lines.length - 2}px`;
  made.title = codes.map((mark) => described(shown, mark)).join("\n");
}

// ---- the margin: a bar along the lines of each coding, and its name where it begins

// Rows must be in the document; all are measured before any is changed.
function drawMargins(text, shown, some, { onMarkClick, tabStops }) {
  const found = some.map(([index, row]) => [row, index, measuredMarks(text.blocks[index], shown, row)]);
  for (const [row, index, marks] of found) fillMargin(text, shown, row, index, marks, { onMarkClick, tabStops });
}

function measuredMarks(block, shown, row) {
  const over = shown.marks.filter((mark) => overlaps(mark, block));
  if (!over.length) return [];
  const top = row.querySelector(".tv-margin").getBoundingClientRect().top;
  return over.map((mark) => {
    const lines = rangeIn(row, Math.max(mark.start, block.start), Math.min(mark.end, block.end)).getBoundingClientRect();
    return { mark, top: lines.top - top, height: Math.max(8, lines.height) };
  });
}

function fillMargin(text, shown, row, index, marks, on) {
  const block = text.blocks[index];
  const bars = [];
  const names = tvElement("ul", "tv-names");
  names.setAttribute("role", "list");
  names.setAttribute("aria-label", "Codings here");
  let free = 0;
  for (const { mark, top, height } of marks) {
    const bar = tvElement("span", `tv-bar tv-bar-${mark.kind}${mark.pending ? " tv-coming-bar" : ""}`);
    bar.setAttribute("aria-hidden", "true");
    bar.title = described(shown, mark);
    bar.style.setProperty("--tv-colour", colourOf(shown, mark.code));
    bar.style.insetInlineStart = `${mark.lane * 7}px`;
    bar.style.top = `${top}px`;
    bar.style.height = `${height}px`;
    if (on.onMarkClick) bar.addEventListener("click", () => on.onMarkClick(mark.id));
    bars.push(bar);
    if (mark.start < block.start && index > 0) continue;
    const label = nameOf(shown, mark, on);
    const at = Math.max(free, top);
    label.style.top = `${at}px`;
    free = at + 19;
    names.append(label);
  }
  const margin = row.querySelector(".tv-margin");
  margin.style.setProperty("--tv-lanes", Math.max(0, ...marks.map(({ mark }) => mark.lane + 1)));
  margin.replaceChildren(...bars, ...(names.firstChild ? [names] : []));
  row.style.minHeight = free ? `calc(${free}px + 1rem)` : ""; // its own edges are below a rem
}

const LEADS = { machine: "? ", rejected: "✕ ", human: "", other: "" };

function nameOf(shown, mark, { onMarkClick, tabStops }) {
  const item = tvElement("li", `tv-label tv-label-${mark.kind}${mark.pending ? " tv-coming-bar" : ""}`);
  const tail = mark.kind === "machine" ? ` ${Math.round(100 * mark.p)} %` : mark.kind === "other" ? ` (${initialsOf(mark.coder)})` : "";
  const name = tvElement(onMarkClick ? "button" : "span", "tv-name");
  name.append(tvElement("span", "tv-cut", `${LEADS[mark.kind]}${codeName(shown, mark)}`), tvElement("span", "tv-tail", tail));
  if (onMarkClick) {
    name.type = "button";
    name.tabIndex = tabStops ? 0 : -1;
    name.addEventListener("click", () => onMarkClick(mark.id));
    name.setAttribute("aria-label", described(shown, mark));
    item.append(name);
  } else {
    name.setAttribute("aria-hidden", "true");
    item.append(name, tvElement("span", "tv-hidden", described(shown, mark)));
  }
  item.dataset.mark = mark.id;
  item.title = described(shown, mark);
  item.style.setProperty("--tv-colour", colourOf(shown, mark.code));
  return item;
}

const codeName = (shown, mark) => shown.codes[mark.code]?.name ?? "a former code";

function described(shown, mark) {
  const coming = mark.pending ? " (being saved)" : "";
  if (mark.kind === "machine") return `${codeName(shown, mark)}: suggested by the machine, ${Math.round(100 * mark.p)} %${coming}`;
  return `${codeName(shown, mark)}: ${mark.kind === "rejected" ? "rejected" : "coded"} by ${mark.coder || "you"}${coming}`;
}

const initialsOf = (name) => name.split(/\s+/).map((word) => Array.from(word)[0] ?? "").join("").slice(0, 3);

// ---- from offsets to places in the document, and back

// The stretch of a row's words as a DOM range; offsets that lie outside of it are taken as its ends.
function rangeIn(row, start, end) {
  const all = [...row.querySelectorAll(".tv-piece")];
  const range = document.createRange();
  const at = (offset, isEnd) => {
    const piece = all.findLast((each) => (isEnd ? Number(each.dataset.start) < offset : Number(each.dataset.start) <= offset)) ?? all[0];
    return [piece.firstChild, unitsOf(piece.firstChild.data, offset - Number(piece.dataset.start))];
  };
  range.setStart(...at(start, false));
  range.setEnd(...at(end, true));
  return range;
}

function offsetOf(node, units) {
  const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest?.(".tv-piece");
  if (!piece) return null;
  const before = node.nodeType === Node.TEXT_NODE ? node.data.slice(0, units) : units ? piece.textContent : "";
  return Number(piece.dataset.start) + codePoints(before);
}
