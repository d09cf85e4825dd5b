"""Each producer's way of counting is found out, said, and turned into code points; where in doubt, that is said."""

import itertools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from refi_files import coded, coded_project, qdpx, text_source

from assistant.exchange.refi.reading import read_qdpx

TALK = (
    "Ana: Some days 😀 I walk to the clinic.\n"
    "The bus is dear 🚌, and it is late.\n"
    "\n"
    "Ben: Who pays for it?\n"
    "Ana: My sister 👩‍👩‍👧 does, she’s kind to me.\n"
    "We share the rest; ça va, as they say here.\n"
)
PLAIN = TALK.replace("😀 ", "").replace(" 🚌", "").replace("👩‍👩‍👧 ", "")
QUOTED = ("walk to the clinic", "The bus is dear", "Who pays", "she’s kind", "share the rest", "as they say here")
WORDS_OF_TALK = [found.span() for found in re.finditer(r"[\w’]{3,}", TALK)]
WORDS_OF_PLAIN = [found.span() for found in re.finditer(r"[\w’]{3,}", PLAIN)]
PRODUCERS = {
    "ATLAS.ti 23": {"unit": "UTF-16 units", "line_end": 1},
    "NVivo 14 (Windows)": {"unit": "UTF-16 units", "line_end": 2},
    "MAXQDA 24": {"unit": "code points", "line_end": 2},
    "QualCoder 3.8.2": {"unit": "code points", "line_end": 1},
    "Unheard of": {"unit": "UTF-16 units", "line_end": 1, "first": 1},
}


def spans_of(text, quoted=QUOTED):
    return [(text.index(each), text.index(each) + len(each)) for each in quoted]


def written(text, encoding="utf-8-sig", line_end="\r\n"):
    return text.replace("\n", line_end).encode(encoding)


def read(path, text, data, spans, *, origin="A program 1", content=None, **how):
    source = text_source(coded(text, spans, **how), content=content)
    given = qdpx(path, coded_project(source, origin=origin), **({} if content is not None else {"0_txt": data}))
    return read_qdpx(given, path.parent)


def spans_read(read_project, number=0):
    return [(each.start, each.end) for each in read_project.project.sources[number].selections]


def kinds(read_project):
    return [each.kind for each in read_project.findings]


@pytest.mark.parametrize("producer", PRODUCERS)
def test_the_quotes_show_how_a_producer_counts(tmp_path, producer):
    """By the quotes beside the offsets every convention is found, whoever the file says it is from."""
    found = read(tmp_path / "a.qdpx", TALK, written(TALK), spans_of(TALK), origin="", **PRODUCERS[producer])

    assert spans_read(found) == spans_of(TALK)
    assert found.project.sources[0].text == TALK
    assert "doubtful" not in kinds(found)
    assert "as the quotes beside them show" in next(iter(found.conventions.values()))


@pytest.mark.parametrize("producer", PRODUCERS)
def test_without_quotes_the_words_at_the_edges_show_it(tmp_path, producer):
    how = PRODUCERS[producer]
    found = read(tmp_path / "a.qdpx", TALK, written(TALK), WORDS_OF_TALK, quotes=False, origin="", **how)

    assert spans_read(found) == WORDS_OF_TALK
    how_known = next(iter(found.conventions.values()))
    assert "as the words at the edges" in how_known or "beyond the end of the text" in how_known
    assert kinds(found) == ([] if how == {"unit": "code points", "line_end": 2} else ["guessed"])


@pytest.mark.parametrize(
    ("unit", "line_end", "first", "inclusive"),
    itertools.product(("code points", "UTF-16 units", "UTF-8 bytes"), (1, 2), (0, 1), (False, True)),
)
def test_even_strange_ways_of_counting_are_found_by_quotes(tmp_path, unit, line_end, first, inclusive):
    found = read(
        tmp_path / "a.qdpx", TALK, written(TALK, "utf-8"), spans_of(TALK),
        unit=unit, line_end=line_end, first=first, inclusive=inclusive,
    )  # fmt: skip

    assert spans_read(found) == spans_of(TALK)


def test_last_letters_that_are_all_cut_off_are_taken_in(tmp_path):
    """The standard's text can be read so that the end is the last character itself."""
    spans = [found.span() for found in re.finditer(r"\w{4,}", PLAIN)]
    found = read(tmp_path / "a.qdpx", PLAIN, written(PLAIN, "utf-8", "\n"), spans, quotes=False, inclusive=True)

    assert len(spans) > 8
    assert spans_read(found) == spans
    assert kinds(found) == ["guessed"]


def test_quotes_cut_off_by_the_producer_still_show_where_they_begin(tmp_path):
    source = coded(TALK, [(0, len(TALK))], unit="UTF-16 units", line_end=2)
    tail = spans_of(TALK)[-2:]
    source += coded(TALK, [(tail[0][0], tail[1][1])], unit="UTF-16 units", line_end=2, number=1)
    source = re.sub(r'name="([^"]{12})[^"]*"', r'name="\1…"', source)
    given = qdpx(tmp_path / "a.qdpx", coded_project(text_source(source)), **{"0_txt": written(TALK)})

    assert spans_read(read_qdpx(given, tmp_path)) == [(0, len(TALK)), (tail[0][0], tail[1][1])]


def test_in_doubt_the_producers_way_is_taken_and_the_source_named(tmp_path):
    """Two selections of whole lines show nothing; ATLAS.ti is known to count a line end as one."""
    spans = spans_of(PLAIN, ("Who pays",))
    found = read(
        tmp_path / "a.qdpx", PLAIN, written(PLAIN), spans, quotes=False, origin="ATLAS.ti 9", line_end=1, first=0
    )

    assert spans_read(found) == spans
    [doubt] = [each for each in found.findings if each.kind == "doubtful"]
    assert doubt.where == "Source “Interview 1”"
    assert "1 of 1 stretches" in doubt.said
    assert "in doubt" in next(iter(found.conventions.values()))


