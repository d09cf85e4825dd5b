import re
from dataclasses import replace

import pytest

from assistant.codebook import Difference, differences, import_codebook, import_with_report, merging
from assistant.codebook.colours import PALETTE, lighter
from store.codebook import codebook_versions, current_codebook, keep_codebook
from store.errors import ConflictError, InvalidInputError
from store.study import create_study


@pytest.fixture
def study(tmp_path):
    with create_study(tmp_path / "study") as made:
        yield made


@pytest.fixture
def bring(study, tmp_path):
    """A function that imports csv text and returns what came of it."""

    def imported(text, name="book.csv", **options):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return import_with_report(study, path, coder="Ana", **options)

    return imported


FIRST = "name,parent,definition\nweather,,What falls.\nrain,weather,Wet.\nsnow,weather,White.\n"


def test_the_first_import_makes_version_one(study, bring):
    """The codes are kept in the file's order, with a theme, a reason, a coder and a colour each."""
    codebook = bring(FIRST).codebook
    assert codebook == current_codebook(study)
    assert (codebook.version, codebook.coder, codebook.reason) == (1, "Ana", "imported from book.csv")
    assert [code.name for code in codebook.codes] == ["weather", "rain", "snow"]
    assert codebook.theme_of(codebook.codes[1]) == codebook.codes[0]
    assert len({code.colour for code in codebook.codes}) == 3
    assert all(re.fullmatch("#[0-9A-F]{6}", code.colour) for code in codebook.codes)
    assert codebook.codes[0].colour == PALETTE[0]


def test_the_same_file_again_makes_no_version(study, bring):
    """Only a change makes a version."""
    bring(FIRST)
    again = bring(FIRST)
    assert not again.changed
    assert "Nothing changed" in again.report[-1]
    assert len(codebook_versions(study)) == 1


def test_codes_keep_their_identity_by_name(bring):
    """A code of the same name keeps its GUID and colour though its spelling and text change; new ones are new."""
    before = bring(FIRST).codebook
    done = bring("name,parent,definition\nRAIN,weather,Very wet.\nhail,weather,Hard.\n", reason="after I3")
    after = done.codebook
    rain, hail = after.find("rain"), after.find("hail")
    assert (rain.guid, rain.colour, rain.name, rain.definition) == (
        before.find("rain").guid, before.find("rain").colour, "RAIN", "Very wet.",
    )  # fmt: skip
    assert hail.guid not in {code.guid for code in before.codes}
    assert [code.name for code in after.codes] == ["weather", "RAIN", "snow", "hail"]
    assert after.find("weather") == before.find("weather")
    assert (after.version, after.reason) == (2, "after I3")
    assert "Not in the file and kept as they are: snow." in done.report


def test_columns_that_the_file_lacks_change_nothing(bring):
    """A file of names does not empty definitions or move codes; an empty cell in a column does empty it."""
    before = bring(FIRST).codebook
    assert not bring("name\nrain\nsnow\n").changed
    after = bring("name,definition\nrain,\n").codebook
    assert after.find("rain").definition == ""
    assert after.find("rain").parent == before.find("weather").guid
    moved = bring("- rain\n- {name: snow, parent: rain}\n", "book.yaml").codebook
    assert moved.find("rain").parent is None
    assert moved.find("snow").parent == before.find("rain").guid


def test_replace_takes_out_what_the_file_lacks(bring):
    """With replace, only the file's codes and their themes stay, in its order, and the report names the others."""
    before = bring(FIRST).codebook
    done = bring("name,parent\nsnow,\nrain,\n", replace=True)
    assert [(code.name, code.parent) for code in done.codebook.codes] == [("snow", None), ("rain", None)]
    assert done.codebook.find("snow").guid == before.find("snow").guid
    assert "Not in the file and taken out: weather." in done.report


def test_a_merge_that_closes_a_circle_is_refused(study, bring):
    """Codes of file and study together may not stand below themselves; nothing is written then."""
    bring(FIRST)
    with pytest.raises(InvalidInputError, match="weather → rain → weather"):
        bring("name,parent\nweather,rain\n")
    assert len(codebook_versions(study)) == 1


def test_import_codebook_returns_the_newest_version(study, tmp_path):
    """The short form for other stages gives the codebook alone."""
    path = tmp_path / "book.yaml"
    path.write_text("codes: [rain]", encoding="utf-8")
    assert import_codebook(study, path, coder="Ana") == current_codebook(study)


def test_differences_say_what_an_edit_did(bring):
    """Added, removed, renamed, moved and changed codes are told apart by GUID, with the words before and after."""
    one = bring(FIRST).codebook
    assert differences(None, one)[:2] == [Difference("added", "weather"), Difference("added", "rain", after="weather")]
    two = bring(
        "name,parent,definition,examples,colour\nweather,,What falls.,,\n"
        "Rain,,Very wet.,a | b,#000000\nhail,weather,,,\n",
        replace=True,
    ).codebook
    assert differences(one, two) == [
        Difference("removed", "snow"),
        Difference("renamed", "Rain", "name", "rain", "Rain"),
        Difference("moved", "Rain", "parent", "weather", ""),
        Difference("changed", "Rain", "definition", "Wet.", "Very wet."),
        Difference("changed", "Rain", "colour", one.find("rain").colour, "#000000"),
        Difference("changed", "Rain", "examples", "", "a | b"),
        Difference("added", "hail", after="weather"),
    ]
    assert differences(two, two) == []


def test_children_are_lighter_than_their_theme():
    """A shade is a mix with white: none of it leaves the colour, all of it is white."""
    assert (lighter("#332288", 0.0), lighter("#332288", 0.5), lighter("#332288", 1.0)) == (
        "#332288", "#9990C3", "#FFFFFF",
    )  # fmt: skip


def test_a_version_kept_while_a_file_is_read_is_not_overwritten(study, bring, monkeypatch):
    """Somebody who keeps theirs in the meantime stops the import, which says so."""
    bring("name\nQueues\n")
    real = merging.merged

    def slow(*given, **more):
        (code,) = current_codebook(study).codes
        keep_codebook(study, [replace(code, definition="Waiting.")], coder="ben", reason="said what it is")
        return real(*given, **more)

    monkeypatch.setattr(merging, "merged", slow)
    with pytest.raises(ConflictError, match=r"ben has kept version 2 of the codebook while book.csv was read"):
        bring("name\nQueues\nCosts\n")
    assert [code.definition for code in current_codebook(study).codes] == ["Waiting."]
