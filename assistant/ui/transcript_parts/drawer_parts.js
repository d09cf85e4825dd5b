// The parts of the side. `tools` gives: state(), view, correct(act), send(act), codes(), goTo(offset), look{...}.

const KEYS_OF_READER = [
  ["Space or P", "play, pause"],
  ["← or J · → or L", "back, forward 3 seconds"],
  ["[ or − · ] or +", "slower, faster"],
  ["↑ · ↓", "the turn before, the next turn"],
  ["Enter or E", "correct the text of this turn; E on a coding that is shown: re-span it"],
  ["S", "split the turn before the word that is marked"],
  ["G", "join the turn with the next one"],
  ["R", "who speaks: rename, or give this turn to another"],
  ["U", "the marked word or the selection is unintelligible"],
  ["F", "find and replace"],
  ["Z · Shift + Z", "take the last correction back · do it again"],
  ["V", "select with arrows: Shift extends, Alt by character, Enter is done"],
  ["A · M", "code what is selected · write a memo on it"],
  ["W", "withdraw the coding that is shown"],
  ["Esc", "leave a selection, a field or a panel"],
  ["?", "these keys"],
];

const keysPart = () => ({ title: "Keys", box: h("dl", { class: "rd-keys-list" }, KEYS_OF_READER.map(([key, what]) => [h("dt", {}, key), h("dd", {}, what)])) });

// ---- find and replace

function findPart(tools) {
  const input = (label, size) => h("input", { type: "text", "aria-label": label, maxlength: size });
  const [old, fresh] = [input("Find", 1000), input("Replace by", 10000)];
  const box = (label) => h("input", { type: "checkbox", "aria-label": label });
  const [whole, exact] = [box("Whole words"), box("Match case")];
  const list = h("div", { class: "rd-hits" });
  const left = new Set();
  let drawn = null;
  const form = h(
    "form",
    { class: "rd-find", "aria-label": "Find and replace", onsubmit: find },
    h("label", { class: "rd-field" }, h("span", {}, "Find"), old),
    h("label", { class: "rd-field" }, h("span", {}, "Replace by"), fresh),
    h("div", { class: "rd-row" }, h("label", {}, whole, " Whole words"), h("label", {}, exact, " Match case"), h("button", { type: "submit", class: "rd-button rd-primary" }, "Find")),
  );

  function find(event) {
    event.preventDefault();
    if (old.value.trim()) tools.send({ kind: "find", revision: tools.revision(), old: old.value, whole_words: whole.checked, match_case: exact.checked });
  }

  function update() {
    const { found } = tools.state();
    if (found === drawn || JSON.stringify(found) === JSON.stringify(drawn)) return;
    drawn = found;
    left.clear();
    list.replaceChildren(...(found ? hitsOf(found) : []));
  }

  function hitsOf(found) {
    const count = h("span", {});
    const go = button("", "replace go", replace, { primary: true });
    const tellCount = () => {
      go.textContent = `Replace ${found.count - left.size}`;
      go.disabled = found.count === left.size;
    };
    const rows = found.hits.map(([turn, at, start, , before, words, after]) => {
      const tick = h("input", { type: "checkbox", checked: true, "aria-label": `Replace “${words}” in: ${before}${words}${after}` });
      tick.addEventListener("change", () => {
        tick.checked ? left.delete(`${turn} ${at}`) : left.add(`${turn} ${at}`);
        tellCount();
      });
      const place = h("button", { type: "button", class: "rd-hit", onclick: () => tools.goTo(start) }, before, h("mark", {}, words), after);
      return h("li", {}, tick, place);
    });
    count.textContent = found.count ? `${found.count} ${found.count === 1 ? "place" : "places"}; untick what is to stay.` : `“${found.old}” stands nowhere here.`;
    tellCount();
    const more = found.count - found.hits.length;
    return [
      h("p", { class: "rd-note" }, count, more > 0 ? ` ${more} more are not listed; they are replaced too.` : ""),
      found.count > 0 && h("div", { class: "rd-row" }, go),
      h("ol", { class: "rd-hit-list" }, rows),
    ].filter(Boolean);
  }

  function replace() {
    const { old: text, whole_words, match_case } = drawn;
    const without = [...left].map((each) => each.split(" ").map(Number));
    tools.correct({ kind: "replace", old: text, new: fresh.value, whole_words, match_case, without });
  }

  return { title: "Find and replace", box: h("div", {}, form, list), update, focus: () => old };
}

// ---- speakers

