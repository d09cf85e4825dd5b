"""`interview import`, `interview imports`, and qdc files through `interview codebook`, as a script calls them."""

import json
import os

import pytest
from refi_project import guid, small_project
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.exchange.refi.project import Project, ProjectCode
from assistant.exchange.refi.writing import write_qdc, write_qdpx
from store.codebook import current_codebook
from store.decisions import decisions
from store.errors import ConflictError, InvalidInputError
from store.exports import exports
from store.segments import segments
from store.study import create_study, open_study
from store.values import Verdict


@pytest.fixture
def folder(tmp_path):
    with create_study(tmp_path / "study", "Machines") as study:
        return study.folder


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "machines.qdpx"
    write_qdpx(small_project(), path)
    return path


def ran(*words, status=0):
    done = CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done


def test_a_project_comes_in_with_its_report(folder, project):
    """Counts on stdout, everything that was guessed on stderr; the interviews are ready to be read."""
    done = ran("import", folder, project, "--coder", "Lead")
    assert "1 source, 2 users, 3 codes, 3 codings, 5 notes" in done.stdout
    assert "Interviews: First talk." in done.stdout
    assert "Guessed (“First talk”): Taken as interviewer (by name): Interviewer" in done.stderr
    with open_study(folder) as study:
        assert segments(study)
    assert not list(folder.glob(".room-*"))


def test_json_is_all_that_is_printed(folder, project):
    report = json.loads(ran("import", folder, project, "--json").stdout)
    assert report["counts"]["codings"] == {"found": 3, "taken": 3, "there": 0}
    assert report["elements"]["Coding"] == 3
    assert report["interviews"] == ["First talk"]
    assert {finding["kind"] for finding in report["findings"]} <= {"left out", "changed", "guessed", "doubtful"}


def test_readings_can_be_refused(folder, project):
    ran("import", folder, project, "--no-readings")
    with open_study(folder) as study:
        assert {made.verdict for made in decisions(study)} == {Verdict.ADD}


def test_what_was_imported_can_be_read_later(folder, project):
    assert "Nothing was imported" in ran("imports", folder).stdout
    ran("import", folder, project, "--coder", "Lead")
    shown = ran("imports", folder).stdout
    assert "Lead: machines.qdpx" in shown
    assert "Taken as interviewer (by name): Interviewer" in shown
    (kept,) = json.loads(ran("imports", folder, "--json").stdout)
    assert (kept["file"], kept["origin"], list(kept["interviews"])) == ("machines.qdpx", "Other 1.0", ["First talk"])


def test_a_file_twice_or_none_is_a_sentence(folder, project, tmp_path):
    ran("import", folder, project)
    for path, error, words in (
        (project, ConflictError, "was imported on"),
        (tmp_path / "none.qdpx", InvalidInputError, "check its name"),
        (tmp_path, InvalidInputError, "choose a file"),
    ):
        with pytest.raises(error, match=words):
            ran("import", folder, path)
    assert not list(folder.glob(".room-*"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("words", [("import",), ("codebook", "import")])
def test_a_pipe_is_refused_and_never_waited_for(folder, tmp_path, words):
    pipe = tmp_path / "codes.qdc"
    os.mkfifo(pipe)
    with pytest.raises(InvalidInputError, match="choose a file"):
        ran(*words, folder, pipe)


def test_an_exported_codebook_takes_nothing_s_place_unasked(folder, project, tmp_path):
    """Through a link it would have written over what the link leads to."""
    ran("import", folder, project)
    kept = tmp_path / "kept"
    kept.write_text("kept", encoding="utf-8")
    for ending in ("csv", "yaml", "qdc"):
        out = tmp_path / f"codes.{ending}"
        out.write_text("old", encoding="utf-8")
        with pytest.raises(ConflictError, match="--force"):
            ran("codebook", "export", folder, out)
        assert out.read_text(encoding="utf-8") == "old"
        ran("codebook", "export", folder, out, "--force")
        assert "Machines" in out.read_text(encoding="utf-8-sig")
        link = tmp_path / f"link.{ending}"
        try:
            link.symlink_to(kept)
        except OSError:
            pytest.skip("this account may not make links")
        with pytest.raises(ConflictError, match="--force"):
            ran("codebook", "export", folder, link)
        ran("codebook", "export", folder, link, "--force")
        assert not link.is_symlink()
        assert kept.read_text(encoding="utf-8") == "kept"


def test_a_codebook_goes_out_and_comes_in_with_its_identities(folder, project, tmp_path):
    """Through csv, names alone would survive."""
    ran("import", folder, project)
    out = tmp_path / "codes.qdc"
    assert "Wrote version 1 with 3 entries" in ran("codebook", "export", folder, out).stdout
    with open_study(folder) as study:
        before = current_codebook(study)
        assert [(file.name, file.kind) for file in exports(study)] == [("codes.qdc", "qdc")]
    with create_study(tmp_path / "other", "Other") as other:
        pass
    done = json.loads(ran("codebook", "import", other.folder, out, "--json").stdout)
    assert done["changed"]
    with open_study(other.folder) as other:
        assert current_codebook(other).codes == before.codes
    assert not json.loads(ran("codebook", "import", other.folder, out, "--json").stdout)["changed"]


def test_a_codebook_file_renews_words_and_takes_out_what_it_lacks_when_told(folder, project, tmp_path):
    ran("import", folder, project)
    path = tmp_path / "new.qdc"
    codes = (ProjectCode(guid(2), "Lent", description="New words."), ProjectCode(guid(9), "costs"))
    write_qdc(Project("New", "Other 2.0", codes=codes), path)
    ran("codebook", "import", folder, path, "--replace", "--coder", "Lead")
    with open_study(folder) as study:
        book = current_codebook(study)
    assert [(code.guid, code.name, code.parent, code.definition) for code in book.codes] == [
        (guid(2), "Lent", None, "New words."),
        (guid(3), "costs", None, ""),
    ]
    assert book.reason == "imported from new.qdc (Other 2.0)"
