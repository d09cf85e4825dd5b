// The cards at the side of the transcripts page: how to do things, a coding, what is selected.

const HOW_TO = [
  ["Mouse", "a click on a word takes the recording there; select words to code them (Alt: by character)"],
  ["Space", "play, pause"],
  ["E", "correct the text of the turn; S splits it, G joins it with the next, R says who speaks"],
  ["V", "select with arrows; A codes what is selected, M writes a memo on it"],
  ["?", "all keys"],
];

// `reader` holds what the page was given; `on` gives codes(), respan(mark), withdraw(mark), addCode(span), writeMemo(span), leave().
function createReaderCards(reader, on) {
  const quoteOf = ([start, end]) => {
    const words = Array.from(reader.text.text).slice(start, end);
    return words.length > 300 ? `${words.slice(0, 220).join("")} … ${words.slice(-60).join("")}` : words.join("");
  };

  const howTo = () => h("section", { class: "rd-card rd-keys", "data-shown": "keys", "aria-label": "Keys" }, h("dl", {}, HOW_TO.map(([key, what]) => [h("dt", {}, key), h("dd", {}, what)])));

  const SAID = {
    machine: (mark) => `Suggested by the machine · ${percent(mark.p)}`,
    rejected: (mark) => `✕ Rejected by ${mark.mine ? "you" : mark.coder}`,
    human: () => "✓ Coded by you",
    other: (mark) => `✓ Coded by ${mark.coder}`,
  };
  const LOOKS = { machine: "rd-suggested", rejected: "rd-rejected", human: "rd-confirmed", other: "rd-confirmed" };

  // A link loads the page anew; without the seat in it, whoever follows it would be somebody else.
  function asCoder() {
    const visit = new URLSearchParams(location.search).get("visit");
    return visit ? `&visit=${encodeURIComponent(visit)}` : "";
  }

  function cardOf(mark) {
    const code = on.codes().get(mark.code) ?? { name: "A former code" };
    return h(
      "article",
      { class: `rd-card ${LOOKS[mark.kind]}`, tabindex: "-1", "data-shown": JSON.stringify(mark), "data-mark": mark.id, "aria-label": `${code.name}: ${SAID[mark.kind](mark)}` },
      h("h3", { class: "rd-head" }, dot(code), h("span", { class: "rd-name" }, code.name), code.theme && h("span", { class: "rd-theme" }, code.theme)),
      h("p", { class: "rd-status" }, SAID[mark.kind](mark), mark.needs_look ? " · the text here was corrected: look whether the stretch still fits" : ""),
      mark.memo && h("p", { class: "rd-definition" }, `Memo: ${mark.memo}`),
      h("blockquote", {}, quoteOf([mark.start, mark.end])),
      mark.kind === "human" && h("div", { class: "rd-row" }, button("Re-span", "respan", () => on.respan(mark), { hint: "E" }), button("Withdraw", "withdraw", () => on.withdraw(mark), { hint: "W" })),
      h("p", {}, h("a", { href: `review?interview=${encodeURIComponent(reader.state.interview)}&at=${mark.start}${asCoder()}`, target: "_self", class: "go" }, "Open in Review")),
      mark.event && h("p", {}, h("a", { href: `audit?life=${mark.event}${asCoder()}`, target: "_self", class: "go" }, "Its whole life")),
    );
  }

  function selectedBox(span) {
    const can = Boolean(reader.state.coder);
    return h(
      "section",
      { class: "rd-card rd-selected", "aria-label": "Selected stretch" },
      h("p", {}, h("b", {}, "Selected: "), `“${quoteOf(span)}”`),
      can
        ? h("div", { class: "rd-row" }, button("Code it", "code", () => on.addCode(span), { hint: "A", primary: true }), button("Memo", "memo", () => on.writeMemo(span), { hint: "M" }), button("Leave", "leave", on.leave, { hint: "Esc" }))
        : h("p", { class: "rd-note" }, "Write your name into the field “Coder” at the left to code it."),
    );
  }

  return { howTo, cardOf, selectedBox };
}
