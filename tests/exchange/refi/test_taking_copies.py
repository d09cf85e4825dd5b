"""Copies of one project, coded by several people: each adds its codings to the interviews that are there."""

from dataclasses import replace

import pytest
from refi_project import ANA, AT, BEN, TEXT, as_read, coding, guid, selection, small_project

import assistant.exchange.refi.taking as importing
from assistant.agreement import Asked, Unit, agreement
from assistant.exchange.refi.giving import project_of
from assistant.exchange.refi.own import note_of_coding
from assistant.exchange.refi.project import Case, Note, ProjectCode, ProjectSet, Source, Value, Variable
from assistant.exchange.refi.taking import import_refi_codebook, take_project
from assistant.exchange.refi.writing import write_qdc
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.decisions import codings, decisions, keep_decisions
from store.erase import erase_interview
from store.errors import ConflictError
from store.imports import imports
from store.interviews import interview, interviews, set_attributes
from store.memos import memos
from store.sets import named_sets
from store.study import create_study, open_study
from store.transcripts import revise_transcript, transcript
from store.turns import as_new
from store.values import Code, DecisionDraft, Span, Verdict

FILES = ("copy.qdpx", "another.qdpx", "third.qdpx")


@pytest.fixture
def study(tmp_path):
    """A study that has the first copy, with codings of Ana and one of Ben."""
    with create_study(tmp_path / "study", "Machines") as made:
        take(made, small_project(), file="first.qdpx")
        yield made


def take(study, project, *, file="copy.qdpx", **more):
    return take_project(study, as_read(project), file=file, sha256=f"{file:0>64}", coder="Lead", **more)


def copied(*selections, number=10, name="First talk.docx", text=TEXT, **more):
    """The small project with other selections on its one source."""
    source = Source(guid(number), name, text=text, selections=selections)
    bare = {"sources": (source,), "notes": (), "links": (), "cases": (), "sets": (), "project_notes": ()}
    return small_project(**{**bare, **more})


def said(report, kind):
    return [(finding.where, finding.said) for finding in report.findings if finding.kind == kind]


def corrected(study, old, new):
    """A correction of the interview’s text."""
    text = transcript(study, "First talk")
    turns = [as_new(turn, text.text) for turn in text.turns]
    revise_transcript(
        study, "First talk", [replace(t, text=t.text.replace(old, new), words=()) for t in turns], coder="Eve"
    )


TALK = (
    "Interviewer: So?\n\nMara: We borrowed them.\n\nInterviewer: And?\n\nMara: The owner wanted a logo.\n\n"
    "Interviewer: Why?\n\nMara: For luck.\n"
)
ANA_S = (
    selection(20, "We borrowed them 😀.", coding(30, 2), coding(31, 3, BEN)),
    selection(21, "The owner wanted a logo.", coding(32, 3)),
)
BEN_S = selection(40, "We borrowed them 😀.", coding(50, 2, BEN))


def test_a_copy_adds_its_codings_to_the_interview_that_is_there(study):
    """What both have is there once; the report says how many interviews and codings were new and how many there."""
    report = take(study, copied(*ANA_S, BEN_S))
    assert [each.label for each in interviews(study)] == ["First talk"]
    assert {(c.decision, c.coder) for c in codings(study)} == {
        (guid(30), "Ana"),
        (guid(31), "Ben"),
        (guid(32), "Ana"),
        (guid(50), "Ben"),
    }
    added = "added to the interview that is there, 1 coding new, 3 there already"
    assert said(report, "changed") == [("“First talk”", added)]
    assert "1 source (0 interviews new, 1 there already)" in report.sentences()[0]
    assert "4 codings (1 new, 3 there already)" in report.sentences()[0]
    assert report.to_json()["counts"]["codings"] == {"found": 4, "taken": 1, "there": 3}
    assert not verify(study).faults


def test_two_coders_copies_of_one_project_have_figures_of_agreement(tmp_path):
    """Each has coded in a copy of their own; readings come with the codings, and no interview is counted twice."""
    ana_s = selection(20, "We borrowed them.", coding(30, 2), text=TALK)
    ben_s = (
        selection(40, "We borrowed them.", coding(50, 2, BEN), text=TALK),
        selection(41, "wanted a logo", coding(51, 2, BEN), text=TALK),
    )
    with create_study(tmp_path / "study", "Machines") as study:
        take(study, copied(ana_s, text=TALK), file="ana.qdpx")
        take(study, copied(*ben_s, text=TALK), file="ben.qdpx")
        read = [(d.coder, d.span) for d in decisions(study) if d.verdict is Verdict.READ]
        whole = Span(0, len(transcript(study, "First talk").text))
        assert read == [("Ana", whole), ("Ben", whole)]
        found = agreement(study, Asked(coders=("Ana", "Ben"), unit=Unit.SEGMENT, everything=True, draws=0))
        assert found.units.interviews == ("First talk",)
        assert found.row(guid(2)).found.table == (1, 0, 1, 1)


