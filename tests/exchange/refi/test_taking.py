"""Projects of other programs in a study: what becomes of each kind of thing, and that nothing is lost in silence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from refi_project import ANA, AT, BEN, TEXT, as_read, coding, guid, selection, small_project
from small_study import silence

from assistant.exchange.refi.own import ORIGIN, note_of_coding, retired_set
from assistant.exchange.refi.project import (
    Case,
    Finding,
    Link,
    Media,
    Note,
    ProjectCode,
    ProjectSet,
    Selection,
    Source,
    SyncPoint,
    User,
    Value,
    Variable,
)
from assistant.exchange.refi.taking import take_project
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.coders import coder_list
from store.decisions import codings, decisions
from store.errors import ConflictError, InvalidInputError
from store.imports import imports
from store.interviews import interview, interviews
from store.memos import memos
from store.sets import named_sets
from store.study import create_study
from store.transcripts import transcript
from store.values import Code, Role, Verdict


@pytest.fixture
def study(tmp_path):
    """An empty study."""
    with create_study(tmp_path / "study", "Machines") as made:
        yield made


OTHER = "Mara: They lent us some."


def take(study, project, *findings, file="machines.qdpx", sha256="0" * 64, **more):
    return take_project(study, as_read(project, *findings), file=file, sha256=sha256, coder="Lead", **more)


def source_with(*selections, number=10, name="Talk", text=TEXT, **more):
    return Source(guid(number), name, text=text, selections=selections, **more)


def bare(*sources, **more):
    """The small project with these sources alone: no notes, links, cases and sets."""
    return small_project(
        **{"sources": sources, "notes": (), "links": (), "cases": (), "sets": (), "project_notes": (), **more}
    )


def said(report, kind):
    return [(finding.where, finding.said) for finding in report.findings if finding.kind == kind]


def test_everything_of_a_small_project_arrives(study):
    """Identities, places, people and times are the file's; counts say that nothing is missing."""
    report = take(study, small_project())
    text = transcript(study, "First talk")
    assert [(turn.speaker, turn.role) for turn in text.turns] == [
        ("Interviewer", Role.INTERVIEWER),
        ("Mara", Role.PARTICIPANT),
    ]
    assert {(c.decision, c.span.of(text.text), c.code, c.coder, c.at) for c in codings(study)} == {
        (guid(30), "We borrowed them 😀.", guid(2), "Ana", AT),
        (guid(31), "We borrowed them 😀.", guid(3), "Ben", AT),
        (guid(32), "The owner wanted a logo.", guid(3), "Ana", AT),
    }
    assert interview(study, "First talk").guid == guid(10)
    assert interview(study, "First talk").attributes == {"region": "north", "paid": "true", "case": "Mara"}
    assert all(count.found == count.taken for count in report.counts.values())
    assert not verify(study).faults


def test_codes_keep_their_place_colour_and_words(study):
    take(study, small_project())
    machines, borrowed, costs = current_codebook(study).codes
    assert (machines.guid, machines.colour, machines.parent) == (guid(1), "#112233", None)
    assert (borrowed.definition, borrowed.include, borrowed.parent) == ("Of others.", "Grants.", guid(1))
    assert costs.colour
    assert imports(study)[0].kept["codes"] == {guid(3): {"codable": False}}


def test_notes_are_memos_on_what_points_at_them(study):
    take(study, small_project())
    by_title = {memo.title: memo for memo in memos(study)}
    kinds = {title: memo.target.kind for title, memo in by_title.items()}
    assert kinds == {
        "On the whole": "study",
        "On a code": "code",
        "On a passage": "passage",
        "On a coding": "coding",
        "On the talk": "interview",
        "leads to": "passage",
    }
    passage = by_title["On a passage"]
    assert (passage.guid, passage.coder, passage.first_at) == (guid(92), "Ana", AT)
    assert passage.target.span.of(transcript(study, "First talk").text) == "The owner wanted a logo."
    assert by_title["leads to"].text == "“First talk”, characters 50–69 → code “Borrowed”"


