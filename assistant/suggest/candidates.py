"""New codes: what participants said that nothing explains, in groups that a person may make codes of."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.llm import load_prompt
from assistant.segment import StudyEmbeddings
from assistant.suggest.grouping import FEWEST, SIMILARITY, Matrix, groups, middle, unit
from assistant.suggest.naming import PROMPT, characteristic_words, name_passages, spread
from assistant.suggest.proposals import Proposals
from assistant.suggest.study_pool import MOST_SEGMENTS
from assistant.suggest.writer import Writer
from store.candidates import CandidateAnswer, CandidateName, candidate_answers, candidate_names
from store.canonical import sha256_json, sha256_text
from store.codebook import current_codebook
from store.decisions import codings, decisions
from store.segments import segments
from store.study import Study
from store.values import Code, Codebook, Role, Segment, Span, Verdict

THRESHOLD = 0.3
"""A segment whose best code is less likely than this counts as not explained."""
CLOSE = 0.6
"""From this similarity on, a candidate may well be a code that there is already."""
MOST = 20
_NEAREST = 3
_FEWEST_WORDS = 5
_LONG_WITHOUT_SPACES = 40
_OVERLAP = 0.5
_GROWN = 3


@dataclass(frozen=True, slots=True)
class Near:
    """A code of the codebook and its similarity to a candidate: to its meaning, or to the quotes it was given."""

    code: Code
    similarity: float

    @property
    def close(self) -> bool:
        """Whether the candidate may be this code under another name."""
        return self.similarity >= CLOSE


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group of passages that may be a code; `id` stays the same as long as the same texts are in it.

    `members` are best first, `interviews` the labels of theirs in study order, `cohesion` is their mean cosine
    similarity to the middle of the group, `words` set the group apart from the study. `name` is a model's, where one
    was asked.
    """

    id: str
    members: tuple[Segment, ...]
    interviews: tuple[str, ...]
    cohesion: float
    nearest: tuple[Near, ...]
    words: tuple[str, ...]
    name: CandidateName | None = None

    @property
    def title(self) -> str:
        """The model's name, or else the group's own words."""
        return ", ".join(self.words) if self.name is None else self.name.name


def explained_by(proposals: Proposals) -> dict[int, float]:
    """How well each segment is explained: the probability of its likeliest code, shown as a suggestion or not."""
    return dict(proposals.best)


def candidates(
    study: Study,
    embeddings: StudyEmbeddings,
    explained: Mapping[int, float],
    *,
    threshold: float = THRESHOLD,
    similarity: float = SIMILARITY,
    fewest: int = FEWEST,
    most: int = MOST,
) -> tuple[Candidate, ...]:
    """Groups among the segments that nothing explains: those of several interviews first, then the largest.

    `explained` holds by segment id the probability of the best code that could be suggested; a segment that it lacks
    is not explained at all. Groups that were answered already, or that overlap with such a group by half, are left
    out. The same study gives the same candidates. Of a very large study, those that the learner saw are looked
    through, or as many drawn by chance.
    """
    spoken = segments(study, role=Role.PARTICIPANT)
    pool = unexplained(study, spoken, explained, threshold)
    if len(spoken) > MOST_SEGMENTS:  # the learner saw some of them; what it did not see may well be explained
        pool = [segment for segment in pool if segment.id in explained] or pool
    pool = _drawn(pool)
    if len(pool) < fewest:
        return ()
    vectors = unit(embeddings.matrix([segment.text for segment in pool]))
    answers = candidate_answers(study)
    names = candidate_names(study)
    everywhere, nearest = spread(spoken), _Nearest(study, embeddings, spoken)
    found = []
    for rows in groups(vectors, similarity, fewest=fewest):
        members = tuple(pool[row] for row in rows)
        labels = tuple(dict.fromkeys(pool[row].interview for row in sorted(rows)))
        texts = {member.text_sha256 for member in members}
        if len(texts) >= fewest and not any(_answered(texts, answer) for answer in answers):
            made = _candidate(members, labels, vectors[rows], everywhere, len(spoken), nearest)
            found.append(replace(made, name=names.get(made.id)))
    found.sort(key=lambda c: (len(c.interviews) == 1, -len(c.members) * c.cohesion, c.id))
    return tuple(found[:most])


def _drawn(pool: list[Segment]) -> list[Segment]:
    """All of them, or so many as can be compared with each other, in study order."""
    if len(pool) <= MOST_SEGMENTS:
        return pool
    lots = sorted(pool, key=lambda segment: sha256_text(f"candidates|{segment.text_sha256}"))[:MOST_SEGMENTS]
    chosen = {segment.id for segment in lots}
    return [segment for segment in pool if segment.id in chosen]


