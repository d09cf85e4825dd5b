"""A study goes out as a REFI-QDA project and comes into another: it is the same study, and goes out the same again."""

import os
import shutil
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from small_study import silence

from assistant.exchange.refi.exporting import export_refi
from assistant.exchange.refi.taking import import_project, import_refi_codebook
from store.codebook import current_codebook, keep_codebook
from store.coders import coder_list
from store.decisions import codings, keep_decisions
from store.interviews import add_interview, interviews
from store.memos import MemoDraft, MemoTarget, keep_memo, memos
from store.sets import NamedSet, keep_set, named_sets
from store.study import Study, create_study, open_study
from store.transcripts import add_transcript, clean_text, transcript
from store.turns import as_new
from store.values import Code, DecisionDraft, NewTurn, Role, Span, Verdict, Word

SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "refi_qda" / "schema"
AT = datetime(2024, 2, 29, 12, 0, 0, 123456, UTC)
CODERS = ("Ana", "Ben “B.” <x>", "model-1")

LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp"))
WORDS = st.one_of(
    st.text(LETTERS, min_size=1, max_size=12),
    st.sampled_from(
        ["Ana:", "😀", "e\u0301", "[00:01:02]", "نعم", "日本", "\ufeff", "Speakers:", "a & <b>", "//x//", "-"]
    ),
)
SPEECH = st.lists(WORDS, min_size=1, max_size=8).map(lambda words: clean_text(" ".join(words))).filter(bool)
LINE = st.text(LETTERS, min_size=1, max_size=15).map(clean_text).filter(bool)
TEXT = st.lists(st.one_of(LINE, st.sampled_from(["", "Include: x", "\\Example: y", " \t"])), max_size=3).map(
    lambda lines: "\n".join(lines) if any(map(str.strip, lines)) else ""
)


@pytest.fixture(scope="module")
def blank(tmp_path_factory) -> Callable[[Path], Study]:
    """Makes a new study at once, each with a GUID of its own: one of two that were made in full."""
    made = [tmp_path_factory.mktemp("blank") / name for name in ("from", "into")]
    for folder in made:
        create_study(folder, "Round trip").close()

    def copy(folder: Path) -> Study:
        shutil.copytree(made[folder.name != "from"], folder)
        return open_study(folder)

    return copy


def fill(study: Study, draw) -> None:
    """Everything that a project can hold, drawn by hypothesis."""
    codes = _codes(draw)
    if codes:
        keep_codebook(study, codes, coder="Ana", reason="first")
    labels = draw(st.lists(LINE, min_size=1, max_size=3, unique_by=str.casefold))
    for number, label in enumerate(labels):
        _interview(study, draw, label, number)
    for number in range(draw(st.integers(0, 8)) if codes else 0):
        _coding(study, draw, labels, codes, number)
    for number in range(draw(st.integers(0, 6))):
        _memo(study, draw, labels, codes, number)
    for name in draw(st.lists(LINE, max_size=2)):
        there = [i.guid for i in interviews(study)]
        among = [
            st.lists(st.sampled_from(x), unique=True).map(tuple) if x else st.just(()) for x in _members(study, there)
        ]
        keep_set(study, "Ana", NamedSet(str(uuid.uuid4()), name, draw(TEXT), *map(draw, among)))


def _members(study: Study, there: list[str]) -> list[list[str]]:
    book = current_codebook(study)
    return [[code.guid for code in book.codes] if book else [], there, [memo.guid for memo in memos(study)]]


def _codes(draw) -> list[Code]:
    """In the order in which a tree is read, as other programs keep them."""
    codes: list[Code] = []
    for name in draw(st.lists(LINE, max_size=6, unique_by=str.casefold)):
        above = [None, *(codes[-1:] and [codes[-1].guid, codes[-1].parent])]
        parts = [draw(TEXT) for _ in range(3)]
        examples = draw(st.lists(LINE, max_size=2).map(tuple))
        colour = draw(st.sampled_from(["#00FF7F", "#332288"]))
        guid = str(uuid.uuid4())
        codes.append(
            Code(guid, name, draw(st.sampled_from(above)), *parts, examples, colour, retired=draw(st.booleans()))
        )
    return codes


