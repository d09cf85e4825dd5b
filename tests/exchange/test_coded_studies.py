"""A study that two people coded: what goes out and comes back, against counts from its source files alone.

Nothing but the standard library reads these files here; skipped where they are not on this machine.
"""

import csv
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import openpyxl
import pytest
from coding_study import guid_of
from load_coded import load_coded, load_transcripts, read_said

from assistant.agreement import Asked, agreement
from assistant.agreement import as_record as agreement_record
from assistant.exchange.bundle import apply_bundle, make_bundle
from assistant.exchange.outgoing import outgoing
from assistant.exchange.refi.exporting import export_refi
from assistant.exchange.refi.taking import import_project
from assistant.exchange.study_files import Parts, write_study_file
from assistant.exchange.study_tables import What
from assistant.review import Basis
from assistant.saturation import as_record, saturation
from store.audit import verify
from store.codebook import current_codebook
from store.decisions import codings
from store.study import create_study

CODERS = ("primary", "secondary")
TABLES = (What.CODINGS, What.CODEBOOK, What.MATRIX, What.INTERVIEWS)
QDA = "{urn:QDA-XML:project:1.0}"


@dataclass(frozen=True)
class Truth:
    """What the rows say: interviews in order, parents of codes, and a coding for each answer, code and coder."""

    interviews: tuple[str, ...]
    parents: dict[str, str | None]
    codings: tuple[tuple[str, str, str, str], ...]

    def each(self, *at):
        """How many codings there are by some of interview (0), words (1), code (2) and coder (3)."""
        return Counter(tuple(coding[place] for place in at) for coding in self.codings)


