"""Everything of the standard is read, in whatever shape producers write it, and what is not kept is said."""

from datetime import UTC, datetime

import pytest
from refi_files import CODE, SOURCE, USER, USERS, codebook, coded_project, guid, project, qdpx, text_source

from assistant.exchange.refi.project import Finding, Value
from assistant.exchange.refi.reading import read_qdc, read_qdpx

WHOLE = f"""
<Users><User guid="{{{guid(1)}}}" name="Ana"/><User guid="{guid(11)}" id="BB"/><User guid="{guid(12)}"/></Users>
<CodeBook><Codes>
  <Code guid="{CODE}" name="costs" isCodable="true" color="#abc"><Description>What is paid</Description>
    <NoteRef targetGUID="{guid(41)}"/>
    <Code guid="{guid(21)}" name="travel" isCodable="false" color="#A1B2C3"/>
    <Code guid="{guid(22)}" name="time" isCodable="true" color="blue"/>
  </Code>
  <Code guid="{guid(31)}" name="Ben" isCodable="true"/>
</Codes></CodeBook>
<Variables>
  <Variable guid="{guid(51)}" name="age" typeOfVariable="Integer"><Description>In years</Description></Variable>
  <Variable guid="{guid(52)}" name="town" typeOfVariable="Place"/>
</Variables>
<Cases>
  <Case guid="{guid(31)}"><CodeRef targetGUID="{guid(31)}"/>
    <VariableValue><VariableRef targetGUID="{guid(51)}"/><IntegerValue>41</IntegerValue></VariableValue>
    <VariableValue><VariableRef targetGUID="{guid(52)}"/></VariableValue>
    <VariableValue><VariableRef targetGUID="{guid(999)}"/><TextValue>lost</TextValue></VariableValue>
    <SourceRef targetGUID="{SOURCE}"/><SelectionRef targetGUID="{guid(61)}"/><SelectionRef targetGUID="{guid(998)}"/>
  </Case>
</Cases>
<Sources>
  <TextSource guid="{SOURCE}" name="Interview 1" creatingUser="{USER}" creationDateTime="2024-02-03T10:00:00+02:00">
    <Description>In the kitchen</Description>
    <PlainTextContent>The bus is dear. Who pays for it?</PlainTextContent>
    <PlainTextSelection guid="{guid(61)}" name="The bus is dear." startPosition="0" endPosition="16"
      creatingUser="{USER}" creationDateTime="2024-02-03T10:00:00.1234567Z">
      <Description>bitter</Description>
      <Coding guid="{guid(71)}" creatingUser="{guid(11)}" creationDateTime="2024-02-04T00:00:00Z">
        <CodeRef targetGUID="{CODE}"/><NoteRef targetGUID="{guid(41)}"/></Coding>
      <Coding guid="{guid(72)}"><CodeRef targetGUID="{guid(21)}"/></Coding>
      <Coding guid="{guid(73)}"><CodeRef targetGUID="{guid(997)}"/></Coding>
    </PlainTextSelection>
    <PlainTextSelection guid="{guid(62)}" startPosition="17" endPosition="400"/>
    <PlainTextSelection guid="{guid(63)}" startPosition="900" endPosition="950"/>
    <PlainTextSelection guid="{guid(64)}" startPosition="21" endPosition="17"/>
    <PlainTextSelection guid="{guid(65)}" endPosition="x"/>
    <Coding guid="{guid(74)}" creatingUser="{guid(996)}"><CodeRef targetGUID="{CODE}"/></Coding>
    <NoteRef targetGUID="{guid(42)}"/><NoteRef targetGUID="{guid(995)}"/>
    <VariableValue><VariableRef targetGUID="{guid(52)}"/><TextValue>Leith</TextValue></VariableValue>
  </TextSource>
</Sources>
<Notes>
  <Note guid="{guid(41)}" name="On costs" creatingUser="{USER}" creationDateTime="2024-02-05T00:00:00">
    <Description>first thoughts</Description><PlainTextContent>Dear, but how dear?</PlainTextContent></Note>
  <Note guid="{guid(42)}" plainTextPath="internal://NOTE.TXT"><Coding guid="{guid(75)}"><CodeRef targetGUID="{CODE}"/>
    </Coding><PlainTextSelection guid="{guid(66)}" startPosition="0" endPosition="3"/></Note>
</Notes>
<Links><Link guid="{guid(81)}" name="see" originGUID="{guid(61)}" targetGUID="{guid(41)}" direction="OneWay"
  color="#000"><NoteRef targetGUID="{guid(41)}"/></Link><Link guid="{guid(82)}" targetGUID="{guid(994)}"/></Links>
<Sets><Set guid="{guid(91)}" name="Money"><Description>all of it</Description><MemberCode targetGUID="{CODE}"/>
  <MemberSource targetGUID="{SOURCE}"/><MemberNote targetGUID="{guid(41)}"/><MemberSource targetGUID="{guid(993)}"/>
</Set></Sets>
<Graphs><Graph guid="{guid(95)}" name="net"><Vertex guid="{guid(96)}" firstX="1" firstY="2"/></Graph></Graphs>
<Description>A study of costs</Description><NoteRef targetGUID="{guid(42)}"/>
"""