def test_sets_name_what_the_study_has(study):
    take(study, small_project())
    (kept,) = named_sets(study)
    assert (kept.guid, kept.name) == (guid(80), "First round")
    assert (kept.codes, kept.interviews, kept.memos) == ((guid(2),), (guid(10),), (guid(90),))


def test_whoever_coded_counts_as_having_read_unless_that_is_refused(study, tmp_path):
    take(study, small_project())
    assert {d.coder for d in decisions(study) if d.verdict is Verdict.READ} == {"Ana", "Ben"}
    with create_study(tmp_path / "other", "Other") as other:
        take(other, small_project(), readings=False)
        assert not [d for d in decisions(other) if d.verdict is Verdict.READ]


def test_the_same_file_is_refused_and_nothing_is_added(study):
    take(study, small_project())
    with pytest.raises(ConflictError, match=r"machines\.qdpx was imported on .* already"):
        take(study, small_project())
    other = source_with(text=OTHER, name="First talk.docx")
    with pytest.raises(ConflictError, match="in this study already as First talk"):
        take(study, bare(other), file="again.qdpx", sha256="1" * 64)
    assert len(interviews(study)) == len(imports(study)) == 1


def test_something_that_cannot_be_kept_keeps_all_of_it_out(study):
    """A circle of codes is found before anything is written."""
    circle = (ProjectCode(guid(1), "A", guid(2)), ProjectCode(guid(2), "B", guid(1)))
    with pytest.raises(InvalidInputError, match="below themselves"):
        take(study, small_project(codes=circle))
    assert not interviews(study)
    assert not coder_list(study)


def test_two_things_with_one_identity_are_refused(study):
    twice = source_with(selection(20, "borrowed", coding(30, 2), coding(30, 3)))
    with pytest.raises(InvalidInputError, match="several codings with the GUID"):
        take(study, small_project(sources=(twice,)))


def test_a_selection_loses_labels_and_blank_lines_and_nothing_else(study):
    """One that begins on a label begins at the first word behind it; one of a label alone is left out by name."""
    whole = Selection(guid(20), 0, len(TEXT), codings=(coding(30, 2),))
    label = selection(21, "Mara:", coding(31, 2))
    across = selection(22, "machines?\n\nMara: We", coding(32, 2))
    report = take(study, bare(source_with(whole, label, across)))
    text = transcript(study, "Talk").text
    assert [c.span.of(text) for c in codings(study)] == [text, "machines?\nWe"]
    assert (report.counts["codings"].found, report.counts["codings"].taken) == (3, 2)
    assert said(report, "left out") == [
        ("“Talk”, characters 44–49", "nothing of it is left without labels and blank lines")
    ]


def test_codings_that_cannot_be_placed_are_listed(study):
    """Time without text, pages, codes that are not there, and the same coding twice."""
    source = source_with(
        Selection(guid(20), begin_ms=61_000, end_ms=62_500, codings=(coding(30, 2),)),
        Selection(guid(21), codings=(coding(31, 2),)),
        selection(22, "borrowed", coding(32, 999)),
        selection(23, "machines", coding(33, 2), coding(34, 2)),
        Selection(guid(24), 90, 5_000, codings=(coding(35, 2),)),
        Selection(guid(25), 5_000, 6_000, codings=(coding(36, 2),)),
    )
    report = take(study, bare(source))
    text = transcript(study, "Talk").text
    assert [(c.decision, c.span.of(text)) for c in codings(study)] == [(guid(33), "machines"), (guid(35), "ogo.")]
    assert (report.counts["codings"].found, report.counts["codings"].taken) == (7, 2)
    assert [where for where, _ in said(report, "left out") if where.startswith("“Talk”")] == [
        "“Talk”, 0:01:01.000–0:01:02.500",
        "“Talk”, a stretch of its text",
        "“Talk”, characters 53–61",
        "“Talk”, characters 33–41",
        "“Talk”, characters 5000–6000",
    ]


def test_a_coding_of_a_whole_source_is_on_its_whole_text(study):
    report = take(study, small_project(sources=(source_with(codings=(coding(30, 2),)),), notes=(), links=()))
    (kept,) = codings(study)
    assert kept.span.of(transcript(study, "Talk").text) == transcript(study, "Talk").text
    assert "codings of a whole source are codings of its whole text" in [words for _, words in said(report, "changed")]


