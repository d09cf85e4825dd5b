// Acts on their way to the disk. Each has a number; Python says up to which number it has heard, and until then an act
// is sent again with every later one, so that none is lost when keys are pressed faster than the page comes back.

const PATIENCE = 700; // milliseconds; a page that is being drawn anew can miss what is sent meanwhile

// Streamlit may take a component away and put a new one in its place while a page is drawn; what the old one had not yet
// got to the disk goes on with the new one of the same name.
function createOutbox(name, send) {
  const kept = (window.interviewOutboxes ??= new Map());
  clearTimeout(kept.get(name)?.timer);
  const box = { waiting: [], heard: 0, last: 0, ...kept.get(name), timer: 0 };
  kept.set(name, box);

  const remind = () => {
    clearTimeout(box.timer);
    if (box.waiting.length && kept.get(name) === box) {
      box.timer = setTimeout(() => {
        send(box.waiting);
        remind();
      }, PATIENCE);
    }
  };

  box.add = (act) => {
    box.last = Math.max(box.last, box.heard) + 1;
    const numbered = { ...act, id: box.last };
    box.waiting.push(numbered);
    send(box.waiting);
    remind();
    return numbered;
  };

  box.hear = (heard) => {
    if (heard < box.heard) box.waiting = []; // another sitting
    box.heard = heard;
    box.last = Math.max(box.last, heard);
    box.waiting = box.waiting.filter((act) => act.id > heard);
    remind();
  };

  return box;
}

const MOVES = new Set(["next", "back", "go", "finish", "undo", "redo"]);

// The state as it will be once an act is kept; what is only expected carries `pending`.
function expected(state, act) {
  const options = (change) => state.options.map((o) => (o.code === act.code ? { ...o, ...change, pending: true } : o));
  switch (act.kind) {
    case "accept":
      return { ...state, options: options({ state: "confirmed" }) };
    case "reject":
      return { ...state, options: options({ state: "rejected" }) };
    case "replace":
      return { ...state, options: options({ state: "rejected" }), own: [...state.own, coming(act.by, act, state)] };
    case "add":
      return { ...state, own: [...state.own, ...act.codes.map((code) => coming(code, act, state))] };
    case "withdraw":
      return {
        ...state,
        options: state.options.map((o) => (o.decision === act.decision ? { ...o, state: "suggested", pending: true } : o)),
        own: state.own.map((coding) => (coding.decision === act.decision ? { ...coding, leaving: true, pending: true } : coding)),
      };
    case "respan":
      return {
        ...state,
        options: state.options.map((o) => (o.decision === act.decision ? { ...o, span: act.span, pending: true } : o)),
        own: state.own.map((coding) => (coding.decision === act.decision ? { ...coding, span: act.span, pending: true } : coding)),
      };
    case "new code":
      return { ...state, own: [...state.own, { ...coming(null, act, state), name: act.name }] };
    case "memo":
      return { ...state, memos: [...state.memos, { title: act.title, text: act.text, coder: "", pending: true }] };
    default:
      return { ...state, moving: MOVES.has(act.kind) ? act.kind : state.moving, waiting: true };
  }
}

function coming(code, act, state) {
  return { decision: `pending ${act.id} ${code}`, code, span: act.span ?? [state.segment.start, state.segment.end], pending: true };
}

const PENDING_WORDS = {
  next: "Going on …",
  back: "Going back …",
  go: "Going there …",
  finish: "Finishing …",
  undo: "Taking back …",
  redo: "Doing it again …",
  reveal: "Showing the suggestions …",
  why: "The model writes; this can take half a minute …",
  seen: "Looking up what the model read …",
};
