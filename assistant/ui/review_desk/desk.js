// The review desk: the transcript at the left, what is to be decided at the right, and every key. What a key does is
// drawn at once as pending; what Python sends back when it is on the disk is drawn as done.

const texts = () => (window.interviewTexts ??= new Map());
const codebooks = () => (window.interviewCodes ??= new Map());

function createDesk(root) {
  const desk = { state: null, sent: null, selection: null, mode: null, replacing: 0, choosing: 0, panel: null };
  const bar = h("div", { class: "rd-bar" });
  const said = h("p", { class: "rd-said", role: "status", "aria-live": "polite" });
  const problem = h("p", { class: "rd-problem", role: "alert" });
  const place = h("div", { class: "rd-transcript", "aria-label": "Transcript" });
  const side = h("div", { class: "rd-side" });
  const panel = h("div", { class: "rd-panel" });
  const list = h("div", { class: "rd-cards", role: "region", "aria-label": "Suggestions and codings", tabindex: "-1" });
  side.append(h("h2", { class: "unseen" }, "Suggestions and codings"), panel, list);
  root.replaceChildren(bar, problem, said, h("div", { class: "rd-desk" }, place, side));
  root.classList.add("rd-root");

  const view = createTranscript(place, {
    onSelect: (span, how) => selected(span, how),
    onClickSegment: (id) => desk.state && id !== desk.state.segment.id && send({ kind: "go", steps: id }),
    onMarkClick: (id) => showCoding(id),
    seek: (ms) => player.from(ms),
  });
  const player = createPlayer();
  const unfollow = followAudio(view, (sound) => sound === document.querySelector(".st-key-recording audio"));
  const outbox = createOutbox("review desk", (acts) => desk.trigger("acts", acts));

  // ---- what is shown

  function receive(data, trigger) {
    desk.trigger = trigger;
    const before = desk.sent;
    desk.sent = data;
    for (const act of outbox.waiting) if (act.id <= data.heard && act.form && !data.problem) unsent.delete(act.form);
    outbox.hear(data.heard);
    const moved = !before || before.segment.id !== data.segment.id;
    if (moved) leaveSegment();
    // A choice in a list above is over: afterwards the keys belong to the desk again.
    if ((moved || before?.way !== data.way) && isTyping(document.activeElement) && !root.contains(document.activeElement)) document.activeElement.blur();
    draw(moved);
    if (moved) player.at(data.segment.start_ms, data.segment.end_ms);
    root.dataset.heard = data.heard;
    root.dataset.segment = data.segment.id;
    root.dataset.waiting = outbox.waiting.length;
    document.body.dataset.reviewKeys = "on"; // for whoever drives the page from outside: from now on keys are heard
  }

  function leaveSegment() {
    desk.selection = desk.mode = null;
    desk.replacing = desk.choosing = 0;
    view.select(null);
    desk.panel?.close();
  }

  function draw(moved) {
    let state = desk.sent;
    for (const act of outbox.waiting) state = expected(state, act);
    desk.state = state;
    const codes = codebooks().get(state.codes) ?? new Map();
    drawBar(state);
    problem.textContent = state.problem;
    said.textContent = outbox.waiting.length ? PENDING_WORDS[outbox.waiting.at(-1).kind] ?? "Saving …" : state.said;
    redraw(list, cards(state, codes, act));
    list.classList.toggle("rd-moving", Boolean(state.moving));
    drawTranscript(state, moved);
  }

  function drawTranscript(state, moved) {
    const text = texts().get(state.text);
    if (!text) return;
    if (desk.text !== text) {
      desk.text = text;
      view.setText(text);
    }
    const codes = codebooks().get(state.codes);
    if (codes && desk.codes !== codes) {
      desk.codes = codes;
      view.setCodes(Object.fromEntries(codes));
    }
    view.setMarks([...state.marks, ...machineMarks(state), ...comingMarks(state)]);
    const evidence = state.options.filter((o) => o.state === "suggested").flatMap((o) => o.evidence.map(([s, e]) => [s, e, String(state.options.indexOf(o) + 1)]));
    view.setCurrent(state.segment.id, { evidence, pending: Boolean(state.moving), scroll: moved });
  }

  const machineMarks = (state) =>
    state.options
      .filter((o) => o.state === "suggested")
      .map((o) => ({ id: `machine ${o.code}`, start: state.segment.start, end: state.segment.end, code: o.code, coder: "", kind: "machine", p: o.p, pending: o.pending }));

  // What is on its way to the disk, so that it stands in the transcript at once.
  const comingMarks = (state) => {
    const accepted = state.options.filter((o) => o.pending && o.state === "confirmed").map((o) => ({ ...o, id: `coming ${o.code}` }));
    const added = state.own.filter((coding) => coding.pending && !coding.leaving && coding.code).map((coding) => ({ ...coding, id: coding.decision }));
    return [...accepted, ...added].map((each) => {
      const [start, end] = each.span ?? [state.segment.start, state.segment.end];
      return { id: each.id, start, end, code: each.code, coder: "", kind: "human", pending: true };
    });
  };

  function drawBar(state) {
    const { can, progress } = state;
    const busy = Boolean(state.moving);
    redraw(bar, [
      h(
        "div",
        { class: "rd-row", role: "toolbar", "aria-label": "Moves" },
        button("Back", "back", act("back"), { hint: "B", off: !can.back || busy }),
        button(can.next, "next", act("next"), { hint: "N", primary: true, off: busy }),
        button("Undo", "undo", act("undo"), { hint: "Z", off: !can.undo || busy }),
        button("Redo", "redo", act("redo"), { hint: "⇧Z", off: !can.redo || busy }),
        button("Add code", "adding", () => addCode(), { hint: "A" }),
        button("Memo", "memo", () => writeMemo(null, "this passage"), { hint: "M" }),
        button("Keys", "keys", () => toggleKeys(), { hint: "?" }),
      ),
      h(
        "div",
        { class: "rd-progress" },
        h("progress", { max: progress.of || 1, value: progress.read, "aria-label": "Read so far" }),
        h("span", {}, progress.sentence),
      ),
      state.end && h("p", { class: "rd-end", role: "status" }, state.end),
    ]);
  }

  // ---- what is done

  function send(act) {
    if (!desk.state || desk.state.moving) return false; // what comes next is not on the screen yet
    outbox.add({ segment: desk.state.segment.id, ...act });
    root.dataset.waiting = outbox.waiting.length;
    draw(false);
    return true;
  }

  // A listener for a button: `act("accept", {code})`; forms and selections have their own below.
  const act = (kind, more = {}) => () => doing(kind, more);
  act.replace = (option) => () => replace(option);
  act.respan = (coding) => () => respan(coding);
  act.memo = (decision, name) => () => writeMemo(decision, name);

  function doing(kind, more = {}) {
    if (kind === "undo" && !desk.state.can.undo) return false;
    if (kind === "redo" && !desk.state.can.redo) return false;
    if (kind === "back" && !desk.state.can.back) return false;
    const steps = kind === "undo" || kind === "redo" ? { steps: desk.state.can.steps } : {};
    const span = kind === "accept" && desk.selection ? { span: desk.selection } : {};
    const done = send({ kind, ...more, ...steps, ...span });
    if (done && span.span) forget();
    return done;
  }

  function answer(number, kind) {
    const option = desk.state.options[number - 1];
    if (!option || (kind === "accept" ? option.state === "confirmed" : option.state === "rejected" || elsewhere(desk.state, option))) return false;
    return doing(kind, { code: option.code });
  }

  const codeList = () => [...(codebooks().get(desk.state.codes) ?? new Map()).values()].filter((code) => !code.retired);

  function open(create, options) {
    desk.panel?.close();
    const closed = (then) => (...values) => {
      desk.panel = null;
      panel.replaceChildren();
      list.focus({ preventScroll: true });
      then?.(...values);
    };
    const wrapped = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, typeof value === "function" ? closed(value) : value]));
    desk.panel = create(panel, { cancel: closed(), ...wrapped });
    return true;
  }

  function addCode() {
    const span = desk.selection;
    const standing = span ? new Set() : new Set(desk.state.own.map((coding) => coding.code));
    return open(createPicker, {
      codes: codeList().filter((code) => !standing.has(code.guid)),
      title: span ? "Code the selected stretch with" : "Code this passage with",
      several: true,
      make: (name) => newCode(name),
      done: (codes) => {
        if (codes.length) send({ kind: "add", codes, ...(span ? { span } : {}) });
        forget();
      },
    });
  }

  function replace(option) {
    const name = codebooks().get(desk.state.codes)?.get(option.code)?.name ?? "the suggestion";
    return open(createPicker, {
      codes: codeList().filter((code) => code.guid !== option.code),
      title: `Instead of ${name}`,
      several: false,
      done: ([by]) => by && send({ kind: "replace", code: option.code, by }),
    });
  }

  function newCode(name = "") {
    const span = desk.selection;
    const themes = codeList().filter((code) => !code.parent);
    return open(createForm, {
      name: "new code",
      title: "A new code, for this passage",
      fields: [
        { name: "name", label: "Name", value: name, needed: true, most: 200 },
        { name: "theme", label: "Theme", choices: [["", "None: at the top"], ...themes.map((code) => [code.guid, code.name])] },
        { name: "definition", label: "Definition", long: true, most: 20000 },
      ],
      keep: (typed) => {
        send({ kind: "new code", name: typed.name, text: typed.definition, theme: typed.theme || null, form: "new code", ...(span ? { span } : {}) });
        forget();
      },
    });
  }

  function writeMemo(decision, name) {
    const span = decision ? null : desk.selection;
    const form = `memo ${decision ?? `${desk.state.segment.id} ${span ?? ""}`}`;
    return open(createForm, {
      name: form,
      title: `Memo on ${span ? "the selected stretch" : name}`,
      fields: [
        { name: "text", label: "Memo", long: true, needed: true, most: 100000 },
        { name: "title", label: "Title (may be empty)", most: 1000 },
      ],
      keep: (typed) => send({ kind: "memo", text: typed.text, title: typed.title, decision: decision ?? "", form, ...(span ? { span } : {}) }),
    });
  }

  // ---- selecting

  function selected(span, how) {
    if (desk.mode?.respan && span) {
      const { decision } = desk.mode.respan;
      forget();
      return void send({ kind: "respan", decision, span });
    }
    desk.selection = span;
    if (span && how === "key") return void addCode();
    tellSelection();
  }

  function tellSelection() {
    if (desk.panel) return;
    if (!desk.selection) return void panel.replaceChildren();
    const [start, end] = desk.selection;
    const words = quoteOf(desk.text, start, end);
    panel.replaceChildren(
      h("section", { class: "rd-card rd-selected", role: "status", "aria-label": "Selected stretch" }, h("p", {}, h("b", {}, "Selected: "), `“${words}”`), h("p", { class: "rd-note" }, "A codes it · 1 2 3 accept on it · E re-spans a coding to it · M memo · Esc leaves it")),
    );
  }

  function quoteOf(text, start, end) {
    const words = text ? Array.from(text.text).slice(start, end).join("") : "";
    return words.length > 160 ? `${words.slice(0, 100)} … ${words.slice(-50)}` : words;
  }

  function forget() {
    desk.selection = desk.mode = null;
    view.select(null);
    if (!desk.panel) panel.replaceChildren();
  }

  const codings = () => [
    ...desk.state.options.filter((o) => o.state === "confirmed" && o.decision).map((o) => ({ ...o, span: o.span ?? [desk.state.segment.start, desk.state.segment.end] })),
    ...desk.state.own.filter((coding) => coding.decision && !coding.pending),
  ];

  function respan(coding) {
    if (desk.selection) {
      const span = desk.selection;
      forget();
      return send({ kind: "respan", decision: coding.decision, span });
    }
    desk.panel?.close();
    desk.mode = { respan: coding };
    const name = codebooks().get(desk.state.codes)?.get(coding.code)?.name ?? "the coding";
    panel.replaceChildren(h("section", { class: "rd-card rd-selected", role: "status" }, h("p", {}, h("b", {}, `Re-span ${name}: `), "select its new stretch with the mouse, or with arrows (Shift extends, Alt by character); Enter keeps it, E goes to the next coding, Esc leaves it.")));
    view.beginKeyboardSelection(coding.span ?? [desk.state.segment.start, desk.state.segment.end]);
    return true;
  }

  function respanNext() {
    const found = codings();
    if (!found.length) return false;
    return respan(found[desk.choosing++ % found.length]);
  }

  function withdrawNext() {
    const buttons = [...list.querySelectorAll('[data-k^="own "][data-k$=" withdraw"]:not(:disabled)')];
    if (!buttons.length) return false;
    buttons[desk.choosing++ % buttons.length].focus();
    return true;
  }

  function replaceNext() {
    const left = desk.state.options.filter((o) => o.state === "suggested");
    return left.length ? replace(left[desk.replacing++ % left.length]) : false;
  }

  function showCoding(id) {
    list.querySelector(`[data-decision="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
  }

  function toggleKeys() {
    const shown = panel.querySelector(".rd-keys");
    desk.panel?.close();
    panel.replaceChildren(...(shown ? [] : [keysBox()]));
    return true;
  }

  function leave() {
    if (!desk.selection && !desk.mode && !panel.firstChild) return false;
    view.select(null);
    desk.selection = desk.mode = null;
    panel.replaceChildren();
    return true;
  }

  // ---- keys

  const actions = {
    ArrowRight: () => doing("next"),
    ArrowLeft: () => doing("back"),
    Escape: leave,
    "?": toggleKeys,
    a: addCode,
    b: () => doing("back"),
    c: () => newCode(),
    e: respanNext,
    f: () => focusOn(".st-key-review_filters"),
    l: () => focusOn(".st-key-review_rules"),
    m: () => writeMemo(null, "this passage"),
    n: () => doing("next"),
    o: () => focusOn(".st-key-review_order"),
    p: () => player.toggle(desk.state.segment.start_ms, desk.state.segment.end_ms),
    r: () => Boolean(desk.state.blind) && doing("reveal"),
    s: () => focusOn(".st-key-quality_button"),
    v: () => view.beginKeyboardSelection(desk.selection ?? [desk.state.segment.start, desk.state.segment.end]) ?? true,
    w: withdrawNext,
    x: replaceNext,
    z: () => doing("undo"),
    Z: () => doing("redo"),
  };

  function onKey(event) {
    const target = event.composedPath()[0];
    if (!desk.state || !root.isConnected || nativeOpen()) return;
    if (isTyping(target)) {
      if (event.key === "Escape" && !root.contains(target)) target.blur();
      return;
    }
    if (view.extendKey(event)) return stop(event);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target.tagName === "AUDIO") return;
    if (event.key === "Enter" || event.key === " ") return; // a button's own
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1] ?? (/^[1-9]$/.test(event.key) ? event.key : null);
    const done = digit && /^(Digit|Numpad)/.test(event.code || "Digit") ? answer(Number(digit), event.shiftKey ? "reject" : "accept") : (actions[event.key] ?? actions[event.key.toLowerCase()])?.();
    if (done) stop(event);
  }

  function stop(event) {
    event.preventDefault();
    event.stopPropagation(); // Streamlit has meanings of its own for some letters
  }

  const onText = () => desk.state && draw(true);
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("interview-text", onText);
  document.addEventListener("interview-codes", onText);

  desk.receive = receive;
  desk.end = () => {
    document.removeEventListener("keydown", onKey, true);
    document.removeEventListener("interview-text", onText);
    document.removeEventListener("interview-codes", onText);
    player.stop();
    unfollow();
    view.destroy();
    delete document.body.dataset.reviewKeys;
  };
  return desk;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".rd-root") ?? parentElement.appendChild(document.createElement("div"));
  root.reviewDesk ??= createDesk(root);
  root.reviewDesk.receive(data, setTriggerValue);
  return () => {
    if (!root.isConnected) {
      root.reviewDesk?.end();
      root.reviewDesk = null;
    }
  };
}