def test_a_coding_without_a_user_is_the_project_maker_s_and_that_is_said(study):
    source = source_with(selection(20, "borrowed", coding(30, 2, None), coding(31, 3, "somebody")))
    report = take(study, small_project(sources=(source,)))
    assert {c.coder for c in codings(study)} == {"Ana"}
    assert ("codings and notes that name no user", "taken as Ana’s") in said(report, "guessed")
    assert ("user somebody", "not in the list of users; taken as Ana") in said(report, "guessed")


def test_where_nobody_is_known_the_coder_is_unknown(study):
    source = source_with(selection(20, "borrowed", coding(30, 2, None)))
    take(study, small_project(sources=(source,), users=(), user=None))
    assert {c.coder for c in codings(study)} == {"unknown"}


def test_users_of_one_name_are_two_coders_and_models_are_models(study):
    users = (User(ANA, "Ana"), User(BEN, "Ana"), User(guid(7), "Small model", "model"), User(guid(8), ""))
    take(study, small_project(users=users))
    kinds = {coder.name: (coder.guid, coder.kind) for coder in coder_list(study)}
    assert kinds["Ana"] == (ANA, "person")
    assert kinds["Ana (2)"] == (BEN, "person")
    assert kinds["Small model"] == (guid(7), "model")
    assert kinds["unknown"] == (guid(8), "person")


def test_a_coder_whom_the_study_knows_stays_who_they_are(study):
    """By GUID under the study's name, by name with a word about it."""
    take(study, small_project())
    users = (User(BEN, "Benjamin"), User(guid(9), "Ana"))
    again = bare(
        source_with(selection(40, "lent", coding(50, 2, guid(9)), text=OTHER), number=11, text=OTHER),
        users=users,
        user=BEN,
    )
    report = take(study, again, file="more.qdpx", sha256="2" * 64)
    assert [coder.name for coder in coder_list(study)] == ["Ana", "Ben", "Lead"]
    assert ("user “Ana”", "taken as the coder of that name in the study") in said(report, "guessed")
    assert ("user “Benjamin”", "is the coder “Ben” in the study") in said(report, "changed")


def test_times_with_and_without_zones(study):
    """A zone is kept in what it means; without one it is UTC; what no calendar holds is no time."""
    moscow = datetime(2024, 1, 1, 3, tzinfo=timezone(timedelta(hours=3)))
    never = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    times = (moscow, datetime(2024, 1, 1), never)  # noqa: DTZ001 - a file may have no zone
    made = tuple(replace(coding(30 + n, n + 1), at=at) for n, at in enumerate(times))
    take(study, small_project(sources=(source_with(selection(20, "borrowed", *made)),), notes=(), links=()))
    kept = {c.decision: c.at for c in codings(study)}
    assert kept[guid(30)] == kept[guid(31)] == datetime(2024, 1, 1, tzinfo=UTC)
    assert kept[guid(32)].year > 2000


def test_codes_of_one_name_are_told_apart_and_keep_their_names_for_exports(study):
    codes = (
        ProjectCode(guid(1), "Costs"),
        ProjectCode(guid(2), "People"),
        ProjectCode(guid(3), "costs", guid(2)),
        ProjectCode(guid(4), "COSTS", guid(2)),
        ProjectCode(guid(5), ""),
        ProjectCode(guid(6), "Two\nlines"),
        ProjectCode(guid(7), "long " * 60),
    )
    take(study, small_project(codes=codes))
    names = [code.name for code in current_codebook(study).codes]
    assert names[:6] == ["Costs", "People", "costs (People)", "COSTS (People) (2)", "Unnamed code", "Two lines"]
    assert len(names[6]) <= 200
    assert imports(study)[0].kept["codes"][guid(3)] == {"name": "costs"}


