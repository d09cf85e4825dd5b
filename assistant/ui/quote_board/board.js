// The quotes on the page: the result, or the list beside it. What is done here goes to Python as numbered acts.

const PARTS = { cards: resultPart, picks: picksPart };

function createBoard(root, part) {
  const board = { state: null, notes: new Map() };
  const body = h("div", { class: `qb-${part}` });
  const said = h("p", { class: "unseen", "data-announce": true });
  root.classList.add("qb-root");
  root.replaceChildren(body, said);
  const outbox = createOutbox(`quotes ${part}`, (acts) => board.trigger("acts", acts));

  const draw = () => board.state && redraw(body, PARTS[part](board.state, board).flat().filter(Boolean));
  board.sound = createQuoteSound((quote) => board.send("play", quote, { by: part }), draw);

  board.send = (kind, quote = null, more = {}) => {
    outbox.add({ kind, place: quote?.place ?? null, ...more });
    root.dataset.waiting = outbox.waiting.length;
  };

  board.move = (number, step) => {
    const { picks } = board.state;
    const to = number + step;
    if (to < 0 || to >= picks.length) return;
    const before = step < 0 ? picks[to] : picks[to + 1];
    board.send("move", picks[number], { before: before?.place ?? null });
  };

  board.copy = async (quote) => {
    const box = body.querySelector(`[data-quote="${quote.id}"]`);
    const done = await copyText(quote.citation, box.querySelector(".qb-copy"));
    said.textContent = done ? `Copied: ${quote.citation}` : "The browser does not let us copy; the text is selected in a field.";
    const button = box.querySelector('[data-k^="copy "]');
    if (!done || !button) return;
    button.textContent = "Copied";
    button.focus({ preventScroll: true });
    setTimeout(() => (button.textContent = "Copy"), 2000);
  };

  function onKey(event) {
    const target = event.composedPath()[0];
    if (event.key.toLowerCase() !== "c" || event.ctrlKey || event.metaKey || event.altKey || isTyping(target)) return;
    const box = target.closest?.("[data-quote]");
    const quote = box && (board.state.cards ?? board.state.picks).find((each) => each.id === box.dataset.quote);
    if (!quote) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has a meaning of its own for this letter
    board.copy(quote);
  }
  root.addEventListener("keydown", onKey);

  board.receive = (data, trigger) => {
    board.trigger = trigger;
    const before = board.state;
    board.state = data;
    outbox.hear(data.heard);
    if (!before && data.playing && !outbox.waiting.length && data.playing.number === window.interviewQuotesHeard) board.sound.heard(data.playing.number);
    for (const pick of data.picks ?? []) if (board.notes.get(pick.id)?.trim() === pick.note) board.notes.delete(pick.id);
    if (JSON.stringify(before) !== JSON.stringify(data)) draw();
    board.sound.arrive(data.playing);
    if (data.playing) window.interviewQuotesHeard = data.playing.number;
    root.dataset.heard = data.heard;
    root.dataset.waiting = outbox.waiting.length;
  };
  board.end = () => board.sound.destroy();
  return board;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".qb-root") ?? parentElement.appendChild(document.createElement("div"));
  root.quoteBoard ??= createBoard(root, data.part);
  root.quoteBoard.receive(data, setTriggerValue);
  return () => {
    if (!root.isConnected) {
      root.quoteBoard?.end();
      root.quoteBoard = null;
    }
  };
}
