"""Real files of other producers, where they are at hand, are read whole: every count is that of the manifest."""

import json
from pathlib import Path

import pytest

from assistant.exchange.refi.reading import read_qdpx

REAL = Path(__file__).parents[4] / "shared" / "data" / "refi_qda"
MANIFEST = json.loads((REAL / "manifest.json").read_text("utf-8")) if (REAL / "manifest.json").is_file() else []
needs_real_files = pytest.mark.skipif(not MANIFEST, reason=f"needs the REFI-QDA files of {REAL}")

KEPT = {"User": "users", "Code": "codes", "Variable": "variables", "Case": "cases", "Note": "notes", "Link": "links",
        "Set": "sets"}  # fmt: skip


@needs_real_files
@pytest.mark.parametrize("given", MANIFEST, ids=lambda given: given["file"])
def test_counts_are_those_of_the_manifest(tmp_path, given):
    read = read_qdpx(REAL / given["file"], tmp_path)
    counts = given["counts"]
    assert {name: read.found.get(name, 0) for name in counts} == counts
    assert read.project.origin == given["origin"]
    for name, held in KEPT.items():
        assert len(getattr(read.project, held)) == counts.get(name, 0)
    kinds = [f"{each.kind}source" for each in read.project.sources]
    for name in ("TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource"):
        assert kinds.count(name.lower()) == counts.get(name, 0)
    assert list(tmp_path.iterdir()) == []


@needs_real_files
def test_selections_of_qualcoder_lie_where_their_names_say(tmp_path):
    """All but the annotation have the coded text as their name."""
    read = read_qdpx(REAL / "qualcoder_3.8.2_project.qdpx", tmp_path)
    selections = [(source.text, each) for source in read.project.sources for each in source.selections]
    assert len(selections) == 270
    shown = [text[each.start : each.end].split() == each.name.split() for text, each in selections if each.name]
    assert len(shown) == 269
    assert all(shown)
    [annotation] = [each for _, each in selections if not each.name]
    assert annotation.notes
    assert "doubtful" not in [each.kind for each in read.findings]


@needs_real_files
def test_a_project_without_its_texts_keeps_all_codings_and_says_what_is_missing(tmp_path):
    """The standard project of ATLAS.ti has 16 codings, of which two stand twice, and none of its texts."""
    read = read_qdpx(REAL / "atlasti_mac_8.4_vendor_standard_project_nosources.qdpx", tmp_path)
    codings = [coding for source in read.project.sources for each in source.selections for coding in each.codings]
    assert len(codings) == 14
    missing = [each for each in read.findings if "is missing" in each.said]
    assert len({each.where for each in missing if "its text" in each.said}) == 10
    assert len([each for each in missing if "recording" in each.said]) == 3
