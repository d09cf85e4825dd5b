// The transcripts page: read, hear, correct, and code exactly what is selected; a coding that is clicked can be changed.

function createReader(root) {
  const reader = { state: null, text: null, codes: null, chosen: null, selection: null, respanning: null, panel: null };
  const place = h("div", { class: "rd-transcript" });
  const panel = h("div", { class: "rd-panel" });
  const said = h("p", { class: "rd-said", role: "status", "aria-live": "polite" });
  const problem = h("p", { class: "rd-problem", role: "alert" });
  const notice = h("p", { class: "rd-look-notice" });
  const drawer = h("div", { class: "rd-drawer-host" });
  const tools = h("div", { class: "rd-toolbar", role: "toolbar", "aria-label": "Recording and correcting" });
  const side = h("div", { class: "rd-side", role: "region", "aria-label": "Selection and coding" }, problem, said, notice, drawer, panel);
  root.classList.add("rd-root", "rd-reader");
  root.replaceChildren(tools, h("div", { class: "rd-desk" }, place, side));
  const audio = () => document.querySelector(".st-key-recording audio");
  const view = createTranscript(place, { onSelect, onMarkClick: choose, onPlace: (offset) => view.setCursor(offset), seek: (ms) => sound.standAt(ms), tabStops: true, roles: true });
  const unfollow = followAudio(view, (sound) => sound === audio());
  const outbox = createOutbox("transcript reader", (acts) => reader.trigger("acts", acts));
  const texts = () => (window.interviewTexts ??= new Map());
  const codes = () => (window.interviewCodes ??= new Map()).get(reader.state.codes) ?? new Map();
  const markOf = (id) => reader.state.marks.find((mark) => mark.id === id);
  const sound = createSound(audio, () => toolbar.update(reader.state));
  const look = (window.interviewLook ??= { unsure: true, clean: false });
  let note = ""; // said here, until something is done
  const shared = {
    view,
    outbox,
    sound,
    send,
    state: () => reader.state,
    revision: () => reader.text.revision,
    isBehind,
    interview: () => reader.state.interview,
    isSameInterview: () => reader.text?.key.startsWith(`${reader.interview}:`),
    codes: () => codes(),
    selection: () => reader.selection,
    looks,
    respan,
    openPanel,
    panelClosed,
    goTo: (offset) => {
      view.setCursor(offset, { scroll: true });
      sound.standAt(view.timeOf(offset));
    },
    say: (words) => {
      note = words;
      tellSaid();
      return true;
    },
  };
  const cards = createReaderCards(reader, { codes: () => codes(), respan, withdraw, addCode: (span) => addCode(span), writeMemo: (span) => writeMemo(span), leave });
  const correcting = createCorrecting(shared);
  shared.correct = correcting.correct;
  const parts = { find: findPart, speakers: speakersPart, history: historyPart, looks: looksPart, keys: keysPart };
  const makers = Object.fromEntries(Object.entries(parts).map(([name, make]) => [name, () => make(shared)]));
  const drawers = createDrawers(drawer, makers, { changed: () => toolbar.update(reader.state), closed: () => view.focus() });
  const toolbar = createToolbar(tools, { sound, look, drawers, correcting, changed: showLook });

  // ---- what is shown

  reader.receive = (data, trigger) => {
    reader.trigger = trigger;
    for (const act of outbox.waiting) if (act.id <= data.heard && act.form && !data.problem) unsent.delete(act.form);
    outbox.hear(data.heard);
    if (reader.state && reader.state.text !== data.text) forget();
    reader.state = data;
    draw();
    root.dataset.heard = data.heard;
  };

  // Whether a corrected text is on its way here: what is on the screen is not what stands on the disk.
  function isBehind() {
    return Boolean(reader.state && reader.text && reader.state.text !== reader.text.key);
  }

  function draw() {
    drawState();
    tellSaid();
  }

  function drawState() {
    const { state } = reader;
    const text = texts().get(state.text);
    problem.textContent = state.problem;
    toolbar.update(state);
    if (!text) return;
    const fresh = reader.text !== text && reader.text?.key !== text.key;
    const corrected = fresh && reader.interview === state.interview;
    reader.text = text;
    if (fresh) view.setText(text, corrected);
    if (fresh && !corrected) correcting.end();
    reader.interview = state.interview;
    showLook();
    if (reader.codes !== codes()) view.setCodes(Object.fromEntries(codes()));
    reader.codes = codes();
    view.setMarks([...state.marks.filter((mark) => !gone(mark.id)), ...coming()]);
    if (fresh && state.at !== null) view.scrollTo(state.at);
    correcting.settle(fresh);
    noticeLooks();
    drawers.update();
    if (!reader.panel && !reader.selection && !reader.respanning) tell();
  }

  function tellSaid() {
    root.dataset.waiting = outbox.waiting.length + Number(isBehind());
    said.textContent = root.dataset.waiting === "0" ? note || reader.state.said : "Saving …";
  }

  function showLook() {
    view.setLook({ ...look, unsureBelow: reader.state.unsure_below, pauseMs: reader.state.pause_ms });
    toolbar.update(reader.state);
  }

  function looks() {
    return reader.state.looks.filter((each) => !outbox.waiting.some((act) => act.decision === each.id));
  }

  function noticeLooks() {
    const mine = looks().filter((each) => each.mine).length;
    const others = looks().length - mine;
    const said = [mine && `${mine === 1 ? "One coding of yours needs" : `${mine} codings of yours need`} a look`, others && `${others} of others`].filter(Boolean).join(", ");
    if (notice.dataset.said === said) return;
    notice.dataset.said = said;
    notice.replaceChildren(...(said ? [`The words were corrected: ${said}. `, button("Show them", "looks show", () => drawers.toggle("looks"), {})] : []));
  }

  const gone = (id) => outbox.waiting.some((act) => (act.kind === "withdraw" || act.kind === "respan" || act.kind === "fits") && act.decision === id);
  const coming = () =>
    outbox.waiting
      .filter((act) => act.kind === "add" || act.kind === "respan" || act.kind === "fits")
      .flatMap((act) => (act.codes ?? [codeOf(act.decision)]).map((code) => ({ id: `coming ${act.id} ${code}`, start: act.span[0], end: act.span[1], code, coder: "", kind: "human", pending: true })));

  const codeOf = (id) => markOf(id)?.code ?? reader.state.looks.find((each) => each.id === id)?.code;

  // ---- the side: what is selected, the coding that was clicked, or how to do things

  function tell() {
    const mark = reader.chosen && markOf(reader.chosen);
    const shown = mark ? cards.cardOf(mark) : cards.howTo();
    if (panel.dataset.shown === shown.dataset.shown) return; // so that the focus stays where it is
    panel.dataset.shown = shown.dataset.shown;
    panel.replaceChildren(shown);
  }

  function put(...made) {
    panel.dataset.shown = "";
    panel.replaceChildren(...made);
  }

  // ---- what is done

  function send(act) {
    note = "";
    const sent = outbox.add({ segment: 0, ...act });
    draw();
    return sent;
  }

  function onSelect(span, how) {
    const decision = reader.respanning;
    if (decision && span) {
      forget();
      reader.chosen = null;
      return void send({ kind: "respan", decision, span });
    }
    reader.panel?.close();
    reader.respanning = null;
    reader.selection = span;
    if (!span) return void tell();
    view.select(span); // closing the field above took it away
    put(cards.selectedBox(span));
    if (how === "key" && reader.state.coder) addCode(span);
  }

  function choose(id) {
    reader.panel?.close();
    forget();
    reader.chosen = id;
    tell();
    panel.querySelector("[data-mark]")?.focus({ preventScroll: true });
  }

  function withdraw(mark) {
    reader.chosen = null;
    send({ kind: "withdraw", decision: mark.id });
    return true;
  }

  function respan(mark) {
    reader.respanning = mark.id;
    put(h("section", { class: "rd-card rd-selected", role: "status" }, h("p", {}, h("b", {}, `Re-span ${codes().get(mark.code)?.name ?? "the coding"}: `), "select its new stretch with the mouse, or with arrows (Shift extends, Alt by character); Enter keeps it, Esc leaves it.")));
    return view.beginKeyboardSelection(mark.start === null ? [view.place(), view.place()] : [mark.start, mark.end]);
  }

  function open(create, options) {
    reader.panel?.close();
    panel.dataset.shown = "";
    const closed = (then) => (...values) => {
      reader.panel = null;
      panel.replaceChildren();
      leave();
      place.firstElementChild.focus({ preventScroll: true });
      then?.(...values);
    };
    const wrapped = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, typeof value === "function" ? closed(value) : value]));
    reader.panel = create(panel, { cancel: closed(), ...wrapped });
    return true;
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
      name: `memo ${reader.state.text} ${span}`,
      title: "Memo on the selected stretch",
      fields: [
        { name: "text", label: "Memo", long: true, needed: true, most: 100000 },
        { name: "title", label: "Title (may be empty)", most: 1000 },
      ],
      keep: (typed) => send({ kind: "memo", text: typed.text, title: typed.title, span, form: `memo ${reader.state.text} ${span}` }),
    });

  // A form of one's own in the place of what is selected.
  function openPanel(form, { close }) {
    reader.panel?.close();
    panel.dataset.shown = "";
    reader.panel = { close };
    panel.replaceChildren(form);
  }

  function panelClosed() {
    reader.panel = null;
    tell();
    view.focus();
  }

  function forget() {
    reader.selection = reader.respanning = null;
    view.select(null);
  }

  function leave() {
    if (!reader.selection && !reader.respanning && !reader.chosen) return false;
    if (!reader.selection && !reader.respanning) reader.chosen = null;
    forget();
    tell();
    return true;
  }

  // ---- keys

  const ours = () => reader.state.coder && reader.chosen && !reader.selection && !reader.respanning && markOf(reader.chosen)?.kind === "human" && markOf(reader.chosen);
  const actions = {
    Escape: () => leave() || drawers.close(),
    " ": sound.toggle,
    p: sound.toggle,
    j: () => sound.skip(-1),
    ArrowLeft: () => sound.skip(-1),
    l: () => sound.skip(1),
    ArrowRight: () => sound.skip(1),
    "[": () => sound.faster(-1),
    "-": () => sound.faster(-1),
    "]": () => sound.faster(1),
    "+": () => sound.faster(1),
    ArrowUp: () => goToTurn(-1),
    ArrowDown: () => goToTurn(1),
    Enter: correcting.edit,
    s: correcting.split,
    g: correcting.join,
    r: correcting.speaker,
    u: correcting.unintelligible,
    f: () => drawers.show("find"),
    z: correcting.undo,
    Z: correcting.redo,
    "?": () => drawers.toggle("keys"),
    v: () => reader.text && view.beginKeyboardSelection(reader.selection ?? [view.place(), view.place()]),
    a: () => reader.selection && reader.state.coder && addCode(reader.selection),
    m: () => reader.selection && reader.state.coder && writeMemo(reader.selection),
    e: () => (ours() ? respan(ours()) : correcting.edit()),
    w: () => ours() && withdraw(ours()),
  };

  // The turn before or after, and the recording with it unless it plays.
  function goToTurn(step) {
    if (!reader.text) return false;
    view.goToTurn(step);
    if (!sound.isPlaying()) sound.standAt(view.currentTurn()?.from ?? null);
    return true;
  }

  const PRESSED = /^(BUTTON|A|SUMMARY)$/;

  function onKey(event) {
    const target = event.composedPath()[0];
    if (!reader.state || !root.isConnected || isTyping(target) || nativeOpen()) return;
    const onButton = (event.key === "Enter" || event.key === " ") && PRESSED.test(target.tagName);
    if (onButton) return;
    if ( !view.extendKey(event)) {
      if (event.ctrlKey || event.metaKey || event.altKey || !(actions[event.key] ?? actions[event.key.toLowerCase()])?.()) return;
    }
    event.preventDefault();
    event.stopPropagation(); // Streamlit has meanings of its own for some letters
  }

  const onText = () => reader.state && draw();
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("interview-text", onText);
  document.addEventListener("interview-codes", onText);
  reader.putBack = () => view.putBack();
  reader.end = () => {
    document.removeEventListener("keydown", onKey, true);
    document.removeEventListener("interview-text", onText);
    document.removeEventListener("interview-codes", onText);
    unfollow();
    sound.destroy();
    view.destroy();
  };
  return reader;
}

const PATIENCE_MS = 3000;

// Streamlit may take the component out and put it in anew while one reads and writes. There is one reader, so that it is
// moved as it stands, with what is selected, half written and on the screen; it ends when it stays outside of the page.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = (window.interviewReader ??= document.createElement("div"));
  clearTimeout(root.ending);
  const moved = root.parentElement !== parentElement;
  if (moved) parentElement.append(root);
  root.transcriptReader ??= createReader(root);
  if (moved) root.transcriptReader.putBack();
  root.transcriptReader.receive(data, setTriggerValue);
  return () => {
    root.ending = setTimeout(() => {
      if (root.isConnected) return;
      root.transcriptReader?.end();
      root.transcriptReader = null;
      if (window.interviewReader === root) window.interviewReader = null;
    }, PATIENCE_MS);
  };
}
