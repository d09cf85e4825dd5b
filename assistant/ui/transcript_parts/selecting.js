// Choosing a stretch of a transcript with the mouse or with keys, by words or, with Alt held, by characters.

// `view` gives: text(), rows, shown, show(picked, caret), scrollTo(offset), onSelect, onPlace, seek
function createSelecting(view) {
  let keys = null; // { anchor, focus } while a stretch is chosen with keys
  let dragged = false;

  function rangeSpan(range) {
    const touched = [...view.rows.querySelectorAll(".tv-piece")].filter((piece) => range.intersectsNode(piece));
    if (!touched.length) return null;
    const last = touched.at(-1);
    const from = offsetOf(range.startContainer, range.startOffset) ?? Number(touched[0].dataset.start);
    const to = offsetOf(range.endContainer, range.endOffset) ?? Number(last.dataset.start) + codePoints(last.textContent);
    return from < to ? [from, to] : null;
  }

  function snapped(span, free) {
    const text = view.text();
    const found = trimmed(span);
    if (!found) return null;
    const first = text.blocks[text.blockAt(found[0])];
    const last = text.blocks[text.blockAt(found[1] - 1)];
    const around = text.slice(first.start, last.end);
    const whole = (free ? snapToCharacters : snapToWords)(around, found[0] - first.start, found[1] - first.start);
    return whole && [whole[0] + first.start, whole[1] + first.start];
  }

  // Without the white space at its ends.
  function trimmed([start, end]) {
    const { letters } = view.text();
    while (start < end && /\s/u.test(letters[start])) start += 1;
    while (end > start && /\s/u.test(letters[end - 1])) end -= 1;
    return start < end ? [start, end] : null;
  }

  function onMouseUp(event) {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount || !view.rows.contains(selection.anchorNode)) return;
    dragged = true;
    setTimeout(() => (dragged = false)); // the click that ends the drag comes before
    const span = rangeSpan(selection.getRangeAt(0));
    const chosen = span && snapped(span, event.altKey);
    selection.removeAllRanges();
    if (!chosen) return;
    select(chosen);
    view.onSelect?.(chosen, "mouse");
  }

  // A click on a word goes to its time, unless it ends a drag.
  function onClick(event) {
    if (dragged || !event.target.closest(".tv-text")) return;
    const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY) ?? oldCaret(event);
    const offset = caret && offsetOf(caret.offsetNode, caret.offset);
    if (offset === null || offset === undefined) return;
    view.onPlace?.(offset);
    const block = view.text().blocks[view.text().blockAt(offset)];
    const ms = block && timeAt(block.turn, offset);
    if (ms !== null && ms !== undefined) view.seek?.(ms);
  }

  const oldCaret = (event) => {
    const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
    return range && { offsetNode: range.startContainer, offset: range.startOffset };
  };

  // What is chosen can be copied, though it is no selection of the browser's.
  function onCopy(event) {
    const native = document.getSelection();
    if (!view.shown.picked || (native && !native.isCollapsed) || isField(event.target)) return;
    event.clipboardData.setData("text/plain", view.text().slice(...view.shown.picked));
    event.preventDefault();
  }

  const isField = (target) => /^(INPUT|TEXTAREA|SELECT)$/.test(target?.tagName ?? "");

  // ---- with keys

  function begin([start, end]) {
    keys = { anchor: start, focus: end };
    showKeys();
    return true;
  }

  function showKeys() {
    const { anchor, focus } = keys;
    view.show(anchor === focus ? null : [Math.min(anchor, focus), Math.max(anchor, focus)], focus);
    view.scrollTo(focus);
  }

  function extendKey(event) {
    if (!keys || event.ctrlKey || event.metaKey) return false;
    if (event.key === "Escape" || event.key === "Enter") return ended(event.key === "Enter");
    const to = target(event);
    if (to === null) return false;
    keys = { anchor: event.shiftKey ? keys.anchor : to, focus: to };
    showKeys();
    return true;
  }

  function ended(keeps) {
    const span = keeps ? view.shown.picked && trimmed(view.shown.picked) : null;
    if (keeps && !span) return true;
    select(span);
    view.onSelect?.(span, "key");
    return true;
  }

  // Where the caret goes with a key; null where the key means something else.
  function target(event) {
    const { anchor, focus } = keys;
    if (event.key === "Home" || event.key === "End") return edgeOfBlock(focus, event.key === "End");
    if (event.key === "ArrowUp" || event.key === "ArrowDown") return otherBlock(focus, event.key === "ArrowDown");
    const right = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!right) return null;
    const step = view.runsLeft(focus) ? -right : right;
    if (!event.shiftKey && anchor !== focus) return step > 0 ? Math.max(anchor, focus) : Math.min(anchor, focus);
    return moved(focus, step, event.altKey);
  }

  const blockOf = (index) => view.text().blocks.at(index); // -1 is the last one

  function moved(at, step, byCharacter) {
    const index = view.text().blockAt(at);
    const inside = index !== -1 && at >= blockOf(index).start ? index : -1;
    if (step > 0 && index !== -1 && at < blockOf(index).start) return blockOf(index).start;
    const ended = inside === -1 || (step < 0 && at === blockOf(inside).start);
    if (step < 0 && ended) {
      const before = index === -1 ? blockOf(-1) : index > 0 ? blockOf(index - 1) : null;
      if (!before) return at;
      if (at > before.end || inside !== -1) return before.end;
      return before.start + nextEdge(view.text().slice(before.start, before.end), at - before.start, step, byCharacter);
    }
    if (inside === -1) return at; // the end of the text
    const block = blockOf(inside);
    return block.start + nextEdge(view.text().slice(block.start, block.end), at - block.start, step, byCharacter);
  }

  // The beginning of the next block, or of this one or the one before.
  function otherBlock(at, down) {
    const { blocks } = view.text();
    const next = firstIndex(blocks, (block) => block.start > at);
    if (down) return next === -1 ? blocks.at(-1).end : blocks[next].start;
    const before = firstIndex(blocks, (block) => block.start >= at);
    return blocks[Math.max(0, (before === -1 ? blocks.length : before) - 1)].start;
  }

  function edgeOfBlock(at, end) {
    const block = blockOf(view.text().blockAt(Math.max(0, at - 1)));
    return end ? block.end : block.start;
  }

  function select(span) {
    keys = null;
    view.show(span, null);
  }

  document.addEventListener("mouseup", onMouseUp);
  document.addEventListener("copy", onCopy);
  view.rows.addEventListener("click", onClick);

  return {
    begin,
    extendKey,
    select,
    isOn: () => keys !== null,
    destroy: () => {
      document.removeEventListener("mouseup", onMouseUp);
      document.removeEventListener("copy", onCopy);
    },
  };
}