def test_codes_of_the_study_keep_their_words_and_take_the_codings(study):
    """By GUID, else by name; what differs is said."""
    keep_codebook(study, [Code(guid(2), "Borrowed", None, "Ours."), Code("own", "costs")], coder="Lead", reason="first")
    report = take(study, small_project())
    assert [code.guid for code in current_codebook(study).codes] == [guid(2), "own", guid(1)]
    assert current_codebook(study).find("Borrowed").definition == "Ours."
    assert {c.code for c in codings(study)} == {guid(2), "own"}
    assert ("code “Costs”", "taken as the study’s code of that name") in said(report, "guessed")
    assert ("code “Borrowed”", "description and place of the study kept; the file has another") in said(
        report, "changed"
    )
    assert report.codebook_version == 2


def test_a_project_that_adds_no_code_makes_no_version(study):
    take(study, small_project())
    more = bare(source_with(selection(40, "lent", coding(50, 2), text=OTHER), number=11, text=OTHER))
    report = take(study, more, file="more.qdpx", sha256="2" * 64)
    assert report.codebook_version is None
    assert current_codebook(study).version == 1


def test_codes_that_stand_for_cases_are_none(study):
    """As NVivo writes them: on a whole source they say whose it is, on a part they are left out; children move up."""
    codes = (
        ProjectCode(guid(60), "Mara"),
        ProjectCode(guid(2), "Borrowed", guid(60)),
        ProjectCode(guid(3), "Costs"),
    )
    source = source_with(selection(20, "borrowed", coding(31, 60), coding(32, 2)), codings=(coding(30, 60),))
    case = Case(guid(60), "Mara", values=(Value(guid(70), "north"),))
    report = take(study, small_project(codes=codes, sources=(source,), cases=(case,), notes=(), links=()))
    assert [(code.name, code.parent) for code in current_codebook(study).codes] == [("Borrowed", None), ("Costs", None)]
    assert interview(study, "Talk").attributes == {"region": "north", "case": "Mara"}
    assert [c.decision for c in codings(study)] == [guid(32)]
    assert (report.counts["codings"].found, report.counts["codings"].taken) == (3, 1)
    assert (report.counts["codes"].found, report.counts["codes"].taken) == (3, 2)


def test_retired_codes_of_our_own_files_stay_retired(study):
    own = ProjectSet(retired_set(frozenset((guid(3),))), "Retired codes", codes=(guid(3),))
    take(study, small_project(origin=f"{ORIGIN} 0.1", sets=(own,)))
    assert [code.name for code in current_codebook(study).codes if code.retired] == ["Costs"]
    assert not named_sets(study)


def test_what_was_written_down_with_a_coding_stays_with_it(study):
    note = Note(note_of_coding(guid(30)), "", "Because of the owner.", ANA, AT)
    source = source_with(selection(20, "borrowed", coding(30, 2, notes=(note.guid,))))
    take(study, small_project(sources=(source,), notes=(note,), links=(), project_notes=()))
    assert [c.memo for c in codings(study)] == ["Because of the owner."]
    assert not memos(study)


def test_a_note_on_several_things_becomes_a_memo_on_each(study):
    note = Note(guid(90), "Both", "Here and there.", BEN, AT)
    source = source_with(
        selection(20, "borrowed", coding(30, 2), notes=(note.guid,)), selection(21, "logo", notes=(note.guid,))
    )
    report = take(study, small_project(sources=(source,), notes=(note,), links=(), project_notes=(), sets=()))
    kept = memos(study)
    assert [memo.target.span.of(transcript(study, "Talk").text) for memo in kept] == ["borrowed", "logo"]
    assert kept[0].guid == guid(90) != kept[1].guid
    assert ("note “Both”", "is about several things; each of them has a memo with its text") in said(report, "changed")


def test_notes_on_what_is_gone_and_on_nothing_are_kept_on_the_study(study):
    picture = Source(guid(11), "Photo.png", "picture", notes=(guid(91),))
    notes = (Note(guid(91), "Seen", "On the photo."), Note(guid(92), "", "Loose."), Note(guid(93)))
    project = bare(source_with(), picture, notes=notes, codes=())
    report = take(study, project)
    assert [(memo.title, memo.text, memo.target.kind) for memo in memos(study)] == [
        ("Seen (on “Photo.png”)", "On the photo.", "study"),
        ("", "Loose.", "study"),
    ]
    assert (report.counts["notes"].found, report.counts["notes"].taken) == (3, 2)
    assert (report.counts["sources"].found, report.counts["sources"].taken) == (2, 1)


