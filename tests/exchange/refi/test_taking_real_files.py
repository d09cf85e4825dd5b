"""Files that other programs wrote, taken into a study; skipped where they are not on this machine."""

import json
import re

import pytest

from assistant.exchange.refi.taking import import_project, import_refi_codebook
from store.audit import verify
from store.codebook import current_codebook
from store.coders import coder_list
from store.decisions import codings
from store.interviews import interviews
from store.memos import memos
from store.study import create_study
from store.transcripts import transcript

QUALCODER = "qualcoder_3.8.2_project.qdpx"
MAXQDA = "maxqda_24.7_codebook307_10docs.qdpx"
ATLAS = "atlasti_mac_8.4_vendor_standard_project_nosources.qdpx"


@pytest.fixture
def files(shared_data):
    folder = shared_data / "refi_qda"
    if not folder.is_dir():
        pytest.skip("the REFI-QDA files of other programs are not on this machine")
    return folder


@pytest.fixture
def study(tmp_path):
    with create_study(tmp_path / "study", "Machines") as made:
        yield made


def in_manifest(files, kind):
    return [each for each in json.loads((files / "manifest.json").read_text("utf-8")) if each["file"].endswith(kind)]


def test_every_project_arrives_with_the_counts_of_its_manifest(files, tmp_path):
    """What the study holds less than the file is accounted for in the report, to the last coding."""
    for number, told in enumerate(in_manifest(files, ".qdpx")):
        with create_study(tmp_path / str(number), "Study") as study:
            report = import_project(study, files / told["file"], coder="Lead")
            assert {name: report.elements.get(name, 0) for name in told["counts"]} == told["counts"], told["file"]
            assert report.counts["users"].taken == told["counts"]["User"]
            assert report.counts["codes"].taken == told["counts"].get("Code", 0)
            assert report.counts["codings"].taken == len(codings(study))
            assert report.counts["sources"].taken == len(interviews(study))
            for count in report.counts.values():
                assert count.taken == count.found or [f for f in report.findings if f.kind == "left out"]
            assert not verify(study).faults


def test_the_project_of_qualcoder_reads_as_it_was_coded(files, study):
    """All codings on whole words, by the one coder, with attributes and memos."""
    report = import_project(study, files / QUALCODER, coder="Lead")
    assert [each.label for each in interviews(study)] == ["P1", "P2"]
    assert all(set(each.attributes) >= {"role"} for each in interviews(study))
    assert (report.counts["codings"].found, report.counts["codings"].taken) == (269, 269)
    assert len(current_codebook(study).codes) == 25
    assert len({coding.coder for coding in codings(study)}) == 1
    texts = {each.label: transcript(study, each.label).text for each in interviews(study)}
    torn = [coding for coding in codings(study) if _tears_a_word(texts[coding.interview], coding.span)]
    assert len(torn) <= 0.02 * 269, [coding.span.of(texts[coding.interview]) for coding in torn]
    assert {memo.target.kind for memo in memos(study)} == {"interview", "passage", "study"}


def _tears_a_word(text, span):
    around = text[max(0, span.start - 1) : span.start + 1], text[span.end - 1 : span.end + 1]
    return any(re.fullmatch(r"\w\w", pair) for pair in around)


def test_the_project_of_maxqda_brings_its_whole_codebook(files, study):
    import_project(study, files / MAXQDA, coder="Lead")
    assert (len(current_codebook(study).codes), len(interviews(study))) == (307, 10)


def test_a_project_without_its_texts_brings_codes_people_and_memos(files, study):
    """And says of each coding that its source is missing."""
    report = import_project(study, files / ATLAS, coder="Lead")
    assert len(current_codebook(study).codes) == 14
    assert len(coder_list(study)) == 4
    assert report.counts["codings"].taken == 0
    missing = [finding for finding in report.findings if finding.said == "its source could not be taken"]
    assert len(missing) == report.counts["codings"].found > 0


def test_codebooks_of_others_arrive(files, tmp_path):
    for number, told in enumerate(in_manifest(files, ".qdc")):
        with create_study(tmp_path / str(number), "Study") as study:
            done = import_refi_codebook(study, files / told["file"], coder="Lead")
            assert len(done.codebook.codes) == told["counts"]["Code"]
