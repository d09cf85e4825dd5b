// Something that lies over the words of a turn, wherever those are: the field in which they are corrected.

// `placeOf` gives for a turn's number where its words stand in `inner`, { top, bottom }; null where there are none.
function createOverlay(inner, box, placeOf) {
  let overlay = null; // { turn, box }

  // Null for the turn takes it away; the same cover again goes to another turn and keeps the focus.
  function set(turn, cover) {
    if (overlay && cover && overlay.box.contains(cover)) overlay.turn = turn;
    else {
      overlay?.box.remove();
      overlay = turn === null ? null : { turn, box: tvElement("div", "tv-overlay") };
      overlay?.box.append(cover);
      if (overlay) inner.append(overlay.box);
    }
    place();
  }

  function place() {
    const found = overlay && placeOf(overlay.turn);
    if (!found) return;
    overlay.box.style.top = `${found.top - 4}px`;
    overlay.box.style.minHeight = `${Math.max(40, found.bottom - found.top)}px`;
  }

  // So that all of it is seen, or its end where it is higher than the screen.
  function show() {
    if (!overlay) return;
    place();
    const below = overlay.box.getBoundingClientRect().bottom + 6 - box.getBoundingClientRect().bottom;
    if (below > 0) box.scrollTop += below;
  }

  return { set, place, show };
}