@pytest.fixture
def whole(tmp_path):
    xml = project(
        WHOLE, f'name="Costs" origin="NVivo" creatingUserGUID="{USER}" modifiedDateTime="2024-05-06T00:00:00Z"'
    )
    return read_qdpx(qdpx(tmp_path / "a.qdpx", xml, note_txt=b"\xef\xbb\xbfAsk again"), tmp_path)


def said(read, what, *, kind=None):
    return [each for each in read.findings if what in each.said and kind in (None, each.kind)]


def read_of(tmp_path, inner, **sources):
    xml = project(f"{USERS}{codebook('costs')}{inner}")
    return read_qdpx(qdpx(tmp_path / "a.qdpx", xml, **sources), tmp_path)


def test_users_codes_and_variables(whole):
    held = whole.project
    assert [(user.guid, user.name) for user in held.users] == [(USER, "Ana"), (guid(11), "BB"), (guid(12), "User 3")]
    assert [(code.name, code.parent, code.codable, code.colour) for code in held.codes] == [
        ("costs", None, True, "#aabbcc"),
        ("travel", CODE, False, "#A1B2C3"),
        ("time", CODE, True, ""),
        ("Ben", None, True, ""),
    ]
    assert (held.codes[0].description, held.codes[0].notes) == ("What is paid", (guid(41),))
    assert [(each.name, each.kind, each.description) for each in held.variables] == [
        ("age", "Integer", "In years"),
        ("town", "Text", ""),
    ]


def test_the_project_itself(whole):
    held = whole.project
    assert (held.name, held.origin, held.user, held.description) == ("Costs", "NVivo", USER, "A study of costs")
    assert held.modified == datetime(2024, 5, 6, tzinfo=UTC)
    assert held.project_notes == (guid(42),)


def test_a_source_with_selections_codings_notes_and_values(whole):
    [source] = whole.project.sources
    assert (source.guid, source.kind, source.user, source.description) == (SOURCE, "text", USER, "In the kitchen")
    assert source.at == datetime(2024, 2, 3, 8, tzinfo=UTC)
    assert source.values == (Value(guid(52), "Leith"),)
    assert source.notes == (guid(42),)
    assert [(coding.guid, coding.user) for coding in source.codings] == [(guid(74), None)]
    first = source.selections[0]
    assert source.text[first.start : first.end] == first.name
    assert (first.description, first.user) == ("bitter", USER)
    own, inherited = first.codings
    assert (own.code, own.user, own.at, own.notes) == (CODE, guid(11), datetime(2024, 2, 4, tzinfo=UTC), (guid(41),))
    assert (inherited.code, inherited.user, inherited.at) == (guid(21), USER, first.at)


def test_stretches_that_are_not_as_they_should_be(whole):
    """One reaches beyond the text, one lies outside of it, one is turned round, one has no numbers."""
    [source] = whole.project.sources
    spans = [(each.start, each.end) for each in source.selections]
    assert spans == [(0, 16), (17, 33), (None, None), (17, 21), (None, None)]
    for what in ("was cut", "outside of the text", "were exchanged", "is no number", "is missing"):
        assert said(whole, what)


