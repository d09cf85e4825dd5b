// An interview's text as the view knows it: its code points, the blocks it is drawn in, and when each word was said.

const LONGEST_BLOCK = 900;

// A turn as Python sends it.
const turnOf = ([start, end, speaker, role, from, to, words, spokenOver = [], doubts = []], index) => ({ index, start, end, speaker, role, from, to, words, spokenOver, doubts });

function readText(given) {
  const letters = given ? Array.from(given.text) : [];
  const turns = given ? given.turns.map(turnOf) : [];
  const blocks = given ? blocksOf(letters, turns, given.segments) : [];
  return {
    key: given?.key ?? null,
    letters,
    turns,
    blocks,
    clean: given?.clean ?? [],
    instructions: given?.instructions ?? [],
    speakers: [...new Set(turns.map((turn) => turn.speaker ?? ""))],
    revision: given?.revision ?? 0,
    words: turns.flatMap((turn) => turn.words),
    slice: (start, end) => letters.slice(start, end).join(""),
    blockAt: (offset) => firstIndex(blocks, (block) => offset < block.end),
    turnAt: (offset) => turns[firstIndex(turns, (turn) => offset < turn.end)] ?? turns.at(-1) ?? null,
  };
}

// The first index for which `fits` holds, in a list in which it holds for all that follow; -1 where it never does.
function firstIndex(list, fits) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(list[middle])) high = middle;
    else low = middle + 1;
  }
  return low < list.length ? low : -1;
}

// A block is a segment, or what no segment covers, in short stretches; the first one of a turn carries the speaker.
function blocksOf(letters, turns, segments) {
  const found = [];
  let next = 0;
  for (const turn of turns) {
    let at = turn.start;
    let first = true;
    const add = (id, start, end, codable) => {
      found.push({ id, start, end, codable, first, turn, from: first ? turn.from : timeAt(turn, start) });
      first = false;
      at = end;
    };
    const fill = (until) => {
      for (const [start, end] of stretches(letters, at, until)) add(null, start, end, false);
    };
    while (next < segments.length && segments[next][2] <= turn.start) next += 1;
    for (; next < segments.length && segments[next][1] < turn.end; next += 1) {
      const [id, start, end, codable] = segments[next];
      fill(start);
      add(id, start, end, codable);
    }
    fill(turn.end);
  }
  return found;
}

function stretches(letters, start, end) {
  const found = [];
  const blank = (at) => /\s/u.test(letters[at]);
  while (start < end) {
    while (start < end && blank(start)) start += 1;
    let stop = Math.min(end, start + LONGEST_BLOCK);
    if (stop < end) while (stop > start + 1 && !blank(stop)) stop -= 1;
    if (stop === start + 1 && stop < end) stop = Math.min(end, start + LONGEST_BLOCK); // no blank in sight
    let last = stop;
    while (last > start && blank(last - 1)) last -= 1;
    if (last > start) found.push([start, last]);
    start = stop;
  }
  return found;
}

// When a place in a turn was said: from its words, or by how far into the turn it lies; null where nobody knows.
function timeAt(turn, offset) {
  const word = turn.words[firstIndex(turn.words, (each) => offset < each[1])];
  if (word) return word[2];
  if (turn.from === null) return null;
  const far = (offset - turn.start) / Math.max(1, turn.end - turn.start);
  return turn.to === null ? turn.from : Math.round(turn.from + (turn.to - turn.from) * far);
}

// Where nobody speaks for so long: {offset of the word that follows, milliseconds}, within a turn.
function pausesIn(turn, ms) {
  const found = [];
  turn.words.forEach((word, index) => {
    const before = turn.words[index - 1];
    if (before && word[2] - before[3] >= ms) found.push([word[0], word[2] - before[3]]);
  });
  return found;
}

// How long nobody speaks before a turn; 0 where that is not known.
function pauseBefore(text, turn) {
  const before = text.turns[turn.index - 1];
  if (!before) return 0;
  const ended = before.words.at(-1)?.[3] ?? before.to;
  const begun = turn.words[0]?.[2] ?? turn.from;
  return ended === null || begun === null ? 0 : begun - ended;
}

// Who speaks at the same time as a turn, as far as one knows.
function besides(text, turn) {
  const meets = (other) => other.from !== null && other.to !== null && turn.spokenOver.some(([from, to]) => other.from < to && from < other.to);
  const names = text.turns.filter((other) => other.index !== turn.index && other.speaker !== turn.speaker && meets(other)).map((other) => other.speaker ?? "a speaker without a name");
  return [...new Set(names)];
}

// Where a place of one text is in another that was made from it by a correction.
function placeAfter(before, after, offset) {
  const { letters: old } = before;
  const { letters: made } = after;
  let head = 0;
  while (head < old.length && head < made.length && old[head] === made[head]) head += 1;
  if (offset <= head) return Math.min(offset, made.length);
  let tail = 0;
  while (tail < old.length - head && tail < made.length - head && old.at(-1 - tail) === made.at(-1 - tail)) tail += 1;
  if (offset >= old.length - tail) return offset + made.length - old.length;
  const far = (offset - head) / Math.max(1, old.length - tail - head);
  return Math.round(head + far * (made.length - tail - head));
}

const PAUSE = 700; // milliseconds for which the last word stays marked while nobody speaks

// What is heard at a time: {start, end, exact}; a word where words have times, else the turn.
function heardAt(text, ms) {
  const after = firstIndex(text.words, (word) => word[2] > ms);
  const word = text.words[(after === -1 ? text.words.length : after) - 1];
  if (word && ms < word[3] + PAUSE) return { start: word[0], end: word[1], exact: true };
  const turn = text.turns.findLast((each) => each.from !== null && each.from <= ms);
  if (!turn || turn.words.length || (turn.to !== null && ms >= turn.to)) return null;
  return { start: turn.start, end: turn.end, exact: false };
}

function clockOf(ms) {
  if (ms === null || ms === undefined) return "";
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
