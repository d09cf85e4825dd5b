// One block of a transcript as a row: who speaks, the words with what lies over them, and the codings in the margin.

const DOUBTS = {
  repeat: ["repeats?", "Said over and over; the recogniser may have run in a loop"],
  silence: ["silence?", "Words where nothing is heard; the recogniser may have made them up"],
  unclear: ["unclear?", "The recogniser was unsure of nearly every word here"],
  fast: ["too fast?", "More words than anybody speaks in that time"],
};
const SPEAKER_COLOURS = 8;
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
  if (shown.waiting && overlaps({ start: shown.waiting[0], end: shown.waiting[1] }, block)) row.classList.add("tv-waiting");
  if (shown.at !== null && shown.at === block.turn.index) row.classList.add("tv-at");
  if (block.first) row.append(headOf(text, shown, block));
  const said = tvElement("p", "tv-text");
  said.dir = "auto";
  said.append(...pieces(text, shown, block));
  row.append(gutter(block, onClickSegment), said, tvElement("div", "tv-margin"));
  return row;
}

// Who speaks, when, and in which role; a pause before it and who speaks besides.
function headOf(text, shown, block) {
  const { turn } = block;
  const head = tvElement("h3", "tv-speaker");
  const pause = pauseBefore(text, turn);
  if (pause >= shown.pauseMs) head.append(pauseOf(pause));
  const dot = tvElement("span", "tv-dot");
  dot.dataset.colour = text.speakers.indexOf(turn.speaker ?? "") % SPEAKER_COLOURS;
  dot.setAttribute("aria-hidden", "true");
  head.append(dot, tvElement("span", "tv-who", [turn.speaker ?? "Speaker unknown", clockOf(block.from)].filter(Boolean).join(" · ")));
  if (shown.roles) head.append(tvElement("span", "tv-role", turn.role));
  if (turn.spokenOver.length) {
    const names = besides(text, turn);
    const said = `spoken at the same time as ${names.length ? names.join(", ") : "somebody else"}`;
    head.append(tvElement("span", "tv-besides", `∥ ${said}`));
  }
  return head;
}

// Drawn by the style sheet, so that it is no part of the text.
function pauseOf(ms) {
  const made = tvElement("span", "tv-pause");
  made.dataset.length = `(${Math.round(ms / 1000)} s)`;
  made.title = `Nobody speaks for ${(ms / 1000).toFixed(1)} seconds`;
  return made;
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
  if (shown.cursor) over.push({ start: shown.cursor[0], end: shown.cursor[1], cursor: true });
  if (shown.unsure) for (const [start, end, , , sure] of block.turn.words) if (sure < shown.unsureBelow) over.push({ start, end, unsure: sure });
  if (shown.unsure) for (const [start, end, kind, heard] of block.turn.doubts) over.push({ start, end, doubt: kind, heard });
  if (shown.clean) for (const [start, end] of text.clean) over.push({ start, end, filler: true });
  for (const [start, end, does] of text.instructions) over.push({ start, end, does });
  for (const [at, pause] of pausesIn(block.turn, shown.pauseMs)) over.push({ start: at, end: at, pause });
  const here = over.filter((mark) => overlaps(mark, block) || mark.start === mark.end);
  const lines = linesOf(shown, block.turn);
  return piecesOf(block.start, block.end, here).flatMap((piece) => drawPiece(text, shown, block, piece, lines, here));
}

// The lines that are in use below a turn's words, the upmost first.
function linesOf(shown, turn) {
  const used = shown.marks.filter((mark) => isInText(mark) && overlaps(mark, turn)).map((mark) => mark.line);
  return [...new Set(used)].sort((a, b) => a - b);
}

function drawPiece(text, shown, block, piece, lines, here) {
  const codes = piece.marks.filter((mark) => mark.code);
  const evidence = piece.marks.filter((mark) => mark.evidence);
  const unsure = piece.marks.find((mark) => mark.unsure !== undefined);
  const made = tvElement(codes.length ? "mark" : "span", "tv-piece", text.slice(piece.start, piece.end));
  made.dataset.start = piece.start;
  if (evidence.length) made.classList.add("tv-evidence");
  if (unsure) made.classList.add("tv-unsure");
  if (unsure) made.title = `the recogniser was unsure (${Math.round(100 * unsure.unsure)} %)`;
  if (piece.marks.some((mark) => mark.doubt)) made.classList.add("tv-doubt");
  if (piece.marks.some((mark) => mark.does)) made.classList.add("tv-instruction");
  if (piece.marks.some((mark) => mark.cursor)) made.classList.add("tv-cursor");
  if (piece.marks.some((mark) => mark.filler)) {
    made.classList.add("tv-filler");
    made.setAttribute("aria-hidden", "true");
  }
  if (piece.marks.some((mark) => mark.picked)) made.classList.add("tv-picked");
  if (codes.length) underline(made, shown, codes, lines);
  const parts = [made];
  if (shown.caret === piece.start) parts.unshift(tvElement("span", "tv-caret"));
  else if (shown.caret === piece.end && piece.end === block.end) parts.push(tvElement("span", "tv-caret"));
  for (const mark of here) if (mark.pause !== undefined && mark.start === piece.start) parts.unshift(pauseOf(mark.pause));
  for (const mark of here) if (mark.doubt && endsHere(mark, piece, block)) parts.push(flagOf(mark));
  for (const mark of here) if (mark.does && endsHere(mark, piece, block)) parts.push(flag("to a machine?", `Reads like an instruction to a machine: it ${mark.does}. The machine’s scores here may be off.`));
  const ending = evidence.filter((mark) => Math.min(mark.end, block.end) === piece.end).map((mark) => mark.evidence);
  if (ending.length) parts.push(tvElement("sup", "tv-number", ending.join(" ")));
  return parts;
}

const endsHere = (mark, piece, block) => Math.min(mark.end, block.end) === piece.end || (mark.end === block.start && piece.start === block.start);

// Why a stretch is in doubt, and what was heard there; drawn by the style sheet.
function flagOf({ doubt, heard }) {
  const [short, long] = DOUBTS[doubt] ?? ["in doubt", "The recogniser may have got this wrong"];
  return flag(short, heard ? `${long}. Heard: “${heard}”` : long);
}

function flag(short, long) {
  const made = tvElement("span", "tv-flag");
  made.dataset.why = `⚑ ${short}`;
  made.title = long;
  made.setAttribute("role", "note");
  made.setAttribute("aria-label", made.title);
  return made;
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
