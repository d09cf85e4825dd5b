"""Projects with every kind of nonsense in them: taken or refused with a sentence, all of it or nothing."""

import os
import shutil
from datetime import UTC, timedelta, timezone
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from refi_project import as_read, guid

from assistant.exchange.refi.own import ORIGIN
from assistant.exchange.refi.project import (
    Case,
    Link,
    Media,
    Note,
    Project,
    ProjectCode,
    ProjectCoding,
    ProjectSet,
    Selection,
    Source,
    SyncPoint,
    User,
    Value,
    Variable,
)
from assistant.exchange.refi.taking import take_project
from store.audit import verify
from store.decisions import codings
from store.errors import ConflictError, InvalidInputError
from store.imports import imports
from store.interviews import interviews
from store.memos import memos
from store.sets import named_sets
from store.study import create_study, open_study

NUMBERS = count()
GUIDS = st.integers(0, 12).map(guid)
MAYBE = st.none() | GUIDS
FEW = st.integers(0, 3).map(guid)
ODD = ["", " ", "Ana", "ana", "Ana (2)", "two\nlines", "../../etc/passwd", "=1+1", "x" * 500, "😀e\u0301"]
TEXTS = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
PIECES = ["Ana: so", "so 😀", "\n", "\n\n", "\t", " ", "Ben:", "[00:01]", "e\u0301"]
SPOKEN = st.lists(st.sampled_from(PIECES), min_size=3, max_size=12).map("".join)
OFFSETS = st.none() | st.integers(-3, 40)
TIMES = st.none() | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), None]))
GROUPS = st.lists(GUIDS, max_size=3).map(tuple)


def some(values, most=3):
    return st.lists(values, max_size=most).map(tuple)


def distinct(values, least=0):
    return st.lists(values, min_size=least, max_size=4, unique_by=lambda each: each.guid).map(tuple)


CODINGS = st.builds(ProjectCoding, guid=st.uuids().map(str), code=FEW, user=MAYBE, at=TIMES, notes=GROUPS)
SELECTIONS = st.builds(
    Selection,
    guid=GUIDS,
    start=st.none() | st.integers(-3, 10),
    end=OFFSETS,
    begin_ms=OFFSETS,
    end_ms=OFFSETS,
    name=TEXTS,
    description=TEXTS,
    codings=some(CODINGS),
    notes=GROUPS,
    user=MAYBE,
    at=TIMES,
)
VALUES = st.builds(Value, variable=GUIDS, text=TEXTS)
SOURCES = st.builds(
    Source,
    guid=GUIDS,
    name=TEXTS,
    kind=st.sampled_from(["text", "text", "audio", "video", "pdf", "picture"]),
    text=st.one_of(st.none(), SPOKEN, SPOKEN, SPOKEN),
    selections=some(SELECTIONS),
    codings=some(CODINGS, 1),
    notes=GROUPS,
    values=some(VALUES),
    description=TEXTS | st.just("Speakers: Ana (interviewer)"),
    user=MAYBE,
    at=TIMES,
    media=st.none() | st.builds(Media, name=TEXTS),
    transcript=MAYBE | st.just("none"),
    sync=some(st.builds(SyncPoint, guid=GUIDS, position=OFFSETS, time_ms=OFFSETS)),
)
PROJECTS = st.builds(
    Project,
    name=TEXTS,
    origin=st.sampled_from(["", "Other", f"{ORIGIN} 0.1"]),
    description=TEXTS,
    user=MAYBE,
    created=TIMES,
    users=distinct(st.builds(User, guid=GUIDS, name=TEXTS, id=st.sampled_from(["", "model"]))),
    codes=distinct(
        st.builds(
            ProjectCode,
            guid=FEW,
            name=TEXTS,
            parent=st.one_of(st.none(), st.none(), FEW),
            codable=st.booleans(),
            colour=st.sampled_from(["", "#AABBCC", "red"]),
            description=TEXTS,
            notes=GROUPS,
        ),
        least=2,
    ),
    variables=distinct(
        st.builds(Variable, guid=GUIDS, name=TEXTS, kind=st.sampled_from(["Text", "Boolean", "Date", "Integer", "?"]))
    ),
    cases=distinct(
        st.builds(
            Case,
            guid=GUIDS,
            name=TEXTS,
            description=TEXTS,
            codes=GROUPS,
            values=some(VALUES),
            sources=GROUPS,
            selections=GROUPS,
        )
    ),
    sources=distinct(SOURCES, least=1),
    notes=distinct(st.builds(Note, guid=GUIDS, name=TEXTS, text=TEXTS, user=MAYBE, at=TIMES)),
    links=distinct(st.builds(Link, guid=GUIDS, name=TEXTS, origin=MAYBE, target=MAYBE, notes=GROUPS)),
    sets=distinct(st.builds(ProjectSet, guid=GUIDS, name=TEXTS, codes=GROUPS, sources=GROUPS, notes=GROUPS)),
    project_notes=GROUPS,
)


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """An empty study, to be copied: making one takes longer than taking a project in."""
    folder = tmp_path_factory.mktemp("hostile") / "blank"
    create_study(folder, "Study").close()
    return folder


@settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "20")), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(project=PROJECTS)
def test_whatever_a_project_holds_it_is_taken_or_refused_with_a_sentence(blank, project):
    """Whole or not at all; of everything that was found the study has it, or the report says why not."""
    with open_study(shutil.copytree(blank, blank.parent / str(next(NUMBERS)))) as study:
        refused = None
        try:
            report = take_project(study, as_read(project), file="hostile.qdpx", sha256="0" * 64, coder="Lead")
        except (InvalidInputError, ConflictError) as error:
            refused = str(error)
        if refused is not None:
            assert refused.endswith(".")
            for records in (interviews, imports, memos, codings, named_sets):
                assert not records(study)
            return
        assert not verify(study).faults
        assert len(interviews(study)) == report.counts["sources"].taken
        assert len(codings(study)) == report.counts["codings"].taken
        found = sum(len(s.codings) + sum(len(each.codings) for each in s.selections) for s in project.sources)
        assert report.counts["codings"].found == found
        for kind, count in report.counts.items():
            assert 0 <= count.taken <= count.found, kind
        missed = sum(count.found - count.taken for count in report.counts.values())
        assert missed == 0 or [finding for finding in report.findings if finding.kind == "left out"]
        assert all(sentence.endswith(".") for sentence in report.sentences())
