// A transcript that scrolls: only the blocks near the screen are in the document, each with its codings beside it.
// Offsets are code points into the interview's text, ends exclusive.

const AHEAD = 700; // pixels above and below the screen that are drawn too

function createTranscript(place, { onSelect, onClickSegment, onMarkClick, onPlace, seek, tabStops = false, roles = false }) {
  let text = readText(null);
  const shown = { marks: [], codes: {}, current: null, evidence: [], pending: false, picked: null, caret: null, cursor: null, at: null, waiting: null, roles, unsure: true, clean: false, unsureBelow: 0.5, pauseMs: 2000 };
  const heights = { of: [], tops: [], width: 0 };
  let drawn = new Map(); // index of a block -> its row
  let frame = 0;
  let heard = null; // what is being played
  let wanted = null; // where to scroll to as soon as there is room
  let stood = 0; // how far it was scrolled when it was last in the page

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

  const selecting = createSelecting({ text: () => text, rows, shown, show, scrollTo: (offset) => bring(offset, offset + 1), runsLeft, onSelect, onPlace, seek });

  const overlay = createOverlay(inner, box, (number) => {
    const turn = text.turns[Math.min(number, text.turns.length - 1)];
    if (!turn) return null;
    const first = text.blockAt(turn.start);
    const after = text.blockAt(turn.end - 1) + 1;
    const words = drawn.get(first)?.querySelector(".tv-text");
    return { top: heights.tops[first] + (words ? words.offsetTop : 34), bottom: heights.tops[after] ?? inner.offsetHeight };
  });

  // With `keeps`, a corrected text of the same interview: what the eye is on stays where it is.
  function setText(given, keeps = false) {
    const before = text;
    const anchor = topmost();
    const into = box.scrollTop - (heights.tops[anchor] ?? 0);
    text = readText(given);
    const known = keeps ? new Map(before.blocks.map((block, index) => [before.slice(block.start, block.end), heights.of[index]])) : new Map();
    heights.of = text.blocks.map((block) => known.get(text.slice(block.start, block.end)));
    heard = wanted = null;
    shown.waiting = null;
    const place = (offset) => placeAfter(before, text, offset);
    const top = keeps && before.blocks[anchor] ? text.blockAt(place(before.blocks[anchor].start)) : -1;
    shown.cursor = keeps && shown.cursor ? wordAt(place(shown.cursor[0])) : null;
    shown.at = keeps && shown.at !== null && text.turns.length ? Math.min(shown.at, text.turns.length - 1) : null;
    clear();
    layout();
    box.scrollTop = top === -1 ? 0 : heights.tops[top] + into;
    stood = box.scrollTop;
    selecting.select(null); // draws
  }

  // The word at a place, as a stretch.
  function wordAt(offset) {
    const block = text.blocks[text.blockAt(offset)];
    if (!block) return null;
    const at = Math.max(offset, block.start);
    const found = snapToWords(text.slice(block.start, block.end), at - block.start, at - block.start + 1);
    return found ? [found[0] + block.start, found[1] + block.start] : [at, at + 1];
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
    overlay.place();
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

  function onScroll() {
    if (box.isConnected && box.clientHeight) stood = box.scrollTop;
    soon();
  }

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

  // ---- where corrections are made

  // The word that was clicked, or the turn that was gone to with keys.
  function setCursor(offset, { scroll = false } = {}) {
    const before = [shown.at, shown.cursor];
    shown.cursor = offset === null ? null : wordAt(offset);
    shown.at = offset === null ? null : (text.turnAt(offset)?.index ?? null);
    redrawBlocks((block) => block.turn.index === before[0] || block.turn.index === shown.at);
    if (scroll && offset !== null) bring(offset, offset + 1);
  }

  function goToTurn(step) {
    const now = shown.at ?? (text.blocks[firstWhole()]?.turn.index ?? 0) - (step > 0 ? 1 : 0);
    const turn = text.turns[Math.max(0, Math.min(text.turns.length - 1, now + step))];
    if (!turn) return;
    setCursor(turn.start, { scroll: true });
    spoken.textContent = `Turn ${turn.index + 1} of ${text.turns.length}, ${turn.speaker ?? "speaker unknown"}: ${shortened(text.slice(turn.start, turn.end))}`;
  }

  function setLook(look) {
    if (Object.entries(look).every(([name, value]) => shown[name] === value)) return;
    Object.assign(shown, look);
    keepingPlace(() => {
      heights.of = [];
      clear();
      layout();
    });
    draw();
  }

  function setWaiting(span) {
    if (JSON.stringify(span) === JSON.stringify(shown.waiting)) return;
    const before = shown.waiting;
    shown.waiting = span;
    const meets = (each, block) => each && overlaps({ start: each[0], end: each[1] }, block);
    redrawBlocks((block) => meets(before, block) || meets(span, block));
  }

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
  box.addEventListener("scroll", onScroll, { passive: true });

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
    setCursor,
    goToTurn,
    setLook,
    setWaiting,
    setOverlay: overlay.set,
    showOverlay: overlay.show,
    turns: () => text.turns,
    speakers: () => text.speakers,
    textOf: (start, end) => text.slice(start, end),
    timeOf: (offset) => (text.turns.length ? timeAt(text.turnAt(offset), offset) : null),
    turnAt: (offset) => text.turnAt(offset),
    cursor: () => shown.cursor,
    caret: () => shown.caret,
    currentTurn: () => (shown.at === null ? (text.blocks[firstWhole()]?.turn ?? null) : (text.turns[shown.at] ?? null)),
    focus: () => box.focus({ preventScroll: true }),
    place: () => text.blocks[firstWhole()]?.start ?? 0,
    putBack: () => {
      box.scrollTop = stood; // a box that is taken out of the page forgets it
      draw();
    },
    destroy: () => {
      cancelAnimationFrame(frame);
      watch.disconnect();
      selecting.destroy();
    },
  };
}
