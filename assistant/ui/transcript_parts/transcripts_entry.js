// The transcripts page: read, hear, and code exactly what is selected; a coding that is clicked can be changed.

function createReader(root) {
  const reader = { state: null, chosen: null, selection: null, respanning: null, panel: null };
  const place = h("div", { class: "rd-transcript", "aria-label": "Transcript" });
  const panel = h("div", { class: "rd-panel" });
  const said = h("p", { class: "rd-said", role: "status", "aria-live": "polite" });
  const problem = h("p", { class: "rd-problem", role: "alert" });
  const side = h("div", { class: "rd-side" }, problem, said, panel);
  root.classList.add("rd-root", "rd-reader");
  root.replaceChildren(h("div", { class: "rd-desk" }, place, side));
  const view = createTranscript(place, { onSelect, onClickSegment: null, onMarkClick: choose, seek: (ms) => player.from(ms) });
  const player = createPlayer(view);
  const outbox = createOutbox((acts) => reader.trigger("acts", acts));
  const texts = () => (window.interviewTexts ??= new Map());
  const codes = () => (window.interviewCodes ??= new Map()).get(reader.state.codes) ?? new Map();

  reader.receive = (data, trigger) => {
    reader.trigger = trigger;
    for (const act of outbox.waiting) if (act.id <= data.heard && act.form && !data.problem) unsent.delete(act.form);
    outbox.hear(data.heard);
    reader.state = data;
    draw();
    root.dataset.heard = data.heard;
  };

  function draw() {
    const { state } = reader;
    const text = texts().get(state.text);
    problem.textContent = state.problem;
    said.textContent = outbox.waiting.length ? "Saving …" : state.said;
    if (!text) return;
    const fresh = reader.text !== text;
    if (fresh) view.setText(text);
    reader.text = text;
    view.setCodes(Object.fromEntries(codes()));
    view.setMarks([...state.marks.filter((mark) => !gone(mark.id)), ...coming()]);
    if (fresh && state.at !== null) view.scrollTo(state.at);
    if (!reader.panel && !reader.selection) tell();
  }

  const gone = (id) => outbox.waiting.some((act) => act.kind === "withdraw" && act.decision === id);
  const coming = () =>
    outbox.waiting
      .filter((act) => act.kind === "add" || act.kind === "respan")
      .flatMap((act) => (act.codes ?? [markOf(act.decision)?.code]).map((code) => ({ id: `coming ${act.id} ${code}`, start: act.span[0], end: act.span[1], code, coder: "", kind: "human", pending: true })));
  const markOf = (id) => reader.state.marks.find((mark) => mark.id === id);

  function send(act) {
    outbox.add({ segment: 0, ...act });
    draw();
  }

  const quoteOf = ([start, end]) => reader.text.text && Array.from(reader.text.text).slice(start, end).join("").slice(0, 300);

  function onSelect(span) {
    reader.panel?.close();
    reader.selection = span;
    if (!span) return void tell();
    if (reader.respanning) {
      const decision = reader.respanning;
      leave();
      return void send({ kind: "respan", decision, span });
    }
    panel.replaceChildren(
      h(
        "section",
        { class: "rd-card rd-selected", "aria-label": "Selected stretch" },
        h("p", {}, h("b", {}, "Selected: "), `“${quoteOf(span)}”`),
        reader.state.coder
          ? h("div", { class: "rd-row" }, button("Code it", "code", () => addCode(span), { hint: "A", primary: true }), button("Memo", "memo", () => writeMemo(span), { hint: "M" }), button("Leave", "leave", leave, { hint: "Esc" }))
          : h("p", { class: "rd-note" }, "Write your name into the field “Coder” at the left to code it."),
      ),
    );
  }

  function choose(id) {
    reader.chosen = id;
    reader.selection = null;
    view.select(null);
    tell();
  }

  function tell() {
    const mark = reader.chosen && markOf(reader.chosen);
    if (!mark) return void panel.replaceChildren(h("p", { class: "rd-note" }, "Select words with the mouse, or press V and use the arrows (Shift extends, Alt by character, Enter selects), to code them. Click a word to play from there, a name in the margin to see its coding."));
    const code = codes().get(mark.code) ?? { name: "A former code" };
    const mine = mark.kind === "human";
    panel.replaceChildren(
      h(
        "article",
        { class: `rd-card ${mark.kind === "machine" ? "rd-suggested" : mark.kind === "rejected" ? "rd-rejected" : "rd-confirmed"}` },
        h("h3", { class: "rd-head" }, dot(code), h("span", { class: "rd-name" }, code.name)),
        h("p", { class: "rd-status" }, mark.kind === "machine" ? `Suggested by the machine · ${percent(mark.p)}` : `${mark.kind === "rejected" ? "✕ Rejected" : "✓ Coded"} by ${mine ? "you" : mark.coder}`),
        mark.memo && h("p", { class: "rd-definition" }, `Memo: ${mark.memo}`),
        h("blockquote", {}, quoteOf([mark.start, mark.end])),
        mine && h("div", { class: "rd-row" }, button("Re-span", "respan", () => respan(mark), {}), button("Withdraw", "withdraw", () => withdraw(mark), {})),
        h("p", {}, h("a", { href: `review?interview=${encodeURIComponent(reader.state.interview)}&at=${mark.start}`, target: "_self", class: "go" }, "Open in Review")),
        mark.event && h("p", {}, h("a", { href: `audit?life=${mark.event}`, target: "_self", class: "go" }, "Its whole life")),
      ),
    );
  }

  function withdraw(mark) {
    reader.chosen = null;
    send({ kind: "withdraw", decision: mark.id });
  }

  function respan(mark) {
    reader.respanning = mark.id;
    panel.replaceChildren(h("section", { class: "rd-card rd-selected", role: "status" }, h("p", {}, "Select its new stretch with the mouse, or with arrows; Enter keeps it, Esc leaves it.")));
    view.beginKeyboardSelection([mark.start, mark.end]);
  }

  function open(create, options) {
    reader.panel?.close();
    const closed = (then) => (...values) => {
      reader.panel = null;
      then?.(...values);
      leave();
    };
    const wrapped = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, typeof value === "function" ? closed(value) : value]));
    reader.panel = create(panel, { cancel: closed(), ...wrapped });
  }

  const addCode = (span) =>
    open(createPicker, {
      codes: [...codes().values()].filter((code) => !code.retired),
      title: "Code the selected stretch with",
      several: true,
      done: (chosen) => chosen.length && send({ kind: "add", codes: chosen, span }),
    });

  const writeMemo = (span) =>
    open(createForm, {
      name: `memo ${span}`,
      title: "Memo on the selected stretch",
      fields: [
        { name: "text", label: "Memo", long: true, needed: true, most: 100000 },
        { name: "title", label: "Title (may be empty)", most: 1000 },
      ],
      keep: (typed) => send({ kind: "memo", text: typed.text, title: typed.title, span, form: `memo ${span}` }),
    });

  function leave() {
    reader.selection = reader.respanning = null;
    view.select(null);
    tell();
    return true;
  }

  function onKey(event) {
    const target = event.composedPath()[0];
    if (!reader.state || !root.isConnected || isTyping(target) || nativeOpen()) return;
    if (!view.extendKey(event)) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const span = reader.selection;
      const act = {
        Escape: () => (span || reader.respanning ? leave() : false),
        v: () => view.beginKeyboardSelection(keyboardStart()),
        a: () => (span && reader.state.coder ? (addCode(span), true) : false),
        m: () => (span && reader.state.coder ? (writeMemo(span), true) : false),
      }[event.key];
      if (!act?.()) return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  const keyboardStart = () => {
    const at = view.place();
    return [at, at + 1];
  };

  const onText = () => reader.state && draw();
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("interview-text", onText);
  document.addEventListener("interview-codes", onText);
  reader.end = () => {
    document.removeEventListener("keydown", onKey, true);
    document.removeEventListener("interview-text", onText);
    document.removeEventListener("interview-codes", onText);
    player.stop();
    view.destroy();
  };
  return reader;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".rd-root") ?? parentElement.appendChild(document.createElement("div"));
  root.transcriptReader ??= createReader(root);
  root.transcriptReader.receive(data, setTriggerValue);
  return () => {
    if (!root.isConnected) {
      root.transcriptReader?.end();
      root.transcriptReader = null;
    }
  };
}
