"""What came with a project goes out again as the study has it now: what was renamed since is not brought back."""

from dataclasses import replace

import pytest

from assistant.exchange.refi.giving import project_of
from assistant.exchange.refi.project import Case, Project, ProjectCode, ReadProject, Source, User
from assistant.exchange.refi.taking import take_project
from store.codebook import current_codebook, keep_codebook
from store.interviews import set_attributes
from store.memos import memos, revise_memo
from store.study import create_study


def guid(number):
    return f"00000000-0000-4000-8000-{number:012}"


PROJECT = Project(
    name="Buses",
    users=(User(guid(1), "Ana"),),
    user=guid(1),
    codes=(
        ProjectCode(guid(11), "Maria"),
        ProjectCode(guid(12), "Trust"),
        ProjectCode(guid(13), "Trust", parent=guid(11)),
        ProjectCode(guid(14), "Fights  (Maria)"),
        ProjectCode(guid(15), "Long " * 60),
    ),
    sources=(
        Source(guid(21), "Talk", text="The bus is dear.", description="With Maria, in Leeds."),
        Source(guid(22), "Walk", text="Who pays for it?"),
    ),
    cases=(
        Case(guid(31), " Maria Gonzalez ", sources=(guid(21),)),
        Case(guid(32), "Walk", sources=(guid(22),)),
    ),
)


@pytest.fixture
def study(tmp_path):
    with create_study(tmp_path / "study", "Into") as made:
        take_project(made, ReadProject(PROJECT, {}, (), {}), file="a.qdpx", sha256="a" * 64, coder="importer")
        yield made


def test_what_nobody_changed_goes_out_as_it_came(study):
    """Names that the study had to tell apart, fold or cut are those of the file; the description stands first."""
    given = project_of(study).project
    assert {code.guid: code.name for code in given.codes} == {code.guid: code.name for code in PROJECT.codes}
    assert {case.guid: case.name.strip() for case in given.cases} == {guid(31): "Maria Gonzalez", guid(32): "Walk"}
    assert given.sources[0].description.startswith("With Maria, in Leeds.\nSpeakers:")


def test_a_case_is_called_what_the_study_calls_it_now(study):
    """Its attribute was given another value, as pseudonyms do: the file's own name goes out nowhere."""
    set_attributes(study, "Talk", {"case": "[Person 1]"})
    given = project_of(study).project
    assert [case.name for case in given.cases] == ["[Person 1]", "Walk"]
    assert [variable.name for variable in given.variables] == []
    assert "Gonzalez" not in repr(given)


def test_a_code_that_was_renamed_keeps_its_new_name(study):
    """Though it begins as the file's name does, or ends in something else in brackets."""
    new = {guid(13): "Trust in us", guid(14): "Fights ([Person 1])", guid(15): "Long"}
    codes = [replace(code, name=new.get(code.guid, code.name)) for code in current_codebook(study).codes]
    keep_codebook(study, codes, coder="Ana", reason="renamed")
    names = {code.guid: code.name for code in project_of(study).project.codes}
    assert names == {guid(11): "Maria", guid(12): "Trust", **new}


def test_a_description_goes_out_as_its_memo_says_it(study):
    """What was a description is a memo in the study, and may be rewritten there."""
    (memo,) = memos(study)
    revise_memo(study, "Ana", memo.guid, revision=1, title=memo.title, text="With [Person 1].")
    given = project_of(study).project
    assert given.sources[0].description.startswith("With [Person 1].\n")
    assert "Leeds" not in repr(given)
