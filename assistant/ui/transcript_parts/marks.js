// Codings over one text: which of them lie over each piece, and in which lane of the margin each one runs.

const LANES = 8;

// Each mark gets a lane that no overlapping mark has, as far as there are lanes; one code keeps its lane where it can.
function withLanes(marks) {
  const sorted = [...marks].sort((a, b) => a.start - b.start || b.end - a.end || String(a.id).localeCompare(String(b.id)));
  const ends = new Array(LANES).fill(-1);
  const habit = new Map();
  return sorted.map((mark) => {
    const usual = habit.get(mark.code);
    const free = usual !== undefined && ends[usual] <= mark.start ? usual : ends.findIndex((end) => end <= mark.start);
    const lane = free === -1 ? LANES - 1 : free;
    ends[lane] = Math.max(ends[lane], mark.end);
    habit.set(mark.code, lane);
    return { ...mark, lane };
  });
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
