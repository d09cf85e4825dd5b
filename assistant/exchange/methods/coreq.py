"""The 32 items of COREQ, in short, and what the record says to them.

Tong, Sainsbury & Craig (2007), International Journal for Quality in Health Care 19(6):349–357.
"""

from assistant.exchange.methods.document import Answer, Checklist, Item, Pieces, many
from assistant.exchange.methods.sources import MEMOS, STUDY, Sources, audit
from assistant.exchange.participants import KIND as PACK

SOURCE = (
    "Tong A, Sainsbury P, Craig J (2007). Consolidated criteria for reporting qualitative research (COREQ)."
    " International Journal for Quality in Health Care 19(6):349–357, doi:10.1093/intqhc/mzm042"
)
_TEAM, _DESIGN, _FINDINGS = "Research team and reflexivity", "Study design", "Analysis and findings"
ITEMS = (
    *((number, _TEAM, title) for number, title in enumerate(
        ("Interviewer or facilitator", "Credentials", "Occupation", "Gender", "Experience and training",
         "Relationship established", "What participants knew of the interviewer", "Interviewer characteristics"),
        start=1)),
    *((number, _DESIGN, title) for number, title in enumerate(
        ("Methodological orientation and theory", "Sampling", "Method of approach", "Sample size", "Non-participation",
         "Setting of data collection", "Presence of non-participants", "Description of the sample", "Interview guide",
         "Repeat interviews", "Audio or visual recording", "Field notes", "Duration", "Data saturation",
         "Transcripts returned"), start=9)),
    *((number, _FINDINGS, title) for number, title in enumerate(
        ("Number of data coders", "Description of the coding tree", "Derivation of themes", "Software",
         "Participant checking", "Quotations presented", "Data and findings consistent", "Clarity of major themes",
         "Clarity of minor themes"), start=24)),
)  # fmt: skip


def coreq(of: Sources) -> Checklist:
    """Every item, with what the record says to it."""
    found = _answers(of)
    return Checklist("COREQ", SOURCE, tuple(Item(n, domain, title, found.get(n)) for n, domain, title in ITEMS))


def _answers(of: Sources) -> dict[int, Answer]:
    facts = of.facts
    found: dict[int, Answer] = {27: Answer(("Named with version and settings.",), _SOFTWARE, whole=True)}
    if of.fact(".interviews.count"):
        found |= _sample(of)
    if of.fact(".memos.memos") or of.fact(".memos.debriefings"):
        memos = facts.at(".memos", page=MEMOS)
        kinds = (*many(memos.number(".memos"), "memo"), " and ", *many(memos.number(".debriefings"), "debriefing note"))
        found[20] = Answer((*kinds, "; whether they were field notes is yours to say."), ("notes",), whole=False)
    saturated = of.saturation.get("code")
    if saturated is not None and saturated.value(".interviews"):
        found[22] = Answer(("Told by a stopping rule and by estimators.",), ("saturation",), whole=True)
    if of.fact(".coding.each"):
        people = facts.at(".coding", page=STUDY)
        found[24] = Answer((*many(people.number(".people"), "person", "people"), " coded."), ("coding",), whole=True)
    if of.fact(".codebook.versions"):
        found |= _tree(of)
    if packs := exported(of, PACK):
        checked = (
            *packs,
            " for participants; what came back and what you made of it is yours to say.",
        )
        found[28] = Answer(checked, ("notes",), whole=False)
    if files := exported(of, "quotes"):
        where = (*files, " with quotes, each with its interview; which of them you print is yours to say.")
        found[29] = Answer(where, ("notes",), whole=False)
    return found


_SOFTWARE = ("transcription", "suggestions", "record")


def _sample(of: Sources) -> dict[int, Answer]:
    facts = of.facts.at(".interviews", page=STUDY)
    count = many(facts.number(".count"), "interview")
    found = {
        12: Answer((*count, "; how many people took part is yours to say."), ("interviews",), whole=False),
        19: Answer(
            (facts.number(".recordings"), " of ", *count, " came as a recording."),
            ("interviews", "transcription"),
            whole=facts.value(".transcripts") == 0,
        ),
    }
    if facts.value(".withdrawn"):
        went = many(facts.number(".withdrawn", page=audit("interview.erased")), "participant")
        found[13] = Answer((*went, " withdrew; who refused is yours to say."), ("interviews",), whole=False)
    if facts.value(".attributes"):
        names = ", ".join(each["name"] for each in facts.value(".attributes"))
        found[16] = Answer((f"By the attributes on record: {names}.",), ("interviews",), whole=False)
    if facts.value(".minutes") is not None:
        found[21] = Answer(
            ("Total, mean and range of ", *many(facts.number(".recordings_timed"), "recording"), "."),
            ("interviews",),
            whole=facts.value(".recordings_timed") == facts.value(".count"),
        )
    return found


def _tree(of: Sources) -> dict[int, Answer]:
    newest = of.facts.at(".codebook").parts(".versions")[-1]
    held = (*many(newest.number(".codes"), "code"), " in ", *many(newest.number(".themes"), "theme"))
    versions = of.facts.at(".codebook").number(".versions | length")
    return {
        25: Answer((*held, "; the codebook itself can be exported."), ("codebook",), whole=False),
        26: Answer(
            (*many(versions, "version"), " of the codebook with what changed; why is yours to say."),
            ("codebook",),
            whole=False,
        ),
    }


def exported(of: Sources, kind: str) -> Pieces:
    """How many files of a kind were exported; nothing where there is none."""
    for each in of.facts.at(".exchange").parts(".exports"):
        if each.value(".kind") == kind:
            number = each.number(".files", page=audit("quotes.exported", "file.exported"))
            return (*many(number, "file"), " exported")
    return ()