def test_cases_links_sets_and_notes(whole):
    held = whole.project
    [case] = held.cases
    assert (case.name, case.codes, case.sources, case.selections) == ("", (guid(31),), (SOURCE,), (guid(61),))
    assert case.values == (Value(guid(51), "41"),)
    assert said(whole, "also a code")
    assert [(each.origin, each.target, each.notes) for each in held.links] == [
        (guid(61), guid(41), (guid(41),)),
        (None, None, ()),
    ]
    [money] = held.sets
    assert (money.name, money.description) == ("Money", "all of it")
    assert (money.codes, money.sources, money.notes) == ((CODE,), (SOURCE,), (guid(41),))
    assert [note.text for note in held.notes] == ["Dear, but how dear?\n\nfirst thoughts", "Ask again"]
    assert held.notes[0].at == datetime(2024, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("left out", "A reference to a source that is not in the file"),
        ("left out", "A reference to a note that is not in the file"),
        ("left out", "A reference to a user that is not in the file"),
        ("left out", "A reference to a selection that is not in the file"),
        ("left out", "A coding without a code that is in the file"),
        ("left out", "A value without a variable"),
        ("left out", "not filled in"),
        ("left out", "A graph (1 vertices, 0 edges)"),
        ("left out", "A colour that is none"),
        ("left out", "direction of a link"),
        ("left out", "An end of a link"),
        ("left out", "A selection within a note"),
        ("left out", "A coding of a note"),
        ("guessed", "without zone"),
        ("changed", "without a name was called by its place"),
        ("changed", "unknown type"),
    ],
)
def test_what_is_lost_or_changed_is_said(whole, kind, what):
    assert said(whole, what, kind=kind)


def test_elements_are_counted_by_their_names(whole):
    assert whole.found["Coding"] == 5
    assert whole.found["PlainTextSelection"] == 6
    assert whole.found["Code"] == 4
    assert whole.found["Vertex"] == 1


def test_pdf_stretches_stand_once_though_the_file_has_them_on_the_page_and_in_the_text(tmp_path):
    """ATLAS.ti writes each with one GUID twice; a stretch of a page alone is placed where its words stand once."""
    read = read_of(tmp_path, f"""<Sources><PDFSource guid="{SOURCE}" name="a.pdf" path="internal://a.pdf">
      <PDFSelection guid="{guid(61)}" page="0" firstX="1" firstY="1" secondX="2" secondY="2">
        <Coding guid="{guid(71)}" creatingUser="{USER}"><CodeRef targetGUID="{CODE}"/></Coding></PDFSelection>
      <PDFSelection guid="{guid(62)}" page="0" firstX="1" firstY="1" secondX="2" secondY="2">
        <Representation guid="{guid(63)}"><PlainTextContent>pays  for</PlainTextContent></Representation></PDFSelection>
      <Representation guid="{guid(64)}"><PlainTextContent>The bus is dear. Who pays
for it?</PlainTextContent><PlainTextSelection guid="{guid(61)}" startPosition="4" endPosition="7">
        <Coding guid="{guid(72)}" creatingUser="{USER}"><CodeRef targetGUID="{CODE}"/></Coding></PlainTextSelection>
      <NoteRef targetGUID="{guid(999)}"/></Representation></PDFSource></Sources>""")  # fmt: skip
    [source] = read.project.sources
    assert [(each.guid, source.text[each.start : each.end]) for each in source.selections] == [
        (guid(61), "bus"),
        (guid(62), "pays\nfor"),
    ]
    assert [coding.guid for coding in source.selections[0].codings] == [guid(72)]
    assert said(read, "kept once", kind="changed")
    assert said(read, "placed where its words stand", kind="guessed")
    assert said(read, "pages of a PDF file", kind="left out")


def test_a_picture_without_a_text_is_left_to_whoever_takes_it(tmp_path):
    """What becomes of it, and of what is coded on it, is said where it is taken or not; here nothing is said twice."""
    read = read_of(
        tmp_path,
        f"""<Sources><PictureSource guid="{SOURCE}" name="Photo">
      <PictureSelection guid="{guid(61)}" firstX="0" firstY="0" secondX="9" secondY="9"/></PictureSource></Sources>""",
    )
    assert [each.text for each in read.project.sources] == [None]
    assert [each.where for each in read.findings] == ["Source “Photo”, selection 1 of the page"]


