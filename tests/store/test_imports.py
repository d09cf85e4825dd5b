"""Projects of other programs: kept whole or not at all, with their identities, and erased with their interviews."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from by_hand import by_hand, everything_in

from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.coders import coder_list
from store.decisions import codings, decisions
from store.erase import erase_interview
from store.errors import ConflictError, InvalidInputError
from store.exports import exports, log_end, record_file
from store.imports import (
    READ_ON_IMPORT,
    AddedPart,
    Import,
    ImportedCoder,
    ImportedCoding,
    ImportedInterview,
    ImportedMemo,
    imports,
    keep_import,
)
from store.interviews import interview, interviews
from store.memos import memos
from store.sets import NamedSet, keep_set, named_sets
from store.study import open_study
from store.values import Code, NewTurn, Span, Verdict

THEN = datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
CODE = Code("c" * 36, "Echidnas", colour="#112233")
TALK = ImportedInterview(
    guid="11111111-0000-4000-8000-000000000001",
    label="Quokka talk",
    source_name="quokka.txt",
    source_sha256="a" * 64,
    turns=(NewTurn("Quokkas 🙂 hop.", "Ana"), NewTurn("They do.", "Ben")),
    attributes={"region": "Rottnest"},
    report=("One selection of the quokka talk was left out.",),
    kept={"selections": {"d" * 36: "e" * 36}},
)
CODING = ImportedCoding("d" * 36, TALK.guid, Span(0, 9), CODE.guid, "Ana", THEN, "a memo")
GIVEN = Import(
    file="quokkas.qdpx",
    sha256="b" * 64,
    origin="Another program 1.0",
    coders=(ImportedCoder("f" * 36, "Ana"), ImportedCoder("9" * 36, "Tiny", "model")),
    codes=(CODE,),
    interviews=(TALK,),
    codings=(CODING, replace(CODING, guid="d" * 35 + "2", coder="Tiny", span=Span(2, 20), memo="")),
    memos=(
        ImportedMemo("1" * 36, "On a coding", "Text.", "Ana", THEN, interview=TALK.guid, coding=CODING.guid),
        ImportedMemo("2" * 36, "On a passage", "Text.", "Ana", THEN, interview=TALK.guid, span=Span(3, 8)),
        ImportedMemo("3" * 36, "On a code", "Text.", "Ana", THEN, code=CODE.guid),
        ImportedMemo("4" * 36, "On the study", "Text.", "Ana", THEN),
    ),
    sets=(NamedSet("5" * 36, "Marsupials", "all of them", (CODE.guid,), (TALK.guid,), ("4" * 36,)),),
    report=("A graph was left out.",),
    kept={"variables": {"region": {"guid": "7" * 36, "kind": "Text"}}},
)


def test_everything_of_a_project_is_there_under_its_own_identity(blank):
    """GUIDs, coders, times and memos are those of the file; what only an export needs is kept beside them."""
    keep_import(blank, "Ana", GIVEN)
    assert [i.guid for i in interviews(blank)] == [TALK.guid]
    assert interview(blank, "Quokka talk").attributes == {"region": "Rottnest"}
    assert {(c.name, c.kind, c.guid) for c in coder_list(blank)} == {
        ("Ana", "person", "f" * 36),
        ("Tiny", "model", "9" * 36),
    }
    assert [(c.decision, c.coder, c.span, c.at, c.memo) for c in codings(blank)] == [
        (CODING.guid, "Ana", CODING.span, THEN, "a memo"),
        ("d" * 35 + "2", "Tiny", Span(2, 20), THEN, ""),
    ]
    assert {(m.guid, m.target.kind, m.first_at) for m in memos(blank)} == {
        ("1" * 36, "coding", THEN),
        ("2" * 36, "passage", THEN),
        ("3" * 36, "code", THEN),
        ("4" * 36, "study", THEN),
    }
    assert named_sets(blank) == GIVEN.sets
    (known,) = imports(blank)
    assert (known.file, known.origin, known.report, known.kept) == (GIVEN.file, GIVEN.origin, GIVEN.report, GIVEN.kept)
    assert known.parts == {TALK.guid: (TALK.report, TALK.kept)}
    assert verify(blank).faults == ()


def test_each_coder_has_read_what_they_coded_unless_asked_not_to(blank, tmp_path):
    """Readings are written with the version of the codebook that came with the project."""
    keep_import(blank, "Ana", GIVEN)
    read = [d for d in decisions(blank) if d.verdict is Verdict.READ]
    book = current_codebook(blank)
    assert [(d.coder, d.span, d.memo, d.codebook_id) for d in read] == [
        ("Ana", Span(0, 23), READ_ON_IMPORT, book.id),
        ("Tiny", Span(0, 23), READ_ON_IMPORT, book.id),
    ]


def test_without_readings_nothing_counts_as_read(blank):
    """What another program cannot say is not made up where a person does not want it."""
    keep_import(blank, "Ana", replace(GIVEN, readings=False))
    assert not [d for d in decisions(blank) if d.verdict is Verdict.READ]


def test_the_same_file_or_interview_twice_is_refused_and_nothing_is_added(blank):
    """By the hash of the file, and by the identity of what is in it."""
    keep_import(blank, "Ana", GIVEN)
    before = log_end(blank)
    with pytest.raises(ConflictError, match="was imported on"):
        keep_import(blank, "Ana", GIVEN)
    with pytest.raises(ConflictError, match="in this study already as Quokka talk"):
        keep_import(blank, "Ana", replace(GIVEN, sha256="0" * 64))
    with pytest.raises(ConflictError, match="holds a memo that is in this study already"):
        keep_import(blank, "Ana", Import("x.qdpx", "1" * 64, "", memos=GIVEN.memos[3:]))
    assert log_end(blank) == before


def test_a_refused_project_leaves_the_recording_that_is_there_alone(blank, tmp_path):
    """Another recording under the GUID of an interview never takes the place of that interview's own."""
    recording = tmp_path / "talk.wav"
    recording.write_bytes(b"RIFF quokka")
    alone = Import("x", "1" * 64, "", interviews=(replace(TALK, turns=(), media=recording),))
    keep_import(blank, "Ana", alone)
    recording.write_bytes(b"RIFF another")
    with pytest.raises(ConflictError, match="in this study already"):
        keep_import(blank, "Ana", replace(alone, sha256="2" * 64))
    assert (blank.folder / interview(blank, "Quokka talk").media).read_bytes() == b"RIFF quokka"


