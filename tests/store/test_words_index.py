"""The index of words: it finds what stands in a text, repairs itself, and goes with an erased interview."""

import multiprocessing
import os
import stat

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from study_builder import add_talk, built_study

from assistant.segment import segment_new
from store.erase import erase_interview
from store.index import VectorIndex
from store.segments import segments
from store.study import create_study, open_study
from store.wording import words_of
from store.words_index import Near, Phrase, WordsIndex, spoken

QUEUE = Phrase(("queue",))


@pytest.fixture
def study(tmp_path):
    with built_study(tmp_path) as made:
        yield made


def ids_with(study, word):
    return {s.id for s in segments(study) if word in words_of(s.text)}


def asked(study, sought=QUEUE):
    index = WordsIndex(study)
    reason = index.refresh(segments(study))
    return reason, index.matches(sought)


def test_what_stands_in_a_text_is_found_and_the_file_is_its_owners_alone(study):
    """The first use makes the file, the second one finds it right; nobody else on the machine can read it."""
    assert asked(study) == ("it was missing", ids_with(study, "queue"))
    assert asked(study) == (None, ids_with(study, "queue"))
    assert stat.S_IMODE((study.index / "words.db").stat().st_mode) == 0o600
    assert [path.name for path in study.index.iterdir()] == ["words.db"]


def _garbage(path):
    path.write_bytes(b"garbage" * 1000)


def _cut(path):
    path.write_bytes(path.read_bytes()[:5000])


def _scribbled(path):
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x07" * (len(content) - 4096)
    path.write_bytes(bytes(content))


def _emptied(path):
    path.write_bytes(b"")


def _folder(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [os.unlink, _garbage, _cut, _scribbled, _emptied])
def test_a_spoilt_file_is_made_again(study, spoil):
    """Whatever was done to it, before or after it was looked at, the answer is right and the file is mended."""
    index = WordsIndex(study)
    index.refresh(segments(study))
    spoil(study.index / "words.db")
    assert index.matches(QUEUE) == ids_with(study, "queue")
    spoil(study.index / "words.db")
    reason, found = asked(study)
    assert reason in ("it was missing", "it was damaged")
    assert found == ids_with(study, "queue")
    assert asked(study)[0] is None


def test_where_the_file_cannot_be_made_words_are_found_in_memory(study):
    """A folder in its place, or another process that holds the index, keeps nobody from finding words."""
    asked(study)
    _folder(study.index / "words.db")
    assert asked(study)[1] == ids_with(study, "queue")
    (study.index / "words.db").rmdir()
    with FileLock(study.folder / ".index.lock"):
        assert asked(study)[1] == ids_with(study, "queue")
        assert not (study.index / "words.db").exists()


def test_the_index_follows_the_segments(study):
    """With fewer segments it finds fewer, with all of them again all; the file is changed, not made anew."""
    first = segments(study, "I1")
    index = WordsIndex(study)
    index.refresh(segments(study))
    assert index.refresh(first) == "it was old"
    assert index.matches(QUEUE) == ids_with(study, "queue") & {s.id for s in first}
    assert index.refresh(segments(study)) == "it was old"
    assert index.matches(QUEUE) == ids_with(study, "queue")


def test_the_index_of_vectors_is_still_missed_where_only_words_are_there(study):
    """The words are no part of the index of vectors."""
    asked(study)
    with VectorIndex(study, "no vectors yet") as index:
        assert index.repair.reason is None
    assert asked(study) == (None, ids_with(study, "queue"))


def test_an_erased_interview_leaves_the_index_of_words(study):
    """The file goes with the erasure; an index that knew the interview from before does not bring it back."""
    index = WordsIndex(study)
    before = segments(study)
    index.refresh(before)
    erase_interview(study, "I2", coder="ada")
    assert not (study.index / "words.db").exists()
    index.matches(QUEUE)
    assert not (study.index / "words.db").exists()
    index.refresh(segments(study))
    assert index.matches(QUEUE) == ids_with(study, "queue")
    assert not {s.id for s in before if s.interview == "I2"} & index.matches(QUEUE)


def _ask_often(folder, results):
    with open_study(folder) as study:
        found = segments(study)
        for turn in range(10):
            index = WordsIndex(study)
            index.refresh(found if turn % 2 else segments(study, "I1"))
            results.put(len(index.matches(QUEUE)))


