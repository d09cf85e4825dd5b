// Result cards: the exact quote, where it is from, its codes with who gave them, and what one can do with it.

const STATE_WORDS = { confirmed: "✓ Confirmed", suggested: "? Suggested", rejected: "✕ Rejected", uncoded: "○ Uncoded" };

const joined = (...parts) => parts.flat().filter(Boolean).join(" · ");
// Each part by itself: a name that is written from right to left turns nothing beside it around.
const apart = (...parts) => parts.flat().filter(Boolean).flatMap((part, at) => [at ? " · " : "", h("bdi", {}, part)]);

function qbButton(text, key, onclick, properties = {}) {
  return h("button", { type: "button", class: "qb-button", "data-k": key, onclick, ...properties }, text);
}

function chip(code) {
  const by = code.by.length ? ` — ${code.by.join(", ")}` : "";
  const chance = code.p === null || code.p === undefined ? "" : ` ${percent(code.p)}`;
  const mark = { confirmed: "✓ ", suggested: "? ", rejected: "✕ " }[code.state] ?? "";
  const spoken = { suggested: "suggested: ", rejected: "rejected: ", confirmed: "" }[code.state] ?? "";
  const name = h("bdi", { class: "qb-code" }, code.name);
  return h("li", { class: `chip ${code.state}` }, h("span", { "aria-hidden": "true" }, mark), h("span", { class: "unseen" }, spoken), name, `${by}${chance}`);
}

const chips = (codes) => codes.length > 0 && h("ul", { class: "chips qb-chips", "aria-label": "Codes" }, codes.map(chip));

function turn(each) {
  return h("p", { class: "qb-turn" }, h("span", { class: "speaker" }, joined(each.speaker, each.clock)), " ", each.text);
}

function twins(card) {
  const count = card.duplicates.length;
  if (!count) return null;
  return h(
    "details",
    { class: "qb-twins", "data-k": `twins ${card.id}` },
    h("summary", {}, `${count} ${count === 1 ? "passage says" : "passages say"} the same`),
    h("ul", {}, card.duplicates.map((twin) => h("li", {}, h("a", { href: twin.link, target: "_self" }, twin.where), ` ${twin.text}`))),
  );
}

// What makes it a quote of codes near each other.
function partners(card) {
  const away = (turns) => (turns === 0 ? "in the same turn" : turns === 1 ? "one turn away" : `${turns} turns away`);
  return card.partners.map((each) => h("p", { class: "qb-turn" }, h("span", { class: "speaker" }, joined(each.code, away(each.turns), each.clock)), ` “${each.text}”`));
}

function cardActs(card, board) {
  const around = card.around ? "Hide turns" : "Turns around";
  const listed = card.picked ? "✓ In the list" : "Add to list";
  const meant = `The quote from ${card.where} ${card.picked ? "is" : "goes"} into the list “${board.state.list}”${card.picked ? "; press to take it out" : ""}`;
  const playing = board.sound.isPlaying(card);
  return h(
    "div",
    { class: "qb-acts", role: "group", "aria-label": `What to do with the quote from ${card.where}` },
    board.state.can_pick && qbButton(listed, `pick ${card.id}`, () => board.send(card.picked ? "drop" : "pick", card), { class: `qb-button${card.picked ? " qb-in" : " qb-main"}`, "aria-pressed": card.picked ? "true" : "false", title: meant }),
    card.recording !== null && qbButton(playing ? "Stop" : "Play", `play ${card.id}`, () => board.sound.toggle(card)),
    qbButton("Copy", `copy ${card.id}`, () => board.copy(card), { title: "Copy the quote with its source (C)" }),
    qbButton(around, `around ${card.id}`, () => board.send("around", card, { turns: card.around ? 0 : 2 }), { "aria-expanded": card.around ? "true" : "false" }),
    card.around && (card.around.more ? qbButton("More turns", `more ${card.id}`, () => board.send("around", card, { turns: card.around.turns + 2 })) : null),
    h("a", { class: "qb-link", href: card.link, target: "_self" }, "Transcript"),
  );
}

function resultCard(card, board) {
  const id = `qb-${card.id.replaceAll(":", "-")}`;
  return h(
    "article",
    { class: `qb-card qb-${card.state}`, "aria-labelledby": id, "data-quote": card.id },
    h(
      "div",
      { class: "qb-head" },
      h("h3", { id }, card.where),
      h("span", {}, apart(card.speaker, card.role, card.attributes.map(([key, value]) => `${key}: ${value}`))),
      h("span", { class: "qb-state" }, joined(STATE_WORDS[card.state], card.note)),
    ),
    card.around && card.around.before.map(turn),
    h("blockquote", { class: "qb-text" }, card.text),
    card.around && card.around.after.map(turn),
    chips(card.codes),
    partners(card),
    cardActs(card, board),
    h("div", { class: "qb-copy" }),
    twins(card),
  );
}

function resultPart(state, board) {
  const more = state.more > 0 && qbButton(`Show ${Math.min(state.more, state.step)} more of ${state.more}`, "further", () => board.send("further"), { class: "qb-button qb-main" });
  return [state.cards.map((card) => resultCard(card, board)), more];
}
