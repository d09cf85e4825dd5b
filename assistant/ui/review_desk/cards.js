// The right side of the desk: suggestions to answer, codings that stand, what others coded, and memos.

const STATE_WORDS = {
  suggested: (o) => `Suggested by the machine · ${percent(o.p)}`,
  confirmed: (o) => `✓ Confirmed by you · suggested with ${percent(o.p)}`,
  rejected: (o) => `✕ Rejected by you · suggested with ${percent(o.p)}`,
};

function cards(state, codes, act) {
  const found = [];
  if (state.assigned) found.push(assignedBox(state, act));
  if (state.instruction?.length) found.push(instructionBox(state.instruction));
  if (state.blind) found.push(blindBox(state, act));
  state.options.forEach((option, index) => found.push(optionCard(state, codes, act, option, index + 1)));
  if (!state.options.length && !state.blind && !state.assigned && !state.hidden) {
    found.push(h("p", { class: "rd-nothing" }, "Nothing is sure enough to be suggested here."));
  }
  state.own.forEach((coding) => found.push(ownCard(state, codes, act, coding)));
  if (state.others.length) found.push(othersBox(state, codes));
  if (state.memos.length) found.push(memosBox(state));
  return found;
}

function assignedBox(state, act) {
  const { name, read, of } = state.assigned;
  const left = of - read;
  return h(
    "section",
    { class: "rd-card rd-blind", "aria-label": "Blind double coding" },
    h("p", {}, h("b", {}, `Blind double coding “${name}”: `), `${read} of ${of} read. Until you finish you see neither suggestions nor what others coded.`),
    left <= 1 && button("Finish the double coding", "finish", act("finish"), { primary: true }),
  );
}

// What the passage says is for a machine rather than for people; nothing is decided by it.
function instructionBox([note, does]) {
  return h("section", { class: "rd-card rd-instruction", role: "note", "aria-label": "Instruction to a machine" }, h("p", {}, h("b", {}, "⚑ "), note), h("p", { class: "rd-note" }, does));
}

function blindBox(state, act) {
  return h(
    "section",
    { class: "rd-card rd-blind", "aria-label": "Blind sample" },
    h("p", {}, h("b", {}, "Blind: "), state.blind),
    button("Read; reveal suggestions (R)", "reveal", act("reveal")),
  );
}

function optionCard(state, codes, act, option, number) {
  const code = codes.get(option.code) ?? { name: option.code };
  const answered = option.state !== "suggested";
  const head = h("h3", { class: "rd-head" }, h("span", { class: "rd-digit" }, String(number)), dot(code), h("span", { class: "rd-name" }, code.name), code.theme && h("span", { class: "rd-theme" }, code.theme));
  const key = `option ${option.code}`;
  return h(
    "article",
    { class: `rd-card rd-${option.state}${option.pending ? " rd-pending" : ""}`, "data-card": number, "data-code": option.code, "aria-label": `Suggestion ${number}: ${code.name}` },
    head,
    h("p", { class: "rd-status" }, option.pending ? "Saving … " : "", STATE_WORDS[option.state](option), partWords(state, option.span)),
    option.assured && h("details", { "data-k": `${key} assured` }, h("summary", { "data-k": `${key} assured s` }, "◆ assured"), h("p", {}, option.assured)),
    code.definition && h("p", { class: "rd-definition" }, code.definition),
    h(
      "div",
      { class: "rd-row" },
      button(`Accept`, `${key} accept`, act("accept", { code: option.code }), { label: `Accept ${code.name}`, hint: number, off: option.state === "confirmed", primary: !answered }),
      button(`Reject`, `${key} reject`, act("reject", { code: option.code }), { label: `Reject ${code.name}`, hint: `⇧${number}`, off: option.state === "rejected" || elsewhere(state, option) }),
      !answered && button("Replace …", `${key} replace`, act.replace(option), { label: `Replace ${code.name} by another code` }),
      answered && button("Take back", `${key} withdraw`, act("withdraw", { decision: option.decision }), { label: `Take back the answer to ${code.name}`, off: !option.decision }),
      option.state === "confirmed" && button("Re-span", `${key} respan`, act.respan(option), { label: `Change the stretch of ${code.name}`, off: !option.decision }),
      option.state === "confirmed" && button("Memo", `${key} memo`, act.memo(option.decision, code.name), { label: `Memo on ${code.name}`, off: !option.decision }),
    ),
    rulesBox(code, key),
    whyBox(option, key),
    askedBox(state, act, option, key),
  );
}

// A coding of another stretch must be taken back first; rejecting here would leave it standing.
const elsewhere = (state, option) => Boolean(option.decision) && !same(option.span, state);
const same = (span, state) => !span || (span[0] === state.segment.start && span[1] === state.segment.end);
const partWords = (state, span) => (same(span, state) ? "" : " · on another stretch");