function speakersPart(tools) {
  const box = h("div", {});
  let drawn = "";

  function update() {
    const speakers = sharesOf(tools.view);
    const now = JSON.stringify(speakers);
    if (now === drawn) return;
    drawn = now;
    box.replaceChildren(h("ul", { class: "rd-speakers" }, speakers.map(rowOf)), h("p", { class: "rd-note" }, "Enter keeps a new name. A name that is there already makes the two one."));
  }

  function rowOf({ name, role, share }, index) {
    const shown = name || "Speaker without a name";
    const field = h("input", { type: "text", "aria-label": `Name of ${shown}`, maxlength: 200, disabled: !name });
    const told = h("p", { class: "rd-note", role: "status" });
    field.value = shown;
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const fresh = field.value.trim().replace(/\s+/g, " ");
      if (!fresh || fresh === name) return;
      if (tools.view.speakers().includes(fresh) && told.dataset.asked !== fresh) {
        told.dataset.asked = fresh;
        told.textContent = `${name} and ${fresh} will be one speaker; Enter again makes them one.`;
        return;
      }
      tools.correct({ kind: "rename", old: name, new: fresh });
    });
    const choice = h("select", { "aria-label": `Role of ${shown}` }, ["participant", "interviewer"].map((each) => h("option", { value: each, selected: each === role }, each)));
    choice.addEventListener("change", () => tools.correct({ kind: "role", old: name, new: choice.value }));
    const dotOf = h("span", { class: "tv-dot", "data-colour": index % SPEAKER_COLOURS, "aria-hidden": "true" });
    return h("li", {}, h("div", { class: "rd-speaker" }, dotOf, field, h("span", { class: "rd-note", title: "share of the words" }, percent(share)), choice), told);
  }

  return { title: "Speakers", box, update };
}

// The speakers with their roles and their share of the words, as they come in the text.
function sharesOf(view) {
  const turns = view.turns();
  const count = (turn) => view.textOf(turn.start, turn.end).split(/\s+/).length;
  const all = turns.map((turn) => [turn.speaker ?? "", turn.role, count(turn)]);
  const whole = all.reduce((sum, [, , words]) => sum + words, 0) || 1;
  return view.speakers().map((name) => {
    const own = all.filter(([speaker]) => speaker === name);
    return { name, role: own[0][1], share: own.reduce((sum, [, , words]) => sum + words, 0) / whole };
  });
}

// ---- history

function historyPart(tools) {
  const box = h("div", {});
  const when = (at) => new Date(at).toLocaleString([], { dateStyle: "short", timeStyle: "short" });

  function update() {
    const { made, count } = tools.state().history;
    const rows = made.map(([revision, at, coder, what], index) =>
      h(
        "li",
        {},
        h("p", {}, h("b", {}, what)),
        h("p", { class: "rd-note" }, `Revision ${revision} · ${when(at)}${coder ? ` · ${coder}` : ""}`),
        index > 0 ? button("Restore", `restore ${revision}`, () => tools.correct({ kind: "restore", steps: revision }), { label: `Restore revision ${revision}`, quiet: true }) : h("p", { class: "rd-note" }, "This is how it stands."),
      ),
    );
    redraw(box, [h("ol", { class: "rd-history", reversed: true }, rows), count > made.length && h("p", { class: "rd-note" }, `… and ${count - made.length} before; the audit page shows all.`)].filter(Boolean));
  }

  return { title: "History of corrections", box, update, focus: () => box.querySelector("button") };
}

// ---- codings whose words were corrected

function looksPart(tools) {
  const box = h("div", {});

  function update() {
    const some = tools.looks();
    const rows = some.map((look) => {
      const code = tools.codes().get(look.code)?.name ?? "A former code";
      const place = look.start === null ? h("p", { class: "rd-note" }, "Nothing is left of these words; re-span it or withdraw it.") : h("p", {}, "Now: ", h("button", { type: "button", class: "rd-hit", "data-k": `look ${look.id}`, onclick: () => tools.goTo(look.start) }, look.after));
      const acts = look.mine
        ? h(
            "div",
            { class: "rd-row" },
            look.start !== null && button("It fits here", `fits ${look.id}`, () => tools.send({ kind: "fits", decision: look.id, span: [look.start, look.end] }), { label: `${code} fits here`, primary: true }),
            button("Re-span", `look respan ${look.id}`, () => tools.respan(look), { label: `Re-span ${code}` }),
            button("Withdraw", `look withdraw ${look.id}`, () => tools.send({ kind: "withdraw", decision: look.id }), { label: `Withdraw ${code}` }),
          )
        : h("p", { class: "rd-note" }, `${look.coder} coded this, and can say whether it fits.`);
      return h("li", {}, h("p", {}, h("b", {}, code)), h("p", {}, "Was: ", h("q", {}, look.before)), place, acts);
    });
    redraw(box, rows.length ? [h("ul", { class: "rd-looks" }, rows)] : [h("p", {}, "Every coding is on its words.")]);
  }

  return { title: "Codings that need a look", box, update };
}