@pytest.mark.parametrize("line_end", [1, 2])
def test_carriage_returns_that_xml_swallows_are_counted_where_the_words_show_it(tmp_path, line_end):
    """XML with Windows line ends gives line feeds; its writer may have counted either."""
    source = text_source(coded(PLAIN, WORDS_OF_PLAIN, quotes=False, line_end=line_end), content=PLAIN)
    xml = coded_project(source, origin="A program 1").replace("\n", "\r\n")
    found = read_qdpx(qdpx(tmp_path / "a.qdpx", xml.encode()), tmp_path)

    assert spans_read(found) == WORDS_OF_PLAIN
    assert found.project.sources[0].text == PLAIN
    assert kinds(found) == ([] if line_end == 1 else ["guessed"])


def test_in_xml_with_windows_line_ends_the_standard_is_taken_where_nothing_shows_another(tmp_path):
    talk = "one\ntwo three\n"
    xml = coded_project(text_source(coded(talk, [(4, 7)], quotes=False), content=talk)).replace("\n", "\r\n")
    found = read_qdpx(qdpx(tmp_path / "a.qdpx", xml.encode()), tmp_path)

    assert spans_read(found) == [(4, 7)]
    assert kinds(found) == ["doubtful"]


def test_the_other_sources_of_a_file_help_one_that_shows_nothing(tmp_path):
    """The second source has one stretch and no quote; the first shows that a line end counts as one."""
    alone = spans_of(PLAIN, ("Who pays",))
    sources = (
        text_source(coded(TALK, spans_of(TALK), line_end=1)),
        text_source(coded(PLAIN, alone, quotes=False, number=5), number=1, name="Interview 2"),
    )
    data = {"0_txt": written(TALK), "1_txt": written(PLAIN)}
    found = read_qdpx(qdpx(tmp_path / "a.qdpx", coded_project(*sources, origin="MAXQDA 24"), **data), tmp_path)

    assert spans_read(found, 1) == alone
    assert "doubtful" not in kinds(found)
    assert any(each.where == "Source “Interview 2”" and "other sources" in each.said for each in found.findings)


def test_stretches_that_would_end_behind_the_text_decide(tmp_path):
    spans = [(len(PLAIN) - 3, len(PLAIN))]
    found = read(
        tmp_path / "a.qdpx", PLAIN, written(PLAIN, "utf-8"), spans, quotes=False, origin="ATLAS.ti", line_end=2
    )

    assert spans_read(found) == spans
    assert "beyond the end of the text" in next(iter(found.conventions.values()))


def test_quotes_that_stand_elsewhere_are_said_and_nothing_is_moved(tmp_path):
    """An offset that is wrong by more than any way of counting is kept as it is."""
    source = coded(PLAIN, [(0, 18)]).replace('name="', 'name="walk to the clinic" x="')
    given = qdpx(tmp_path / "a.qdpx", coded_project(text_source(source, content=PLAIN)))
    found = read_qdpx(given, tmp_path)

    assert spans_read(found) == [(0, 18)]
    assert any(each.kind == "doubtful" and "1 quotes of 1" in each.said for each in found.findings)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet="ab é.\n-", min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12),
    st.sampled_from(("", "code 1", "ATLAS.ti", "NVivo 12", "MAXQDA 24", "QualCoder 3.5")),
    st.lists(st.text(alphabet="ab xyz1…", max_size=8), max_size=12),
)
def test_plain_text_is_never_shifted(tmp_path, text, pairs, origin, labels):
    """Where every way of counting gives the same, stretches stay where they are, whatever their names are."""
    spans = [tuple(sorted((min(a, len(text)), min(b, len(text))))) for a, b in pairs]
    names = iter([*labels, *[""] * len(spans)])
    source = re.sub('"><Coding', lambda _: f'" name="{next(names)}"><Coding', coded(text, spans, quotes=False))
    given = qdpx(tmp_path / "a.qdpx", coded_project(text_source(source), origin=origin), **{"0_txt": text.encode()})
    found = read_qdpx(given, tmp_path)

    here = [span for span in spans if span[0] < len(text)]
    assert [span for span in spans_read(found) if span != (None, None)] == here


WORDS = st.lists(
    st.sampled_from(["the", "bus", "isn’t", "😀", "paid", "Ça", "👩‍👩‍👧", "e\u0301clair", "so", "family.", "\n", "\n"]),
    min_size=6, max_size=60,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS, st.data())
def test_any_text_in_any_convention_comes_back_to_the_letter(tmp_path, words, data):
    """With quotes beside them, or where it is not in doubt, stretches of whole words are exact."""
    text = " ".join(words)
    tokens = [found.span() for found in re.finditer(r"[^\s]+", text)]
    if len(tokens) < 4:
        return
    picked = data.draw(st.lists(st.tuples(*[st.integers(0, len(tokens) - 1)] * 2), min_size=3, max_size=12))
    spans = [(tokens[min(pair)][0], tokens[max(pair)][1]) for pair in picked]
    spans = [span for span in spans if span[1] - span[0] > 2] or [(tokens[0][0], tokens[-1][1])]
    how = data.draw(st.sampled_from(list(PRODUCERS.values())))
    quotes = data.draw(st.booleans())
    found = read(tmp_path / "a.qdpx", text, written(text), spans, quotes=quotes, origin="", **how)

    doubtful = any(each.kind == "doubtful" for each in found.findings)
    assert spans_read(found) == spans or (doubtful and not quotes)