def test_readings_are_not_repeated(study):
    before = [d.coder for d in decisions(study) if d.verdict is Verdict.READ]
    take(study, copied(BEN_S))
    assert [d.coder for d in decisions(study) if d.verdict is Verdict.READ] == before


def test_a_program_that_gives_new_guids_with_every_export_doubles_nothing(study):
    """The same text and name is the same interview; the same coder, code and stretch the same coding."""
    twin = selection(60, "We borrowed them 😀.", coding(61, 2, notes=(guid(62),)), coding(63, 2, BEN))
    case = Case(guid(64), "Mara", sources=(guid(90),), values=(Value(guid(70), "north"),))
    note = Note(guid(62), "Twin", "On the twin.", BEN, AT)
    some = ProjectSet(guid(65), "Some", sources=(guid(90),))
    project = copied(twin, number=90, notes=(note,), cases=(case,), sets=(some,))
    report = take(study, project)
    assert [each.guid for each in interviews(study)] == [guid(10)]
    assert (report.counts["codings"].taken, report.counts["codings"].there) == (1, 1)
    (kept,) = (memo for memo in memos(study) if memo.guid == guid(62))
    assert (kept.target.kind, kept.target.decision) == ("coding", guid(30))
    assert named_sets(study)[-1].interviews == (guid(10),)
    assert set(imports(study)[1].parts) == {guid(10)}


def test_another_interview_of_the_same_text_is_not_taken_for_it(study):
    """With other line breaks in its file and of another name, it is one of its own."""
    take(study, copied(number=90, text=TEXT.replace("\n\n", "\n"), name="Second talk"))
    assert [each.label for each in interviews(study)] == ["First talk", "Second talk"]


def test_the_very_same_file_of_another_name_is_the_interview(study):
    """A study keeps no file twice; what is coded on it need not be lost for that."""
    report = take(study, copied(BEN_S, number=90, name="Renamed"))
    assert [each.label for each in interviews(study)] == ["First talk"]
    assert report.counts["codings"].taken == 1


def test_the_same_guid_with_another_text_is_refused(study):
    with pytest.raises(ConflictError, match="in this study already as First talk"):
        take(study, copied(BEN_S, text=TEXT + "Mara: And so on.\n"))
    assert len(imports(study)) == 1


def test_codings_on_a_text_that_was_corrected_here_are_where_the_correction_put_them(study):
    """They are made on the revision that the file has, and move as all others of it do."""
    corrected(study, "How did", "How, and when, did")
    corrected(study, "owner", "boss")
    report = take(study, copied(BEN_S, selection(41, "The owner wanted a logo.", coding(51, 2, BEN))))
    text = transcript(study, "First talk")
    found = {c.decision: c for c in codings(study) if c.decision in (guid(50), guid(51))}
    assert [c.span.of(text.text) for c in found.values()] == ["We borrowed them 😀.", "The boss wanted a logo."]
    assert [c.needs_look for c in found.values()] == [False, True]
    assert {c.transcript_id for c in found.values()} == {text.id}
    assert (
        "“First talk”",
        "its text was corrected in the study since; what the file adds is where the corrections have put it",
    ) in said(report, "changed")
    assert ("“First talk”", "1 coding on words that were corrected in the study since; worth a look") in said(
        report, "doubtful"
    )


def test_what_was_changed_on_either_side_stays_as_it_is_here_and_is_said(study):
    """A coding that the file moved, and one that was taken back in the study."""
    text = transcript(study, "First talk")
    gone = next(c for c in codings(study) if c.decision == guid(31))
    keep_decisions(study, "Ben", [DecisionDraft(text.id, gone.span, Verdict.WITHDRAW, code=gone.code)])
    moved = selection(20, "We borrowed", coding(30, 2))
    report = take(study, copied(moved, selection(22, "We borrowed them 😀.", coding(31, 3, BEN))))
    assert {(c.decision, c.span.of(text.text)) for c in codings(study)} == {
        (guid(30), "We borrowed them 😀."),
        (guid(32), "The owner wanted a logo."),
    }
    assert [words.split(",")[0] for _, words in said(report, "doubtful")] == [
        "a coding of it is on another stretch",
        "a coding of it was taken back in the study",
    ]
    assert report.counts["codings"].there == 2


def test_a_code_that_was_merged_here_does_not_come_back(study):
    machines, borrowed, costs = current_codebook(study).codes
    merged = replace(costs, name="Money", origins=(costs.guid, borrowed.guid))
    keep_codebook(study, [machines, replace(merged, guid=guid(9))], coder="Lead", reason="merged")
    report = take(study, copied(*ANA_S, BEN_S))
    assert [code.name for code in current_codebook(study).codes] == ["Machines", "Money"]
    assert report.codebook_version is None
    assert [c.code for c in codings(study, coder="Ben")] == [guid(9)]


