"""The tables of a study: its codings, codebook, matrix, decisions and interviews."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum

from assistant.codebook.csv_file import join_examples
from assistant.exchange.consent_gate import NOT_COVERED
from assistant.exchange.outgoing import Outgoing
from assistant.exchange.table_files import Cell, Column, Table
from assistant.review.citation import hours
from assistant.saturation import Kind, tabulated
from store.codebook import codebook_versions
from store.decisions import decisions
from store.placing import texts_of
from store.values import Code, Decision, Verdict

_MINUTE = 60_000


class What(StrEnum):
    """What a table lists."""

    CODINGS = "codings"
    CODEBOOK = "codebook"
    MATRIX = "matrix"
    DECISIONS = "decisions"
    INTERVIEWS = "interviews"


def table_of(out: Outgoing, what: What) -> Table:
    """One table of a study."""
    return _TABLES[what](out)


def codings_table(out: Outgoing) -> Table:
    """A row for each coding with its words; attributes of the interview have columns of their own."""
    rows: list[list[Cell]] = []
    interviews = {interview.label: interview for interview in out.of.interviews}
    for number, coding in enumerate(out.codings, start=1):
        passage = out.passage(coding)
        attributes = interviews[coding.interview].attributes
        who: list[Cell] = [hours(passage.spoken.start_ms), passage.spoken.speaker or "", str(passage.spoken.role)]
        rows.append(
            [
                number,
                coding.interview,
                out.names.get(coding.code, coding.code),
                out.theme(coding.code),
                passage.text,
                *who,
                coding.coder,
                coding.at,
                coding.memo,
                out.amiss(coding),
                *(attributes.get(key, "") for key in out.attributes),
                coding.span.start,
                coding.span.end,
                coding.code,
                coding.decision,
            ]
        )
    own = [
        Column("number", 8),
        Column("interview", 12),
        Column("code", 28),
        Column("theme", 24),
        Column("quote", 70),
        Column("time", 10),
        Column("speaker", 14),
        Column("role", 12),
        Column("coder", 14),
        Column("decided (UTC)", 17),
        Column("memo", 36),
        Column("place", 16),
    ]
    last = [Column("start", 9), Column("end", 9), Column("code GUID", 16), Column("decision GUID", 16)]
    return Table("Codings", (*own, *_of_attributes(out, own, last), *last), rows, "coding", frozen=3)


def _of_attributes(out: Outgoing, *taken: list[Column]) -> list[Column]:
    """A column for each attribute, told apart from the table's own where it has the same name."""
    names = {column.name.casefold() for columns in taken for column in columns}
    return [Column(f"{key} (attribute)" if key.casefold() in names else key, 14) for key in out.attributes]


def codebook_table(out: Outgoing) -> Table:
    """A row for each code, with its words; as csv it can be read back as a codebook."""
    codings = Counter(coding.code for coding in out.codings)
    places = {(coding.code, coding.interview) for coding in out.codings}
    spread = Counter(code for code, _ in places)
    columns = (
        Column("name", 30),
        Column("parent", 24),
        Column("definition", 60),
        Column("include", 36),
        Column("exclude", 36),
        Column("examples", 36),
        Column("colour", 10),
        Column("retired", 9),
        Column("codings", 9),
        Column("interviews", 11),
        Column("code GUID", 16),
    )
    rows = [[*_code(out, code), codings[code.guid], spread[code.guid], code.guid] for code in out.codebook.codes]
    return Table("Codebook", columns, rows, "code")


def _code(out: Outgoing, code: Code) -> list[Cell]:
    said = [code.name, out.theme(code.guid), code.definition, code.include, code.exclude]
    return [*said, join_examples(code.examples), code.colour, "yes" if code.retired else ""]


def matrix_table(out: Outgoing) -> Table:
    """How many codings each code has in each interview.

    0 where it was looked for and not found; empty where it was not looked for, as in interviews that nobody has read.
    """
    counts = Counter((coding.code, coding.interview) for coding in out.codings)
    table = tabulated(out.study, out.of)
    looked = {
        (guid, label)
        for row, guid in enumerate(table.guids)
        for column, label in enumerate(table.interviews)
        if table.kind(row, column) is not Kind.NOT_LOOKED_FOR
    }
    labels = [interview.label for interview in out.of.interviews]
    rows: list[list[Cell]] = []
    for guid in dict.fromkeys((*table.guids, *(code for code, _ in counts))):
        own = [counts[guid, label] for label in labels]
        cells = [n if n or (guid, label) in looked else None for n, label in zip(own, labels, strict=True)]
        rows.append([out.names.get(guid, guid), out.theme(guid), *cells, sum(own), sum(n > 0 for n in own)])
    columns = [Column("code", 30), Column("theme", 24), *(Column(label, max(7, len(label) + 2)) for label in labels)]
    return Table("Matrix", (*columns, Column("codings", 9), Column("interviews", 11)), rows, "code", frozen=2)