def test_an_empty_transcript_of_a_recording_is_said(tmp_path):
    read = read_of(
        tmp_path,
        f"""<Sources><AudioSource guid="{SOURCE}" name="talk">
      <Transcript guid="{guid(31)}"><PlainTextContent> </PlainTextContent></Transcript></AudioSource></Sources>""",
    )
    assert said(read, "transcript of a recording is empty", kind="left out")


def test_a_recording_with_transcripts_sync_points_and_stretches_of_time(tmp_path):
    talk = "The bus is dear.\nWho pays for it?\nMy sister."
    read = read_of(tmp_path, f"""<Sources><AudioSource guid="{SOURCE}" name="talk" path="internal://T.MP3">
      <Transcript guid="{guid(31)}"/>
      <Transcript guid="{guid(32)}" plainTextPath="internal://t.txt">
        <SyncPoint guid="{guid(43)}" timeStamp="4000" position="34"/>
        <SyncPoint guid="{guid(41)}" timeStamp="1000" position="0"/>
        <SyncPoint guid="{guid(42)}" timeStamp="2500" position="17"/>
        <TranscriptSelection guid="{guid(61)}" fromSyncPoint="{guid(42)}" toSyncPoint="{guid(43)}">
          <Coding guid="{guid(71)}"><CodeRef targetGUID="{CODE}"/></Coding></TranscriptSelection>
        <NoteRef targetGUID="{guid(42)}"/>
      </Transcript>
      <Transcript guid="{guid(33)}" name="In French"><PlainTextContent>Le bus</PlainTextContent></Transcript>
      <AudioSelection guid="{guid(62)}" begin="1200" end="2000"/>
      <AudioSelection guid="{guid(63)}" begin="100" end="500"/>
      <AudioSelection guid="{guid(64)}" begin="3000" end="9000"/>
    </AudioSource></Sources>""", t_txt=talk.encode(), t_mp3=b"sound")  # fmt: skip
    [source] = read.project.sources
    assert (source.kind, source.text, source.transcript) == ("audio", talk, guid(32))
    assert [(each.position, each.time_ms) for each in source.sync] == [(0, 1000), (17, 2500), (34, 4000)]
    assert [(each.start, each.end, each.begin_ms, each.end_ms) for each in source.selections] == [
        (17, 34, 2500, 4000),
        (0, 16, 1200, 2000),
        (None, None, 100, 500),
        (17, 44, 3000, 9000),
    ]
    assert source.media.name == "talk.MP3"
    assert source.media.file.parent == tmp_path
    assert source.media.file.name == f"{SOURCE}.mp3"
    assert source.media.file.read_bytes() == b"sound"
    assert said(read, "between the sync points", kind="guessed")
    assert said(read, "A further transcript", kind="left out")


def test_a_stretch_in_the_transcript_and_on_the_recording_is_one(tmp_path):
    """Some write it with one GUID as both; the recording's times are the exact ones."""
    read = read_of(tmp_path, f"""<Sources><VideoSource guid="{SOURCE}" name="talk">
      <Transcript guid="{guid(32)}"><PlainTextContent>The bus is dear.</PlainTextContent>
        <SyncPoint guid="{guid(41)}" timeStamp="1000" position="0"/>
        <SyncPoint guid="{guid(42)}" timeStamp="2500" position="7"/>
        <TranscriptSelection guid="{guid(61)}" fromSyncPoint="{guid(41)}" toSyncPoint="{guid(42)}">
          <Coding guid="{guid(71)}"><CodeRef targetGUID="{CODE}"/></Coding></TranscriptSelection></Transcript>
      <VideoSelection guid="{guid(61)}" begin="1100" end="2400">
        <Coding guid="{guid(72)}"><CodeRef targetGUID="{CODE}"/></Coding></VideoSelection>
    </VideoSource></Sources>""")  # fmt: skip
    [one] = read.project.sources[0].selections
    assert (one.start, one.end, one.begin_ms, one.end_ms) == (0, 7, 1100, 2400)
    assert [coding.guid for coding in one.codings] == [guid(71)]