def test_a_project_that_cannot_be_kept_leaves_nothing(blank, tmp_path):
    """Neither rows nor the copy of a recording: the last coding of this one reaches past its text."""
    recording = tmp_path / "talk.wav"
    recording.write_bytes(b"RIFF quokka")
    broken = replace(CODING, guid="d" * 35 + "3", span=Span(3, 900))
    before = log_end(blank)
    with pytest.raises(InvalidInputError, match="reaches past the end"):
        keep_import(
            blank,
            "Ana",
            replace(GIVEN, interviews=(replace(TALK, media=recording),), codings=(*GIVEN.codings, broken)),
        )
    assert log_end(blank) == before
    assert interviews(blank) == ()
    assert list(blank.media.iterdir()) == []


def test_a_recording_comes_along_and_waits_where_it_has_no_transcript(blank, tmp_path):
    """It is copied into the study under the identity of its interview."""
    recording = tmp_path / "talk.wav"
    recording.write_bytes(b"RIFF quokka")
    keep_import(
        blank, "Ana", Import("x", "1" * 64, "", interviews=(replace(TALK, turns=(), media=recording, duration_ms=10),))
    )
    kept = interview(blank, "Quokka talk")
    assert (kept.kind, kept.duration_ms, kept.transcribed) == ("recording", 10, False)
    assert (blank.folder / kept.media).read_bytes() == b"RIFF quokka"


def test_erasing_an_imported_interview_takes_its_part_of_the_report_and_lets_it_come_again(blank, tmp_path):
    """Nothing of it is left in the records, the rest verifies, and a later erasure leaves what came again alone."""
    recording = tmp_path / "talk.wav"
    recording.write_bytes(b"RIFF quokka")
    given = replace(GIVEN, interviews=(replace(TALK, media=recording),), memos=(), sets=())
    keep_import(blank, "Ana", given)
    erase_interview(blank, "Quokka talk", coder="Ana")
    assert imports(blank)[0].parts == {}
    assert "quokka talk" not in everything_in(blank)
    assert verify(blank).faults == ()
    keep_import(blank, "Ana", replace(given, codes=None))
    other = replace(TALK, guid="11111111-0000-4000-8000-000000000002", label="Other", source_sha256="c" * 64)
    keep_import(blank, "Ana", Import("y", "2" * 64, "", interviews=(other,)))
    erase_interview(blank, "Other", coder="Ana")
    assert (blank.folder / interview(blank, "Quokka talk").media).exists()
    assert verify(blank).faults == ()