def decisions_table(out: Outgoing) -> Table:
    """A row for each decision, readings too, in recorded order; the words are those that stood there then."""
    made = decided(out)
    texts = texts_of(out.study, {decision.transcript_id for decision in made})
    versions = {book.id: book.version for book in codebook_versions(out.study)}
    rows: list[list[Cell]] = [
        [
            number,
            decision.interview,
            str(decision.verdict),
            "" if decision.code is None else out.names.get(decision.code, decision.code),
            "" if decision.verdict is Verdict.READ else _words(out, decision, texts[decision.transcript_id]),
            decision.coder,
            decision.at,
            decision.recorded_at,
            "yes" if decision.suggestion_id is not None else "",
            None if decision.codebook_id is None else versions[decision.codebook_id],
            out.gate.kept(decision.memo),
            decision.span.start,
            decision.span.end,
            decision.code or "",
            decision.guid,
        ]
        for number, decision in enumerate(made, start=1)
    ]
    columns = (
        Column("number", 8),
        Column("interview", 12),
        Column("verdict", 10),
        Column("code", 28),
        Column("quote", 70),
        Column("coder", 14),
        Column("decided (UTC)", 17),
        Column("recorded (UTC)", 17),
        Column("suggested", 11),
        Column("codebook version", 10),
        Column("memo", 36),
        Column("start", 9),
        Column("end", 9),
        Column("code GUID", 16),
        Column("decision GUID", 16),
    )
    return Table("Decisions", columns, rows, "decision", frozen=2)


def _words(out: Outgoing, decision: Decision, text: str) -> str:
    return decision.span.of(text) if out.is_quotable(decision.interview) else NOT_COVERED


def decided(out: Outgoing) -> list[Decision]:
    """The decisions that a table of them lists, in recorded order."""
    labels = {interview.label for interview in out.of.interviews}
    coder, hidden = out.of.basis.coder, out.of.hidden
    return [
        decision
        for decision in decisions(out.study, coder=coder, through=out.through)
        if decision.interview in labels and not hidden.hides(decision.interview, decision.coder)
    ]


def interviews_table(out: Outgoing) -> Table:
    """A row for each interview with its attributes and what was found there.

    Names of files are left out, for they may tell who was interviewed. `minutes` is of the recording, or of its
    transcript where that alone has times.
    """
    codings, codes = Counter(c.interview for c in out.codings), _codes_found(out)
    readers: Mapping[str, set[str]] = {interview.label: set() for interview in out.of.interviews}
    for reading in out.of.readings:
        readers[reading.interview].add(reading.coder)
    rows: list[list[Cell]] = []
    for interview in out.of.interviews:
        text = out.transcripts.get(interview.label)
        ends = [turn.end_ms or turn.start_ms or 0 for turn in text.turns] if text else []
        length = interview.duration_ms or max(ends, default=0)
        rows.append(
            [
                interview.label,
                interview.kind,
                *(interview.attributes.get(key, "") for key in out.attributes),
                round(length / _MINUTE, 1) if length else None,
                None if text is None else len(text.text.split()),
                ", ".join(sorted(readers[interview.label])),
                codings[interview.label],
                codes[interview.label],
            ]
        )
    own = [Column("interview", 12), Column("kind", 12)]
    last = [
        Column("minutes", 9),
        Column("words", 9),
        Column("read by", 24),
        Column("codings", 9),
        Column("codes found", 12),
    ]
    return Table("Interviews", (*own, *_of_attributes(out, own, last), *last), rows, "interview")


def _codes_found(out: Outgoing) -> Counter[str]:
    return Counter(interview for interview, _ in {(c.interview, c.code) for c in out.codings})


_TABLES: Mapping[What, Callable[[Outgoing], Table]] = {
    What.CODINGS: codings_table,
    What.CODEBOOK: codebook_table,
    What.MATRIX: matrix_table,
    What.DECISIONS: decisions_table,
    What.INTERVIEWS: interviews_table,
}