function rulesBox(code, key) {
  const rules = [["Include", code.include], ["Exclude", code.exclude], ["Examples", (code.examples ?? []).join(" | ")]].filter(([, text]) => text);
  if (!rules.length) return null;
  return h("details", { "data-k": `${key} rules` }, h("summary", { "data-k": `${key} rules s` }, "When to use it"), rules.map(([what, text]) => h("p", {}, h("b", {}, `${what}: `), text)));
}

function whyBox(option, key) {
  const signed = (value) => (value > 0 ? `+${value.toFixed(1)}` : `−${Math.abs(value).toFixed(1)}`);
  return h(
    "details",
    { class: "rd-why", "data-k": `${key} why` },
    h("summary", { "data-k": `${key} why s` }, "What spoke for it"),
    option.voices.length ? h("ul", {}, option.voices.map(([words, value]) => h("li", {}, `${words} `, h("b", {}, signed(value))))) : h("p", {}, "Nothing spoke loudly for or against it."),
    h("p", { class: "rd-note" }, "Positive numbers speak for the code, negative ones against it (log-odds)."),
    option.near.length > 0 && h("p", {}, "Nearest confirmed quotes of this code:"),
    option.near.map((near) => h("blockquote", {}, near.text, h("span", { class: "rd-note" }, ` ${near.interview} · likeness ${near.similarity.toFixed(2)}`))),
  );
}

function askedBox(state, act, option, key) {
  const asked = state.asked.filter((each) => each.code === option.code);
  return [
    h(
      "div",
      { class: "rd-row" },
      button("Why? (model’s words)", `${key} ask`, act("why", { code: option.code }), { quiet: true }),
      button("What the model saw", `${key} seen`, act("seen", { code: option.code }), { quiet: true }),
    ),
    asked.map((each) => h("div", { class: `rd-asked rd-asked-${each.kind}`, role: "note" }, h("b", {}, each.head), h("p", {}, each.text))),
  ];
}

function ownCard(state, codes, act, coding) {
  const code = codes.get(coding.code) ?? { name: coding.name ?? "A code that is no longer in the codebook" };
  const key = `own ${coding.decision}`;
  const said = coding.leaving ? "Taking it back …" : coding.pending ? "Saving …" : `✓ ${coding.verdict === "accept" ? "Confirmed" : "Added"} by you`;
  return h(
    "article",
    { class: `rd-card rd-confirmed${coding.pending ? " rd-pending" : ""}`, "data-own": coding.code ?? "", "data-decision": coding.decision, "aria-label": `Coding: ${code.name}` },
    h("h3", { class: "rd-head" }, dot(code), h("span", { class: "rd-name" }, code.name), code.theme && h("span", { class: "rd-theme" }, code.theme)),
    h("p", { class: "rd-status" }, said, partWords(state, coding.span), coding.needs_look ? " · the text here was corrected: look whether the stretch still fits" : ""),
    coding.memo && h("p", { class: "rd-definition" }, `Memo: ${coding.memo}`),
    h(
      "div",
      { class: "rd-row" },
      button("Withdraw", `${key} withdraw`, act("withdraw", { decision: coding.decision }), { label: `Withdraw ${code.name}`, off: coding.pending }),
      button("Re-span", `${key} respan`, act.respan(coding), { label: `Change the stretch of ${code.name}`, off: coding.pending }),
      button("Memo", `${key} memo`, act.memo(coding.decision, code.name), { label: `Memo on ${code.name}`, off: coding.pending }),
    ),
  );
}

function othersBox(state, codes) {
  return h(
    "section",
    { class: "rd-card rd-others", "aria-label": "Coded by others" },
    h("b", {}, "Coded here by others"),
    h("ul", {}, state.others.map((other) => h("li", {}, dot(codes.get(other.code) ?? {}), `${codes.get(other.code)?.name ?? "a former code"} · ${other.coder}`))),
  );
}

function memosBox(state) {
  return h(
    "section",
    { class: "rd-card rd-memos", "aria-label": "Memos on this passage" },
    h("b", {}, "Memos here"),
    state.memos.map((memo) => h("p", { class: memo.pending ? "rd-pending" : null }, memo.title && h("b", {}, `${memo.title}: `), memo.text, h("span", { class: "rd-note" }, memo.pending ? " Saving …" : ` ${memo.coder}`))),
  );
}

function button(text, key, onclick, { label, hint, off, primary, quiet } = {}) {
  const look = `rd-button${primary ? " rd-primary" : ""}${quiet ? " rd-quiet" : ""}`;
  return h("button", { type: "button", class: look, "data-k": key, "aria-label": label ? (hint ? `${label} (${hint})` : label) : null, disabled: Boolean(off), onclick }, text, hint && h("kbd", { "aria-hidden": "true" }, String(hint)));
}