def lines(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


@pytest.fixture(scope="module")
def folder(shared_data):
    found = shared_data / "coding" / "exam_proctoring"
    if not found.is_dir():
        pytest.skip("the answers on exam proctoring are not on this machine")
    return found


@pytest.fixture(scope="module")
def truth(folder):
    rows = lines(folder / "segments.jsonl")
    parents = {row["code"]: row["parent"] for row in lines(folder / "codebook.jsonl")}
    parents |= {parent: None for parent in parents.values() if parent and parent not in parents}
    marked = {
        (row["interview_id"], row["segment_index"], " ".join(row["text"].split()), code, row["coder"])
        for row in rows
        for code in row["codes"]
    }
    return Truth(
        tuple(dict.fromkeys(row["interview_id"] for row in rows)),
        {guid_of(code): parent and guid_of(parent) for code, parent in parents.items()},
        tuple((interview, words, guid_of(code), coder) for interview, _, words, code, coder in marked),
    )


@pytest.fixture(scope="module")
def study(folder, tmp_path_factory):
    with load_coded(folder, tmp_path_factory.mktemp("coded") / "study") as loaded:
        yield loaded


@pytest.fixture(scope="module")
def files(study, tmp_path_factory) -> Path:
    """The study as an Excel file, csv files and a project of other programs."""
    place = tmp_path_factory.mktemp("out")
    out = outgoing(study, Basis(), "Ann")
    for what in TABLES:
        write_study_file(place / f"{what}.csv", out, Parts(what=(what,)))
    write_study_file(place / "study.xlsx", out)
    export_refi(study, place / "study.qdpx", coder="Ann")
    return place


@pytest.fixture(scope="module", params=["csv", "xlsx"])
def tables(request, files):
    """The rows of each table by the names of their columns, all cells as text."""
    if request.param == "csv":
        rows = {
            what: list(csv.reader((files / f"{what}.csv").read_text("utf-8-sig").splitlines(keepends=True)))
            for what in TABLES
        }
    else:
        book = openpyxl.load_workbook(files / "study.xlsx", read_only=True)
        rows = {
            what: [["" if cell is None else str(cell) for cell in row] for row in book[what.title()].values]
            for what in TABLES
        }
    return {what: [dict(zip(found[0], row, strict=True)) for row in found[1:]] for what, found in rows.items()}


def test_every_coding_stands_in_the_tables_with_its_words_and_coder(truth, tables):
    found = Counter((r["interview"], r["quote"], r["code GUID"], r["coder"]) for r in tables[What.CODINGS])
    assert len(truth.codings) == len(tables[What.CODINGS]) > 700
    assert found == truth.each(0, 1, 2, 3)


def test_the_codebook_has_every_code_under_its_theme_with_its_codings_and_interviews(truth, tables):
    named = {row["name"]: row["code GUID"] for row in tables[What.CODEBOOK]}
    by_code = truth.each(2)
    spread = Counter(code for code, _ in truth.each(2, 0))
    assert len(named) == len(tables[What.CODEBOOK])
    assert {r["code GUID"]: named.get(r["parent"]) for r in tables[What.CODEBOOK]} == truth.parents
    assert {r["code GUID"]: (int(r["codings"]), int(r["interviews"])) for r in tables[What.CODEBOOK]} == {
        code: (by_code[code,], spread[code]) for code in truth.parents
    }


def test_the_codings_add_up_by_theme(truth, tables):
    named = {row["name"]: row["code GUID"] for row in tables[What.CODEBOOK]}
    found = Counter(named.get(row["theme"]) for row in tables[What.CODINGS])
    assert found == Counter(truth.parents[code] for _, _, code, _ in truth.codings)


def test_the_matrix_counts_each_code_in_each_interview(truth, tables):
    """Every respondent was read, so that no cell is empty; a row has its own sums."""
    named = {row["name"]: row["code GUID"] for row in tables[What.CODEBOOK]}
    rows = {named[row["code"]]: row for row in tables[What.MATRIX]}
    cells = {(code, label): int(row[label]) for code, row in rows.items() for label in truth.interviews}
    assert {place: count for place, count in cells.items() if count} == truth.each(2, 0)
    spread = Counter(code for code, _ in truth.each(2, 0))
    for code, row in rows.items():
        assert (int(row["codings"]), int(row["interviews"])) == (truth.each(2)[code,], spread[code])


def test_the_interviews_have_their_codings_codes_and_readers(truth, tables):
    spread = Counter(label for _, label in truth.each(2, 0))
    found = {r["interview"]: (int(r["codings"]), int(r["codes found"])) for r in tables[What.INTERVIEWS]}
    assert list(found) == list(truth.interviews)
    assert found == {label: (truth.each(0)[label,], spread[label]) for label in truth.interviews}


def test_a_project_holds_the_very_words_of_every_coding(truth, files):
    """Sliced by code points from the texts of the file, by nothing of ours."""
    found = Counter()
    with ZipFile(files / "study.qdpx") as held:
        root = ET.fromstring(held.read("project.qde"))  # noqa: S314 - we wrote it
        names = {user.get("guid"): user.get("name") for user in root.iter(f"{QDA}User")}
        for source in root.iter(f"{QDA}TextSource"):
            text = held.read(source.get("plainTextPath").replace("internal://", "sources/")).decode("utf-8-sig")
            for selection in source.iter(f"{QDA}PlainTextSelection"):
                words = text[int(selection.get("startPosition")) : int(selection.get("endPosition"))]
                for coding in selection.iter(f"{QDA}Coding"):
                    code = coding.find(f"{QDA}CodeRef").get("targetGUID").lower()
                    found[source.get("name"), words, code, names[coding.get("creatingUser")]] += 1
    assert found == truth.each(0, 1, 2, 3)


def standing(study):
    return Counter((c.interview, c.span, c.code, c.coder, c.at, c.decision) for c in codings(study))


def saturated(study):
    """All that `interview saturation` counts; a project nests codes, and so brings its rows in another order."""
    found = saturation(study)
    named = ("codes", "matrix", "kinds")
    told = as_record(found)
    rows = dict(zip(found.guids, zip(told["matrix"], told["kinds"], strict=True), strict=True))
    return {key: value for key, value in told.items() if key not in named} | {"rows": rows}


def agreed(study):
    """All that `interview agreement` works out on what both read, without names of codes."""
    told = agreement_record(agreement(study, Asked(coders=CODERS, everything=True, draws=50)))
    rows = [
        {key: value for key, value in row.items() if key not in ("code", "theme")}
        for row in (*told["codes"], *told["themes"])
    ]
    return {key: told[key] for key in ("units", "interviews", "pooled", "pairs")} | {"rows": rows}


def test_a_project_comes_back_with_the_same_codings_and_saturation(study, files, tmp_path):
    with create_study(tmp_path / "back", study.title) as back:
        import_project(back, files / "study.qdpx", coder="Ann")
        assert standing(back) == standing(study)
        assert saturated(back) == saturated(study)
        assert not verify(back).faults
        told = agreement(back, Asked(coders=CODERS, everything=True, draws=0)).said
        assert [said for said in told if "as their codings there came from elsewhere" in said]


def test_a_bundle_brings_the_same_codings_saturation_and_agreement(study, folder, tmp_path):
    """Onto the same transcripts, which nobody coded: what was read and left uncoded comes along, unlike in a project.

    Three codes are named by what respondents said, and these names alone are replaced.
    """
    make_bundle(study, tmp_path / "bundle.zip", coder="Ann")
    with load_transcripts(read_said(folder), tmp_path / "bare", study.title) as bare:
        apply_bundle(bare, tmp_path / "bundle.zip", coder="Ann")
        assert standing(bare) == standing(study)
        assert saturated(bare) == saturated(study)
        assert agreed(bare) == agreed(study)
        names = zip(current_codebook(study).codes, current_codebook(bare).codes, strict=True)
        assert sum(ours.name != theirs.name for ours, theirs in names) == 3
