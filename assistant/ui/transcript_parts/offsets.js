// Python counts code points, a browser UTF-16 units; words and what a person sees as one character come from Unicode's
// own rules (Intl.Segmenter), so that no emoji or accent is ever cut in two.

const wordsOf = new Intl.Segmenter(undefined, { granularity: "word" });
const charactersOf = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const codePoints = (text) => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

// The edges of words, or of characters, of a text: code points, from 0 to its length. Of words, [start, end] pairs.
function wordSpans(text) {
  const found = [];
  let at = 0;
  for (const part of wordsOf.segment(text)) {
    const end = at + codePoints(part.segment);
    if (part.isWordLike || /\S/u.test(part.segment)) found.push([at, end]);
    at = end;
  }
  return found;
}

function characterEdges(text) {
  const edges = [0];
  for (const part of charactersOf.segment(text)) edges.push(edges.at(-1) + codePoints(part.segment));
  return edges;
}

// Outward to whole words, white space at the ends left out; null where nothing is left.
function snapToWords(text, start, end) {
  const touched = wordSpans(text).filter(([s, e]) => s < end && start < e);
  return touched.length ? [touched[0][0], touched.at(-1)[1]] : null;
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
  const edges = byCharacter ? characterEdges(text) : [...new Set([0, ...wordSpans(text).flat(), codePoints(text)])].sort((a, b) => a - b);
  return step > 0 ? (edges.find((edge) => edge > at) ?? edges.at(-1)) : (edges.findLast((edge) => edge < at) ?? 0);
}
