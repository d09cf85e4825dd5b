"""One small project as each program writes it: its order, names, dates, offsets, line ends, folders and slips.

All of them hold the same talk, coded alike: `CODED` are its coded words with code and coder.
"""

import io
import zipfile
from uuid import UUID

from refi_files import packed, raw_offset

TALK = (
    "Interviewer: How did you come by the loom? 🧵\n"
    "Rosa: My aunt left it to me. She wove for fifty years.\n"
    "Interviewer: And does it pay?\n"
    "Rosa: Last winter I sold two blankets 😀, and a café wants ten more.\n"
)
AUNT, SOLD, WANTS = "My aunt left it to me.", "I sold two blankets", "a café wants ten more"
CODED = {(AUNT, "inherited", "Ina"), (SOLD, "income", "Bo"), (WANTS, "income", "Ina")}
NOTE = "Ask her about the café."


def guid(number, *, upper=False):
    """A GUID, in the case a producer writes."""
    made = str(UUID(int=(0xA << 120) + number))
    return made.upper() if upper else made


INA, BO, TOOLS, INHERITED, INCOME, SOURCE, AGE, CASE, MEMO = range(1, 10)
_GIVEN = ((AUNT, INHERITED, INA), (SOLD, INCOME, BO), (WANTS, INCOME, INA))


def nvivo_windows():
    """Capital folder, byte order mark, CRLF as two, UTF-16, no quotes; a case that is a code; a note by a link."""
    whole = _at(TALK, **_WIDE_TWO)
    selections = _selections(lambda *_: "", inner="<Description />", **_WIDE_TWO) + (
        f'<PlainTextSelection guid="{guid(90)}" name="" startPosition="0" endPosition="{whole[1]}">'
        f'<Coding guid="{guid(91)}" creatingUser="{guid(INA)}"><CodeRef targetGUID="{guid(CASE)}" /></Coding>'
        f'</PlainTextSelection><PlainTextSelection guid="{guid(92)}" name="" '
        f'startPosition="{_at(WANTS, **_WIDE_TWO)[0]}" endPosition="{_at(WANTS, **_WIDE_TWO)[1]}"><Description />'
        "</PlainTextSelection>"
    )
    xml = f"""<?xml version="1.0" encoding="utf-8"?>
<Project xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
 name="Looms.nvp" origin="NVivo for Windows 12.6" creatingUserGUID="{guid(INA)}"
 creationDateTime="2024-02-21T15:09:07Z" basePath="" xmlns="urn:QDA-XML:project:1.0">
  <Users><User guid="{guid(INA)}" name="Ina" id="IK" /><User guid="{guid(BO)}" name="Bo" id="BO" /></Users>
  <CodeBook><Codes>{_codes(more=f'<Code guid="{guid(CASE)}" name="Rosa" isCodable="true"><Description /></Code>')}
  </Codes></CodeBook>
  <Variables><Variable guid="{guid(AGE)}" name="Person:Age" typeOfVariable="Integer"><Description /></Variable>
  </Variables>
  <Cases><Case guid="{guid(CASE)}" name="Rosa"><Description />{_age("IntegerValue")}</Case></Cases>
  <Sources><TextSource guid="{guid(SOURCE)}" name="Talk" richTextPath="internal://{guid(SOURCE)}.docx"
   plainTextPath="internal://{guid(SOURCE)}.txt" creatingUser="{guid(INA)}" creationDateTime="2024-02-21T15:24:07Z"
   modifyingUser="{guid(INA)}" modifiedDateTime="2024-02-21T15:24:07Z"><Description />{selections}</TextSource>
  </Sources>
  <Notes><Note guid="{guid(MEMO)}" name="" richTextPath="internal://{guid(MEMO)}.docx"
   plainTextPath="internal://{guid(MEMO)}.txt" creatingUser="{guid(BO)}" creationDateTime="2024-02-22T08:00:00Z" />
  </Notes>
  <Links><Link guid="{guid(93)}" name="" direction="OneWay" originGUID="{guid(MEMO)}" targetGUID="{guid(92)}" /></Links>
  <Sets><Set guid="{guid(94)}" name="All"><Description /><MemberSource targetGUID="{guid(SOURCE)}" /></Set></Sets>
</Project>"""
    windows = TALK.replace("\n", "\r\n").encode("utf-8-sig")
    return packed({
        "project.qde": xml.replace("\n", "\r\n").encode("utf-8-sig"),
        f"Sources/{guid(SOURCE)}.txt": windows,
        f"Sources/{guid(SOURCE)}.docx": b"PK",
        f"Sources/{guid(MEMO)}.txt": NOTE.encode("utf-8-sig"),
    })  # fmt: skip


