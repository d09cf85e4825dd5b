"""A code book as each program writes it, by both ways in: codes, their places and colours, and groups."""

import pytest
from refi_producers import INCOME, INHERITED, TOOLS, guid

from assistant.exchange.refi.taking import import_project, import_refi_codebook
from store.codebook import current_codebook
from store.sets import named_sets
from store.study import create_study

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def book(codes, space="1.0", start='<?xml version="1.0" encoding="utf-8"?>\n', origin="x", sets=""):
    return (
        f'{start}<CodeBook {XSI} xsi:schemaLocation="urn:QDA-XML:codebook:{space} Codebook.xsd" origin="{origin}" '
        f'xmlns="urn:QDA-XML:codebook:{space}"><Codes>{codes}</Codes>{sets}</CodeBook>'
    )


def code(number, name, inner="", more='isCodable="true"', *, upper=False):
    return f'<Code guid="{guid(number, upper=upper)}" name="{name}" {more}>{inner}</Code>'


def tree(said="<Description>By hand.</Description>", more='isCodable="true"', *, upper=False, above=None):
    low = code(INHERITED, "inherited", said, more, upper=upper)
    return code(TOOLS, "tools", low, above or more, upper=upper) + code(INCOME, "income", "", more, upper=upper)


MEMBER = f'<MemberCode guid="{guid(INCOME, upper=True)}" />'
GROUP = f'<Sets><Set name="Money" guid="{guid(94, upper=True)}">{MEMBER}</Set></Sets>'
BOOKS = {
    "NVivo 12 For Mac": book(
        tree(), "1:0", '\n<?xml version="1.0" encoding="UTF-8" standalone="no" ?>', "NVivo 12 For Mac"
    ).encode(),
    "NVivo for Windows": book(tree().replace(">", ">\r\n"), origin="NVivo for Windows 12.6").encode("utf-8-sig"),
    "MAXQDA": book(tree(more='color="#EF8256" isCodable="true"', upper=True), origin="MAXQDA 24").encode(),
    "ATLAS.ti": book(tree(upper=True), "0:4", origin="ATLAS.ti Win 9.0.19", sets=GROUP).encode(),
    "QualCoder": book(tree(above='isCodable="false"'), origin="QualCoder").encode("utf-8-sig"),
    "Taguette": book(tree(upper=True), origin="Taguette 1.4.1").encode(),
    "Quirkos": book(tree(more=""), start="", sets="<Sets/>").encode(),
    "a .NET program": book(tree(), start='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"),
    "a slip of another": book(tree("<Description>By hand.</Description>").replace("By", "&nbsp;By")).encode(),
}


@pytest.fixture(params=BOOKS)
def given(request, tmp_path):
    path = tmp_path / "codes.qdc"
    path.write_bytes(BOOKS[request.param])
    return path


@pytest.mark.parametrize("way", [import_project, import_refi_codebook])
def test_codes_arrive(given, way, tmp_path):
    with create_study(tmp_path / "study", "Looms") as study:
        done = way(study, given, coder="Lead")
        codes = {each.name: each for each in current_codebook(study).codes}
        assert {each.guid for each in codes.values()} == {guid(each) for each in (TOOLS, INHERITED, INCOME)}
        assert codes["inherited"].parent == codes["tools"].guid
        assert codes["inherited"].definition.strip() == "By hand."
        assert codes["tools"].parent is codes["income"].parent is None
        if b"EF8256" in given.read_bytes():
            assert codes["income"].colour == "#EF8256"
        if way is import_project:
            groups = {each.name: each.codes for each in named_sets(study)}
            assert groups == ({"Money": (guid(INCOME),)} if b"Money" in given.read_bytes() else {})
            assert [each for each in done.findings if each.kind == "doubtful"] == []
