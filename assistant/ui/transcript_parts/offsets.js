// Python counts code points, a browser UTF-16 units; words and what a person sees as one character come from Unicode's
// own rules (Intl.Segmenter), so that no emoji or accent is ever cut in two.

const wordsOf = new Intl.Segmenter(undefined, { granularity: "word" });
const charactersOf = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const codePoints = (text) => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

// How many UTF-16 units the first so many code points of a text take.
function unitsOf(text, points) {
  let units = 0;
  for (const letter of text) {
    if (points <= 0) break;
    points -= 1;
    units += letter.length;
  }
  return units;
}

// Where the words of a text stand, signs too, as [start, end] pairs of code points; white space is left out.
function wordSpans(text) {
  const found = [];
  let at = 0;
  for (const part of wordsOf.segment(text)) {
    const end = at + codePoints(part.segment);
    const blank = codePoints(/^\s*/u.exec(part.segment)[0]); // a mark of direction after a space stands with it
    if (at + blank < end) found.push([at + blank, end]);
    at = end;
  }
  return found;
}

// Where a caret can stand between characters: from 0 to the length of the text.
function characterEdges(text) {
  const edges = [0];
  for (const part of charactersOf.segment(text)) edges.push(edges.at(-1) + codePoints(part.segment));
  return edges;
}

// Outward to whole words, white space at the ends left out; null where nothing is left.
function snapToWords(text, start, end) {
  const touched = wordSpans(text).filter(([s, e]) => s < end && start < e);
  return touched.length ? snapToCharacters(text, touched[0][0], touched.at(-1)[1]) : null;
}

// Outward to whole characters.
function snapToCharacters(text, start, end) {
  const edges = characterEdges(text);
  const from = edges.findLast((edge) => edge <= start) ?? 0;
  const to = edges.find((edge) => edge >= end) ?? edges.at(-1);
  return to > from ? [from, to] : null;
}

// The next edge to the right or the left of a place, where a caret can stand.
function nextEdge(text, at, step, byCharacter) {
  const characters = characterEdges(text);
  const whole = new Set(characters);
  const edges = byCharacter ? characters : [...new Set([0, ...wordSpans(text).flat(), characters.at(-1)])].filter((edge) => whole.has(edge)).sort((a, b) => a - b);
  return step > 0 ? (edges.find((edge) => edge > at) ?? edges.at(-1)) : (edges.findLast((edge) => edge < at) ?? 0);
}