def test_an_annotation_is_a_memo_on_its_passage(study):
    """As NVivo writes it: a link from a selection to a note."""
    source = source_with(selection(20, "logo"))
    note = Note(guid(90), "", "Which one?", ANA, AT)
    project = small_project(sources=(source,), notes=(note,), project_notes=(), sets=())
    take(study, replace(project, links=(Link(guid(85), "", guid(20), guid(90)),)))
    (memo,) = memos(study)
    assert (memo.text, memo.target.kind) == ("Which one?", "passage")


def test_descriptions_become_memos_where_the_study_has_no_place_for_them(study):
    """Of a selection, as MAXQDA writes memos, unless it is the text itself; of a source, a case and the project."""
    source = source_with(
        selection(20, "borrowed", description="How?"),
        selection(21, "The owner", coding(30, 2), description="The  owner"),
        description="Recorded in the yard.",
    )
    case = Case(guid(60), "Mara", "An old hand.", sources=(guid(10),))
    project = small_project(sources=(source,), cases=(case,), notes=(), links=(), project_notes=(), sets=())
    take(study, replace(project, description="About work."))
    assert {(memo.text, memo.target.kind) for memo in memos(study)} == {
        ("How?", "passage"),
        ("Recorded in the yard.", "interview"),
        ("An old hand.", "interview"),
        ("About work.", "study"),
    }


def test_values_are_text_and_doubtful_ones_are_said(study):
    kinds = ("Boolean", "Integer", "Float", "Date", "DateTime", "Text")
    variables = tuple(Variable(guid(70 + n), kind, kind) for n, kind in enumerate(kinds))
    texts = ("TRUE", " 05 ", "1.5", "2024-05-03Z", "2024-05-03T10:00:00", " as it is ")
    values = tuple(Value(guid(70 + n), text) for n, text in enumerate(texts))
    doubtful = replace(variables[1], guid=guid(79), name="count")
    source = source_with(values=(*values, Value(guid(79), "many"), Value(guid(99), "lost")))
    report = take(study, small_project(sources=(source,), variables=(*variables, doubtful), cases=()))
    assert interview(study, "Talk").attributes == {
        "Boolean": "true",
        "Integer": "05",
        "Float": "1.5",
        "Date": "2024-05-03",
        "DateTime": "2024-05-03T10:00:00",
        "Text": " as it is ",
        "count": "many",
    }
    assert ("“Talk”", "“many” is no Integer as “count” should be; kept as it stands") in said(report, "doubtful")
    assert (report.counts["values"].found, report.counts["values"].taken) == (8, 7)


def test_a_source_s_value_counts_before_its_case_s(study):
    case = Case(guid(60), "", values=(Value(guid(70), "south"),), sources=(guid(10),), codes=(guid(2),))
    lonely = Case(guid(61), "Nobody", values=(Value(guid(70), "east"),))
    source = source_with(values=(Value(guid(70), "north"),))
    report = take(study, small_project(sources=(source,), cases=(case, lonely)))
    assert interview(study, "Talk").attributes == {"region": "north"}
    assert (
        f"case “{guid(60)}”",
        "has another value of “region” than “Talk”, whose own was kept",
    ) in said(report, "changed")
    assert (report.counts["cases"].found, report.counts["cases"].taken) == (2, 1)
    assert (report.counts["values"].found, report.counts["values"].taken) == (3, 2)
    assert (f"case “{guid(60)}”", "is tied to codes; the study has no place for that") in said(report, "left out")


def test_a_case_that_names_no_source_is_that_of_the_interview_of_its_name(study):
    """As QualCoder writes them; of a name that two have, it is nobody's."""
    cases = (
        Case(guid(60), "talk", values=(Value(guid(70), "north"),)),
        Case(guid(61), "Other", values=(Value(guid(70), "south"),)),
    )
    others = (source_with(number=11, name="Other", text=OTHER), source_with(number=12, name="other", text=OTHER + "!"))
    report = take(study, bare(source_with(), *others, cases=cases))
    assert interview(study, "Talk").attributes == {"region": "north", "case": "talk"}
    assert ("case “talk”", "names no source; taken as that of the interview of its name") in said(report, "guessed")
    assert (report.counts["cases"].found, report.counts["cases"].taken) == (2, 1)


