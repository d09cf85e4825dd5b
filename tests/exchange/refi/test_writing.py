"""A study as a REFI-QDA project: valid, read alike by programs that are not ours, and said what it cannot hold."""

import sys
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from small_study import build_study

from assistant.exchange.refi.exporting import export_refi
from assistant.exchange.refi.own import note_of_coding
from assistant.review.basis import Basis
from assistant.suggest import propose
from store.codebook import current_codebook, edit_codebook, keep_codebook
from store.decisions import codings, keep_decisions
from store.double_coding import DoubleCodingDraft, keep_double_coding
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.exports import exports
from store.interviews import add_interview
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.milestones import keep_milestone
from store.sets import NamedSet, keep_set
from store.study import Study, create_study
from store.transcripts import add_transcript, revise_transcript, transcript
from store.turns import as_new
from store.values import Code, DecisionDraft, NewTurn, Span, Verdict, Word

SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "refi_qda" / "schema"
PROJECT = "{urn:QDA-XML:project:1.0}"
AT = datetime(2024, 5, 3, 9, 30, tzinfo=UTC)
GUIDS = [f"0000000{n}-0000-4000-8000-00000000000{n}" for n in range(10)]


@pytest.fixture
def study(tmp_path):
    """Two coders on a text interview and a recording: overlaps, the same stretch twice, and memos on everything."""
    with build_study(tmp_path) as found:
        first, second = transcript(found, "I1"), transcript(found, "I2")
        ana = [
            _draft(first, "We borrowed them. The owner", "c1", "Why."),
            _draft(first, "The owner wanted a logo.", "c3"),
            _draft(second, "at night", "c3"),
        ]
        keep_decisions(found, "Ana", ana)
        keep_decisions(found, "Ben", [_draft(first, "We borrowed them. The owner", "c1"), _read(first)])
        coded = codings(found)[0]
        keep_memo(found, "Ana", MemoDraft(MemoTarget(), "About it all.", "Study"))
        keep_memo(found, "Ana", MemoDraft(MemoTarget("I1"), "She was tired."))
        keep_memo(found, "Ben", MemoDraft(MemoTarget("I1", first.id, Span(0, 3)), "A & <b>\nb"))
        keep_memo(found, "Ben", MemoDraft(MemoTarget(code="c1"), "Narrow it.", "Code"))
        keep_memo(found, "Ben", MemoDraft(MemoTarget(decision=coded.decision), "Really?"))
        keep_set(found, "Ana", NamedSet(GUIDS[9], "Costs", "What was paid.", ("c1", "gone")))
        yield found


def _draft(found, quote: str, code: str, memo: str = "") -> DecisionDraft:
    start = found.text.index(quote)
    return DecisionDraft(found.id, Span(start, start + len(quote)), Verdict.ADD, code, at=AT, memo=memo)


def _read(found) -> DecisionDraft:
    return DecisionDraft(found.id, Span(0, len(found.text)), Verdict.READ)


def _root(path: Path) -> etree._Element:
    return etree.fromstring(zipfile.ZipFile(path).read("project.qde"))


def _counted(root: etree._Element) -> Counter[str]:
    return Counter(etree.QName(element).localname for element in root.iter(etree.Element))


def _text(path: Path, element: etree._Element) -> str:
    name = element.get("plainTextPath").removeprefix("internal://")
    return zipfile.ZipFile(path).read(f"sources/{name}").decode()


def _valid(path: Path) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the official schemas of REFI-QDA are not beside the project")
    name = "Codebook.xsd" if path.suffix == ".qdc" else "Project.xsd"
    root = etree.parse(path).getroot() if path.suffix == ".qdc" else _root(path)
    etree.XMLSchema(etree.parse(SCHEMAS / name)).assertValid(root)


def test_files_are_valid_against_the_official_schemas(study, tmp_path):
    for name in ("a.qdpx", "a.qdc"):
        export_refi(study, tmp_path / name, coder="Ana", machine=True)
        _valid(tmp_path / name)


