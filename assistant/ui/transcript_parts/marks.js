// Codings over one text: which of them lie over each piece, and in which lane each one runs.

const LANES = 8; // of bars in the margin
const LINES = 4; // below the words

// Each mark gets a lane that no overlapping mark has, as far as there are lanes; one code keeps its lane where it can,
// and no other code takes that lane where the first one is about to come back.
function withLanes(marks, count = LANES, name = "lane") {
  const sorted = [...marks].sort((a, b) => a.start - b.start || b.end - a.end || String(a.id).localeCompare(String(b.id)));
  const ends = new Array(count).fill(-1);
  const habit = new Map();
  return sorted.map((mark, index) => {
    const coming = new Set();
    for (let next = index + 1; next < sorted.length && sorted[next].start < mark.end; next += 1) {
      if (sorted[next].code !== mark.code && habit.has(sorted[next].code)) coming.add(habit.get(sorted[next].code));
    }
    const isFree = (lane) => ends[lane] <= mark.start;
    const usual = habit.get(mark.code);
    let lane = usual !== undefined && isFree(usual) ? usual : ends.findIndex((_, each) => isFree(each) && !coming.has(each));
    if (lane === -1) lane = ends.findIndex((_, each) => isFree(each));
    if (lane === -1) lane = count - 1;
    ends[lane] = Math.max(ends[lane], mark.end);
    if (!habit.has(mark.code)) habit.set(mark.code, lane);
    return { ...mark, [name]: lane };
  });
}

// What is drawn below the words themselves: codings of people. Suggestions and rejections stand in the margin only.
const isInText = (mark) => mark.kind !== "machine" && mark.kind !== "rejected";

// Marks with their lane in the margin and, where they are drawn in the text, their line below the words.
function laidOut(marks) {
  const lines = new Map(withLanes(marks.filter(isInText), LINES, "line").map((mark) => [mark.id, mark.line]));
  return withLanes(marks).map((mark) => ({ ...mark, line: lines.get(mark.id) }));
}

// A text from `start` to `end` cut at every edge of a mark: [{start, end, marks}], in order, without gaps.
function piecesOf(start, end, marks) {
  const edges = new Set([start, end]);
  for (const mark of marks) {
    if (mark.start > start && mark.start < end) edges.add(mark.start);
    if (mark.end > start && mark.end < end) edges.add(mark.end);
  }
  const points = [...edges].sort((a, b) => a - b);
  return points.slice(0, -1).map((point, index) => {
    const stop = points[index + 1];
    return { start: point, end: stop, marks: marks.filter((mark) => mark.start <= point && stop <= mark.end) };
  });
}
