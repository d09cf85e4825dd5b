"""What may identify somebody is found with and without the model; each string once, with its places."""

import pytest
from named_study import PASSPHRASE, build

from assistant.pseudonyms import Ruling, change_key, create_key, default_path, find_names, proposals, ruled, with_name
from assistant.pseudonyms import capitals as by_capitals
from assistant.pseudonyms.finding import findings
from assistant.pseudonyms.found import Found
from assistant.pseudonyms.key import Key
from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.patterns import patterns
from assistant.pseudonyms.texts import Passage
from assistant.pseudonyms.tokens import tokens
from store.transcripts import transcript


@pytest.fixture
def study(tmp_path):
    with build(tmp_path) as made:
        yield made


def capitals(text):
    return list(by_capitals.capitals(text, tokens(text)))


def spoken(*texts):
    return [Passage("transcript", f"I{n}", text, f"I{n}") for n, text in enumerate(texts, start=1)]


def strings(texts, key=None, **more):
    return {f.text: f for f in findings(spoken(*texts), key or Key("g"), **more)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("maria.gomez@uni.example.org", Kind.CONTACT),
        ("maria at example dot com", Kind.CONTACT),
        ("https://example.org/people/maria?x=1", Kind.CONTACT),
        ("www.example.org", Kind.CONTACT),
        ("020 7946 0958", Kind.CONTACT),
        ("+49 30 901820", Kind.CONTACT),
        ("555-0123", Kind.CONTACT),
        ("oh seven seven double oh nine one", Kind.CONTACT),
        ("14 Elm Grove Road", Kind.CONTACT),
        ("LS2 9JT", Kind.CONTACT),
        ("@maria_g", Kind.CONTACT),
        ("192.168.10.14", Kind.CONTACT),
        ("943 476 5919", Kind.NUMBER),
        ("4111 1111 1111 1111", Kind.NUMBER),
        ("GB82 WEST 1234 5698 7654 32", Kind.NUMBER),
        ("AB 12 34 56 C", Kind.NUMBER),
        ("12 March 1984", Kind.DATE),
        ("March 3rd, 1984", Kind.DATE),
        ("12/03/1984", Kind.DATE),
    ],
)
def test_contact_data_numbers_and_dates_are_found_by_their_form(text, kind):
    """In the middle of a sentence, whole."""
    sentence = f"so it was {text} and that is it"
    found = findings(spoken(sentence), Key("g"))
    assert [each.text.removeprefix("+") for each in found] == [text.removeprefix("+")]
    assert found[0].kind in (kind, Kind.CONTACT)


@pytest.mark.parametrize("text", ["in 1998 we had 3,000 users", "12.5 per cent of 10,000,000 rows", "one two three go"])
def test_ordinary_numbers_are_none_of_these(text):
    """Years, shares and counts stay."""
    assert list(patterns(text)) == []


def test_a_hostile_text_is_looked_through_in_time():
    """Long runs of what patterns are made of, and a text of a megabyte."""
    for piece in ("a." * 40_000, "1 " * 40_000, "A" * 80_000, "one " * 20_000, "@" * 40_000, "Aa-" * 30_000):
        findings(spoken(piece), Key("g"))


def test_capital_letters_inside_sentences_tell_names():
    """Not at a sentence's start, not I or Monday; whole stretches with what joins them."""
    text = "So I met Zorblax at the University of Leeds on Monday. Then Priya O'Neill-Smith left. We slept. Yes."
    assert [text[f.start : f.end] for f in capitals(text)] == ["Zorblax", "University of Leeds", "Priya O'Neill-Smith"]
    kinds = [f.kind for f in capitals(text)]
    assert kinds == [Kind.OTHER, Kind.ORGANISATION, Kind.PERSON]
    assert list(capitals("Will you come? May I? Mark my words. It is fine.")) == []
    assert [f.by for f in capitals("Priya said so.")] == ["first names"]


def test_every_string_comes_once_with_all_its_places(study):
    """Speakers, attributes, memos and codebook too; other spellings of the same string are the same."""
    found = {f.text: f for f in find_names(study, Key(study.guid))}
    maria = found["Maria"]
    assert {hit.what for hit in maria.hits} == {"transcript", "memo", "code"}
    assert {hit.text for hit in maria.hits} == {"Maria", "MARIA"}
    assert found["Ann Lee"].kind is Kind.PERSON
    assert "speaker in I1" in {hit.place for hit in found["Ann Lee"].hits}
    assert found["020 7946 0958"].kind is Kind.CONTACT
    assert found["maria@example.org"].kind is Kind.CONTACT
    assert "Northfield Trust" in found
    assert "north" not in found
    assert "Interviewer" not in found
    text = transcript(study, "I1").text
    for hit in maria.hits:
        if hit.place == "I1":
            assert text.index(hit.before + hit.text + hit.after) == hit.start - len(hit.before)