def test_everything_is_there_once(study, tmp_path):
    """Four codings, six notes (one of them written down with a decision), and each points at something."""
    done = export_refi(study, tmp_path / "a.qdpx", coder="Ana")
    root = _root(tmp_path / "a.qdpx")
    found = _counted(root)
    assert (found["Coding"], found["Note"], found["NoteRef"], found["User"]) == (4, 6, 6, 2)
    assert (found["Code"], found["TextSource"], found["AudioSource"], found["Case"], found["Set"]) == (10, 1, 1, 2, 1)
    assert done.holds == {
        "interviews": 2,
        "codes": 10,
        "codings": 4,
        "users": 2,
        "notes": 6,
        "variables": 1,
        "sets": 1,
        "recordings": 1,
    }
    coded = {c.decision: c for c in codings(study)}
    users = {user.get("guid"): user.get("name") for user in root.iter(f"{PROJECT}User")}
    for coding in root.iter(f"{PROJECT}Coding"):
        own = coded[coding.get("guid")]
        assert users[coding.get("creatingUser")] == own.coder
        assert datetime.fromisoformat(coding.get("creationDateTime")) == own.at
    with_memo = next(c.decision for c in coded.values() if c.memo)
    note = next(n for n in root.iter(f"{PROJECT}Note") if n.get("guid") == note_of_coding(with_memo))
    assert note[0].text == "Why."


def test_positions_are_code_points_of_the_text_file(study, tmp_path):
    """The slice is the selection's name; texts have labels, line feeds and no byte order mark."""
    export_refi(study, tmp_path / "a.qdpx", coder="Ana")
    source = next(_root(tmp_path / "a.qdpx").iter(f"{PROJECT}TextSource"))
    text = _text(tmp_path / "a.qdpx", source)
    assert text.startswith("Interviewer: How did you get the machines?\nAna: We borrowed them.")
    selections = source.findall(f"{PROJECT}PlainTextSelection")
    names = [s.get("name") for s in selections]
    assert names == [text[int(s.get("startPosition")) : int(s.get("endPosition"))] for s in selections]
    assert names.count("We borrowed them. The owner") == 2


def test_a_selection_of_a_recording_lies_between_sync_points(study, tmp_path):
    export_refi(study, tmp_path / "a.qdpx", coder="Ana")
    spoken = next(_root(tmp_path / "a.qdpx").iter(f"{PROJECT}Transcript"))
    points = {point.get("guid"): point for point in spoken.findall(f"{PROJECT}SyncPoint")}
    selection = spoken.find(f"{PROJECT}TranscriptSelection")
    begin, end = points[selection.get("fromSyncPoint")], points[selection.get("toSyncPoint")]
    text = _text(tmp_path / "a.qdpx", spoken)
    assert text[int(begin.get("position")) : int(end.get("position"))] == "at night"
    assert 3000 < int(begin.get("timeStamp")) < int(end.get("timeStamp")) < 6000


def test_words_of_a_recording_are_timed_one_by_one(tmp_path):
    with create_study(tmp_path / "study") as study:
        from small_study import silence

        add_interview(study, silence(tmp_path / "a.wav"), "recording", label="I1", duration_ms=10_000)
        words = (Word(0, 3, 100, 400, 0.9), Word(4, 10, 400, 900, 0.8))
        add_transcript(study, "I1", [NewTurn("All of it", "Ana", words=words[:1])], origin="import")
        export_refi(study, tmp_path / "a.qdpx", coder="Ana")
    points = _root(tmp_path / "a.qdpx").iter(f"{PROJECT}SyncPoint")
    assert [(p.get("position"), p.get("timeStamp")) for p in points] == [("5", "100"), ("8", "400")]


def test_a_reader_made_from_the_schema_counts_the_same(study, tmp_path):
    """pyrefiqda shares no code with ours."""
    reader = pytest.importorskip("pyrefiqda.refiproject")
    path = tmp_path / "a.qdpx"
    done = export_refi(study, path, coder="Ana", machine=True)
    read = reader.RefiProject.load(path, tmp_path / "unpacked")
    texts, sounds = read.sources.text_source, read.sources.audio_source
    spoken = [s for sound in sounds for part in sound.transcript for s in part.transcript_selection]
    written = [s for text in texts for s in text.plain_text_selection]
    assert sum(len(s.coding) for s in (*written, *spoken)) == done.holds["codings"]
    assert len(texts) + len(sounds) == done.holds["interviews"]
    assert (len(read.notes.note), len(read.users.user)) == (done.holds["notes"], done.holds["users"])
    assert (len(read.cases.case), len(read.sets.set)) == (2, done.holds["sets"])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="pyqdpx is written in the Python of 3.12")
