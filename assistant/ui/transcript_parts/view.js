// A transcript that scrolls: only the blocks near the screen are in the document, each with its codings beside it.
// Offsets are code points into the interview's text, ends exclusive.

const AHEAD = 700; // pixels above and below the screen that are drawn too

function createTranscript(place, { onSelect, onClickSegment, onMarkClick, seek, tabStops = false }) {
  let text = readText(null);
  const shown = { marks: [], codes: {}, current: null, evidence: [], pending: false, picked: null, caret: null };
  const heights = { of: [], tops: [], width: 0 };
  let drawn = new Map(); // index of a block -> its row
  let frame = 0;
  let heard = null; // what is being played
  let wanted = null; // where to scroll to as soon as there is room

  const inner = tvElement("div", "tv-inner");
  const rows = tvElement("div", "tv-rows");
  rows.setAttribute("role", "list");
  const playhead = tvElement("div", "tv-playhead");
  playhead.hidden = true;
  inner.append(rows, playhead);
  const box = tvElement("div", "tv-box");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Transcript");
  box.append(inner);
  const spoken = tvElement("div", "tv-hidden");
  spoken.setAttribute("role", "status");
  place.replaceChildren(tvElement("h2", "unseen", "Transcript"), box, spoken);

  const selecting = createSelecting({ text: () => text, rows, shown, show, scrollTo: (offset) => bring(offset, offset + 1), runsLeft, onSelect, seek });

  function setText(given) {
    text = readText(given);
    heights.of = [];
    heard = wanted = null;
    clear();
    layout();
    box.scrollTop = 0;
    selecting.select(null); // draws
  }

  // ---- where things are

  function layout() {
    heights.width = box.clientWidth;
    const perLine = Math.max(20, ((box.clientWidth || 600) * 0.66) / 7.6);
    let top = 0;
    heights.tops = text.blocks.map((block, index) => {
      const at = top;
      top += heights.of[index] ?? Math.ceil((block.end - block.start) / perLine) * 28 + (block.first ? 34 : 8);
      return at;
    });
    inner.style.height = `${top}px`;
  }

  // The block at the upper edge of the screen.
  function topmost() {
    const after = firstIndex(heights.tops, (at) => at > box.scrollTop);
    return Math.max(0, (after === -1 ? heights.tops.length : after) - 1);
  }

  // The first block whose beginning is seen.
  function firstWhole() {
    const found = firstIndex(heights.tops, (at) => at >= box.scrollTop - 1);
    return found === -1 ? topmost() : found;
  }

  // Change heights without moving what the eye is on.
  function keepingPlace(change) {
    const anchor = topmost();
    const into = box.scrollTop - (heights.tops[anchor] ?? 0);
    change();
    const top = (heights.tops[anchor] ?? 0) + into;
    if (Math.abs(box.scrollTop - top) > 0.5) box.scrollTop = top;
  }

  function near() {
    const first = firstIndex(heights.tops, (at) => at > box.scrollTop - AHEAD);
    const last = firstIndex(heights.tops, (at) => at > box.scrollTop + box.clientHeight + AHEAD);
    return [Math.max(0, (first === -1 ? heights.tops.length : first) - 1), last === -1 ? text.blocks.length : last];
  }

  function draw() {
    cancelAnimationFrame(frame);
    frame = 0;
    if (!text.blocks.length || !box.clientHeight) return;
    for (let round = 0; round < 4; round += 1) {
      putRows(...near());
      if (!measured()) break;
    }
    drawPlayhead();
  }

  function putRows(first, last) {
    const now = new Map();
    const fresh = [];
    let before = null;
    for (const [index, row] of drawn) if (index < first || index >= last) row.remove();
    for (let index = first; index < last; index += 1) {
      let row = drawn.get(index);
      if (!row) {
        row = drawRow(text, shown, index, onClickSegment);
        row.style.transform = `translateY(${heights.tops[index]}px)`;
        before ? before.after(row) : rows.prepend(row);
        fresh.push([index, row]);
      }
      now.set(index, row);
      before = row;
    }
    drawn = now;
    if (fresh.length) drawMargins(text, shown, fresh, { onMarkClick, tabStops });
  }

  function measured() {
    const found = [...drawn].map(([index, row]) => [index, row.offsetHeight]);
    const changed = found.filter(([index, height]) => height && heights.of[index] !== height);
    if (!changed.length) return false;
    keepingPlace(() => {
      for (const [index, height] of changed) heights.of[index] = height;
      layout();
    });
    for (const [index, row] of drawn) row.style.transform = `translateY(${heights.tops[index]}px)`;
    return true;
  }

  const soon = () => {
    if (!frame) frame = requestAnimationFrame(draw);
  };

  function clear() {
    drawn.forEach((row) => row.remove());
    drawn = new Map();
  }

  // Draw those blocks again for which `stale` says so.
  function redrawBlocks(stale) {
    for (const [index, row] of drawn) {
      if (!stale(text.blocks[index])) continue;
      row.remove();
      drawn.delete(index);
    }
    draw();
  }

  function onResize() {
    if (!box.clientHeight || !box.clientWidth) return;
    if (box.clientWidth !== heights.width) {
      keepingPlace(() => {
        heights.of = [];
        clear();
        layout();
      });
    }
    draw();
    if (wanted) bring(...wanted);
  }

  // ---- scrolling

  // So that a stretch is seen: not at all where it is already, else with its first line in the upper part of the box.
  function bring(start, end) {
    const index = text.blockAt(start);
    if (index === -1) return;
    wanted = box.clientHeight ? null : [start, end];
    if (wanted) return;
    for (let round = 0; round < 4; round += 1) {
      const found = placeOf(index, start, end);
      if (found && found.top >= 4 && found.bottom <= box.clientHeight - 4) return;
      const before = box.scrollTop;
      box.scrollTop = (found ? before + found.top : heights.tops[index]) - box.clientHeight / 4;
      draw();
      if (found && Math.abs(before - box.scrollTop) < 1) return;
      end = start + 1; // a long stretch is scrolled to its beginning
    }
  }

  function placeOf(index, start, end) {
    const last = text.blockAt(end - 1);
    const rowsOf = [drawn.get(index), drawn.get(last === -1 ? index : last)];
    if (!rowsOf[0] || !rowsOf[1]) return null;
    const top = box.getBoundingClientRect().top;
    const from = rangeIn(rowsOf[0], start, start + 1).getBoundingClientRect();
    return { top: from.top - top, bottom: rangeIn(rowsOf[1], end - 1, end).getBoundingClientRect().bottom - top };
  }

  function runsLeft(offset) {
    const row = drawn.get(text.blockAt(Math.max(0, offset - 1)));
    return Boolean(row?.querySelector(".tv-text").matches(":dir(rtl)"));
  }

  // ---- playing

  function setPlayhead(ms) {
    const now = ms === null ? null : heardAt(text, ms);
    if (now?.start === heard?.start && now?.end === heard?.end) return;
    const followed = heard === null || inSight();
    heard = now;
    drawPlayhead();
    if (heard && followed && !selecting.isOn() && !inSight()) bring(heard.start, heard.start + 1);
  }

  function inSight() {
    const found = heard && placeOf(text.blockAt(heard.start), heard.start, heard.start + 1);
    return Boolean(found) && found.bottom > 0 && found.top < box.clientHeight - 20;
  }

  function drawPlayhead() {
    playhead.hidden = true;
    rows.querySelectorAll(".tv-heard").forEach((row) => row.classList.remove("tv-heard"));
    if (!heard) return;
    for (const [index, row] of drawn) if (overlaps(heard, text.blocks[index])) row.classList.add("tv-heard");
    const row = drawn.get(text.blockAt(heard.start));
    if (!row || !heard.exact) return;
    const range = rangeIn(row, heard.start, heard.end);
    const at = range.getBoundingClientRect();
    const base = inner.getBoundingClientRect();
    Object.assign(playhead.style, { left: `${at.left - base.left}px`, top: `${at.top - base.top}px`, width: `${at.width}px`, height: `${at.height}px` });
    playhead.dataset.word = range.toString();
    playhead.hidden = at.width === 0;
  }

  // ---- what lies over the words

  function show(picked, caret) {
    const before = [shown.picked, shown.caret];
    Object.assign(shown, { picked, caret });
    const touched = ([span, at], block) => (span && overlaps({ start: span[0], end: span[1] }, block)) || (at !== null && at >= block.start && at <= block.end);
    redrawBlocks((block) => touched(before, block) || touched([picked, caret], block));
    spoken.textContent = picked ? `Selected: ${shortened(text.slice(...picked))}` : "";
  }

  const shortened = (words) => (words.length > 120 ? `${words.slice(0, 80)} … ${words.slice(-30)}` : words);

  function setMarks(marks) {
    const laid = laidOut(marks);
    const [old, now] = [shown.marks, laid].map((list) => new Map(list.map((mark) => [JSON.stringify(mark), mark])));
    const changed = [...[...old].filter(([key]) => !now.has(key)), ...[...now].filter(([key]) => !old.has(key))].map(([, mark]) => mark);
    if (!changed.length) return;
    shown.marks = laid;
    redrawBlocks((block) => changed.some((mark) => overlaps(mark, block.turn)));
  }

  function setCurrent(id, { evidence = [], pending = false, scroll = false } = {}) {
    const before = shown.current;
    const same = id === before && pending === shown.pending && JSON.stringify(evidence) === JSON.stringify(shown.evidence);
    Object.assign(shown, { current: id, evidence, pending });
    if (!same) redrawBlocks((block) => block.id !== null && (block.id === id || block.id === before));
    const block = scroll && id !== null ? text.blocks.find((each) => each.id === id) : null;
    if (block) bring(block.start, block.end);
  }

  function setCodes(codes) {
    shown.codes = codes;
    clear();
    draw();
  }

  const watch = new ResizeObserver(onResize);
  watch.observe(box);
  box.addEventListener("scroll", soon, { passive: true });

  return {
    setText,
    setCodes,
    setMarks,
    setCurrent,
    selection: () => shown.picked,
    select: selecting.select,
    beginKeyboardSelection: selecting.begin,
    extendKey: selecting.extendKey,
    setPlayhead,
    scrollTo: (offset) => bring(offset, offset + 1),
    place: () => text.blocks[firstWhole()]?.start ?? 0,
    destroy: () => {
      cancelAnimationFrame(frame);
      watch.disconnect();
      selecting.destroy();
    },
  };
}
