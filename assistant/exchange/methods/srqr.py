"""The 21 items of SRQR, in short, and what the record says to them.

O'Brien, Harris, Beckman, Reed & Cook (2014), Academic Medicine 89(9):1245–1251.
"""

from assistant.exchange.methods.coreq import exported
from assistant.exchange.methods.document import Answer, Checklist, Item, many
from assistant.exchange.methods.sources import STUDY, Sources, audit
from assistant.exchange.participants import KIND as PACK

SOURCE = (
    "O’Brien BC, Harris IB, Beckman TJ, Reed DA, Cook DA (2014). Standards for reporting qualitative research (SRQR)."
    " Academic Medicine 89(9):1245–1251, doi:10.1097/ACM.0000000000000388"
)
ITEMS = (
    (1, "Title and abstract", "Title"),
    (2, "Title and abstract", "Abstract"),
    (3, "Introduction", "Problem formulation"),
    (4, "Introduction", "Purpose or research question"),
    (5, "Methods", "Qualitative approach and research paradigm"),
    (6, "Methods", "Researcher characteristics and reflexivity"),
    (7, "Methods", "Context"),
    (8, "Methods", "Sampling strategy"),
    (9, "Methods", "Ethical issues pertaining to human subjects"),
    (10, "Methods", "Data collection methods"),
    (11, "Methods", "Data collection instruments and technologies"),
    (12, "Methods", "Units of study"),
    (13, "Methods", "Data processing"),
    (14, "Methods", "Data analysis"),
    (15, "Methods", "Techniques to enhance trustworthiness"),
    (16, "Results", "Synthesis and interpretation"),
    (17, "Results", "Links to empirical data"),
    (18, "Discussion", "Integration with prior work, implications, transferability and contribution"),
    (19, "Discussion", "Limitations"),
    (20, "Other", "Conflicts of interest"),
    (21, "Other", "Funding"),
)


def srqr(of: Sources) -> Checklist:
    """Every item, with what the record says to it."""
    found = _answers(of)
    return Checklist("SRQR", SOURCE, tuple(Item(n, domain, title, found.get(n)) for n, domain, title in ITEMS))


def _answers(of: Sources) -> dict[int, Answer]:
    found = {9: _privacy(of), 15: _trust(of)}
    saturated = of.saturation.get("code")
    if saturated is not None and saturated.value(".interviews"):
        when = ("When no further sampling was needed: saturation is told; how people were chosen is yours to say.",)
        found[8] = Answer(when, ("saturation",), whole=False)
    if of.fact(".interviews.count"):
        facts = of.facts.at(".interviews", page=STUDY)
        units = (
            *many(facts.number(".count"), "interview"),
            " with their attributes; the people are yours to describe.",
        )
        found[12] = Answer(units, ("interviews",), whole=False)
        kinds = ("Recordings and transcripts by number; how they were collected is yours to say.",)
        found[10] = Answer(kinds, ("interviews",), whole=False)
        hidden = of.fact(".transcription.pseudonyms.in_place")
        names = "replacement of names" if hidden else "anonymisation is yours to describe"
        steps = (f"Transcription, corrections, coding and integrity of the data; {names}.",)
        found[13] = Answer(steps, ("transcription", "suggestions", "coding", "record"), whole=False)
    if of.fact(".coding.each"):
        how = ("Codebook, coders and what each decided; the paradigm is yours to name.",)
        found[14] = Answer(how, ("codebook", "suggestions", "coding"), whole=False)
    return found


def _privacy(of: Sources) -> Answer:
    allowed = of.fact(".machine.allow_remote")
    sent = "may be sent to another machine" if allowed else "may not be sent to another machine"
    if of.fact(".interviews.consent") is None:
        said = (f"The settings say that text {sent}; approval and consent are yours to state.",)
        return Answer(said, _SENT, whole=False)
    given = of.facts.at(".interviews.consent", page=audit("consent.recorded"))
    told = ("Consent is on record for ", *many(given.number(".recorded"), "interview"))
    return Answer((*told, f". The settings say that text {sent}; approval is yours to state."), _BOTH, whole=False)


_SENT, _BOTH = ("suggestions",), ("interviews", "suggestions")


def _trust(of: Sources) -> Answer:
    done = ["an audit trail"]
    if any(each["compared"] for each in of.fact(".double_codings")):
        done.append("blind double coding")
    if of.fact(".review.remarks"):
        done.append("an open second review")
    if exported(of, PACK):
        done.append("packs for participants to check")
    listed = ", ".join(done[:-1]) + (" and " if len(done) > 1 else "") + done[-1]
    said = f"{listed[:1].upper()}{listed[1:]}; anything else that you did is yours to add."
    return Answer((said,), ("agreement", "record"), whole=False)