def test_a_reader_of_plain_texts_finds_the_same_selections(study, tmp_path):
    """pyqdpx shares no code with ours either; it knows text sources alone, and one coding of each selection."""
    reader = pytest.importorskip("pyqdpx")
    path = tmp_path / "a.qdpx"
    done = export_refi(study, path, coder="Ana", machine=True)
    read, root = reader.QDPX(str(path)).get_project(), _root(path)
    assert (len(read.codes), len(read.users)) == (done.holds["codes"], done.holds["users"])
    theirs = [s for source in read.sources.values() for s in source.coded_selections.values()]
    ours = [s for s in root.iter(f"{PROJECT}PlainTextSelection") if s.find(f"{PROJECT}Coding") is not None]
    assert sorted((s.guid, s.start_position, s.end_position, s.code.guid) for s in theirs) == sorted(
        (s.get("guid"), int(s.get("startPosition")), int(s.get("endPosition")), s[0][0].get("targetGUID")) for s in ours
    )


def test_a_codebook_is_read_by_another_program(study, tmp_path):
    reader = pytest.importorskip("pyrefiqda.reficodebook")
    export_refi(study, tmp_path / "a.qdc", coder="Ana")
    book = reader.RefiCodebook.load(tmp_path / "a.qdc")
    tops = book.codes.code
    assert [top.name for top in tops] == ["Machines", "People"]
    assert [code.name for code in tops[0].code] == ["Borrowed machines", "Failed runs"]
    assert tops[0].code[0].description.endswith("Exclude: Money.\nExample: An example.")
    assert [member.guid for member in book.sets.set[0].member_code] == [tops[0].code[0].guid]


def test_the_machine_is_a_user_of_its_own(study, tmp_path):
    """The same suggestions have the same GUIDs in every file."""
    for name in ("a.qdpx", "b.qdpx"):
        export_refi(study, tmp_path / name, coder="Ana", machine=True)
    roots = [_root(tmp_path / name) for name in ("a.qdpx", "b.qdpx")]
    machine = next(u for u in roots[0].iter(f"{PROJECT}User") if u.get("id") == "model")
    assert machine.get("name") == "Suggestions (by hand)"
    own = [
        [c.get("guid") for c in root.iter(f"{PROJECT}Coding") if c.get("creatingUser") == machine.get("guid")]
        for root in roots
    ]
    assert len(own[0]) == len(propose(study)) > 0
    assert own[0] == own[1]


def test_what_the_standard_cannot_hold_is_counted(study, tmp_path):
    keep_milestone(study, "Ana", "First half")
    first = transcript(study, "I1")
    turns = [as_new(turn, first.text) for turn in first.turns]
    revise_transcript(study, "I1", [*turns[:1], NewTurn("We had them.", "Ana"), *turns[2:]], coder="Ana")
    done = export_refi(study, tmp_path / "a.qdpx", coder="Ana", media=False)
    said = "\n".join(done.notes)
    assert "(1 reading): who has read what" in said
    assert "(1 milestone)" in said
    assert "(3 codings): a correction of the transcript tore the place apart" in said
    assert "(1 earlier revision of a transcript)" in said
    assert "(1 recording): not asked for" in said
    assert "(1 member of a set)" in said
    assert done.holds["codings"] == 1
    assert not [name for name in zipfile.ZipFile(tmp_path / "a.qdpx").namelist() if name.endswith(".wav")]


def test_memos_on_what_does_not_go_out_are_kept_with_the_interview_or_the_project(study, tmp_path):
    keep_codebook(study, [Code("c2", "Failed runs")], coder="Ana", reason="smaller")
    done = export_refi(study, tmp_path / "a.qdpx", coder="Ana")
    root = _root(tmp_path / "a.qdpx")
    assert _counted(root)["Note"] == _counted(root)["NoteRef"] == 5
    assert any(note.startswith("Changed (2 memos): ") for note in done.notes)
    assert any(note.startswith("Left out (4 codings): the code is not in the codebook") for note in done.notes)


def test_only_what_is_asked_for_goes_out(study, tmp_path):
    """One coder in one interview, with their memos."""
    done = export_refi(study, tmp_path / "a.qdpx", coder="Ana", basis=Basis(coder="Ben", interviews=("I1",)))
    root = _root(tmp_path / "a.qdpx")
    assert [user.get("name") for user in root.iter(f"{PROJECT}User")] == ["Ben"]
    assert (done.holds["codings"], done.holds["interviews"], done.holds["notes"]) == (1, 1, 3)
    with pytest.raises(NotFoundError):
        export_refi(study, tmp_path / "b.qdpx", coder="Ana", basis=Basis(interviews=("I9",)))