def test_a_case_of_a_part_of_a_source_is_left_out_and_one_of_all_of_it_is_not(study):
    whole = Selection(guid(20), 0, len(TEXT), notes=("x",))
    source = source_with(whole, selection(21, "borrowed", notes=("x",)))
    cases = (Case(guid(60), "All", selections=(guid(20),)), Case(guid(61), "Part", selections=(guid(21),)))
    report = take(study, small_project(sources=(source,), cases=cases, notes=(), links=()))
    assert interview(study, "Talk").attributes == {"case": "All"}
    assert ("case “Part”", "none of its sources is an interview of the study") in said(report, "left out")


def test_labels_are_names_without_endings_on_one_line_and_no_two_alike(study):
    names = ("First.docx", "first", "Two\nlines.txt", "", "Dr. Who", "x" * 300)
    sources = tuple(Source(guid(10 + n), name, text=f"Ana: Number {n} is said here.") for n, name in enumerate(names))
    take(study, small_project(sources=sources, cases=(), notes=(), links=()))
    labels = [each.label for each in interviews(study)]
    assert labels[:5] == ["First.docx", "first", "Two lines", "Unnamed", "Dr. Who"]
    assert len(labels[5]) == 100
    again = Source(guid(50), "first", text="Ana: Number 1 is said here.")
    take(study, bare(again, Source(guid(51), "first", text=OTHER)), sha256="3" * 64)
    assert [each.label for each in interviews(study)] == [*labels, "first (2)"]


def test_names_of_our_own_files_are_labels_as_they_stand(study):
    project = small_project(origin=f"{ORIGIN} 0.1", sources=(source_with(name="talk.txt"),), notes=(), links=())
    take(study, project)
    assert [each.label for each in interviews(study)] == ["talk.txt"]


def test_the_same_text_twice_is_two_interviews(study):
    sources = (source_with(number=10), source_with(number=11))
    take(study, small_project(sources=sources, cases=(), notes=(), links=()))
    assert [each.label for each in interviews(study)] == ["Talk", "Talk (2)"]


def test_a_recording_is_kept_with_its_transcript_and_times(study, tmp_path):
    """Sync points at the edges of words give words times, and turns begin and end with them."""
    text = "Mara: We borrowed.\nBen: Yes.\n"
    sync = tuple(
        SyncPoint(guid(200 + n), at, ms)
        for n, (at, ms) in enumerate(((6, 100), (8, 300), (9, 350), (18, 900), (24, 1000)))
    )
    sound = silence(tmp_path / "a.wav", 2)
    source = source_with(text=text, kind="audio", media=Media("talk.wav", sound), sync=sync, transcript=guid(300))
    take(study, small_project(sources=(source,), notes=(), links=()))
    kept = interview(study, "Talk")
    assert (kept.kind, kept.duration_ms) == ("recording", 2_000)
    assert (study.folder / kept.media).read_bytes() == sound.read_bytes()
    first, second = transcript(study, "Talk").turns
    assert [(w.start, w.end, w.start_ms, w.end_ms) for w in first.words] == [(0, 2, 100, 300), (3, 12, 350, 900)]
    assert (first.start_ms, first.end_ms, second.start_ms, second.end_ms) == (100, 900, 1000, None)


def test_recordings_that_are_missing_or_damaged_leave_their_transcripts(study, tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"nothing")
    sources = (
        source_with(number=10, name="Missing", kind="audio", media=Media("a.wav")),
        source_with(number=11, name="Broken", kind="video", media=Media("b.wav", broken)),
        source_with(number=12, name="Nothing", kind="audio", text=None, media=Media("c.wav")),
    )
    report = take(study, small_project(sources=sources, cases=(), notes=(), links=()))
    assert [(each.label, each.kind) for each in interviews(study)] == [
        ("Missing", "transcript"),
        ("Broken", "transcript"),
    ]
    assert ("“Broken”", "the recording is damaged and was not kept") in said(report, "left out")
    assert ("“Nothing”", "neither the recording nor a transcript is in the project") in said(report, "left out")