def test_the_model_adds_what_lists_do_not_know():
    """A name at a sentence's start in nobody's list; its kind is the model's."""

    def heard(texts):
        for text in texts:
            at = text.find("Zorblax")
            yield [] if at < 0 else [Found(at, at + 7, Kind.PLACE, "model")]

    text = "Zorblax was nice.\nSo we went to Zorblax."
    assert strings([text]).keys() == {"Zorblax"}
    assert len(strings([text])["Zorblax"].hits) == 1
    both = strings([text], heard=heard)["Zorblax"]
    assert (len(both.hits), both.kind) == (2, Kind.PLACE)


def test_what_was_decided_is_reviewed_and_what_holds_more_is_not(study):
    """“Maria Gonzalez” is not reviewed by a decision on “Maria”; with one on each of its words it is."""
    one = ruled(Key("g"), [Ruling("Maria", "[Person 1]")], by="lead")
    texts = ["then Maria Gonzalez and Maria came"]
    found = strings(texts, one)
    assert found["Maria"].reviewed
    assert not found["Maria Gonzalez"].reviewed
    both = ruled(one, [Ruling("Gonzalez")], by="lead")
    assert all(f.reviewed for f in strings(texts, both).values())
    assert all(f.reviewed for f in strings(["then [Person 1] came"], one).values())


def test_names_without_capitals_are_found_where_they_are_known():
    """As recognisers write that know no capitals."""
    key = with_name(Key("g"), "Maria Gonzalez")
    found = strings(["so maria said that gonzales and the others came " * 3], key)
    assert found.keys() == {"maria", "gonzales"}
    assert found["gonzales"].like == "Maria Gonzalez"


def test_proposals_are_the_same_for_parts_and_misspellings_and_never_taken(study, tmp_path):
    """A part of one name gets its pseudonym; [Person 1] in the texts is passed over; first names on request."""
    key = with_name(Key("g"), "Maria Gonzalez")
    texts = ["then Maria Gonzalez and Maria and Gonzales met Ben, [Person 1] and Quinn"]
    found = findings(spoken(*texts), key)
    made = proposals(found, key, texts)
    assert made["Maria Gonzalez"] == made["Maria"] == made["Gonzales"]
    assert "[Person 1]" not in made.values()
    assert len({made["Maria"], made["Ben"]}) == 2
    natural = proposals(found, key, texts, natural=True)
    assert natural["Maria"] == "Ash"
    assert "Quinn" not in {natural["Ben"], natural["Maria"]}
    given = ruled(key, [Ruling("Maria Gonzalez", "[Person 7]")], by="lead")
    assert proposals(findings(spoken(*texts), given), given, texts)["Maria"] == "[Person 7]"


def test_a_part_of_a_decided_name_needs_its_capital_letter():
    """“Ring Maria” was decided as it was found: “ring” is no name by that, “Ring” and typed-in parts are."""
    key = ruled(Key("g"), [Ruling("Ring Maria", "[Person 1]")], by="lead")
    assert strings(["So I told her to ring it, and that is so."], key) == {}
    assert strings(["So I told her to ring it, and that is so."], with_name(key, "Ring Maria")).keys() == {"ring"}
    assert "Ring" in strings(["So I told Ring, and that is so."], key)


def test_two_spellings_of_a_whole_name_are_proposed_as_one():
    """Gonzalez and Gonzales with the same first name, and the parts of both; another person is another."""
    texts = ["then Maria Gonzalez and Maria Gonzales and Maria met Mario Gimenez"]
    found = findings(spoken(*texts), Key("g"))
    made = proposals(found, Key("g"), texts)
    assert made["Maria Gonzalez"] == made["Maria Gonzales"] == made["Maria"]
    assert made["Mario Gimenez"] != made["Maria"]


def test_a_key_on_disk_is_used_by_the_finder(study):
    """Names typed in are searched for; what is decided is reviewed."""
    path = default_path(study)
    create_key(study, path, PASSPHRASE)
    key = change_key(study, path, PASSPHRASE, lambda k: ruled(k, [Ruling("Leeds", kind=Kind.PLACE)], by="lead"))
    leeds = next(f for f in find_names(study, key) if f.text == "Leeds")
    assert leeds.reviewed
    assert leeds.entry.pseudonym == ""