def nvivo_mac():
    """All XML on one line with `standalone`, an empty `.root` among the sources, LF, UTF-16, no quotes."""
    how = {"unit": "UTF-16 units"}
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no" ?><Project basePath="" '
        f'creatingUserGUID="{guid(INA)}" creationDateTime="2024-09-15T15:36:45Z" '
        'modifiedDateTime="2024-09-15T15:36:51Z" '
        f'modifyingUserGUID="{guid(INA)}" name="Looms" origin="NVivo for Mac 15.0.0" xmlns="urn:QDA-XML:project:1.0" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="urn:QDA-XML:project:1.0 Project.xsd">'
        f'<Users><User guid="{guid(INA)}" id="IK" name="Ina"/><User guid="{guid(BO)}" id="BO" name="Bo"/></Users>'
        f"<CodeBook><Codes>{_codes()}</Codes></CodeBook><Variables/><Cases/>"
        f'<Sources><TextSource creatingUser="{guid(INA)}" creationDateTime="2024-09-15T15:36:45Z" '
        f'guid="{guid(SOURCE)}" name="Talk" plainTextPath="internal://{guid(SOURCE)}.txt" '
        f'richTextPath="internal://{guid(SOURCE)}.docx">{_selections(lambda *_: "", **how)}</TextSource></Sources>'
        f'<Notes><Note guid="{guid(MEMO)}" name="Loom" plainTextPath="internal://{guid(MEMO)}.txt"/></Notes>'
        "<Links/><Sets/></Project>"
    )
    return packed({
        f"sources/{guid(SOURCE)}.docx": b"PK",
        f"sources/{guid(SOURCE)}.txt": TALK.encode(),
        f"sources/{guid(MEMO)}.txt": NOTE.encode(),
        "sources/.root": b"",
        "project.qde": xml.encode(),
    })  # fmt: skip


def maxqda():
    """Capital GUIDs, offsets as names, CRLF as two, a case without a name, a memo as a description, sound as video."""
    big = {"upper": True}
    start, end = _at(WANTS, **_WIDE_TWO)
    memo = (
        f'<PlainTextSelection endPosition="{end}" guid="{guid(92, **big)}" startPosition="{start}" '
        f'name="{start},{end}" creatingUser="{guid(BO, **big)}" creationDateTime="2024-02-22T08:00:00Z">'
        f"<Description>{NOTE}</Description></PlainTextSelection>"
    )
    xml = f"""<?xml version="1.0" encoding="utf-8"?>
<Project xsi:schemaLocation="urn:QDA-XML:project:1.0 http://schema.qdasoftware.org/versions/Project/v1.0/Project.xsd"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="urn:QDA-XML:project:1.0"
 origin="MAXQDA 24 (Release 24.7.0)" name="Looms" modifiedDateTime="2024-07-14T18:42:34Z">
 <Users><User guid="{guid(INA, **big)}" name="Ina"/><User guid="{guid(BO, **big)}" name="Bo"/></Users>
 <CodeBook><Codes>{_codes(**big)}</Codes></CodeBook>
 <Variables><Variable guid="{guid(AGE, **big)}" name="Age" typeOfVariable="Integer"/></Variables>
 <Cases><Case guid="{guid(CASE, **big)}">{_age("IntegerValue", **big)}<SourceRef targetGUID="{guid(SOURCE, **big)}"/>
 </Case></Cases>
 <Sources>
  <TextSource plainTextPath="internal://{guid(SOURCE, **big)}.txt" guid="{guid(SOURCE, **big)}" name="Talk"
   creatingUser="{guid(INA, **big)}" modifiedDateTime="2024-07-14T18:42:34Z">
   {_selections(lambda start, end, _: f"{start},{end}", **big, **_WIDE_TWO)}{memo}</TextSource>
  <VideoSource path="internal://{guid(77, **big)}.m4a" guid="{guid(77, **big)}" name="New Recording 11"/>
  <PictureSource path="internal://{guid(78, **big)}.jpg" guid="{guid(78, **big)}" name="The loom"/>
 </Sources>
</Project>"""
    return packed({
        "project.qde": xml.encode(),
        f"sources/{guid(SOURCE, **big)}.txt": TALK.replace("\n", "\r\n").encode("utf-8-sig"),
        f"sources/{guid(77, **big)}.m4a": bytes(64),
        f"sources/{guid(78, **big)}.jpg": bytes(64),
    })  # fmt: skip


