"""One query over codes, themes, attributes, coder, state and meaning; every quote is an exact slice."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from filelock import Timeout

from assistant.review import Blindness
from assistant.segment import StudyEmbeddings
from assistant.settings import load_settings
from assistant.suggest import Proposals, propose, show
from store.codebook import current_codebook
from store.decisions import codings, decisions, standing
from store.errors import InvalidInputError, NotFoundError
from store.index import VectorIndex, candidate_matrix, exact_search
from store.interviews import interviews
from store.segments import segments
from store.study import Study
from store.transcripts import transcript
from store.values import Codebook, Coding, Segment, Span, State, SuggestionDraft, Transcript, Turn, Verdict

EXACT_UP_TO = 20_000
"""Up to so many candidates an exact search in memory is faster than opening Chroma."""


@dataclass(frozen=True, slots=True)
class Quote:
    """An exact slice of a transcript with what is known of it; times are those of its words or turn, in ms."""

    interview: str
    speaker: str | None
    role: str
    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    text: str
    codes: tuple[str, ...]
    coders: tuple[str, ...]
    state: State
    score: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    suggested: tuple[str, ...] = ()


def as_record(quote: Quote) -> dict[str, Any]:
    """A quote as JSON values."""
    return {**asdict(quote), "state": str(quote.state), "attributes": dict(quote.attributes)}


def quotes(
    study: Study,
    text: str | None = None,
    *,
    embeddings: StudyEmbeddings | None = None,
    codes: Sequence[str] = (),
    theme: str | None = None,
    where: Mapping[str, str] | None = None,
    coder: str | None = None,
    state: State | None = None,
    limit: int | None = 50,
    proposals: Proposals | None = None,
    keep_back: Callable[[Segment], bool] | None = None,
    hidden: Blindness | None = None,
) -> tuple[Quote, ...]:
    """Quotes in study order, or by nearness in meaning where `text` is given (then `embeddings` is needed).

    With codes or a theme: the confirmed codings that carry one of them. Otherwise: all segments, each with its
    state. `state` asks for one state alone. `proposals` spares working them out again when they were at hand. The
    suggestions of segments that `keep_back` names are left out, unless suggestions alone are asked for. What is
    `hidden` from whoever looks is as if it were not there. Raises NotFoundError for an unknown code, theme or
    attribute.
    """
    unseen = hidden or Blindness("")
    wanted = _wanted(study, codes, theme)
    labels = _labels(study, where or {})
    if state is State.CONFIRMED or (state is None and wanted is not None):
        found = _confirmed(study, wanted, labels, coder, unseen)
    else:
        proposed = _proposed(study) if proposals is None else proposals
        if keep_back is not None and state is not State.SUGGESTED:
            proposed = _without(proposed, {s.id for s in segments(study) if keep_back(s)})
        if unseen.interviews:
            proposed = _without(proposed, {s.id for s in segments(study) if s.interview in unseen.interviews})
        found = _by_segment(study, wanted, labels, state, proposed, _words(study, coder, unseen))
    if text is not None and text.strip():
        if embeddings is None:
            msg = "a search by meaning needs embeddings"
            raise ValueError(msg)
        found = _nearest(study, text.strip(), found, embeddings, limit)
    chosen = found if limit is None else found[:limit]
    _write_down(study, chosen)
    return tuple(found.quote for found in chosen)


def _without(proposed: Proposals, kept_back: set[int]) -> Proposals:
    left = {key: drafts for key, drafts in proposed.by_segment.items() if key not in kept_back}
    return replace(proposed, by_segment=left)


def _proposed(study: Study) -> Proposals:
    return propose(study, precision=load_settings(study.settings()).expected_precision)


@dataclass(frozen=True, slots=True)
class _Found:
    """A quote with the segment whose vector stands for it, and the suggestions it shows."""

    quote: Quote
    segment: Segment | None
    drafts: tuple[SuggestionDraft, ...] = ()


def _wanted(study: Study, codes: Sequence[str], theme: str | None) -> frozenset[str] | None:
    if not codes and theme is None:
        return None
    codebook = current_codebook(study)
    found: set[str] = set()
    for name in codes:
        found.add(_guid(codebook, name, "code"))
    if codebook is not None and theme is not None:
        found |= codebook.family(_guid(codebook, theme, "theme"))
    return frozenset(found)


def _guid(codebook: Codebook | None, name: str, kind: str) -> str:
    code = None if codebook is None else codebook.find(name)
    if code is None:
        known = ", ".join(c.name for c in codebook.codes) if codebook is not None else "none yet"
        msg = f"There is no {kind} “{name}” in the codebook; there are: {known}."
        raise NotFoundError(msg)
    return code.guid


def _labels(study: Study, where: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """Label → attributes of the interviews whose attributes match."""
    known = interviews(study)
    keys = {key for interview in known for key in interview.attributes}
    for key in where:
        if key not in keys:
            msg = f"No interview has the attribute “{key}”; there are: {', '.join(sorted(keys)) or 'none yet'}."
            raise NotFoundError(msg)
    return {
        i.label: i.attributes
        for i in known
        if all(i.attributes.get(k, "").casefold() == v.casefold() for k, v in where.items())
    }


def _names(study: Study) -> dict[str, str]:
    codebook = current_codebook(study)
    return {} if codebook is None else {code.guid: code.name for code in codebook.codes}


def _confirmed(
    study: Study,
    wanted: frozenset[str] | None,
    labels: Mapping[str, Mapping[str, str]],
    coder: str | None,
    unseen: Blindness,
) -> list[_Found]:
    """Codings that stand, one quote per span with all its codes."""
    names = _names(study)
    by_span: dict[tuple[str, Span], list[Coding]] = {}
    for coding in codings(study, coder=coder):
        if coding.interview in labels and not unseen.hides(coding.interview, coding.coder):
            by_span.setdefault((coding.interview, coding.span), []).append(coding)
    texts = {label: transcript(study, label) for label in {label for label, _ in by_span}}
    around = _grouped(segments(study))
    found = []
    for (label, span), everything in by_span.items():
        # a coding that could not be moved to the current revision has no place in it to be quoted from
        here = [c for c in everything if c.transcript_id == texts[label].id]
        if here and (wanted is None or any(c.code in wanted for c in here)):
            quote = replace(
                _slice(texts[label], span, labels[label]),
                codes=_unique(names.get(c.code, c.code) for c in here),
                coders=_unique(c.coder for c in here),
                state=State.CONFIRMED,
            )
            segment = next((s for s in around.get(label, ()) if s.span.overlaps(span)), None)
            found.append(_Found(quote, segment))
    place = {label: number for number, label in enumerate(labels)}
    return sorted(found, key=lambda f: (place[f.quote.interview], f.quote.start, f.quote.end))


def _slice(text: Transcript, span: Span, attributes: Mapping[str, str]) -> Quote:
    turns = [t for t in text.turns if t.span.overlaps(span)]
    words = [w for t in turns for w in t.words if w.start < span.end and span.start < w.end]
    first: Turn = turns[0]
    return Quote(
        interview=text.interview,
        speaker=first.speaker,
        role=str(first.role),
        start=span.start,
        end=span.end,
        start_ms=words[0].start_ms if words else first.start_ms,
        end_ms=words[-1].end_ms if words else turns[-1].end_ms,
        text=span.of(text.text),
        codes=(),
        coders=(),
        state=State.UNCODED,
        attributes=attributes,
    )


def _by_segment(
    study: Study,
    wanted: frozenset[str] | None,
    labels: Mapping[str, Mapping[str, str]],
    state: State | None,
    proposed: Proposals,
    words: "_Words",
) -> list[_Found]:
    """All segments with their states; with codes wanted, those where one of them has that state."""
    names = _names(study)
    found = []
    for segment in segments(study):
        if segment.interview in labels:
            here = _standing_of(segment, words, proposed)
            if _matches(state, here, wanted):
                quote = _segment_quote(segment, here, state or here.state, names)
                found.append(_Found(replace(quote, attributes=labels[segment.interview]), segment, here.drafts))
    return found


@dataclass(frozen=True, slots=True)
class _Words:
    """What coders said, by transcript id: the codings that stand, and the codes turned down with their spans."""

    codings: Mapping[int, Sequence[Coding]]
    rejected: Mapping[int, Sequence[tuple[Span, str]]]


def _words(study: Study, coder: str | None, unseen: Blindness) -> _Words:
    stand: dict[int, list[Coding]] = {}
    for coding in codings(study, coder=coder):
        if unseen.hides(coding.interview, coding.coder):
            continue
        stand.setdefault(coding.transcript_id, []).append(coding)
    rejected: dict[int, list[tuple[Span, str]]] = {}
    for word in standing(decisions(study, coder=coder)).values():
        if word.verdict is Verdict.REJECT and word.code is not None and not unseen.hides(word.interview, word.coder):
            rejected.setdefault(word.transcript_id, []).append((word.span, word.code))
    return _Words(stand, rejected)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where one segment stands: its codings, the codes turned down, and the suggestions nobody has answered."""

    codings: tuple[Coding, ...]
    rejected: tuple[str, ...]
    drafts: tuple[SuggestionDraft, ...]

    def codes(self, state: State) -> tuple[str, ...]:
        """The codes that have that state here."""
        by_state = {
            State.CONFIRMED: tuple(c.code for c in self.codings),
            State.REJECTED: self.rejected,
            State.SUGGESTED: tuple(d.code for d in self.drafts),
        }
        return by_state.get(state, ())

    @property
    def state(self) -> State:
        """The strongest of them."""
        in_order = (State.CONFIRMED, State.SUGGESTED, State.REJECTED)
        return next((state for state in in_order if self.codes(state)), State.UNCODED)