def unexplained(
    study: Study, spoken: Sequence[Segment], explained: Mapping[int, float], threshold: float
) -> list[Segment]:
    """Segments without a coding of anybody's, whose best code is unlikely, or that were read and left uncoded.

    What is too short to carry a meaning (below five words) is left out.
    """
    coded = _by_transcript((c.transcript_id, c.span) for c in codings(study))
    read = _by_transcript((d.transcript_id, d.span) for d in decisions(study) if d.verdict is Verdict.READ)
    return [
        segment
        for segment in spoken
        if _says_something(segment.text)
        and not _touched(segment, coded)
        and (explained.get(segment.id, 0.0) < threshold or _touched(segment, read))
    ]


def wants_name(candidate: Candidate, writer: Writer) -> bool:
    """Whether this model has not named the candidate yet, or was asked with another prompt."""
    by = None if candidate.name is None else candidate.name.written_by
    return by is None or (by.model_sha256, by.prompt_sha256) != (writer.sha256, load_prompt(PROMPT).sha256)


def named(study: Study, candidate: Candidate, writer: Writer) -> Candidate:
    """The candidate with a name and a draft definition of the model's, which are kept with what it saw."""
    return replace(candidate, name=name_passages(study, candidate.id, candidate.members, writer))


def _by_transcript(places: Iterable[tuple[int, Span]]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for transcript_id, span in places:
        found.setdefault(transcript_id, []).append(span)
    return found


def _touched(segment: Segment, spans: Mapping[int, Sequence[Span]]) -> bool:
    return any(span.overlaps(segment.span) for span in spans.get(segment.transcript_id, ()))


def _says_something(text: str) -> bool:
    """Five words or more; languages that put no spaces between words are measured in characters."""
    return len(text.split()) >= _FEWEST_WORDS or len(text) >= _LONG_WITHOUT_SPACES


def _answered(texts: set[str], answer: CandidateAnswer) -> bool:
    """Whether a group is one that a person has answered before.

    It is when half of its passages were in the answered group, or when it holds half of those that were and has not
    grown to more than three times as many: then most of it is new.
    """
    shared = len(texts & answer.members)
    grown = len(texts) > _GROWN * len(answer.members)
    return shared >= _OVERLAP * len(texts) or (shared >= _OVERLAP * len(answer.members) > 0 and not grown)


def _candidate(
    members: tuple[Segment, ...],
    labels: tuple[str, ...],
    vectors: Matrix,
    everywhere: Counter[str],
    total: int,
    nearest: "_Nearest",
) -> Candidate:
    centre = middle(vectors)
    return Candidate(
        id=sha256_json(sorted({member.text_sha256 for member in members})),
        members=members,
        interviews=labels,
        cohesion=round(float((vectors @ centre).mean()), 4),
        nearest=nearest.to(centre),
        words=characteristic_words(members, everywhere, total),
    )


class _Nearest:
    """The codes of the newest codebook by their similarity to a group."""

    def __init__(self, study: Study, embeddings: StudyEmbeddings, spoken: Sequence[Segment]) -> None:
        codebook = current_codebook(study)
        self._codes = () if codebook is None else codebook.active
        meanings = [_meaning(code, codebook) for code in self._codes if codebook is not None]
        self._meanings = unit(embeddings.matrix(meanings)) if meanings else None
        quoted = _quoted(study, spoken)
        self._quotes = {
            code: unit(embeddings.matrix([segment.text for segment in found])) for code, found in quoted.items()
        }

    def to(self, centre: Matrix) -> tuple[Near, ...]:
        """The nearest codes, nearest first."""
        if self._meanings is None:
            return ()
        found = [
            Near(code, round(max(float(meaning @ centre), self._to_quotes(code, centre)), 4))
            for code, meaning in zip(self._codes, self._meanings, strict=True)
        ]
        return tuple(sorted(found, key=lambda near: -near.similarity)[:_NEAREST])

    def _to_quotes(self, code: Code, centre: Matrix) -> float:
        quotes = self._quotes.get(code.guid)
        return -1.0 if quotes is None else float((quotes @ centre).mean())


def _meaning(code: Code, codebook: Codebook) -> str:
    theme = codebook.theme_of(code)
    name = code.name if theme is None else f"{theme.name}: {code.name}"
    return f"{name}. {code.definition}".strip()


def _quoted(study: Study, spoken: Sequence[Segment]) -> dict[str, list[Segment]]:
    """The segments that carry each code, by the code's GUID."""
    by_transcript: dict[int, list[Segment]] = {}
    for segment in spoken:
        by_transcript.setdefault(segment.transcript_id, []).append(segment)
    found: dict[str, list[Segment]] = {}
    for coding in codings(study):
        there = by_transcript.get(coding.transcript_id, ())
        found.setdefault(coding.code, []).extend(s for s in there if s.span.overlaps(coding.span))
    return {code: group for code, group in found.items() if group}