def atlas_ti():
    """The project's name on its XML, backslashes in the zip, CRLF as one, UTF-16, the beginning of each quote."""
    big = {"upper": True}
    how = {"unit": "UTF-16 units", "line_end": 1}
    quoted = f'<NoteRef targetGUID="{guid(MEMO, **big)}" />'
    xml = f"""<?xml version="1.0" encoding="utf-8"?>
<Project xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
 name="Looms" origin="ATLAS.ti Win 23.2.1.26990" creatingUserGUID="{guid(INA, **big)}"
 creationDateTime="2024-02-21T15:09:07Z" modifyingUserGUID="{guid(INA, **big)}"
 modifiedDateTime="2024-02-21T15:09:07Z" xmlns="urn:QDA-XML:project:1.0">
  <Users><User guid="{guid(INA, **big)}" name="Ina" /><User guid="{guid(BO, **big)}" name="Bo" /></Users>
  <CodeBook><Codes>{_codes(**big)}</Codes></CodeBook>
  <Sources><TextSource richTextPath="internal://{guid(SOURCE, **big)}.docx"
   plainTextPath="internal://{guid(SOURCE, **big)}.txt" creatingUser="{guid(INA, **big)}"
   creationDateTime="2024-02-21T15:09:07Z" guid="{guid(SOURCE, **big)}" name="Talk.docx">
   {_selections(lambda start, end, words: words[:12] + "...", after=quoted, **big, **how)}</TextSource></Sources>
  <Notes><Note plainTextPath="internal://{guid(MEMO, **big)}.txt" richTextPath="internal://{guid(MEMO, **big)}.docx"
   guid="{guid(MEMO, **big)}" name="Loom" creatingUser="{guid(BO, **big)}" creationDateTime="2024-02-22T08:00:00Z" />
  </Notes>
  <Links><Link guid="{guid(93, **big)}" name="is cause of" direction="OneWay" color="#000000"
   originGUID="{guid(INHERITED, **big)}" targetGUID="{guid(INCOME, **big)}" /></Links>
  <Sets><Set guid="{guid(94, **big)}" name="Money"><MemberCode targetGUID="{guid(INCOME, **big)}" /></Set></Sets>
</Project>"""
    return packed({
        "Looms.qde": xml.encode("utf-8-sig"),
        f"sources\\{guid(SOURCE, **big)}.txt": TALK.replace("\n", "\r\n").encode("utf-8-sig"),
        f"sources\\{guid(SOURCE, **big)}.docx": b"PK",
        f"sources\\{guid(MEMO, **big)}.txt": NOTE.encode("utf-8-sig"),
    })  # fmt: skip