def _standing_of(segment: Segment, words: _Words, proposed: Proposals) -> _Standing:
    here = tuple(c for c in words.codings.get(segment.transcript_id, ()) if c.span.overlaps(segment.span))
    rejected = tuple(
        code for span, code in words.rejected.get(segment.transcript_id, ()) if span.overlaps(segment.span)
    )
    answered = {c.code for c in here} | set(rejected)
    drafts = tuple(d for d in proposed.by_segment.get(segment.id, ()) if d.code not in answered)
    return _Standing(here, rejected, drafts)


def _segment_quote(segment: Segment, here: _Standing, state: State, names: Mapping[str, str]) -> Quote:
    return Quote(
        interview=segment.interview,
        speaker=segment.speaker,
        role=str(segment.role),
        start=segment.span.start,
        end=segment.span.end,
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        text=segment.text,
        codes=_unique(names.get(code, code) for code in here.codes(state)),
        coders=_unique(c.coder for c in here.codings),
        state=state,
        suggested=tuple(names.get(d.code, d.code) for d in here.drafts),
    )


def _matches(state: State | None, here: _Standing, wanted: frozenset[str] | None) -> bool:
    if state is None:
        return True
    if state is State.UNCODED:
        return here.state is State.UNCODED
    codes = here.codes(state)
    return bool(codes) if wanted is None else any(code in wanted for code in codes)