def test_two_processes_use_it_at_once(study):
    """Each asks for another state all the time, and each is right every time."""
    both, one = len(ids_with(study, "queue")), len(ids_with(study, "queue") & {s.id for s in segments(study, "I1")})
    results = multiprocessing.get_context("spawn").Queue()
    others = [
        multiprocessing.get_context("spawn").Process(target=_ask_often, args=(study.folder, results)) for _ in range(2)
    ]
    for other in others:
        other.start()
    found = [results.get(timeout=120) for _ in range(20)]
    for other in others:
        other.join(timeout=60)
    assert [other.exitcode for other in others] == [0, 0]
    assert sorted(found) == [one] * 10 + [both] * 10
    assert [path.name for path in study.index.iterdir()] == ["words.db"]


def test_ranks_go_by_the_rarer_word(study):
    """BM25: who has the rare word stands before who has the common one; what stands everywhere weighs nothing."""
    index = WordsIndex(study)
    index.refresh(segments(study))
    ranked = index.ranked([Phrase(("garden",)), Phrase(("machines",))])
    best = max(ranked, key=ranked.__getitem__)
    assert best in ids_with(study, "garden")
    assert set(ranked) == ids_with(study, "garden") | ids_with(study, "machines")
    assert index.ranked([]) == {}
    assert index.ranked([Phrase(("nowhere",))]) == {}


WORDS = st.sampled_from(["a", "b", "ab", "abc", "ba"])
PHRASES = st.builds(Phrase, st.lists(WORDS, min_size=1, max_size=2).map(tuple), st.booleans())
SOUGHT = PHRASES | st.builds(Near, PHRASES, PHRASES, st.integers(1, 4))


@pytest.fixture(scope="module")
def spelled(tmp_path_factory):
    """A study of segments that use few words over and over."""
    folder = tmp_path_factory.mktemp("spelled")
    cycle = ["ab", "ba", "abc", "a", "b", "b", "a"]
    talk = [("Ada", " ".join([*cycle[n % 5 : n % 5 + 1 + n % 7], *["ab"] * (n % 3), "a"])) for n in range(60)]
    with create_study(folder / "study", "Words") as study:
        add_talk(study, folder, "I1", talk)
        segment_new(study)
        index, found = WordsIndex(study), segments(study)
        index.refresh(found)
        yield index, found


@settings(max_examples=80, deadline=None)
@given(SOUGHT)
def test_the_index_finds_exactly_what_stands_in_the_texts(spelled, sought):
    """Phrases, beginnings of words and words near each other: the index and a look at each text agree."""
    index, found = spelled
    plain = {s.id for s in found if spoken(sought, f" {' '.join(words_of(s.text))} ")}
    assert index.matches(sought) == plain


def test_near_is_counted_in_words_either_way():
    """`a ~3 b`: from the one to the other at most three words on, whichever comes first, never with itself."""
    said = " one two three four "
    one, four = Phrase(("one",)), Phrase(("four",))
    assert [spoken(Near(one, four, n), said) for n in (2, 3)] == [False, True]
    assert [spoken(Near(four, one, n), said) for n in (2, 3)] == [False, True]
    assert not spoken(Near(one, one, 9), said)
    assert spoken(Near(one, one, 9), " one and one ")
    assert spoken(Near(Phrase(("one", "two")), Phrase(("three",)), 1), said)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t PAY", ["don", "t", "pay"]),
        ("Café, naïve; Straße", ["cafe", "naive", "strasse"]),
        ("İstanbul ёлка", ["istanbul", "елка"]),
        ("机器 wait", ["机", "器", "wait"]),
        ("が か", ["が", "か"]),
        ("이메일을 기다렸다", ["이메일을", "기다렸다"]),
        ("مَكْتَب", ["مكتب"]),
        ("self-care 3.5 snake_case", ["self", "care", "3", "5", "snake", "case"]),
        ("🙂 … –", []),
        ("\ud800x", ["x"]),
    ],
)
def test_words_are_compared_as_people_search_in_many_languages(text, words):
    """Capitals, accents, vowel points and punctuation do not count; writing without spaces is cut by character."""
    assert words_of(text) == words
