// Correcting: what the keys do to the turn one is at. A correction goes to the disk as an act, with the revision that was
// on the screen; where somebody else was quicker, what was typed stays in its field.

const CORRECTING = new Set(["edit", "split", "join", "assign", "rename", "role", "replace", "unintelligible", "undo", "redo", "restore"]);

// `tools` gives: state(), view, outbox, send(act), say(words), selection(), host, interview(), sound
function createCorrecting(tools) {
  const { view, outbox, say, sound } = tools;
  const drafts = (window.interviewDrafts ??= new Map()); // what was typed and not kept, for as long as the tab lives
  let editing = null; // { turn, original, key, field, act }

  const isSaving = () => tools.isBehind() || outbox.waiting.some((act) => CORRECTING.has(act.kind));

  function correct(act, span = null) {
    if (!tools.state().coder) return say("Write your name into the field “Coder” at the left first; every correction is kept under a name.");
    if (isSaving()) return say("The correction before is still being saved; press again.");
    if (span) view.setWaiting(span);
    return tools.send({ revision: tools.revision(), ...act });
  }

  // ---- the text of a turn

  function edit() {
    if (editing) return editing.field.begin() ?? true;
    const turn = view.currentTurn();
    if (!turn) return false;
    const original = view.textOf(turn.start, turn.end);
    const key = `${tools.interview()}\n${original}`;
    const cursor = view.cursor()?.[0] ?? turn.start;
    const caret = cursor > turn.start && cursor < turn.end ? unitsOf(original, cursor - turn.start) : 0;
    const label = `Text of turn ${turn.index + 1}, ${turn.speaker ?? "speaker unknown"}`;
    const typed = (value) => {
      if (value === original) drafts.delete(key);
      else drafts.set(key, value);
      view.showOverlay();
    };
    const field = createEditField({ text: drafts.get(key) ?? original, caret, label, keep, leave, typed, sound });
    editing = { turn: turn.index, original, key, field, act: null };
    view.setOverlay(turn.index, field.box);
    view.scrollTo(turn.start);
    field.begin();
    view.showOverlay();
    if (drafts.has(key)) field.tell("This is what you typed before and did not keep.");
    return true;
  }

  function keep() {
    const text = editing.field.value().trim().replace(/\s+/g, " ");
    if (text === editing.original) return leave();
    if (!text && !editing.empties) {
      editing.empties = true;
      return editing.field.tell("Nothing is written here: keeping it takes the turn out. Once more to do so.");
    }
    const sent = correct({ kind: "edit", turn: editing.turn, text });
    if (!sent) return editing.field.tell("It could not be kept yet; once more.");
    editing.act = sent.id;
    editing.field.tell("");
    editing.field.lock(true);
  }

  function leave() {
    const left = drafts.has(editing.key);
    close();
    if (left) say("What you typed is not kept; E brings it back.");
  }

  function close() {
    editing = null;
    view.setOverlay(null);
    view.focus();
  }

  // The page came back: with the correction, or with a sentence why not; or the text was changed by somebody else.
  function settle(isNewText) {
    const { heard, problem } = tools.state();
    if (!isSaving()) view.setWaiting(null);
    if (!editing) return;
    if (editing.act && heard >= editing.act) {
      if (!problem) {
        drafts.delete(editing.key);
        return close();
      }
      editing.act = null;
      editing.field.lock(false);
      editing.field.tell(problem);
    }
    if (isNewText) findAgain();
  }

  function findAgain() {
    const turns = view.turns();
    if (!tools.isSameInterview()) return close();
    const says = (turn) => view.textOf(turn.start, turn.end);
    const same = turns.filter((turn) => says(turn) === editing.original);
    const nearest = same.sort((a, b) => Math.abs(a.index - editing.turn) - Math.abs(b.index - editing.turn))[0];
    editing.turn = nearest?.index ?? Math.min(editing.turn, turns.length - 1);
    view.setOverlay(editing.turn, editing.field.box);
    if (!nearest) editing.field.tell(`Somebody corrected this turn meanwhile; it reads now: “${says(turns[editing.turn])}”. Keeping puts yours in its place.`);
  }

  // ---- the other keys

  function split() {
    const place = view.caret() ?? tools.selection()?.[0] ?? view.cursor()?.[0];
    if (place === undefined || place === null) return say("Click the word before which the turn is to be split.");
    const turn = view.turnAt(place);
    if (place <= turn.start) return say("The turn begins there already; click a later word.");
    return correct({ kind: "split", place }, [turn.start, turn.end]);
  }

  function join() {
    const turn = view.currentTurn();
    const next = turn && view.turns()[turn.index + 1];
    if (!next) return say("This is the last turn; there is no next one to join it with.");
    return correct({ kind: "join", turn: turn.index }, [turn.start, next.end]);
  }

  function unintelligible() {
    const span = tools.selection() ?? view.cursor();
    if (!span) return say("Select the words that cannot be understood.");
    return correct({ kind: "unintelligible", span }, span);
  }

  function speaker() {
    const turn = view.currentTurn();
    if (!turn) return false;
    const known = view.speakers().filter(Boolean);
    const name = h("input", { type: "text", class: "rd-typed", maxlength: 200, list: "rd-speaker-names", "aria-label": "Speaker of this turn", autocomplete: "off" });
    const all = turn.speaker !== null && h("option", { value: "all" }, `everywhere ${turn.speaker} speaks`);
    const where = h("select", { class: "rd-typed", "aria-label": "Where" }, h("option", { value: "one" }, "this turn only"), all);
    name.value = turn.speaker ?? "";
    const form = h(
      "form",
      { class: "rd-form", "aria-label": "Who speaks", onsubmit: keepName, onkeydown: onFormKey },
      h("b", {}, `Who speaks in turn ${turn.index + 1}?`),
      h("label", { class: "rd-field" }, h("span", {}, "Name, known or new"), name),
      h("datalist", { id: "rd-speaker-names" }, known.map((each) => h("option", { value: each }))),
      h("label", { class: "rd-field" }, h("span", {}, "Where"), where),
      h("div", { class: "rd-row" }, h("button", { type: "submit", class: "rd-button rd-primary" }, "Keep"), h("button", { type: "button", class: "rd-button", onclick: done }, "Leave")),
      h("p", { class: "rd-note" }, "Enter keeps it, Esc leaves it. A known name brings that speaker’s role."),
    );
    function done() {
      form.remove();
      tools.panelClosed();
    }
    function keepName(event) {
      event.preventDefault();
      const fresh = name.value.trim();
      if (!fresh) return;
      done();
      if (where.value === "all") correct({ kind: "rename", old: turn.speaker, new: fresh });
      else correct({ kind: "assign", turn: turn.index, new: fresh }, [turn.start, turn.end]);
    }
    function onFormKey(event) {
      event.stopPropagation();
      if (event.key !== "Escape") return;
      event.preventDefault();
      done();
    }
    tools.openPanel(form, { close: done });
    name.focus();
    name.select();
    return true;
  }

  function turnBack(kind) {
    const { back, forth } = tools.state().history;
    if (kind === "undo" && !back) return say("There is no correction of this interview to take back.");
    if (kind === "redo" && !forth) return say("There is no correction of this interview to do again.");
    return correct({ kind });
  }

  return { correct, edit, settle, split, join, unintelligible, speaker, undo: () => turnBack("undo"), redo: () => turnBack("redo"), isEditing: () => editing !== null, end: () => editing && close() };
}
