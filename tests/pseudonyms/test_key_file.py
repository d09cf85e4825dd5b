"""The key's file: outside the study, for its owner, encrypted; wrong or damaged it is refused in one sentence."""

import json
import stat
import sys

import pytest
from named_study import PASSPHRASE, build

from assistant.pseudonyms import change_key, create_key, default_path, open_key, with_name
from assistant.pseudonyms.finding import findings
from assistant.pseudonyms.key import Change, Key, Ruling, ruled
from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.texts import Passage
from store.errors import ConflictError, InvalidInputError, NotFoundError, StudyError
from store.study import create_study


@pytest.fixture
def study(tmp_path):
    with build(tmp_path) as made:
        yield made


def filled(key):
    names = [Ruling("Maria", "[Person 1]"), Ruling("María G.", "[Person 1]"), Ruling("Leeds", kind=Kind.PLACE)]
    return ruled(with_name(key, "Maria Gonzalez"), names, by="lead")


def test_what_is_kept_comes_back_and_cannot_be_read_without_the_passphrase(study):
    """Beside the study, no name in its bytes, only its owner may read it, the file before is kept."""
    path = default_path(study)
    create_key(study, path, PASSPHRASE)
    kept = change_key(study, path, PASSPHRASE, filled)
    assert open_key(study, path, PASSPHRASE) == kept
    assert kept.entry_of("MARIA").pseudonym == "[Person 1]"
    assert not path.is_relative_to(study.folder)
    content = path.read_bytes()
    assert b"Maria" not in content
    assert b"Person" not in content
    assert open_key(study, path.with_name(path.name + ".bak"), PASSPHRASE) == Key(study.guid)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = change_key(study, path, PASSPHRASE, filled)
    assert again.replaced[0].spellings == kept.replaced[0].spellings


def test_json_holds_the_whole_key():
    """Reading back what was written gives the same."""
    key = filled(Key("guid", changes=(Change("memo", "m", {"text": "a"}, {"text": "b"}),)))
    assert Key.from_json(json.loads(json.dumps(key.to_json()))) == key


@pytest.mark.parametrize("spoil", [lambda b: b"", lambda b: b[:-40], lambda b: b"\x00\xff" * 50, lambda b: b"[1]"])
def test_a_damaged_key_is_refused_in_a_sentence(study, spoil):
    """Empty, cut off, binary, other JSON."""
    path = default_path(study)
    create_key(study, path, PASSPHRASE)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(StudyError, match="damaged"):
        open_key(study, path, PASSPHRASE)


@pytest.mark.parametrize(
    ("field", "value"), [("n", 2**40), ("r", 10**6), ("n", 0), ("n", 3), ("p", -1), ("kdf", "none"), ("salt", 5)]
)
def test_a_key_that_asks_for_too_much_is_refused_at_once(study, field, value):
    """A head that would take hours or all memory is none of ours."""
    path = default_path(study)
    create_key(study, path, PASSPHRASE)
    head = json.loads(path.read_text())
    path.write_text(json.dumps({**head, field: value}))
    with pytest.raises(StudyError):
        open_key(study, path, PASSPHRASE)


def test_a_changed_byte_or_a_wrong_passphrase_opens_nothing(study):
    """The seal covers the content and the head."""
    path = default_path(study)
    create_key(study, path, PASSPHRASE)
    with pytest.raises(InvalidInputError, match="passphrase is wrong"):
        open_key(study, path, "another phrase")
    head = json.loads(path.read_text())
    path.write_text(json.dumps({**head, "note": "added"}))
    with pytest.raises(InvalidInputError, match="was changed"):
        open_key(study, path, PASSPHRASE)
    path.write_text(json.dumps({**head, "version": 2}))
    with pytest.raises(InvalidInputError, match="newer version"):
        open_key(study, path, PASSPHRASE)


def test_a_key_is_never_inside_the_study_nor_another_ones(study, tmp_path):
    """Refused when it is made and when it is opened; a missing one is named."""
    with pytest.raises(InvalidInputError, match="inside the study"):
        create_key(study, study.folder / "exports" / "names.key", PASSPHRASE)
    with pytest.raises(InvalidInputError, match="inside the study"):
        open_key(study, study.folder / ".." / study.folder.name / "k", PASSPHRASE)
    with pytest.raises(NotFoundError, match="pseudonyms new"):
        open_key(study, tmp_path / "missing.key", PASSPHRASE)
    with pytest.raises(InvalidInputError, match="fewer than 8"):
        create_key(study, default_path(study), "short")
    path = default_path(study)
    create_key(study, path, PASSPHRASE)
    with pytest.raises(ConflictError, match="there already"):
        create_key(study, path, PASSPHRASE)
    with create_study(tmp_path / "other", "Other") as other, pytest.raises(InvalidInputError, match="another study"):
        open_key(other, path, PASSPHRASE)


def test_what_cannot_be_changed_leaves_the_file_as_it_was(study):
    """A change that is refused writes nothing."""
    path = default_path(study)
    create_key(study, path, PASSPHRASE)
    before = path.read_bytes()
    with pytest.raises(InvalidInputError):
        change_key(study, path, PASSPHRASE, lambda key: with_name(key, "  "))
    assert path.read_bytes() == before
    with pytest.raises(StudyError, match="cannot be written"):
        create_key(study, path.parent / "no folder" / "k", PASSPHRASE)


def test_pseudonyms_and_names_do_not_mix():
    """A pseudonym that holds a name, and a name that is a pseudonym, are refused; one spelling has one decision."""
    key = ruled(Key("g"), [Ruling("Maria", "Robin")], by="lead")
    with pytest.raises(InvalidInputError, match="holds a name"):
        ruled(key, [Ruling("Ben", "Maria’s brother")], by="lead")
    with pytest.raises(InvalidInputError, match="holds a name"):
        ruled(key, [Ruling("Ben", "ben")], by="lead")
    with pytest.raises(InvalidInputError, match=r"holds a name|is, or holds"):
        ruled(key, [Ruling("Robin", "[Person 2]")], by="lead")
    moved = ruled(key, [Ruling("MARIA", "[Person 2]")], by="lead")
    assert [(e.pseudonym, e.spellings) for e in moved.entries] == [("[Person 2]", ("MARIA",))]
    joined = ruled(moved, [Ruling("Mary", "[person 2]")], by="lead")
    assert [e.spellings for e in joined.entries] == [("MARIA", "Mary")]
    assert ruled(joined, [Ruling("mary")], by="lead").entry_of("Mary").pseudonym == ""
    assert ruled(joined, [Ruling("mary", undo=True)], by="lead").entry_of("Mary") is None


def test_ten_thousand_decisions_are_kept_at_once(study):
    """In one go, and read back."""
    path = default_path(study)
    create_key(study, path, PASSPHRASE)
    many = [Ruling(f"Name{n} Other{n}", f"[Person {n}]") for n in range(10_000)]
    change_key(study, path, PASSPHRASE, lambda key: ruled(key, many, by="lead", texts=["so it was " * 5_000]))
    found = findings(
        [Passage("transcript", "I1", "then Name77 Other77 and Name9 came")], open_key(study, path, PASSPHRASE)
    )
    assert {f.text: f.reviewed for f in found} == {"Name77 Other77": True, "Name9": False}
