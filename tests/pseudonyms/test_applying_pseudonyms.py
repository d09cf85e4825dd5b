"""Pseudonyms go into everything that can be rewritten, codings stay exact, and the names come back to the character."""

import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from named_study import PASSPHRASE, build, code_spans, talk

from assistant.correction import correct, edit_text, turns_of
from assistant.pseudonyms import (
    Ruling,
    apply_pseudonyms,
    change_key,
    create_key,
    default_path,
    find_names,
    open_key,
    restore_names,
    ruled,
)
from assistant.pseudonyms.key import Key
from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.rewriting import rewritten_turns, to_pseudonyms
from assistant.review import draw
from store.audit import verify
from store.codebook import current_codebook
from store.coders import add_coder, set_role
from store.decisions import codings, keep_decisions
from store.errors import InvalidInputError
from store.event_log import LogFilter, log
from store.interviews import interview
from store.memos import memos
from store.segments import segments
from store.sets import NamedSet, keep_set, named_sets
from store.study import create_study
from store.transcripts import transcript
from store.values import CoderRole, DecisionDraft, NewTurn, Span, Verdict, Word

NAMES = (
    Ruling("Maria Gonzalez", "[Person 1]"),
    Ruling("Maria", "[Person 1]"),
    Ruling("Maria Gonzales", "[Person 1]"),
    Ruling("Ann", "[Person 2]"),
    Ruling("Ann Lee", "[Person 2]"),
    Ruling("Anna", "[Person 3]"),
    Ruling("José", "[Person 4]"),
    Ruling("Leeds", "[Place 1]", Kind.PLACE),
    Ruling("Northfield Trust", "[Organisation 1]", Kind.ORGANISATION),
    Ruling("020 7946 0958", "[Contact 1]", Kind.CONTACT),
    Ruling("maria@example.org", "[Contact 2]", Kind.CONTACT),
    Ruling("Ben", "[Person 5]"),
)


@pytest.fixture
def study(tmp_path):
    with build(tmp_path) as made:
        path = default_path(made)
        create_key(made, path, PASSPHRASE)
        change_key(made, path, PASSPHRASE, lambda key: ruled(key, NAMES, by="lead"))
        keep_set(made, "lead", NamedSet("s1", "Where Maria is", "As Ben said.", ("c1",)))
        yield made


def test_names_are_found_wherever_people_wrote_something(study):
    """In notes on whatever decision, in sets, and in the names of double codings, which a report shows."""
    text = transcript(study, "I1")
    keep_decisions(study, "eve", [DecisionDraft(text.id, Span(0, 3), Verdict.READ, memo="Read with Zelda Fitz.")])
    keep_set(study, "eve", NamedSet("s2", "Of Zelda Fitz"))
    for name, role in (("lead", CoderRole.LEAD), ("ben", CoderRole.SECOND)):
        add_coder(study, name, by="lead")
        set_role(study, name, role, by="lead")
    draw(study, "lead", "For Zelda Fitz", "ben", share=1, seed=1)
    (found,) = [f for f in find_names(study, open_key(study, default_path(study), PASSPHRASE)) if "Zelda" in f.text]
    assert {hit.what for hit in found.hits} == {"note", "set", "double coding"}


def applied(study):
    return apply_pseudonyms(study, default_path(study), PASSPHRASE, coder="lead")


def restored(study):
    return restore_names(study, default_path(study), PASSPHRASE, coder="lead")


def everything(study):
    """All that names may stand in, to compare it before and after."""
    labels = ("I1", "I2")
    return (
        [turns_of(transcript(study, label)) for label in labels],
        [dict(interview(study, label).attributes) for label in labels],
        [(m.title, m.text, m.present) for m in memos(study)],
        current_codebook(study).codes,
        named_sets(study),
    )


