"""The elements and attributes of REFI-QDA 1.0, by the type of the element they stand in (Project.xsd, Codebook.xsd).

A type is named after its element; elements of one type share it (`Note` is a text source).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What may stand in an element of a type: elements, each with its type, and attributes."""

    elements: dict[str, str]
    attributes: frozenset[str]


_CHANGES = "creatingUser creationDateTime modifyingUser modifiedDateTime"
_ABOUT = "Description Coding NoteRef VariableValue"
_SELECTION = "Description Coding NoteRef"
_MEDIA = f"guid name path currentPath {_CHANGES}"
_TEXT = f"guid name richTextPath plainTextPath {_CHANGES}"
_VALUES = "TextValue BooleanValue IntegerValue FloatValue DateValue DateTimeValue"
_TEXT_TYPES = {"Note": "TextSource", "Representation": "TextSource", "TextDescription": "TextSource"}
_REFERENCES = ("CodeRef", "NoteRef", "SourceRef", "SelectionRef", "VariableRef")

_WRITTEN: dict[str, tuple[str, str]] = {
    "Project": (
        "Users CodeBook Variables Cases Sources Notes Links Sets Graphs Description NoteRef",
        "name origin creatingUserGUID creationDateTime modifyingUserGUID modifiedDateTime basePath",
    ),
    "Users": ("User", ""),
    "User": ("", "guid name id"),
    "CodeBook": ("Codes Sets", "origin"),
    "Codes": ("Code", ""),
    "Code": ("Description NoteRef Code", "guid name isCodable color"),
    "Variables": ("Variable", ""),
    "Variable": ("Description", "guid name typeOfVariable"),
    "Cases": ("Case", ""),
    "Case": ("Description CodeRef VariableValue SourceRef SelectionRef", "guid name"),
    "VariableValue": (f"VariableRef {_VALUES}", ""),
    "Sources": ("TextSource PictureSource PDFSource AudioSource VideoSource", ""),
    "TextSource": (f"{_ABOUT} PlainTextContent PlainTextSelection", _TEXT),
    "PlainTextSelection": (_SELECTION, f"guid name startPosition endPosition {_CHANGES}"),
    "PictureSource": (f"{_ABOUT} TextDescription PictureSelection", _MEDIA),
    "PictureSelection": (_SELECTION, f"guid name firstX firstY secondX secondY {_CHANGES}"),
    "PDFSource": (f"{_ABOUT} PDFSelection Representation", _MEDIA),
    "PDFSelection": (f"{_SELECTION} Representation", f"guid name page firstX firstY secondX secondY {_CHANGES}"),
    "AudioSource": (f"{_ABOUT} Transcript AudioSelection", _MEDIA),
    "AudioSelection": (_SELECTION, f"guid name begin end {_CHANGES}"),
    "VideoSource": (f"{_ABOUT} Transcript VideoSelection", _MEDIA),
    "VideoSelection": (_SELECTION, f"guid name begin end {_CHANGES}"),
    "Transcript": ("Description PlainTextContent SyncPoint TranscriptSelection NoteRef", _TEXT),
    "TranscriptSelection": (_SELECTION, f"guid name fromSyncPoint toSyncPoint {_CHANGES}"),
    "SyncPoint": ("", "guid timeStamp position"),
    "Coding": ("CodeRef NoteRef", "guid creatingUser creationDateTime"),
    "Notes": ("Note", ""),
    "Links": ("Link", ""),
    "Link": ("NoteRef", "guid name direction color originGUID targetGUID"),
    "Sets": ("Set", ""),
    "Set": ("Description MemberCode MemberSource MemberNote", "guid name"),
    "Graphs": ("Graph", ""),
    "Graph": ("Vertex Edge", "guid name"),
    "Vertex": ("", "guid representedGUID name firstX firstY secondX secondY shape color"),
    "Edge": ("", "guid representedGUID name sourceVertex targetVertex color direction lineStyle"),
    **dict.fromkeys(("MemberCode", "MemberSource", "MemberNote"), ("", "guid targetGUID")),
    **dict.fromkeys(_REFERENCES, ("", "targetGUID")),
    **dict.fromkeys(("Description", "PlainTextContent", *_VALUES.split()), ("", "")),
}

KINDS = {
    name: Kind({each: _TEXT_TYPES.get(each, each) for each in elements.split()}, frozenset(attributes.split()))
    for name, (elements, attributes) in _WRITTEN.items()
}

VALUES = {name.removesuffix("Value"): name for name in _VALUES.split()}
"""The element that holds a value, by the type of variable."""

UNKEPT = {
    "modifyingUser": "Who changed a thing last is not kept.",
    "modifyingUserGUID": "Who changed the project last is not kept.",
    "basePath": "The folder of the other program’s recordings is not kept.",
    "currentPath": "Where a recording once lay is not kept.",
    "direction": "The direction of a link is not kept.",
    "richTextPath": "The formatted text is not kept beside the plain one.",
}
"""Attributes of the standard that have no place in a study, and what is said of them."""