def test_a_recording_without_a_transcript_waits_to_be_transcribed(study, tmp_path):
    media = Media("a.wav", silence(tmp_path / "a.wav", 1))
    take(study, small_project(sources=(source_with(text="", kind="audio", media=media),), notes=(), links=()))
    assert [(each.kind, each.transcribed) for each in interviews(study)] == [("recording", False)]


def test_what_the_reader_found_stands_with_the_interview_it_names(study):
    """So that it is erased with it; the rest stands with the project."""
    about, whole = Finding("doubtful", "Source “First talk.docx”", "Odd."), Finding("left out", "Graphs", "1 graph.")
    project = small_project()
    read = as_read(project, about, whole, conventions={guid(10): "code points, certain"})
    report = take_project(study, read, file="a.qdpx", sha256="0" * 64, coder="Lead")
    (kept,) = imports(study)
    part, _ = kept.parts[guid(10)]
    assert "In doubt (Source “First talk.docx”): Odd." in part
    assert part[0] == "Offsets: code points, certain."
    assert "Left out (Graphs): 1 graph." in kept.report
    assert "First talk" not in " ".join(kept.report)
    assert report.conventions == {"First talk": "code points, certain"}


def test_what_names_people_or_says_what_they_said_stands_with_their_interview(study):
    """A case's odd value, a memo on several of its passages and a long name: erased with the interview, all of them."""
    name = "A very long name of a talk that nobody could write on the label of a tape, not even in small letters"
    variable = Variable(guid(70), "age", "Integer")
    case = Case(guid(60), "Mara", values=(Value(guid(70), "forty"),), sources=(guid(10),), codes=(guid(2),))
    note = Note(guid(90), "Mara’s logo", "x")
    source = source_with(
        selection(20, "borrowed", notes=(guid(90),)), selection(21, "logo", notes=(guid(90),)), name=name
    )
    finding = Finding("doubtful", f"Source “{name[:59]}…”", "Odd.")
    take(study, bare(source, cases=(case,), variables=(variable,), notes=(note,)), finding)
    (kept,) = imports(study)
    part, _ = kept.parts[guid(10)]
    assert not [sentence for sentence in kept.report for word in ("Mara", "forty", "very long") if word in sentence]
    for word in ("Mara", "forty", "Odd."):
        assert [sentence for sentence in part if word in sentence]


def test_what_has_no_time_is_said_to_have_that_of_the_import(study):
    source = source_with(selection(20, "borrowed", replace(coding(30, 2), at=None)))
    report = take(study, bare(source, notes=(Note(guid(90), "Loose", "x", ANA),)))
    assert said(report, "guessed")[1:3] == [
        ("“Talk”, characters 53–61", "its coding has no time; kept as made when it was imported"),
        ("note “Loose”", "has no time; kept as written when it was imported"),
    ]


def test_another_file_of_the_same_project_adds_its_interviews(study):
    """Codes, notes and sets that both have are the same ones; a set has the members of both."""
    take(study, small_project())
    other = source_with(selection(40, "lent", coding(50, 2), text=OTHER), number=11, name="Second talk", text=OTHER)
    wider = ProjectSet(guid(80), "First round", sources=(guid(11),), notes=(guid(90),))
    whole = Note(guid(90), "On the whole", "Written anew.", ANA, AT)
    more = bare(other, notes=(whole,), sets=(wider,), project_notes=(guid(90),))
    report = take(study, more, file="more.qdpx", sha256="2" * 64)
    assert [each.label for each in interviews(study)] == ["First talk", "Second talk"]
    assert ("note “On the whole”", "is in the study already with another text, which stays as it is there") in said(
        report, "left out"
    )
    assert [memo.text for memo in memos(study) if memo.guid == guid(90)] == ["All of it."]
    (kept,) = named_sets(study)
    assert (kept.codes, kept.interviews, kept.memos) == ((guid(2),), (guid(10), guid(11)), (guid(90),))
    assert not verify(study).faults