def test_every_name_is_replaced_everywhere(study):
    """Transcripts, speakers, attributes, memos and codebook; the log says how many of which kind, never which."""
    done = applied(study)
    now = transcript(study, "I1")
    assert now.text.split("\n") == [
        "How did you meet [Person 1]?",
        "[Person 1] came to [Place 1] with [Person 4]. I told her to ring [Contact 1].",
        "And then, [Person 2]?",
        "Then [Person 1]’s sister [Person 3] joined 🙂 and [Person 1] laughed. Write to [Contact 2].",
    ]
    assert [turn.speaker for turn in now.turns] == ["Interviewer", "[Person 2]", "Interviewer", "[Person 2]"]
    assert now.origin == "pseudonyms"
    assert interview(study, "I1").attributes == {
        "region": "north",
        "employer": "[Organisation 1]",
        "sister": "[Person 3]",
    }
    assert [(m.title, m.text) for m in memos(study)] == [
        ("On [Person 1]", "Ring [Person 1] again,\n  then [Person 2].")
    ]
    meeting = current_codebook(study).find("c1")
    assert (meeting.definition, meeting.examples) == ("How [Person 1] was met.", ("[Person 1] came to [Place 1]",))
    assert done.interviews == ("I1", "I2")
    assert (done.attributes, done.memos, done.codes, done.sets, done.left) == (2, 1, 1, 1, ())
    (both,) = named_sets(study)
    assert (both.name, both.description, both.codes) == ("Where [Person 1] is", "As [Person 5] said.", ("c1",))
    (event,) = log(study, wanted=LogFilter(types=("pseudonyms.applied",)))
    assert '"person":' in event.payload
    assert "Maria" not in event.payload
    assert verify(study).faults == ()
    assert all(f.reviewed for f in find_names(study, open_key(study, default_path(study), PASSPHRASE)))


def test_words_keep_their_times_and_segments_are_cut_anew(study):
    """The words of a pseudonym have the time of the name; others stay as they were."""
    before = transcript(study, "I1").turns[1].words
    applied(study)
    now = transcript(study, "I1")
    after = {now.text[w.start : w.end]: (w.start_ms, w.end_ms) for w in now.turns[1].words}
    assert after["came"] == (before[1].start_ms, before[1].end_ms)
    assert now.turns[1].words[0].start_ms == before[0].start_ms
    assert all(one.end <= two.start for one, two in pairwise(now.turns[1].words))
    assert "".join(now.text[w.start : w.end] for w in now.turns[1].words) == re.sub(
        r"\s", "", now.turns[1].span.of(now.text)
    )
    assert any("[Person 1] came" in segment.text for segment in segments(study, "I1"))


def test_codings_stay_exact_and_need_no_look(study):
    """On single words and whole turns, with a name at either edge or alone; also back again."""
    text = transcript(study, "I1").text
    spans = [Span(t.span.start, t.span.end) for t in transcript(study, "I1").turns]
    spans += [
        Span(m.start(), m.end())
        for name in ("Maria Gonzalez", "José", "came to Leeds", "Anna joined 🙂")
        for m in re.finditer(name, text)
    ]
    code_spans(study, "I1", spans)
    swap = to_pseudonyms(open_key(study, default_path(study), PASSPHRASE))
    wanted = {c.decision: swap.of(c.span.of(text)) for c in codings(study)}
    originals = {c.decision: c.span for c in codings(study)}
    applied(study)
    now = transcript(study, "I1")
    assert {c.decision: c.span.of(now.text) for c in codings(study)} == wanted
    assert not any(c.needs_look for c in codings(study))
    restored(study)
    assert {c.decision: c.span for c in codings(study)} == originals
    assert not any(c.needs_look for c in codings(study))


def test_names_come_back_to_the_character(study):
    """Everything is as it was, also after a second round with another interview and more names."""
    before = everything(study)
    applied(study)
    assert restored(study).exact == ("I1", "I2")
    assert everything(study) == before
    assert restored(study).exact == ()
    applied(study)
    change_key(
        study, default_path(study), PASSPHRASE, lambda key: ruled(key, [Ruling("sister", "[Name 1]")], by="lead")
    )
    assert applied(study).interviews == ("I1",)
    restored(study)
    assert everything(study) == before
    assert verify(study).faults == ()


def test_a_coding_made_under_a_pseudonym_is_exact_after_the_names_are_back(study):
    """The way back has an exact map too."""
    applied(study)
    text = transcript(study, "I1").text
    at = text.index("[Person 1] came")
    code_spans(study, "I1", [Span(at, at + len("[Person 1]"))])
    restored(study)
    (coding,) = codings(study)
    assert coding.span.of(transcript(study, "I1").text) == "Maria"
    assert not coding.needs_look


def test_what_was_corrected_since_comes_back_by_the_key(study):
    """The correction stays; names come back as the key spells them first."""
    applied(study)
    correct(study, "I2", edit_text(1, "[Person 1] really does, and [Person 2] helps."), coder="lead")
    done = restored(study)
    assert (done.exact, done.by_key) == (("I1",), ("I2",))
    assert transcript(study, "I2").turns[1].span.of(transcript(study, "I2").text) == (
        "Maria Gonzalez really does, and Ann helps."
    )