def test_values_are_added_and_those_of_the_study_stay(study):
    set_attributes(study, "First talk", {"region": "South"})
    values = (Value(guid(70), "north"), Value(guid(72), "7"))
    variables = (Variable(guid(70), "region"), Variable(guid(72), "years"))
    project = copied(BEN_S, variables=variables)
    report = take(study, replace(project, sources=(replace(project.sources[0], values=values),)))
    found = interview(study, "First talk").attributes
    assert (found["region"], found["years"], found["paid"]) == ("South", "7", "true")
    assert ("“First talk”", "has another value of “region” in the study, which stays") in said(report, "left out")


def test_notes_are_added_to_passages_and_codings_that_are_there(study):
    """What was written down with a coding that has other words here becomes a memo on it, once."""
    words = Note(note_of_coding(guid(30)), "", "Because of the owner.", ANA, AT)
    passage = Note(guid(95), "", "Look.", BEN, AT)
    mine = selection(20, "We borrowed them 😀.", coding(30, 2, notes=(words.guid,)), notes=(passage.guid,))
    for file in FILES:
        take(study, copied(mine, notes=(words, passage)), file=file)
    found = [(memo.target.kind, memo.text) for memo in memos(study) if memo.text in (words.text, passage.text)]
    assert sorted(found) == [("coding", words.text), ("passage", passage.text)]


def test_erasing_the_interview_takes_what_every_file_said_of_it(study):
    """And the copy may come again then, as a new one."""
    take(study, copied(BEN_S))
    erase_interview(study, "First talk", coder="Lead")
    assert [each.parts for each in imports(study)] == [{}, {}]
    assert not verify(study).faults
    take(study, copied(BEN_S))
    assert [c.decision for c in codings(study)] == [guid(50)]


def test_the_same_file_is_refused_where_all_of_it_was_there(study):
    take(study, copied(*ANA_S))
    with pytest.raises(ConflictError, match=r"copy\.qdpx was imported on .* already"):
        take(study, copied(*ANA_S))


def test_selections_of_all_files_go_out_again(study):
    """An export gives back the GUIDs of the selections of the first file and of those that added to it."""
    take(study, copied(BEN_S, selection(41, "a logo", coding(51, 2, BEN))))
    project = project_of(study).project
    assert {each.guid for each in project.sources[0].selections} >= {guid(20), guid(21), guid(41)}
    assert project.cases[0].guid == guid(60)


def test_a_recording_without_a_transcript_is_there_by_its_bytes(tmp_path):
    from small_study import silence

    from assistant.exchange.refi.project import Media

    media = Media("a.wav", silence(tmp_path / "a.wav", 1))
    source = Source(guid(10), "Talk", "audio", media=media)
    with create_study(tmp_path / "study", "Machines") as study:
        for file in FILES:
            report = take(study, copied(sources=(source,), codes=()), file=file) if file != FILES[1] else None
        assert report.counts["sources"].there == 1
        assert [each.label for each in interviews(study)] == ["Talk"]


def test_a_codebook_that_somebody_kept_meanwhile_is_not_lost(study, monkeypatch):
    """Between reading the codebook and keeping the import, a colleague keeps a version through a study of their own."""
    keep = importing.keep_import

    def meanwhile(mine, *given):
        with open_study(mine.folder) as other:
            codes = [*current_codebook(other).codes, Code("theirs", "Theirs")]
            keep_codebook(other, codes, coder="Mia", reason="one more")
        return keep(mine, *given)

    monkeypatch.setattr(importing, "keep_import", meanwhile)
    with pytest.raises(ConflictError, match=r"Mia has kept version 2 of the codebook while copy\.qdpx was read"):
        take(study, copied(BEN_S, codes=(*small_project().codes, ProjectCode(guid(4), "Mine"))))
    assert "Theirs" in [code.name for code in current_codebook(study).codes]
    assert len(imports(study)) == 1


@pytest.mark.parametrize("again", [False, True])
def test_a_codebook_file_overwrites_no_version_that_it_was_not_merged_with(study, tmp_path, monkeypatch, again):
    """Neither when it comes first nor when the same file comes again, after the codebook has changed."""
    path = tmp_path / "codes.qdc"
    write_qdc(small_project(codes=(ProjectCode(guid(4), "Mine"),)), path)
    if again:
        import_refi_codebook(study, path, coder="Lead")
        keep_codebook(study, current_codebook(study).codes[:-1], coder="Lead", reason="without it")
    name = "keep_merged" if again else "keep_import"
    keep = getattr(importing, name)

    def meanwhile(mine, *given, **more):
        with open_study(mine.folder) as other:
            codes = [*current_codebook(other).codes, Code("theirs", "Theirs")]
            keep_codebook(other, codes, coder="Mia", reason="one more")
        return keep(mine, *given, **more)

    monkeypatch.setattr(importing, name, meanwhile)
    with pytest.raises(ConflictError, match=r"Mia has kept version \d of the codebook while codes\.qdc was read"):
        import_refi_codebook(study, path, coder="Lead")
    assert "Theirs" in [code.name for code in current_codebook(study).codes]
