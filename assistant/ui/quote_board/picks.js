// The list beside the result: picked quotes in their order, each with a note, and how often each interview is quoted.

function counts(state) {
  if (!state.counts.length) return null;
  const most = Math.max(1, ...state.counts.map((row) => row.listed));
  return h(
    "details",
    { class: "qb-counts", "data-k": "counts" },
    h("summary", {}, state.counted),
    h(
      "table",
      { class: "plain" },
      h("caption", { class: "unseen" }, "Quotes of each interviewee in the list and in the result"),
      h("thead", {}, h("tr", {}, ["Interviewee", "List", state.found_head].map((name, column) => h("th", { scope: "col", class: column ? "number" : null }, name)))),
      h(
        "tbody",
        {},
        state.counts.map((row) =>
          h(
            "tr",
            { class: row.listed === most && row.often ? "qb-often" : null },
            h("th", { scope: "row" }, row.interview),
            h("td", { class: "number" }, h("span", { class: "qb-bar", style: `width:${Math.round((40 * row.listed) / most)}px` }), row.often ? `${row.listed} often` : String(row.listed)),
            h("td", { class: "number" }, String(row.found)),
          ),
        ),
      ),
    ),
  );
}

function noteField(pick, board) {
  const field = h("input", { type: "text", maxlength: 2000, placeholder: "Note", "aria-label": `Note to the quote from ${pick.where}`, "data-k": `note ${pick.id}`, class: "qb-note" });
  field.value = board.notes.get(pick.id) ?? pick.note;
  field.addEventListener("input", () => board.notes.set(pick.id, field.value));
  const keep = () => {
    if (field.value.trim() !== pick.note) board.send("note", pick, { text: field.value });
    else board.notes.delete(pick.id);
  };
  field.addEventListener("blur", keep);
  field.addEventListener("keydown", (event) => event.key === "Enter" && keep());
  return field;
}

function pickItem(pick, number, state, board) {
  const move = (step) => board.move(number, step);
  const word = (what) => `${what} the quote from ${pick.where}`;
  return h(
    "li",
    {
      class: "qb-pick",
      "data-quote": pick.id,
      onkeydown: (event) => {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!step || !event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        move(step);
      },
    },
    h("div", { class: "qb-head" }, h("h3", {}, `${number + 1}. ${pick.where}`), h("span", {}, joined(pick.speaker))),
    pick.needs_look && h("p", { class: "qb-look" }, "The transcript was corrected here: look whether the quote still fits."),
    h("blockquote", { class: "qb-text qb-short", tabindex: "0", "aria-label": "The quote" }, pick.text),
    chips(pick.codes),
    noteField(pick, board),
    h(
      "div",
      { class: "qb-acts", role: "group", "aria-label": `What to do with number ${number + 1}` },
      state.can_pick && qbButton("↑", `up ${pick.id}`, () => move(-1), { "aria-label": word("Move up"), title: "Move up (Alt + ↑)" }),
      state.can_pick && qbButton("↓", `down ${pick.id}`, () => move(1), { "aria-label": word("Move down"), title: "Move down (Alt + ↓)" }),
      pick.recording !== null && qbButton(board.sound.isPlaying(pick) ? "Stop" : "Play", `play ${pick.id}`, () => board.sound.toggle(pick)),
      qbButton("Copy", `copy ${pick.id}`, () => board.copy(pick), { title: "Copy the quote with its source (C)" }),
      h("a", { class: "qb-link", href: pick.link, target: "_self" }, "Transcript"),
      state.can_pick && qbButton("Take out", `drop ${pick.id}`, () => board.send("drop", pick), { "aria-label": word("Take out") }),
    ),
    h("div", { class: "qb-copy" }),
  );
}

function picksPart(state, board) {
  const empty = h("p", { class: "nothing" }, state.can_pick ? "Nothing is in this list yet; “Add to list” below a quote puts it here." : "Nothing is in this list yet.");
  const list = h("ol", { class: "qb-picks", "aria-label": `Quotes in “${state.list}”` }, state.picks.map((pick, number) => pickItem(pick, number, state, board)));
  return [counts(state), state.picks.length ? list : empty];
}