def test_a_new_interview_gets_the_same_pseudonyms(study, tmp_path):
    """The same person has the same pseudonym; interviews that are done stay as they are; twice changes nothing."""
    applied(study)
    talk(study, tmp_path, "I3", [("Ann Lee", "So Maria and Anna came.")])
    again = applied(study)
    assert again.interviews == ("I3",)
    assert transcript(study, "I3").text == "So [Person 1] and [Person 3] came."
    assert transcript(study, "I1").revision == 2
    nothing = applied(study)
    assert (nothing.interviews, nothing.attributes, nothing.memos, nothing.codes) == ((), 0, 0, 0)
    assert len(log(study, wanted=LogFilter(types=("pseudonyms.applied",)))) == 2


def test_a_pseudonym_that_stands_in_the_texts_already_is_refused(tmp_path):
    """It would name two; what stands there is not taken for a pseudonym."""
    with create_study(tmp_path / "s", "S") as study:
        talk(study, tmp_path, "I1", [("Ann", "Then [Person 1] met Maria.")])
        with pytest.raises(InvalidInputError, match="two things"):
            ruled(Key("g"), [Ruling("Maria", "[Person 1]")], by="lead", texts=[transcript(study, "I1").text])


def test_a_name_across_two_turns_is_replaced_in_each(tmp_path):
    """Turns stay turns."""
    with create_study(tmp_path / "s", "S") as study:
        talk(study, tmp_path, "I1", [("A1", "It was Maria"), ("B1", "Gonzalez who came.")])
        create_key(study, default_path(study), PASSPHRASE)
        wanted = [Ruling("Maria Gonzalez", "[Person 1]")]
        change_key(study, default_path(study), PASSPHRASE, lambda key: ruled(key, wanted, by="lead"))
        applied(study)
        assert transcript(study, "I1").text == "It was [Person 1]\n[Person 1] who came."
        restored(study)
        assert transcript(study, "I1").text == "It was Maria\nGonzalez who came."


WORDS = st.sampled_from(
    [
        "Ann",
        "Anna",
        "Ann Lee",
        "maria",
        "María",
        "C++",
        "[x]",
        "🙂",
        "e\u0301a",
        "محمد",
        "田中",
        "the",
        "came",
        "[Person 1]",
        "’s",
        ".",
    ]
)


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=4),
    st.lists(
        st.sampled_from(["Ann", "Ann Lee", "Maria", "C++", "[x]", "🙂", "éa", "محمد", "田中"]), unique=True, max_size=5
    ),
)
def test_replacing_in_turns_is_replacing_in_the_text(texts, names):
    """Turn by turn or at once, the text is the same; words keep covering it in order; nothing of the names is left."""
    key = ruled(Key("g"), [Ruling(name, f"[Person {n}]") for n, name in enumerate(names, start=10)], by="lead")
    turns = [
        NewTurn(
            t, "Ann", words=tuple(Word(m.start(), m.end(), m.start(), m.end(), 1.0) for m in re.finditer(r"\S+", t))
        )
        for t in texts
    ]
    text = "\n".join(texts)
    swap = to_pseudonyms(key)
    places = [(span, new) for span, new, _ in swap.places(text)]
    made = rewritten_turns(turns, places, swap)
    assert "\n".join(turn.text for turn in made) == swap.of(text)
    for turn in made:
        assert all(one.end <= two.start for one, two in pairwise(turn.words))
        assert all(0 <= w.start < w.end <= len(turn.text) for w in turn.words)
        assert not key.originals().find(turn.text)


@pytest.mark.parametrize("seed", range(3))
def test_codings_of_every_stretch_that_cuts_no_name_are_the_same_with_names_replaced(study, seed):
    """Whatever is coded from word to word: the slice afterwards is the slice before with the replacements made."""
    import random

    chance = random.Random(seed)
    swap = to_pseudonyms(open_key(study, default_path(study), PASSPHRASE))
    text = transcript(study, "I1").text
    names = [span for span, _, _ in swap.places(text)]
    edges = [
        0,
        *(m.end() for m in re.finditer(r"\w+|[^\w\s]", text)),
        *(m.start() for m in re.finditer(r"\w+|[^\w\s]", text)),
    ]
    edges = [e for e in edges if not any(name.start < e < name.end for name in names)]
    pairs = {tuple(sorted(chance.sample(edges, 2))) for _ in range(60)}
    spans = [Span(a, b) for a, b in pairs if a < b and text[a].strip() and text[b - 1].strip()]
    code_spans(study, "I1", spans)
    wanted = {c.decision: swap.of(c.span.of(text)) for c in codings(study)}
    applied(study)
    now = transcript(study, "I1").text
    assert {c.decision: c.span.of(now) for c in codings(study)} == wanted
    assert not any(c.needs_look for c in codings(study))