def test_an_annotation_of_qualcoder_is_a_note_at_its_place(tmp_path):
    read = read_of(tmp_path, f"""<Sources><TextSource guid="{SOURCE}" name="Interview 1">
      <PlainTextContent>The bus is dear.</PlainTextContent><NoteRef targetGUID="{guid(41)}"/></TextSource></Sources>
      <Notes><Note guid="{guid(41)}"><PlainTextContent>why?</PlainTextContent>
        <PlainTextSelection guid="{guid(61)}" startPosition="4" endPosition="7"/></Note></Notes>""")  # fmt: skip
    [source] = read.project.sources
    [annotation] = source.selections
    assert (annotation.guid, annotation.notes) == (guid(61), (guid(41),))
    assert source.text[annotation.start : annotation.end] == "bus"
    assert source.notes == ()
    assert said(read, "taken as written at a place", kind="guessed")


def test_guids_are_kept_made_and_told_apart(tmp_path):
    """Braces and capitals go; what is no GUID is replaced wherever it is named; the second of two gets its own."""
    wide = "{ABCDEF00-0000-0000-0000-000000000001}"
    read = read_of(tmp_path, f"""<Sources>
      <TextSource guid="{wide}" name="1"><PlainTextContent>a</PlainTextContent></TextSource>
      <TextSource guid="{wide.strip('{}').lower()}" name="2"><PlainTextContent>b</PlainTextContent></TextSource>
      <TextSource guid="third" name="3"><PlainTextContent>c</PlainTextContent></TextSource>
      <TextSource name="4"><PlainTextContent>d</PlainTextContent></TextSource></Sources>
      <Sets><Set guid="{guid(91)}" name="all">
      <MemberSource targetGUID="{wide}"/><MemberSource targetGUID="third"/></Set>
      </Sets>
      """)  # fmt: skip
    guids = [source.guid for source in read.project.sources]
    assert guids[0] == "abcdef00-0000-0000-0000-000000000001"
    assert len(set(guids)) == 4
    assert read.project.sets[0].sources == (guids[0], guids[2])
    for what in ("has the GUID of another", "A GUID that is none", "without GUID"):
        assert said(read, what, kind="changed")
    again = read_qdpx(tmp_path / "a.qdpx", tmp_path)
    assert [source.guid for source in again.project.sources] == guids


def test_what_the_standard_does_not_know_is_said_by_name_and_number(tmp_path):
    read = read_of(
        tmp_path,
        '<Moods xmlns="urn:other"><Mood/></Moods><Sources>'
        f'<TextSource guid="{SOURCE}" name="1" mood="low"><PlainTextContent>a</PlainTextContent><Mood/><Mood/>'
        "</TextSource></Sources><Sets/>",
    )
    left_out = {each.where: each.said for each in read.findings}
    assert "2 times" in left_out["Element “Mood” in TextSource"]
    assert "once" in left_out["Element “Moods” in Project"]
    assert "once" in left_out["Attribute “mood” of TextSource"]
    assert read.found["Mood"] == 3
    assert read.project.sets == ()


def test_a_codebook_and_its_sets(tmp_path):
    path = tmp_path / "a.qdc"
    path.write_text(
        f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="x"><Codes><Code guid="{CODE}" name="costs" isCodable="1"/>'
        f'</Codes><Sets><Set guid="{guid(91)}" name="Money"><MemberCode guid="{CODE}"/></Set></Sets></CodeBook>',
        "utf-8-sig",
    )
    for read in (read_qdc(path), read_qdpx(path, tmp_path)):
        assert [(each.guid, each.name) for each in read.project.codes] == [(CODE, "costs")]
        assert read.project.sets[0].codes == (CODE,)
        assert (read.project.name, read.findings) == ("a", ())