def test_a_blind_second_coder_takes_only_their_own_along(study, tmp_path):
    found = transcript(study, "I1")
    draft = DoubleCodingDraft("Round 1", "Ben", 1, None, {"I1": ((found.id, found.turns[1].span),)})
    keep_double_coding(study, "Ana", draft)
    done = export_refi(study, tmp_path / "a.qdpx", coder="Ben", machine=True)
    root = _root(tmp_path / "a.qdpx")
    source = next(root.iter(f"{PROJECT}TextSource"))
    users = {user.get("guid"): user.get("name") for user in root.iter(f"{PROJECT}User")}
    assert {users[coding.get("creatingUser")] for coding in source.iter(f"{PROJECT}Coding")} == {"Ben"}
    assert "She was tired." not in etree.tostring(root, encoding="unicode")
    assert not any("double coding" in note for note in done.notes)


def test_retired_codes_are_a_set(study, tmp_path):
    edit_codebook(
        study,
        lambda book: [Code(c.guid, c.name, c.parent, retired=c.guid == "c2") for c in book.codes],
        coder="Ana",
        reason="retired",
    )
    export_refi(study, tmp_path / "a.qdpx", coder="Ana")
    root = _root(tmp_path / "a.qdpx")
    retired = next(s for s in root.iter(f"{PROJECT}Set") if s.get("name") == "Retired codes")
    member = retired.find(f"{PROJECT}MemberCode").get("targetGUID")
    named = {code.get("guid"): code.get("name") for code in root.iter(f"{PROJECT}Code")}
    assert named[member] == "Failed runs"


def test_characters_that_xml_cannot_hold_are_replaced_and_said_so(study, tmp_path):
    keep_memo(study, "Ana", MemoDraft(MemoTarget(), "bell \x07 and \ufffe", "t\x01"))
    done = export_refi(study, tmp_path / "a.qdpx", coder="Ana")
    _valid(tmp_path / "a.qdpx")
    assert any("(2 texts)" in note for note in done.notes)


def test_an_export_stands_in_the_log(study, tmp_path):
    done = export_refi(study, tmp_path / "a.qdpx", coder="Ana", media=False)
    kept = exports(study)[-1]
    assert (kept.name, kept.kind, kept.coder, dict(kept.holds)) == ("a.qdpx", "qdpx", "Ana", dict(done.holds))
    assert kept.options == {"basis": {}, "machine": False, "media": False}


def test_a_file_that_is_there_is_not_replaced_unasked(study, tmp_path):
    path = tmp_path / "a.qdpx"
    path.write_text("mine")
    with pytest.raises(ConflictError):
        export_refi(study, path, coder="Ana")
    assert path.read_text() == "mine"
    export_refi(study, path, coder="Ana", force=True)
    assert zipfile.is_zipfile(path)


def test_what_cannot_be_written_leaves_nothing_behind(study, tmp_path):
    with pytest.raises(InvalidInputError, match="cannot be written"):
        export_refi(study, tmp_path / "no" / "a.qdpx", coder="Ana")
    with pytest.raises(InvalidInputError, match=r"\.qdpx and a codebook in \.qdc"):
        export_refi(study, tmp_path / "a.zip", coder="Ana")
    with create_study(tmp_path / "empty") as empty, pytest.raises(InvalidInputError, match="no codes"):
        export_refi(empty, tmp_path / "a.qdc", coder="Ana")
    assert not [file for file in tmp_path.iterdir() if file.suffix == ".part" or file.name.startswith("a.")]


def test_a_study_without_a_codebook_goes_out_with_its_texts(tmp_path):
    with create_study(tmp_path / "study") as empty:
        export_refi(empty, tmp_path / "empty.qdpx", coder="Ana")
        _write_interview(empty, tmp_path)
        done = export_refi(empty, tmp_path / "a.qdpx", coder="Ana")
        assert current_codebook(empty) is None
    assert done.holds == {"interviews": 1}
    _valid(tmp_path / "empty.qdpx")
    _valid(tmp_path / "a.qdpx")


def _write_interview(study: Study, folder: Path) -> None:
    (folder / "a.txt").write_text("a", encoding="utf-8")
    add_interview(study, folder / "a.txt", "transcript", label="I1")
    add_transcript(study, "I1", [NewTurn("Yes.", "Ana", start_ms=10)], origin="import")