def test_codings_and_memos_are_added_to_an_interview_that_is_there(blank):
    """Under their own identities, with a part of the report that is erased with it; readings are not repeated."""
    keep_import(blank, "Ana", GIVEN)
    read = [d for d in decisions(blank) if d.verdict is Verdict.READ]
    part = AddedPart(TALK.guid, codings(blank)[0].transcript_id, {"year": "2021"}, ("Quokka talk, again.",), {"a": 1})
    second = replace(CODING, guid="d" * 35 + "5", span=Span(10, 14), memo="")
    on_it = ImportedMemo("8" * 36, "", "Hop.", "Ana", THEN, interview=TALK.guid, span=Span(10, 14))
    on_coding = ImportedMemo("9" * 36, "", "Hm.", "Ana", THEN, coding=CODING.guid)
    more = Import("more.qdpx", "2" * 64, "", added=(part,), codings=(second,), memos=(on_it, on_coding))
    assert keep_import(blank, "Ana", more).parts == {TALK.guid: (part.report, part.kept)}
    assert [c.decision for c in codings(blank, coder="Ana")] == [CODING.guid, second.guid]
    assert [d for d in decisions(blank) if d.verdict is Verdict.READ] == read
    assert interview(blank, "Quokka talk").attributes == {"region": "Rottnest", "year": "2021"}
    assert {m.guid: m.target.kind for m in memos(blank) if m.text in ("Hop.", "Hm.")} == {
        "8" * 36: "passage",
        "9" * 36: "coding",
    }
    erase_interview(blank, "Quokka talk", coder="Ana")
    assert [each.parts for each in imports(blank)] == [{}, {}]
    assert "Quokka talk, again" not in everything_in(blank)
    assert verify(blank).faults == ()


def test_nothing_is_added_to_an_interview_that_was_erased_meanwhile(blank):
    """Nor on a text of another one."""
    keep_import(blank, "Ana", GIVEN)
    text = codings(blank)[0].transcript_id
    before = log_end(blank)
    for part in (AddedPart("0" * 36, text), AddedPart(TALK.guid, text + 1)):
        with pytest.raises(ConflictError, match="was erased meanwhile"):
            keep_import(blank, "Ana", Import("more.qdpx", "2" * 64, "", added=(part,)))
    assert log_end(blank) == before


@pytest.mark.parametrize("codes", [(CODE,), None])
def test_a_version_that_the_import_was_not_merged_with_is_not_overwritten(blank, codes):
    """Through another handle on the same study somebody has kept version 2 since; nothing of the import is there."""
    keep_codebook(blank, [CODE], coder="Mia", reason="first")
    with open_study(blank.folder) as other:
        keep_codebook(other, [replace(CODE, name="Platypuses")], coder="Mia", reason="renamed")
    before = log_end(blank)
    with pytest.raises(ConflictError, match="Mia has kept version 2 of the codebook while quokkas"):
        keep_import(blank, "Ana", replace(GIVEN, codes=codes, seen=1))
    assert log_end(blank) == before
    keep_import(blank, "Ana", replace(GIVEN, codes=codes, seen=2))


def test_a_set_is_kept_in_revisions_and_needs_a_name(blank):
    """The newest counts."""
    first = keep_set(blank, "Ana", NamedSet("5" * 36, "Marsupials"))
    keep_set(blank, "Ana", replace(first, name="Monotremes", codes=(CODE.guid,)))
    assert named_sets(blank) == (NamedSet("5" * 36, "Monotremes", codes=(CODE.guid,)),)
    with pytest.raises(InvalidInputError, match="needs a name"):
        keep_set(blank, "Ana", NamedSet("6" * 36, " "))
    assert verify(blank).faults == ()


def test_an_export_is_on_record_with_the_end_of_the_log_before_it(blank):
    """Which file, by whom, what it holds, and the state that it was made from."""
    before = log_end(blank)
    holds, options = {"codings": 3}, {"media": True}
    record_file(blank, "Ana", name="x.qdpx", kind="qdpx", sha256="a" * 64, holds=holds, options=options)
    (made,) = exports(blank)
    assert (made.name, made.kind, made.holds, made.options) == ("x.qdpx", "qdpx", holds, options)
    assert (made.coder, made.events, made.head) == ("Ana", before.count, before.hash)


@pytest.mark.parametrize(
    "change",
    ["UPDATE \"import\" SET file = 'x'", "UPDATE import_part SET report = '[]'", "DELETE FROM named_set"],
)
def test_what_is_changed_by_hand_is_found(blank, change):
    """The chain vouches for what came in from elsewhere as it does for everything else."""
    keep_import(blank, "Ana", GIVEN)
    by_hand(blank, change)
    assert verify(blank).faults