def qualcoder_windows():
    """Carriage returns that offsets leave out, whole quotes; end tags with a slip, an “&” as it is, times on codings
    missing, empty references, a note at its place in the text, a value that is none."""
    how = {"line_end": 1}
    start, end = _at(WANTS, **how)
    xml = f"""<?xml version="1.0" encoding="utf-8"?>
<Project xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 name="looms.qda" origin="QualCoder 3.6" creatingUserGUID="{guid(95)}" creationDateTime="2024-02-21T15:09:07Z"
 xmlns="urn:QDA-XML:project:1.0">
<Users>
<User guid="{guid(INA)}" name="Ina" />
<User guid="{guid(BO)}" name="Bo" />
</Users>
<CodeBook><Codes>{_codes()}</Codes></CodeBook>
<Variables><Variable guid="{guid(AGE)}" name="Age" typeOfVariable="Float"><Description /></Variable>
<Variable guid="{guid(96)}" name="Place" typeOfVariable="Text"><Description /></Variable></Variables>
<Cases><Case guid="{guid(CASE)}" name="Rosa"><Description />{_age("FloatValue")}
<VariableValue><VariableRef targetGUID="{guid(96)}" /></VariableValue><SourceRef targetGUID="{guid(SOURCE)}"/></Case>
</Cases>
<Sources>
<TextSource richTextPath="internal://{guid(SOURCE)}.docx" plainTextPath="internal://{guid(97)}.txt"
 creatingUser="{guid(INA)}" creationDateTime="2024-02-21T15:09:07Z" guid="{guid(SOURCE)}" name="Talk">
{_selections(lambda start, end, words: words, undated=True, **how)}<NoteRef targetGUID="{guid(MEMO)}" />
</TextSource>
<AudioSource creatingUser="" creationDateTime="2024-02-21T15:09:07Z" path="internal://{guid(77)}.mp3"
 guid="{guid(77)}" name="talk.mp3" >
<AudioSelection guid="{guid(79)}" begin="100" end="900" name="" creatingUser="{guid(BO)}" >
<Coding guid="{guid(80)}" creatingUser="{guid(BO)}" creationDateTime="2024-02-21_15:09:07Z">
</Coding>
</Audio'Selection>
</AudioSource>
</Sources>
<Notes>
<Note guid="{guid(MEMO)}" creatingUser="{guid(BO)}" creationDateTime="2024-02-22T08:00:00Z" >
<PlainTextContent>{NOTE} Money & milk < 5 €</PlainTextContent>
<PlainTextSelection guid="{guid(92)}" startPosition="{start}" endPosition="{end}" />
</Note>
</Notes>
<Description type="">All about looms</Description>
</Project>"""
    return packed({
        "project.qde": xml.replace("\n", "\r\n").encode("utf-8-sig"),
        "Sources/": b"",
        f"Sources/{guid(97)}.txt": TALK.replace("\n", "\r\n").encode("utf-8-sig"),
        f"Sources/{guid(SOURCE)}.docx": b"PK",
        f"Sources/{guid(77)}.mp3": bytes(64),
    })  # fmt: skip


def openqda():
    """A zip of another name; several code books, codes written twice, colours as numbers, paths with their folder."""
    flat = f'<Code guid="{guid(INHERITED)}" name="inherited" isCodable="true" color="rgba(68, 10, 200, 1)"/>'
    own = f"""<Code guid="{guid(TOOLS)}" name="tools" isCodable="true" color="rgba(1, 2, 3, 1)">{flat}</Code>"""
    xml = f"""<?xml version="1.0" encoding="UTF-8"?>
<Project name="Looms" xmlns="urn:QDA-XML:project:1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="urn:QDA-XML:project:1.0 Project.xsd" origin="OpenQDA-1.0" creatingUserGUID="{guid(INA)}"
 creationDateTime="2024-02-21T15:09:07+00:00" modifiedDateTime="2024-02-21T15:09:07+00:00"><Users>
<User guid="{guid(INA)}" name="Ina" id="1"/><User guid="{guid(BO)}" name="Bo" id="2"/></Users>
<CodeBook><Codes>{flat}{own}</Codes></CodeBook>
<CodeBook><Codes><Code guid="{guid(INCOME)}" name="income" isCodable="true" color=""/></Codes></CodeBook>
<Sources><TextSource guid="{guid(SOURCE)}" name="Talk.txt" plainTextPath="internal://sources/{guid(SOURCE)}.txt"
 creationDateTime="2024-02-21T15:09:07+00:00" creatingUser="{guid(INA)}">
{_selections(None, unit="UTF-16 units")}</TextSource></Sources>
<Description>{NOTE}</Description></Project>"""
    return packed({"project.qde": xml.encode(), f"sources/{guid(SOURCE)}.txt": TALK.encode()})


