// A transcript that scrolls: only the passages near the screen are in the document, each with its codings beside it.

const AHEAD = 700; // pixels above and below the screen that are drawn too
const KINDS = { human: "coded by", machine: "suggested, probability", rejected: "rejected by", other: "coded by" };

function createTranscript(place, { onSelect, onClickSegment, onMarkClick, seek }) {
  const text = { letters: [], blocks: [], words: [], key: null };
  const shown = { marks: [], codes: {}, current: null, evidence: [], pending: false, picked: null, caret: null };
  const heights = { of: [], tops: [], width: 0 };
  let drawn = new Map();
  let frame = 0;
  let keyboard = null; // { anchor, focus } while a stretch is chosen with keys
  let playing = null;

  const inner = el("div", "tv-inner");
  const rows = el("div", "tv-rows");
  const playhead = el("div", "tv-playhead");
  playhead.hidden = true;
  inner.append(rows, playhead);
  const box = el("div", "tv-box");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Transcript");
  box.append(inner);
  place.replaceChildren(box);

  function el(tag, css, words) {
    const made = document.createElement(tag);
    made.className = css;
    if (words !== undefined) made.textContent = words;
    return made;
  }

  // ---- the text

  const slice = (start, end) => text.letters.slice(start, end).join("");

  function setText(given) {
    text.key = given.key;
    text.letters = Array.from(given.text);
    text.blocks = blocksOf(given);
    text.words = given.turns.flatMap((turn) => turn[6]);
    heights.of = [];
    drawn.clear();
    rows.replaceChildren();
    keyboard = shown.picked = shown.caret = null;
    layout();
    draw();
  }

  // A block is a segment; the first one of a turn carries the speaker.
  function blocksOf(given) {
    return given.segments.map(([id, start, end, codable]) => {
      const turn = given.turns.find((each) => each[0] <= start && start < each[1]) ?? [start, end, null, "participant", null, null, []];
      const first = turn[0] === start;
      return { id, start, end, codable, first, speaker: turn[2], role: turn[3], from: first ? turn[4] : timeAt(turn, start), turn };
    });
  }

  // When a place in a turn was said: from its words, or by how far into the turn it lies.
  function timeAt(turn, offset) {
    const [start, end, , , from, to, words] = turn;
    const word = words.find((each) => offset < each[1]);
    if (word) return word[2];
    if (from === null || from === undefined) return null;
    return to === null || to === undefined ? from : Math.round(from + ((to - from) * (offset - start)) / Math.max(1, end - start));
  }

  const blockAt = (offset) => text.blocks.findIndex((block) => offset < block.end);

  // ---- where things are

  function layout() {
    const width = box.clientWidth || 600;
    if (width !== heights.width) heights.of = [];
    heights.width = width;
    const perLine = Math.max(20, (width * 0.66) / 7.6);
    let top = 0;
    heights.tops = text.blocks.map((block, index) => {
      const at = top;
      top += heights.of[index] ?? Math.ceil((block.end - block.start) / perLine) * 25 + (block.first ? 34 : 12);
      return at;
    });
    inner.style.height = `${top}px`;
    heights.total = top;
  }

  function visible() {
    const top = box.scrollTop - AHEAD;
    const bottom = box.scrollTop + box.clientHeight + AHEAD;
    const first = Math.max(0, heights.tops.findLastIndex((at) => at <= top));
    let last = heights.tops.findIndex((at) => at > bottom);
    if (last === -1) last = text.blocks.length;
    return [first, last];
  }

  // Draw what is near the screen, measure it, and keep what the eye is on where it is.
  function draw() {
    cancelAnimationFrame(frame);
    frame = 0;
    if (!text.blocks.length) return;
    for (let round = 0; round < 3; round += 1) {
      const [first, last] = visible();
      place_(first, last);
      if (!measured(first, last)) break;
    }
    drawPlayhead();
  }

  function place_(first, last) {
    const now = new Map();
    for (let index = first; index < last; index += 1) {
      const row = drawn.get(index) ?? drawBlock(text.blocks[index]);
      row.style.transform = `translateY(${heights.tops[index]}px)`;
      now.set(index, row);
    }
    for (const [index, row] of drawn) if (!now.has(index)) row.remove();
    let before = null;
    for (const [, row] of now) {
      if (row.parentNode !== rows) before ? before.after(row) : rows.prepend(row);
      before = row;
    }
    drawn = now;
  }

  function measured(first, last) {
    const anchor = heights.tops.findLastIndex((at) => at <= box.scrollTop);
    const into = box.scrollTop - (heights.tops[anchor] ?? 0);
    let changed = false;
    for (let index = first; index < last; index += 1) {
      const height = drawn.get(index).offsetHeight;
      if (height && Math.abs((heights.of[index] ?? -1) - height) > 0.5) {
        heights.of[index] = height;
        changed = true;
      }
    }
    if (!changed) return false;
    layout();
    const wanted = (heights.tops[anchor] ?? 0) + into;
    if (Math.abs(box.scrollTop - wanted) > 0.5) box.scrollTop = wanted;
    for (const [index, row] of drawn) {
      row.style.transform = `translateY(${heights.tops[index]}px)`;
      margin(row, text.blocks[index]);
    }
    return true;
  }

  const soon = () => {
    if (!frame) frame = requestAnimationFrame(draw);
  };

  function redrawBlocks() {
    drawn.forEach((row) => row.remove());
    drawn = new Map();
    draw();
  }

  // ---- one block

  function drawBlock(block) {
    const row = el("article", `tv-row tv-${block.role === "interviewer" ? "asked" : "said"}${block.first ? " tv-first" : ""}`);
    row.dataset.segment = block.id;
    if (shown.current === block.id) {
      row.classList.add("tv-current");
      row.classList.toggle("tv-pending", shown.pending);
      row.setAttribute("aria-current", "true");
    }
    if (block.first) row.append(head(block));
    const said = el("p", "tv-text");
    said.dir = "auto";
    said.append(...drawPieces(block));
    row.append(gutter(block), said, el("ul", "tv-margin"));
    requestAnimationFrame(() => row.isConnected && margin(row, block));
    return row;
  }

  function head(block) {
    const parts = [block.speaker ?? "Speaker unknown", clock(block.from)].filter(Boolean);
    return el("h3", "tv-speaker", parts.join(" · "));
  }

  function gutter(block) {
    const go = el("button", "tv-go", "▸");
    go.type = "button";
    go.tabIndex = -1;
    go.hidden = !block.codable || !onClickSegment;
    go.title = "Go to this passage";
    go.setAttribute("aria-label", "Go to this passage");
    go.addEventListener("click", () => onClickSegment?.(block.id));
    return go;
  }

  const clock = (ms) => {
    if (ms === null || ms === undefined) return "";
    const seconds = Math.floor(ms / 1000);
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const two = (number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  };

  function drawPieces(block) {
    const over = shown.marks.filter((mark) => mark.kind !== "machine" && mark.kind !== "rejected" && overlaps(mark, block));
    const evidence = shown.current === block.id ? shown.evidence.filter(([start, end]) => start < block.end && block.start < end) : [];
    const extra = evidence.map(([start, end, number]) => ({ start, end, evidence: number }));
    if (shown.picked && overlaps({ start: shown.picked[0], end: shown.picked[1] }, block)) extra.push({ start: shown.picked[0], end: shown.picked[1], picked: true });
    if (shown.caret !== null) extra.push({ start: shown.caret, end: shown.caret, edge: true });
    return piecesOf(block.start, block.end, [...over, ...extra]).flatMap(drawPiece);
  }

  const overlaps = (mark, block) => mark.start < block.end && block.start < mark.end;

  function drawPiece(piece) {
    const codes = piece.marks.filter((mark) => mark.code);
    const evidence = piece.marks.filter((mark) => mark.evidence);
    const css = ["tv-piece"];
    if (codes.length) css.push("tv-coded");
    if (codes.some((mark) => mark.pending)) css.push("tv-coming");
    if (evidence.length) css.push("tv-evidence");
    if (piece.marks.some((mark) => mark.picked)) css.push("tv-picked");
    const made = el(codes.length ? "mark" : "span", css.join(" "), slice(piece.start, piece.end));
    made.dataset.start = piece.start;
    if (codes.length) {
      made.style.setProperty("--tv-tint", colourOf(codes[0].code));
      made.style.boxShadow = codes.slice(0, 4).map((mark, line) => `inset 0 ${-2 - 4 * line}px 0 ${colourOf(mark.code)}${line ? `, inset 0 ${-4 * line}px 0 var(--paper)` : ""}`).join(", ");
      made.style.paddingBottom = `${4 * Math.min(4, codes.length) - 2}px`;
    }
    const parts = [made];
    if (shown.caret === piece.start) parts.unshift(el("span", "tv-caret"));
    else if (shown.caret === piece.end && piece.end === text.blocks[blockAt(piece.start)]?.end) parts.push(el("span", "tv-caret"));
    const ending = evidence.filter((mark) => mark.end === piece.end).map((mark) => mark.evidence);
    if (ending.length) parts.push(el("sup", "tv-number", ending.join(" ")));
    return parts;
  }

  const colourOf = (code) => {
    const colour = shown.codes[code]?.colour ?? "";
    return /^#[0-9a-f]{6}$/i.test(colour) ? colour : "var(--coded)";
  };

  // The margin: a bar along the lines of each coding, and its name where it begins.
  function margin(row, block) {
    const list = row.querySelector(".tv-margin");
    const top = row.getBoundingClientRect().top;
    const said = row.querySelector(".tv-text");
    const bars = [];
    let free = 0;
    for (const mark of shown.marks.filter((each) => overlaps(each, block))) {
      const lines = extent(said, mark);
      if (!lines) continue;
      const item = el("li", `tv-bar tv-bar-${mark.kind}${mark.pending ? " tv-coming" : ""}`);
      item.style.setProperty("--tv-colour", colourOf(mark.code));
      item.style.insetInlineStart = `${mark.lane * 7}px`;
      item.style.top = `${lines[0] - top}px`;
      item.style.height = `${Math.max(8, lines[1] - lines[0])}px`;
      bars.push(item);
      if (mark.start >= block.start || block.start === text.blocks[0].start) {
        const label = nameOf(mark);
        const at = Math.max(free, lines[0] - top);
        label.style.top = `${at}px`;
        free = at + 19;
        bars.push(label);
      }
    }
    list.replaceChildren(...bars);
    row.style.minHeight = `${free + 4}px`;
  }

  function extent(said, mark) {
    const pieces = [...said.querySelectorAll(".tv-piece")];
    const inside = mark.kind === "machine" || mark.kind === "rejected" ? pieces : pieces.filter((piece) => Number(piece.dataset.start) >= mark.start && Number(piece.dataset.start) < mark.end);
    if (!inside.length) return null;
    const first = inside[0].getClientRects()[0];
    const last = [...inside.at(-1).getClientRects()].at(-1);
    return first && last ? [first.top, last.bottom] : null;
  }

  function nameOf(mark) {
    const code = shown.codes[mark.code]?.name ?? "a former code";
    const label = el("li", `tv-label tv-label-${mark.kind}${mark.pending ? " tv-coming" : ""}`);
    const lead = { machine: "? ", rejected: "✕ ", human: "", other: "" }[mark.kind];
    const tail = mark.kind === "machine" ? ` ${Math.round(100 * mark.p)} %` : mark.kind === "other" ? ` (${initials(mark.coder)})` : "";
    label.textContent = `${lead}${code}${tail}`;
    label.title = `${code}: ${KINDS[mark.kind]} ${mark.kind === "machine" ? `${Math.round(100 * mark.p)} %` : mark.coder || "you"}`;
    label.setAttribute("aria-label", label.title);
    label.style.setProperty("--tv-colour", colourOf(mark.code));
    label.addEventListener("click", () => onMarkClick?.(mark.id));
    return label;
  }

  const initials = (name) => name.split(/\s+/).map((word) => Array.from(word)[0] ?? "").join("").slice(0, 3);

  // ---- selecting with the mouse

  function offsetOf(node, units) {
    const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest?.(".tv-piece");
    if (!piece) return null;
    const before = node.nodeType === Node.TEXT_NODE ? node.data.slice(0, units) : units ? piece.textContent : "";
    return Number(piece.dataset.start) + codePoints(before);
  }

  function rangeSpan(range) {
    const touched = [...rows.querySelectorAll(".tv-piece")].filter((piece) => range.intersectsNode(piece));
    if (!touched.length) return null;
    const from = offsetOf(range.startContainer, range.startOffset) ?? Number(touched[0].dataset.start);
    const lastPiece = touched.at(-1);
    const to = offsetOf(range.endContainer, range.endOffset) ?? Number(lastPiece.dataset.start) + codePoints(lastPiece.textContent);
    return from < to ? [from, to] : null;
  }

  function snapped([start, end], free) {
    const first = text.blocks[blockAt(start)];
    const last = text.blocks[blockAt(end - 1)];
    const around = slice(first.start, last.end);
    const found = (free ? snapToCharacters : snapToWords)(around, start - first.start, end - first.start);
    return found && [found[0] + first.start, found[1] + first.start];
  }

  function onMouseUp(event) {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount || !rows.contains(selection.anchorNode)) return;
    const span = rangeSpan(selection.getRangeAt(0));
    const chosen = span && snapped(span, event.altKey);
    selection.removeAllRanges();
    if (!chosen) return;
    dragged = true;
    keyboard = null;
    select(chosen);
    onSelect?.(chosen, "mouse");
  }

  let dragged = false;
  function onClick(event) {
    if (dragged) {
      dragged = false;
      return;
    }
    if (!event.target.closest(".tv-text")) return;
    const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY) ?? oldCaret(event);
    const offset = caret && offsetOf(caret.offsetNode, caret.offset);
    if (offset === null || offset === undefined) return;
    const block = text.blocks[blockAt(offset)];
    const ms = block && timeAt(block.turn, offset);
    if (ms !== null && ms !== undefined) seek?.(ms);
  }

  const oldCaret = (event) => {
    const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
    return range && { offsetNode: range.startContainer, offset: range.startOffset };
  };

  // ---- selecting with keys

  function beginKeyboardSelection([start, end]) {
    keyboard = { anchor: start, focus: end };
    showKeyboard();
    scrollTo(start);
    return true;
  }

  function showKeyboard() {
    const { anchor, focus } = keyboard;
    shown.picked = anchor === focus ? null : [Math.min(anchor, focus), Math.max(anchor, focus)];
    shown.caret = focus;
    redrawBlocks();
  }

  function extendKey(event) {
    if (!keyboard) return false;
    if (event.key === "Escape") {
      select(null);
      onSelect?.(null, "key");
      return true;
    }
    if (event.key === "Enter") {
      const span = shown.picked && trimmed(shown.picked);
      if (!span) return true;
      keyboard = null;
      select(span);
      onSelect?.(span, "key");
      return true;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step && event.key !== "Home" && event.key !== "End") return false;
    const { anchor, focus } = keyboard;
    if (step && !event.shiftKey && anchor !== focus) {
      const edge = step > 0 ? Math.max(anchor, focus) : Math.min(anchor, focus);
      keyboard = { anchor: edge, focus: edge };
    } else {
      const to = step ? moved(focus, step, event.altKey) : edgeOfBlock(focus, event.key === "End");
      keyboard = { anchor: event.shiftKey ? anchor : to, focus: to };
    }
    showKeyboard();
    scrollTo(keyboard.focus);
    return true;
  }

  // Without the white space at its ends.
  function trimmed([start, end]) {
    while (start < end && /\s/u.test(text.letters[start])) start += 1;
    while (end > start && /\s/u.test(text.letters[end - 1])) end -= 1;
    return start < end ? [start, end] : null;
  }

  function moved(at, step, byCharacter) {
    const index = step > 0 ? blockAt(at) : blockAt(at - 1);
    const block = text.blocks[index === -1 ? text.blocks.length - 1 : index];
    if (step > 0 && at < block.start) return block.start;
    return block.start + nextEdge(slice(block.start, block.end), at - block.start, step, byCharacter);
  }

  function edgeOfBlock(at, end) {
    const index = blockAt(end ? at : Math.max(0, at - 1));
    const block = text.blocks[index === -1 ? text.blocks.length - 1 : index];
    return end ? block.end : block.start;
  }

  function select(span) {
    if (!span) keyboard = null;
    shown.picked = span;
    shown.caret = null;
    redrawBlocks();
  }

  // ---- playing

  function setPlayhead(ms) {
    const word = ms === null ? null : wordAt(ms);
    if (word === playing) return;
    playing = word;
    drawPlayhead();
  }

  function wordAt(ms) {
    let low = 0;
    let high = text.words.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const [, , from, to] = text.words[middle];
      if (ms < from) high = middle - 1;
      else if (ms >= to) low = middle + 1;
      else return text.words[middle];
    }
    return null;
  }

  function drawPlayhead() {
    playhead.hidden = true;
    if (!playing) return;
    const [start, end] = playing;
    const row = drawn.get(blockAt(start));
    const piece = row && [...row.querySelectorAll(".tv-piece")].findLast((each) => Number(each.dataset.start) <= start);
    if (!piece) return;
    const node = piece.firstChild;
    const units = (count) => Array.from(node.data).slice(0, count).join("").length;
    const from = start - Number(piece.dataset.start);
    const range = document.createRange();
    range.setStart(node, Math.min(units(from), node.data.length));
    range.setEnd(node, Math.min(units(from + end - start), node.data.length));
    const at = range.getBoundingClientRect();
    const base = inner.getBoundingClientRect();
    Object.assign(playhead.style, { left: `${at.left - base.left}px`, top: `${at.top - base.top}px`, width: `${at.width}px`, height: `${at.height}px` });
    playhead.dataset.word = range.toString();
    playhead.hidden = at.width === 0;
  }

  // ---- from outside

  function scrollTo(offset) {
    const index = blockAt(offset);
    if (index === -1) return;
    const top = heights.tops[index];
    const bottom = top + (heights.of[index] ?? 60);
    if (top >= box.scrollTop && bottom <= box.scrollTop + box.clientHeight) return;
    for (let round = 0; round < 3; round += 1) {
      box.scrollTop = Math.max(0, heights.tops[index] - box.clientHeight / 4);
      draw();
    }
  }

  function setMarks(marks) {
    const laid = withLanes(marks);
    const same = JSON.stringify(laid) === JSON.stringify(shown.marks);
    if (same) return;
    shown.marks = laid;
    box.style.setProperty("--tv-lanes", String(Math.max(0, ...laid.map((mark) => mark.lane + 1))));
    redrawBlocks();
  }

  function setCurrent(id, { evidence = [], pending = false, scroll = false } = {}) {
    const same = id === shown.current && pending === shown.pending && JSON.stringify(evidence) === JSON.stringify(shown.evidence);
    Object.assign(shown, { current: id, evidence, pending });
    if (!same) redrawBlocks();
    const block = text.blocks.find((each) => each.id === id);
    if (scroll && block) scrollTo(block.start);
  }

  const watch = new ResizeObserver(() => {
    layout();
    soon();
  });
  watch.observe(box);
  box.addEventListener("scroll", soon, { passive: true });
  box.addEventListener("click", onClick);
  document.addEventListener("mouseup", onMouseUp);

  return {
    setText,
    setCodes: (codes) => {
      shown.codes = codes;
      redrawBlocks();
    },
    setMarks,
    setCurrent,
    selection: () => shown.picked,
    select,
    beginKeyboardSelection,
    extendKey,
    setPlayhead,
    scrollTo,
    place: () => (text.blocks.length ? text.blocks[Math.max(0, heights.tops.findLastIndex((at) => at <= box.scrollTop))].start : 0),
    destroy: () => {
      cancelAnimationFrame(frame);
      watch.disconnect();
      document.removeEventListener("mouseup", onMouseUp);
    },
  };
}
