"""The appendix of a study: facts from its record, other commands' figures beside them, sentences, and checklists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from assistant.agreement import Asked, agreement
from assistant.agreement import as_record as agreement_record
from assistant.exchange.methods import on_coding, on_data, on_review
from assistant.exchange.methods.coreq import coreq
from assistant.exchange.methods.document import Appendix, Section, said
from assistant.exchange.methods.history import History, day
from assistant.exchange.methods.number import Printed
from assistant.exchange.methods.of_coding import codebook_facts, coder_facts, history_record, machine_facts
from assistant.exchange.methods.of_interviews import interview_facts, transcription_facts
from assistant.exchange.methods.of_review import (
    double_coding_facts,
    exchange_facts,
    memo_facts,
    milestone_facts,
    people_facts,
    record_facts,
    review_facts,
    software_facts,
)
from assistant.exchange.methods.sources import CODEBOOK, SATURATION, Pair, Sources
from assistant.exchange.methods.srqr import srqr
from assistant.review import Basis
from assistant.review.milestones import milestone_of
from assistant.saturation import report_record
from assistant.saturation.report import report
from assistant.settings import Settings
from store.codebook import codebook_versions
from store.errors import InvalidInputError, NotFoundError
from store.event_log import last_event, logged
from store.study import Study

_STUDY, _JSON = "STUDY", "--json"


@dataclass(frozen=True, slots=True)
class As:
    """The state that the appendix tells of: at a milestone, after an event, or now.

    With `adjudicated`, saturation counts disputed codings as they were adjudicated.
    """

    milestone: str | None = None
    through: int | None = None
    adjudicated: bool = False


def appendix(study: Study, settings: Settings, asked: As | None = None) -> Appendix:
    """Write the appendix from the record alone.

    Raises NotFoundError for an unknown milestone or event, InvalidInputError where both are asked for.
    """
    asked = asked or As()
    through = _through(study, asked)
    past = History(study, through)
    saturation = _saturation(study, asked, through)
    facts: dict[str, Any] = {
        "study": _study(study, asked, through),
        "interviews": interview_facts(past),
        "transcription": transcription_facts(past),
        "codebook": codebook_facts(past),
        "machine": machine_facts(past, settings),
        "coding": coder_facts(past),
        "people": people_facts(past),
        "double_codings": double_coding_facts(past),
        "review": review_facts(past),
        "memos": memo_facts(past),
        "milestones": milestone_facts(past),
        "exchange": exchange_facts(past),
        "record": record_facts(past),
        "software": software_facts(),
    }
    record = {"facts": facts, "saturation": saturation}
    of = _sources(study, asked, through, record)
    return Appendix(
        title=f"How the study “{study.title}” was done",
        on=day(datetime.now(UTC)),
        through=through,
        head=facts["record"]["head"],
        sections=(_about(of), *(write(of) for write in _SECTIONS)),
        checklists=(coreq(of), srqr(of)),
        facts=record,
    )


_SECTIONS = (
    on_data.interviews_section,
    on_data.transcription_section,
    on_coding.codebook_section,
    on_coding.suggestions_section,
    on_coding.coding_section,
    on_review.agreement_section,
    on_review.saturation_section,
    on_review.notes_section,
    on_review.record_section,
)


def _through(study: Study, asked: As) -> int:
    if asked.milestone is not None and asked.through is not None:
        msg = "Ask for a milestone or for the number of an event, not for both."
        raise InvalidInputError(msg)
    if asked.milestone is not None:
        return milestone_of(study, asked.milestone).through
    newest = last_event(study)
    if asked.through is not None and not 1 <= asked.through <= newest:
        msg = f"There is no event {asked.through} in this study; the newest is {newest}."
        raise NotFoundError(msg)
    return newest if asked.through is None else asked.through


def _study(study: Study, asked: As, through: int) -> dict[str, Any]:
    return {
        "title": study.title,
        "guid": study.guid,
        "created": day(logged(study, 1).at),
        "until": day(logged(study, through).at),
        "through": through,
        "milestone": asked.milestone,
    }


def _about(of: Sources) -> Section:
    facts = of.facts.at(".study", page="audit")
    at = f", at the milestone “{facts.value('.milestone')}”" if facts.value(".milestone") else ""
    return Section(
        "about",
        "About this appendix",
        (
            said(
                "This appendix was written from the record of the study, as it stood after event ",
                facts.number(".through"),
                f" on {facts.value('.until')}{at}. The study was begun on {facts.value('.created')}. Nothing in it was"
                " typed by hand, and what did not happen is not told; each number names the query that prints it.",
            ),
        ),
    )


def _saturation(study: Study, asked: As, through: int) -> dict[str, Any]:
    """Saturation by level; none without a codebook."""
    if not codebook_versions(study, through=through):
        return {}
    basis = Basis(
        through=through if asked != As(adjudicated=asked.adjudicated) else None, adjudicated=asked.adjudicated
    )
    found = {"code": report_record(report(study, basis))}
    if codebook_versions(study, through=through)[-1].themes:
        found["theme"] = report_record(report(study, basis, level="theme"))
    return found


def _sources(study: Study, asked: As, through: int, record: Mapping[str, Any]) -> Sources:
    own = ("methods", _STUDY, "--through", str(through), *(("--adjudicated",) if asked.adjudicated else ()), _JSON)
    whole = Printed(own, record, "study")
    history = history_record(codebook_versions(study, through=through))
    facts = record["facts"]
    return Sources(
        facts=whole.at(".facts"),
        history=Printed(("codebook", "history", _STUDY, _JSON), history, CODEBOOK),
        pairs={
            drawn["name"]: _pairs(study, drawn, facts["coding"]["each"])
            for drawn in facts["double_codings"]
            if drawn["compared"]
        },
        saturation={level: _of_level(level, asked, whole) for level in record["saturation"]},
    )


def _of_level(level: str, asked: As, whole: Printed) -> Printed:
    """Saturation as its own command prints it, where that can be asked for the same state."""
    state = {"saturation_level": "Themes"} if level == "theme" else {}
    state |= {"saturation_coder": "All coders, disputes as adjudicated"} if asked.adjudicated else {}
    state |= {} if asked.milestone is None else {"saturation_moment": f"Milestone “{asked.milestone}”"}
    page = SATURATION + (f"?{urlencode(state)}" if state else "")
    found = whole.at(f".saturation.{level}", page=page)
    if asked.through is not None:
        return found
    words = ["saturation", _STUDY]
    words += ["--level", "theme"] if level == "theme" else []
    words += ["--adjudicated"] if asked.adjudicated else []
    words += [f"--milestone={asked.milestone}"] if asked.milestone is not None else []
    return Printed((*words, _JSON), found.record, page)


def _pairs(study: Study, drawn: Mapping[str, Any], coded: Sequence[Mapping[str, Any]]) -> list[Pair]:
    """The second coder with each person who had read some of the sample by then."""
    found, name, second = [], drawn["name"], drawn["second"]
    for first in (row["coder"] for row in coded if row["coder"] != second and row["kind"] == "person"):
        record = agreement_record(agreement(study, Asked(coders=(first, second), double_coding=name)))
        if record["units"] and record["pooled"]["n"]:
            words = ("agreement", _STUDY, f"--coders={first}", f"--coders={second}", f"--double-coding={name}", _JSON)
            state = [("agreement_coders", first), ("agreement_coders", second)]
            state.append(("agreement_work", f"Blind: {name}, {second}"))
            found.append(Pair((first, second), Printed(words, record, f"agreement?{urlencode(state)}")))
    return found
