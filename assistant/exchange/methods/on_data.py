"""The sections on interviews and on how they became text."""

from collections.abc import Callable

from assistant.exchange.methods.document import Block, Pieces, Section, Table, listed, many, run, said
from assistant.exchange.methods.number import Printed
from assistant.exchange.methods.sources import RECORDINGS, STUDY, TRANSCRIPTS, Sources, audit
from assistant.exchange.methods.wording import NONE, between, cell, decimals, hashed, whole
from store.pseudonymised import APPLIED_EVENT, RESTORED_EVENT


def interviews_section(of: Sources) -> Section:
    """How many interviews, how long, in which languages and with which attributes."""
    facts = of.facts.at(".interviews", page=STUDY)
    if not facts.value(".count"):
        return Section("interviews", "Interviews", (said("The study holds no interviews."), *_erased(facts)))
    blocks: list[Block] = [said(*_holds(facts)), *_lengths(facts), *_consent(facts), *_erased(facts), _each(facts)]
    if facts.value(".attributes"):
        blocks.append(_attributes(facts))
    return Section("interviews", "Interviews", tuple(blocks))


def _holds(facts: Printed) -> Pieces:
    recordings, files = many(facts.number(".recordings"), "recording"), many(facts.number(".transcripts"), "transcript")
    kinds: list[Pieces] = []
    if facts.value(".recordings"):
        kinds.append(recordings)
    if facts.value(".transcripts"):
        kinds.append((*files, " that came as text"))
    added = between(facts.value(".first_added"), facts.value(".last_added"))
    they = "It was" if facts.value(".count") == 1 else "They were"
    text: Pieces = ()
    if facts.value(".without_text"):
        have = "has" if facts.value(".without_text") == 1 else "have"
        text = (" ", facts.number(".without_text"), f" of them {have} no transcript yet.")
    holds = ("The study holds ", *many(facts.number(".count"), "interview"), ": ", *listed(kinds))
    return tuple(run(*holds, f". {they} added to the study {added}.", *text))


def _lengths(facts: Printed) -> list[Block]:
    lines: list[Block] = []
    if facts.value(".minutes") is not None:
        lines.append(said("The recordings last ", *_spread(facts.at(".minutes"), "minute", decimals), "."))
    if facts.value(".words") is not None:
        lines.append(said("The transcripts hold ", *_spread(facts.at(".words"), "word", whole), "."))
    languages = facts.parts(".languages")
    if languages:
        spoken = [(each.value(".value"), " in ", each.number(".interviews")) for each in languages]
        lines.append(said("The language on record, by interviews: ", *listed(spoken), "."))
    return lines


def _spread(of: Printed, unit: str, write: Callable[[float], str]) -> Pieces:
    total = many(of.number(".total", write), unit)
    ends = [of.number(field, write) for field in (".least", ".most")]
    mean = of.number(".mean", decimals)
    return (*total, " in all, ", mean, " on average (from ", ends[0], " to ", ends[1], ")")


def _erased(facts: Printed) -> list[Block]:
    if not facts.value(".erased"):
        return []
    erased = facts.number(".erased", page=audit("interview.erased"))
    were = "was" if erased.value == 1 else "were"
    why: Pieces = ()
    if facts.value(".withdrawn"):
        cases = many(facts.number(".withdrawn", page=audit("interview.erased")), "case")
        why = (" In ", *cases, " the participant withdrew.")
    return [said(*many(erased, "interview"), f" {were} erased from the study; nothing of it is counted here.", *why)]


def _consent(facts: Printed) -> list[Block]:
    """What is recorded of consent; nothing where nobody recorded any."""
    if facts.value(".consent") is None:
        return []
    given = facts.at(".consent", page=audit("consent.recorded"))
    text: Pieces = (
        "Consent is on record for ",
        *many(given.number(".recorded"), "interview"),
        ": it covers quotes in ",
    )
    text = (*text, given.number(".quotes"), ", giving the whole transcript to others in ", given.number(".sharing"))
    text = (*text, " and keeping the recording in ", given.number(".recording"), ".")
    if given.value(".restricted"):
        text = (*text, " Part of it was taken back later in ", given.number(".restricted"), ".")
    if given.value(".unknown"):
        text = (*text, " Nothing is recorded of ", given.number(".unknown"), ".")
    if given.value(".recordings_erased"):
        text = (*text, " Erased before the transcript: ", *many(given.number(".recordings_erased"), "recording"), ".")
    return [said(*text)]