def quirkos():
    """Nameless cases with the values of a source, GUIDs in braces, one part of the zip without compression."""
    xml = f"""<?xml version="1.0" encoding="UTF-8"?>
<Project name="Looms" origin="Quirkos 2.5" xmlns="urn:QDA-XML:project:1.0">
<Users><User guid="{{{guid(INA)}}}" name="Ina"/><User guid="{{{guid(BO)}}}" name="Bo"/></Users>
<CodeBook><Codes>{_codes()}</Codes></CodeBook>
<Variables><Variable guid="{guid(AGE)}" name="Age" typeOfVariable="Text"/></Variables>
<Cases><Case guid="{{{guid(CASE)}}}">{_age("TextValue")}<SourceRef targetGUID="{{{guid(SOURCE)}}}"/></Case></Cases>
<Sources><TextSource guid="{{{guid(SOURCE)}}}" name="Talk" plainTextPath="internal://{guid(SOURCE)}.txt">
<Description>{NOTE}</Description>{_selections(None, unit="UTF-16 units")}</TextSource></Sources>
<Sets/></Project>"""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(f"sources/{guid(SOURCE)}.txt", TALK)
        archive.writestr("project.qde", xml, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def dotnet_inline():
    """The text in the XML, whose writer made every line end a Windows one, counted as two; a folder around it all."""
    xml = f"""<?xml version="1.0" encoding="utf-16"?>
<Project name="Looms" origin="A program for Windows 1.0" xmlns="urn:QDA-XML:project:1.0">
  <Users><User guid="{guid(INA)}" name="Ina" /><User guid="{guid(BO)}" name="Bo" /></Users>
  <CodeBook><Codes>{_codes()}</Codes></CodeBook>
  <Sources><TextSource guid="{guid(SOURCE)}" name="Talk"><Description>{NOTE}</Description>
  <PlainTextContent>{TALK}</PlainTextContent>{_selections(lambda start, end, words: words, **_WIDE_TWO)}
  </TextSource></Sources>
</Project>"""
    return packed({"Looms export/project.qde": xml.replace("\n", "\r\n").encode()})


def qualitative_coding():
    """Bare file names as paths, sources without names, lines as names of stretches, no times at all."""
    xml = (
        '<Project xmlns="urn:QDA-XML:project:1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'origin="qc 1.3.2" name="qc project"><Users><User name="Ina" guid="{guid(INA)}" />'
        f'<User name="Bo" guid="{guid(BO)}" /></Users><CodeBook><Codes>{_codes()}</Codes></CodeBook>'
        f'<Sources><TextSource plainTextPath="Talk.txt" guid="{guid(SOURCE)}"><Description>{NOTE}</Description>'
        f"{_selections(lambda start, *_: f'line:{start}', undated=True)}</TextSource></Sources></Project>"
    )
    return packed({"project.qde": xml.encode(), "sources/Talk.txt": TALK.encode()})


PRODUCERS = {
    "NVivo for Windows": nvivo_windows,
    "NVivo for Mac": nvivo_mac,
    "MAXQDA": maxqda,
    "ATLAS.ti": atlas_ti,
    "QualCoder on Windows": qualcoder_windows,
    "OpenQDA": openqda,
    "Quirkos": quirkos,
    "a .NET program": dotnet_inline,
    "qualitative-coding": qualitative_coding,
}
_WIDE_TWO = {"unit": "UTF-16 units", "line_end": 2}


def _at(words, **how):
    start = TALK.index(words)
    return raw_offset(TALK, start, **how), raw_offset(TALK, start + len(words), **how)


def _codes(*, upper=False, more=""):
    def code(number, name, inner=""):
        start = f'<Code guid="{guid(number, upper=upper)}" name="{name}" isCodable="true" color="#AA4411"'
        return f"{start}>{inner}</Code>" if inner else f"{start} />"

    return code(TOOLS, "tools", code(INHERITED, "inherited")) + code(INCOME, "income") + more


def _age(kind, *, upper=False):
    return f'<VariableValue><VariableRef targetGUID="{guid(AGE, upper=upper)}" /><{kind}>61</{kind}></VariableValue>'


def _selections(name, *, upper=False, inner="", after="", undated=False, **how):
    """The coded stretches; `name` says how a stretch is called by its offsets and words, None for no name."""
    made = []
    for number, (words, code, user) in enumerate(_GIVEN, start=50):
        start, end = _at(words, **how)
        called = "" if name is None else f' name="{name(start, end, words)}"'
        at = "" if undated else ' creationDateTime="2024-03-01T09:00:00Z"'
        made.append(
            f'<PlainTextSelection guid="{guid(number, upper=upper)}"{called} startPosition="{start}" '
            f'endPosition="{end}" creatingUser="{guid(user, upper=upper)}"{at}>{inner}'
            f'<Coding guid="{guid(number + 10, upper=upper)}" creatingUser="{guid(user, upper=upper)}"{at}>'
            f'<CodeRef targetGUID="{guid(code, upper=upper)}" /></Coding>{after}</PlainTextSelection>'
        )
    return "".join(made)