def _interview(study: Study, draw, label: str, number: int) -> None:
    names = st.sampled_from([None, "Ana", "Ben: x", "Smith, J."])
    turns = draw(st.lists(st.builds(NewTurn, SPEECH, names, st.sampled_from(Role)), min_size=1, max_size=5))
    attributes = draw(
        st.dictionaries(LINE, st.one_of(LINE, st.sampled_from(["2024-01-01", "true", "a\nb"])), max_size=2)
    )
    recorded = draw(st.booleans())
    folder = study.folder.parent
    if recorded:
        turns = [_timed(draw, turn, at) for at, turn in enumerate(turns)]
        file = silence(folder / f"{number}.wav", seconds=number + 1)
        add_interview(study, file, "recording", label=label, attributes=attributes, duration_ms=1000 * (number + 1))
    else:
        file = folder / f"{number}.txt"
        file.write_text(str(number), encoding="utf-8")
        add_interview(study, file, "transcript", label=label, attributes=attributes)
        turns = [replace(turn, start_ms=draw(st.none() | st.integers(0, 9999))) for turn in turns]
    add_transcript(study, label, turns, origin="import")


def _timed(draw, turn: NewTurn, at: int) -> NewTurn:
    words, place = [], 0
    for token in turn.text.split(" "):
        if draw(st.integers(0, 4)):
            words.append(
                Word(place, place + len(token), 1000 * at + place, 1000 * at + place + draw(st.integers(0, 9)), 1.0)
            )
        place += len(token) + 1
    return NewTurn(
        turn.text, turn.speaker, turn.role, 1000 * at, draw(st.none() | st.just(1000 * at + 900)), tuple(words)
    )


def _span(study: Study, draw, label: str) -> tuple[int, Span]:
    found = transcript(study, label)
    edges = sorted({0, len(found.text), *(edge for turn in found.turns for edge in (turn.span.start, turn.span.end))})
    place = st.one_of(st.integers(0, len(found.text)), st.sampled_from(edges))
    start, end = sorted((draw(place), draw(place)))
    if start == end:
        start, end = (start - 1, end) if start else (0, 1)
    return found.id, Span(start, end)


def _coding(study: Study, draw, labels: list[str], codes: list[Code], number: int) -> None:
    transcript_id, span = _span(study, draw, draw(st.sampled_from(labels)))
    code = draw(st.sampled_from(codes)).guid
    at = AT + timedelta(seconds=draw(st.integers(0, 3)))
    memo = draw(st.one_of(st.just(""), TEXT.filter(str.strip)))
    draft = DecisionDraft(transcript_id, span, Verdict.ADD, code, at=at, memo=memo)
    keep_decisions(study, draw(st.sampled_from(CODERS)), [draft])


def _memo(study: Study, draw, labels: list[str], codes: list[Code], number: int) -> None:
    label = draw(st.sampled_from(labels))
    transcript_id, span = _span(study, draw, label)
    made = codings(study)
    targets = [MemoTarget(), MemoTarget(label), MemoTarget(label, transcript_id, span)]
    targets += [MemoTarget(code=code.guid) for code in codes[:1]]
    targets += [MemoTarget(decision=coding.decision) for coding in made[:1]]
    title, text = draw(st.one_of(st.just(""), LINE)), draw(TEXT)
    if title or text.strip():
        at = AT + timedelta(seconds=draw(st.integers(0, 3)))
        keep_memo(study, draw(st.sampled_from(CODERS)), MemoDraft(draw(st.sampled_from(targets)), text, title, at=at))


def content(study: Study) -> dict[str, object]:
    """All that a project holds of a study."""
    book, guid_of = current_codebook(study), {i.label: i.guid for i in interviews(study)}
    written = memos(study)
    coded = codings(study)
    active = {c.coder for c in coded} | {m.first_coder for m in written}
    return {
        "codes": book.codes if book else (),
        "interviews": [(i.guid, i.label, dict(i.attributes)) for i in interviews(study)],
        "turns": {i.guid: _turns(study, i.label) for i in interviews(study)},
        "codings": {(c.decision, guid_of[c.interview], c.span, c.code, c.coder, c.at, c.memo) for c in coded},
        "memos": {(m.guid, *_about(m.target), m.title, m.text, m.first_coder, m.first_at) for m in written},
        "sets": named_sets(study),
        "coders": {(c.name, c.guid) for c in coder_list(study) if c.name in active},
    }


def _about(target: MemoTarget) -> tuple[object, ...]:
    return target.interview, target.span, target.code, target.decision


def _turns(study: Study, label: str) -> list[NewTurn]:
    found = transcript(study, label)
    return [as_new(turn, found.text) for turn in found.turns]


def _missing(after: object, before: object) -> str:
    """The first thing that is not the same."""
    if isinstance(before, set) and isinstance(after, set):
        return f"{(after - before, before - after)!r}" if after != before else ""
    return "" if after == before else f"{after!r} instead of {before!r}"


