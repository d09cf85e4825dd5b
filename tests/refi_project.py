"""A REFI-QDA project as it is read, small but with something of every kind."""

from dataclasses import replace
from datetime import UTC, datetime

from assistant.exchange.refi.project import (
    Case,
    Link,
    Note,
    Project,
    ProjectCode,
    ProjectCoding,
    ProjectSet,
    ReadProject,
    Selection,
    Source,
    User,
    Value,
    Variable,
)

AT = datetime(2024, 5, 3, 9, 30, tzinfo=UTC)
ANA = "00000000-0000-4000-8000-00000000000a"
BEN = "00000000-0000-4000-8000-00000000000b"
TEXT = "Interviewer: How did you get the machines?\n\nMara: We borrowed them 😀.\nThe owner wanted a logo.\n"


def guid(number: int) -> str:
    """A GUID of its own for each number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def selection(number: int, quote: str, *codings: ProjectCoding, text: str = TEXT, **more) -> Selection:
    """The stretch of the text that reads so."""
    start = text.index(quote)
    return Selection(guid(number), start, start + len(quote), codings=codings, **more)


def coding(number: int, code: int, user: str | None = ANA, **more) -> ProjectCoding:
    """A coding with a code, by its number."""
    return ProjectCoding(guid(number), guid(code), user, AT, **more)


def small_project(**changed) -> Project:
    """Two users, three codes in two levels, one interview of a case, notes on everything, a set and a link."""
    project = Project(
        name="Machines",
        origin="Other 1.0",
        user=ANA,
        users=(User(ANA, "Ana"), User(BEN, "Ben")),
        codes=(
            ProjectCode(guid(1), "Machines", colour="#112233", notes=(guid(91),)),
            ProjectCode(guid(2), "Borrowed", guid(1), description="Of others.\nInclude: Grants."),
            ProjectCode(guid(3), "Costs", guid(1), codable=False),
        ),
        variables=(Variable(guid(70), "region"), Variable(guid(71), "paid", "Boolean")),
        cases=(Case(guid(60), "Mara", values=(Value(guid(71), "1"),), sources=(guid(10),)),),
        sources=(
            Source(
                guid(10),
                "First talk.docx",
                text=TEXT,
                selections=(
                    selection(20, "We borrowed them 😀.", coding(30, 2, notes=(guid(93),)), coding(31, 3, BEN)),
                    selection(21, "The owner wanted a logo.", coding(32, 3), notes=(guid(92),)),
                ),
                notes=(guid(94),),
                values=(Value(guid(70), "north"),),
            ),
        ),
        notes=(
            Note(guid(90), "On the whole", "All of it.", ANA, AT),
            Note(guid(91), "On a code", "What it means.", BEN, AT),
            Note(guid(92), "On a passage", "A logo!", ANA, AT),
            Note(guid(93), "On a coding", "Sure?", BEN, AT),
            Note(guid(94), "On the talk", "It rained.", ANA, AT),
        ),
        sets=(ProjectSet(guid(80), "First round", codes=(guid(2),), sources=(guid(10),), notes=(guid(90),)),),
        links=(Link(guid(85), "leads to", guid(20), guid(2)),),
        project_notes=(guid(90),),
    )
    return replace(project, **changed)


def as_read(project: Project, *findings, conventions=None) -> ReadProject:
    """The project as a reader gives it."""
    return ReadProject(project, {}, findings, conventions or {})