def _nearest(
    study: Study, text: str, found: list[_Found], embeddings: StudyEmbeddings, limit: int | None
) -> list[_Found]:
    """The candidates by nearness in meaning: exact where they are few, through the index where they are many."""
    with_vectors = [f for f in found if f.segment is not None]
    if not with_vectors:
        return []
    query = np.asarray(embeddings.embed_query(text), np.float32)
    count = len(with_vectors) if limit is None else limit
    if len(with_vectors) > EXACT_UP_TO and len(with_vectors) == len(segments(study)):
        try:
            with VectorIndex(study, embeddings.model) as index:
                near = dict(index.search(query, count))
        except Timeout:
            near = {}
        if near:
            by_id = {f.segment.id: f for f in with_vectors if f.segment is not None}
            return [_scored(by_id[key], score) for key, score in near.items() if key in by_id]
    rows = candidate_matrix(study, embeddings.model, [f.segment for f in with_vectors if f.segment is not None])
    if rows.shape[1] == 0:
        msg = "Nothing of this study is embedded yet; run `interview suggest` or `interview reindex` first."
        raise InvalidInputError(msg)
    order, scores = exact_search(query, rows, count)
    return [_scored(with_vectors[i], float(s)) for i, s in zip(order, scores, strict=True)]


def _scored(found: _Found, score: float) -> _Found:
    return replace(found, quote=replace(found.quote, score=round(score, 4)))


def _write_down(study: Study, chosen: Iterable[_Found]) -> None:
    """Suggestions that are listed count as shown, whatever else is true of their segment."""
    show(study, [draft for f in chosen for draft in f.drafts])


def _grouped(found: Iterable[Segment]) -> dict[str, list[Segment]]:
    grouped: dict[str, list[Segment]] = {}
    for segment in found:
        grouped.setdefault(segment.interview, []).append(segment)
    return grouped


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