def xml_of(path: Path) -> bytes:
    """The project's XML without the times of the file itself."""
    root = etree.fromstring(zipfile.ZipFile(path).read("project.qde"), etree.XMLParser(huge_tree=True))
    del root.attrib["creationDateTime"], root.attrib["modifiedDateTime"]
    return etree.tostring(root, pretty_print=True)


def refuse_invalid(path: Path) -> None:
    """Fails where a file is not valid against the official schema; where that is not there, nothing is checked."""
    if not SCHEMAS.is_dir():
        return
    if path.suffix == ".qdc":
        etree.XMLSchema(etree.parse(SCHEMAS / "Codebook.xsd")).assertValid(etree.parse(path))
    else:
        root = etree.fromstring(zipfile.ZipFile(path).read("project.qde"))
        etree.XMLSchema(etree.parse(SCHEMAS / "Project.xsd")).assertValid(root)


@settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "15")),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(data=st.data(), media=st.booleans())
def test_a_study_is_the_same_after_export_and_import(blank, tmp_path, data, media):
    """Codes, texts, codings, memos, attributes, sets and who did what, with GUIDs and times; then the same XML."""
    folder = tmp_path / str(uuid.uuid4())
    folder.mkdir()
    with blank(folder / "from") as study, blank(folder / "into") as other:
        fill(study, data.draw)
        first, second = folder / "first.qdpx", folder / "second.qdpx"
        export_refi(study, first, coder="Ana", media=media)
        refuse_invalid(first)
        import_project(other, first, coder="importer")
        before, after = content(study), content(other)
        for part, there in before.items():
            assert _missing(after[part], there) == "", part
        export_refi(other, second, coder="Ana", media=media)
        assert xml_of(second).decode() == xml_of(first).decode()
    shutil.rmtree(folder)


REAL = SCHEMAS.parent


@pytest.mark.skipif(not REAL.is_dir(), reason="the projects of other programs are not beside the project")
@pytest.mark.parametrize("name", [path.name for path in sorted(REAL.glob("*.qdpx"))] if REAL.is_dir() else [], ids=str)
def test_a_project_of_another_program_goes_out_valid_with_the_guids_that_it_had(blank, tmp_path, name):
    """Everything that was taken in has its GUID again; places, codes and coders are those of the first file."""
    with blank(tmp_path / "from") as study:
        import_project(study, REAL / name, coder="importer")
        export_refi(study, tmp_path / "out.qdpx", coder="importer")
        refuse_invalid(tmp_path / "out.qdpx")
        coded = {coding.decision for coding in codings(study)}
        book = current_codebook(study)
        codes = {code.guid for code in book.codes} if book else set()
    first, second = (_guids(path) for path in (REAL / name, tmp_path / "out.qdpx"))
    assert coded == second["Coding"] <= first["Coding"]
    assert codes == second["Code"] <= first["Code"]
    assert second["PlainTextSelection"] <= first["PlainTextSelection"]
    assert second["TextSource"] <= first["TextSource"]
    assert second["Set"] <= first["Set"]


def _guids(path: Path) -> dict[str, set[str]]:
    with zipfile.ZipFile(path) as zipped:
        name = next(name for name in zipped.namelist() if name.lower().endswith(".qde"))
        root = etree.fromstring(zipped.read(name))
    found: dict[str, set[str]] = defaultdict(set)
    for element in root.iter(etree.Element):
        if guid := element.get("guid"):
            found[etree.QName(element).localname].add(guid.strip("{}").lower())
    return found


def test_a_codebook_is_the_same_after_export_and_import(blank, tmp_path):
    """Themes, all parts of the description, colours, retired codes and sets of codes."""
    top, low = Code(str(uuid.uuid4()), "Top", colour="#332288"), str(uuid.uuid4())
    codes = [top, Code(low, "Low", top.guid, "A.", "B\nInclude: c", "D", ("e", "f"), "#00FF7F", retired=True)]
    named = NamedSet(str(uuid.uuid4()), "Both", "", (top.guid, low))
    with blank(tmp_path / "from") as study, blank(tmp_path / "into") as other:
        keep_codebook(study, codes, coder="Ana", reason="first")
        keep_set(study, "Ana", named)
        export_refi(study, tmp_path / "a.qdc", coder="Ana")
        refuse_invalid(tmp_path / "a.qdc")
        import_refi_codebook(other, tmp_path / "a.qdc", coder="Ben")
        book = current_codebook(other)
        assert book is not None
        assert book.codes == tuple(codes)
        assert named_sets(other) == (named,)