def test_a_project_given_as_codebook_has_its_codes_and_is_read_without_texts(tmp_path):
    given = qdpx(tmp_path / "a.qdpx", coded_project(text_source()), **{"0_txt": b"Hello"})
    read = read_qdc(given)
    assert [code.name for code in read.project.codes] == ["costs"]
    assert read.project.sources[0].text is None
    assert said(read, "which was not read")


@pytest.mark.parametrize("version", ["1.0", "1:0", "0:4"])
def test_code_books_of_older_programs_name_the_standard_in_their_way(tmp_path, version):
    """NVivo 12 and ATLAS.ti 9 write colons; there is nothing to doubt."""
    path = tmp_path / "a.qdc"
    path.write_text(
        f'<CodeBook xmlns="urn:QDA-XML:codebook:{version}"><Codes><Code guid="{CODE}" name="costs"/></Codes></CodeBook>'
    )
    assert (read_qdc(path).findings, [each.name for each in read_qdc(path).project.codes]) == ((), ["costs"])


@pytest.mark.parametrize(
    ("given", "colour"),
    [("#abc", "#aabbcc"), ("A1B2C3", "#A1B2C3"), ("#FF808040", "#808040"), ("#808040ff", "#808040"),
     ("rgb(1, 2,3)", "#010203"), ("rgba(255,0,10,0.5)", "#ff000a"), ("rgba(256,0,10,1)", ""), ("#12808040", "")],
)  # fmt: skip
def test_colours_in_the_shapes_that_programs_write(tmp_path, given, colour):
    read = read_of(tmp_path, f'<CodeBook><Codes><Code guid="{CODE}" name="c" color="{given}"/></Codes></CodeBook>')
    assert read.project.codes[-1].colour == colour
    assert bool(said(read, "A colour that is none")) == (not colour)


def test_a_code_that_is_written_twice_is_there_once_below_the_other(tmp_path):
    """One name and GUID is one code, whichever comes first; one GUID with two names is two codes."""

    def places(read):
        return [(code.name, code.parent) for code in read.project.codes if code.name != "costs"]

    low, high = (f'<Code guid="{guid(21)}" name="low"/>', f'<Code guid="{guid(22)}" name="high">{{}}</Code>')
    for inner in (low + high.format(low), high.format(low) + low):
        read = read_of(
            tmp_path, f"<CodeBook><Codes>{inner}</Codes></CodeBook><CodeBook><Codes>{low}</Codes></CodeBook>"
        )
        assert places(read) == [("high", None), ("low", guid(22))]
        assert said(read, "written twice", kind="changed")
    within = high.format(low.replace("/>", f">{high.format('')}</Code>"))
    read = read_of(tmp_path, f"<CodeBook><Codes>{within}</Codes></CodeBook>")
    assert places(read) == [("high", None), ("low", guid(22))]
    other = low.replace("low", "another")
    read = read_of(tmp_path, f"<CodeBook><Codes>{low}{other}</Codes></CodeBook>")
    assert [name for name, _ in places(read)] == ["low", "another"]
    assert len({code.guid for code in read.project.codes}) == 3
    assert said(read, "has the GUID of another", kind="changed")


@pytest.mark.parametrize("namespace", ["urn:QDA-XML:project:1.1", "URN:qda-xml:PROJECT:1.0"])
def test_another_version_of_the_standard_is_read_and_said(tmp_path, namespace):
    given = qdpx(tmp_path / "a.qdpx", project(USERS, namespace=namespace))
    read = read_qdpx(given, tmp_path)
    assert [user.name for user in read.project.users] == ["Ana"]
    assert said(read, "should name version 1.0", kind="doubtful")


def test_dates_that_are_none_and_times_that_stand_for_none(tmp_path):
    read = read_of(tmp_path, f"""<Sources>
      <TextSource guid="{guid(31)}" creationDateTime="2024-13-45"><PlainTextContent>a</PlainTextContent></TextSource>
      <TextSource guid="{guid(32)}" creationDateTime="0001-01-01T00:00:00"><PlainTextContent>b</PlainTextContent>
      </TextSource>
      </Sources>""")  # fmt: skip
    assert [source.at for source in read.project.sources] == [None, None]
    assert said(read, "date that is none") == [
        Finding("left out", "Source without a name", "A date that is none was left out.")
    ]