def _each(facts: Printed) -> Table:
    rows = []
    for each in facts.parts(".each"):
        label = each.value(".label")
        text = each.at(".", page=f"{TRANSCRIPTS}?interview={label}") if each.value(".words") is not None else each
        rows.append(
            (
                label,
                each.value(".kind"),
                cell(each.at(".", page=RECORDINGS), ".minutes", decimals),
                *(cell(text, field, whole) for field in (".words", ".participants", ".interviewers")),
                each.value(".language") or NONE,
                cell(text, ".revisions"),
            )
        )
    heads = ("Interview", "Came as", "Minutes", "Words", "Participants", "Interviewers", "Language", "Revisions")
    return Table("The interviews; speakers are those that the transcript names", heads, tuple(rows))


def _attributes(facts: Printed) -> Table:
    rows: list[Pieces] = []
    for each in facts.parts(".attributes"):
        name = each.value(".name")
        rows += [(name, value.value(".value"), value.number(".interviews")) for value in each.parts(".values")]
        if not each.value(".values"):
            rows.append((name, "different values, not listed", each.number(".different")))
        if each.value(".without"):
            rows.append((name, "not stated", each.number(".without")))
    caption = "Attributes; values that could tell who somebody is are not listed"
    return Table(caption, ("Attribute", "Value", "Interviews"), tuple(rows))


def transcription_section(of: Sources) -> Section:
    """Which models heard the recordings, which files were read, and who corrected."""
    facts = of.facts.at(".transcription", page=audit("transcript.revised"))
    blocks: list[Block] = [said(*_heard(model)) for model in facts.parts(".models")]
    if facts.value(".imported"):
        kinds = [many(each.number(".interviews"), *_read_as(each.value(".value"))) for each in facts.parts(".readers")]
        read = (" (", *listed(kinds), ")") if kinds else ()
        blocks.append(said(*many(facts.number(".imported"), "transcript"), " came as text", read, "."))
    if not blocks:
        blocks.append(said("No interview has a transcript."))
    else:
        blocks.append(said(*_corrected(facts)))
    if facts.value(".pseudonyms.applied"):
        blocks.append(said(*_pseudonymised(facts.at(".pseudonyms", page=audit(APPLIED_EVENT, RESTORED_EVENT)))))
    return Section("transcription", "Transcription", tuple(blocks))


def _read_as(reader: str) -> tuple[str, str]:
    """What a transcript was read from, as one and as several."""
    if reader == "refi":
        return "source of a REFI-QDA project", "sources of REFI-QDA projects"
    return f"{reader} file", f"{reader} files"


def _heard(model: Printed) -> Pieces:
    versions = " and ".join(f"{name} {at}" for name, at in model.value(".versions").items() if name != "av")
    were = "was" if model.value(".interviews") == 1 else "were"
    parts: list[str | Pieces] = [
        many(model.number(".interviews"), "recording"),
        f" {were} transcribed by the speech model {model.value('.model')} ({hashed(model.value('.sha256'))})",
    ]
    if model.value(".compute_type"):
        parts.append(f", computed in {model.value('.compute_type')}")
    if model.value(".beam_size") is not None:
        parts.append((", with a beam of ", model.number(".beam_size")))
    parts.append(f", with {versions}." if versions else ".")
    if model.value(".glossary"):
        parts.append(" A glossary of names and jargon was given to it.")
    if model.value(".speakers_model"):
        apart = f"{model.value('.speakers_model')} ({hashed(model.value('.speakers_sha256'))})"
        parts.append(f" Speakers were told apart by the model {apart}.")
    return tuple(run(*parts))


def _pseudonymised(facts: Printed) -> Pieces:
    if not facts.value(".in_place"):
        return ("Names had been replaced by pseudonyms, and were brought back since.",)
    return tuple(run("Names were replaced by pseudonyms in ", many(facts.number(".places"), "place"), "."))


def _corrected(facts: Printed) -> Pieces:
    if not facts.value(".corrections"):
        return ("No transcript was changed after it came into the study.",)
    times = facts.number(".corrections")
    by = [(each.number(".corrections"), f" by {each.value('.coder') or 'the program'}") for each in facts.parts(".by")]
    where = many(facts.number(".corrected"), "interview")
    return tuple(
        run(
            *many(times, "later revision"),
            " of transcripts in ",
            where,
            " corrected what was heard or written: ",
            listed(by),
            ".",
        )
    )
