"""The sections on second coders and their agreement, on saturation, and on what was noted, taken in and given out."""

from collections.abc import Callable, Mapping, Sequence

from assistant.agreement.record import number as coefficient
from assistant.exchange.bundle.applying import ORIGIN as BUNDLE
from assistant.exchange.methods.document import Block, Piece, Pieces, Section, Table, listed, many, run, said
from assistant.exchange.methods.number import Printed
from assistant.exchange.methods.sources import BLIND, MEMOS, OPEN, STUDY, Pair, Sources, audit
from assistant.exchange.methods.wording import NONE, cell, decimals, hashed, interval, share
from assistant.saturation.words import NO_PROOF


def agreement_section(of: Sources) -> Section:
    """Blind double codings with the agreement in them, what was adjudicated, and the open second review."""
    blocks: list[Block] = []
    for drawn in of.facts.at(".double_codings", page=BLIND).parts("."):
        blocks += _drawn(of, drawn)
    if not any(drawn["compared"] for drawn in of.fact(".double_codings")):
        blocks.append(
            said("No blind double coding was finished, so no agreement of independent coders can be reported.")
        )
    blocks.append(said(*_reviewed(of.facts.at(".review", page=OPEN))))
    return Section("agreement", "Second coders and agreement", tuple(blocks))


def _drawn(of: Sources, drawn: Printed) -> list[Block]:
    lead, second, name = (drawn.value(field) for field in (".lead", ".second", ".name"))
    part: Pieces = ()
    if drawn.value(".share") is not None:
        part = (drawn.number(".share", share), " of each interview’s segments, ")
    parts: list[Piece | Pieces] = [
        f"For the blind double coding “{name}”, {lead} drew on {drawn.value('.on')} ",
        many(drawn.number(".segments"), "segment"), " of ", many(drawn.number(".interviews"), "interview"), " (", part,
        "seed ", drawn.number(".seed", str), f") for {second}, who saw neither suggestions nor",
        " the work of others until finishing. ",
    ]  # fmt: skip
    if drawn.value(".ended") is None:
        return [said(*parts, "It is not finished.")]
    if drawn.value(".ended") != "finished":
        return [said(*parts, f"It was called off on {drawn.value('.ended_on')}.")]
    parts += [
        f"{second} finished on {drawn.value('.ended_on')}. Somebody else had read ",
        drawn.number(".compared"),
        " of these segments",
    ]
    if not drawn.value(".compared"):
        return [said(*parts, ", so that nothing can be compared.")]
    differ = many(drawn.number(".disagreements"), "disagreement")
    parts += [", with ", differ, " over whether or where a code applies"]
    if drawn.value(".disagreements"):
        parts += ["; ", drawn.number(".adjudicated"), " of these ", _were(drawn.value(".adjudicated")), " adjudicated"]
    pairs = of.pairs.get(name, ())
    return [said(*parts, "."), *([_agreements(name, pairs)] if pairs else []), *(_explained(p) for p in pairs)]


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


_COEFFICIENTS = (("Kappa", "kappa"), ("Alpha", "alpha"), ("AC1", "ac1"), ("Unitizing alpha", "alpha_u"))


def _agreements(name: str, pairs: Sequence[Pair]) -> Table:
    """Each statistic on a row of its own, with its interval, for a narrow page."""
    rows: list[Pieces] = []
    for pair in pairs:
        pooled, who = pair.found.at(".pooled"), " and ".join(pair.coders)
        rows.append((who, "Decisions that agree", cell(pooled, ".percent", share), *_ends(pooled, "percent", share)))
        for title, field in _COEFFICIENTS:
            rows.append((who, title, cell(pooled, f".{field}", coefficient), *_ends(pooled, field, coefficient)))
    heads = ("Coders", "Statistic", "Value", "95 % from", "to")
    return Table(f"Agreement in “{name}”, all codes pooled, by segment; intervals by interview", heads, tuple(rows))


def _ends(pooled: Printed, field: str, write: Callable[[float | None], str]) -> tuple[Piece, Piece]:
    found = pooled.value(".ci").get(field)
    if found is None:
        return (NONE, NONE)
    low, high = (pooled.number(f".ci.{field}[{place}]", write) for place in (0, 1))
    return (low, high)


def _explained(pair: Pair) -> Block:
    found = pair.found
    ends = interval(found.at(".pooled"), ".ci.kappa")
    if found.value(".pooled.kappa") is None:
        kappa: Pieces = ("; kappa cannot be estimated from that",)
    else:
        kappa = ("; beyond chance, kappa is ", found.number(".pooled.kappa", coefficient), *ends)
    return said(
        f"{' and '.join(pair.coders)} were compared on ", many(found.number(".units"), "segment"), " of ",
        many(found.number(".interviews | length"), "interview"), " that both had read, as their codings stood when the"
        " double coding ended. They agree on ", found.number(".pooled.percent", share), " of the ",
        many(found.number(".pooled.n"), "yes-or-no decision"), kappa, ". Text that both read and left uncoded counts.",
    )  # fmt: skip


def _reviewed(facts: Printed) -> Pieces:
    if not facts.value(".remarks"):
        return ("No open second review is on record.",)
    kinds = ((".agree", "agreement"), (".challenge", "challenge"), (".comment", "comment"), (".outcomes", "outcome"))
    made = [many(facts.number(field), noun) for field, noun in kinds if facts.value(field)]
    parts: list[Piece | Pieces] = [
        "In an open second review, ", many(facts.number(".reviewers"), "person", "people"), " made ",
        many(facts.number(".remarks"), "remark"), " on ", many(facts.number(".codings"), "coding"), ": ", listed(made),
    ]  # fmt: skip
    ends = [(facts.number(f".{how}"), f" {how}") for how in ("kept", "changed", "withdrawn") if facts.value(f".{how}")]
    if ends:
        parts += [". Of the discussions that ended, the outcomes are: ", listed(ends)]
    return tuple(run(*parts, ". It does not enter the figures of agreement."))


def saturation_section(of: Sources) -> Section:
    """What was found where, the stopping rule, and what further interviews may bring."""
    found = of.saturation.get("code")
    title = "Saturation"
    if found is None or not found.value(".interviews"):
        return Section("saturation", title, (said("Saturation cannot be told: no interview has been read and coded."),))
    blocks: list[Block] = [said(*_found(found), *_themes(of.saturation.get("theme"))), said(*_rule(found))]
    if beyond := _beyond(found):
        blocks.append(said(*beyond))
    blocks += [_curve(found), said(NO_PROOF, " ", *_cautions(found))]
    return Section("saturation", title, tuple(blocks))


def _found(found: Printed) -> Pieces:
    counted, count = found.value(".counted"), many(found.number(".interviews | length"), "interview")
    codes = many(found.number(".observed"), "code")
    which = f"Counted are {counted[:1].lower()}{counted[1:]}, in "
    read = f" that {_were(found.value('.interviews | length'))} read; "
    return tuple(run(which, count, read, codes, f" {_were(found.value('.observed'))} found", _unread(found), "."))


def _unread(found: Printed) -> Pieces:
    if not found.value(".unread"):
        return ()
    unread = found.number(".unread | length")
    return ("; ", *many(unread, "interview"), f" not read yet {'does' if unread.value == 1 else 'do'} not count")


def _cautions(found: Printed) -> Pieces:
    """What each assumption that does not hold is told by, in the words of the command."""
    written = [found.number(f".cautions[{place}]") for place in range(len(found.value(".cautions")))]
    return tuple(run(*written[:1], *((" ", each) for each in written[1:])))


def _themes(found: Printed | None) -> Pieces:
    if found is None:
        return ()
    of = many(found.number(".codes | length"), "theme")
    return (" Counted by the theme at the top of each branch, ", found.number(".observed"), " of ", *of, " were found.")


def _rule(found: Printed) -> Pieces:
    setting = found.at(".guest[0]")
    base, length = setting.number(".base"), setting.number(".run")
    rule: list[Piece | Pieces] = [
        "By the rule of Guest, Namey and Chen (2020), with a base of ", base, " interviews, a run of ", length,
        " and a threshold of ", setting.number(".threshold", _threshold), " new information, saturation ",
    ]  # fmt: skip
    if found.value(".interviews | length") < setting.value(".base") + setting.value(".run"):
        return tuple(run(*rule, "cannot be told yet: there are fewer interviews than the base and a run."))
    if setting.value(".result") is None:
        return tuple(run(*rule, "was not reached."))
    return tuple(run(*rule, "was reached at ", setting.number(".result"), " interviews."))


def _threshold(value: float) -> str:
    return f"{100 * value:g}\u00a0%"


def _beyond(found: Printed) -> Pieces:
    """What is estimated beyond what was found."""
    parts: list[Piece | Pieces] = []
    if found.value(".expected_new"):
        new = found.at(".expected_new[0]")
        parts += ["The next interview is expected to bring ", new.number(".codes", decimals), " new codes"]
        if new.value(".low") is not None and new.value(".high") is not None:
            ends = (new.number(".low", decimals), " to ", new.number(".high", decimals))
            parts += [" (95\u00a0% interval ", ends, ")"]
        parts.append(". ")
    if found.value(".coverage") is not None:
        covered = interval(found, ".coverage_ci", share)
        parts += ["The codes found cover an estimated ", found.number(".coverage", share), covered]
        parts.append(" of what a further interview brings up. ")
    if found.value(".chao2") is not None:
        chao = (found.number(".chao2", decimals), *interval(found, ".chao2_ci", decimals))
        parts += ["Chao2, a lower bound of how many codes there are to find, is ", chao, "."]
    return tuple(run(*parts))


def _curve(found: Printed) -> Table:
    rows = [
        (label, found.number(f".new_codes[{place}]"), found.number(f".cumulative_codes[{place}]"))
        for place, label in enumerate(found.value(".interviews"))
    ]
    return Table("New codes by interview, in study order", ("Interview", "New codes", "Codes so far"), tuple(rows))


def notes_section(of: Sources) -> Section:
    """Memos, milestones, what came from other programs, and what left as files."""
    memos = of.facts.at(".memos", page=MEMOS)
    kinds = ((".memos", "memo", "memos"), (".debriefings", "debriefing note", "debriefing notes"))
    written = [many(memos.number(field), one, several) for field, one, several in kinds if memos.value(field)]
    blocks: list[Block] = []
    if written:
        by = many(memos.number(".writers"), "person", "people")
        blocks.append(said("The record holds ", listed(written), ", written by ", by, "."))
    else:
        blocks.append(said("No memos or field notes are on record."))
    milestones = of.facts.at(".milestones", page=STUDY).parts(".")
    if milestones:
        rows = [
            (m.value(".name"), m.value(".on"), m.value(".coder"), m.number(".event"), cell(m, ".codebook"))
            for m in milestones
        ]
        heads = ("Milestone", "Frozen on", "By", "After event", "Codebook version")
        blocks.append(Table("Milestones: named states of the study", heads, tuple(rows)))
    return Section("notes", "Notes, milestones and files", (*blocks, *_exchanged(of.facts.at(".exchange"))))


def _exchanged(facts: Printed) -> list[Block]:
    blocks: list[Block] = []
    for each in facts.value(".imports"):
        what = f"“{each['file']}” ({hashed(each['sha256'])})"
        blocks.append(said(f"{_came(each)} was taken in from the file {what}."))
    if facts.value(".exported"):
        page = audit("file.exported", "quotes.exported")
        kinds = [(each.value(".kind"), " (", each.number(".files", page=page), ")") for each in facts.parts(".exports")]
        total = many(facts.number(".exported", page=page), "file")
        blocks.append(said(total, " had left the study as an export, by kind: ", listed(kinds), "."))
    return blocks


def _came(imported: Mapping[str, str]) -> str:
    """What came in with a file."""
    if imported["origin"] == BUNDLE:
        return f"A {BUNDLE}"
    what = "codebook" if imported["file"].lower().endswith(".qdc") else "project"
    return f"A {what} of {imported['origin'] or 'another program'}"


def record_section(of: Sources) -> Section:
    """The event log, whether it is whole, and the software."""
    facts = of.facts.at(".record", page="audit")
    events = many(facts.number(".events"), "event")
    log: list[Piece | Pieces] = [
        ("Every decision, edit of the codebook, transcript and export is an event of an append-only log, in which the"
        " hash of each covers the one before. This appendix covers the first "), events,
        f"; the hash of the last of them is {facts.value('.head')}. ",
    ]  # fmt: skip
    if facts.value(".whole"):
        log.append("Checked when this was written, the log and every record that it vouches for are whole.")
    elif facts.value(".first_broken") is None:
        log.append("Checked when this was written, the record is not whole; `interview audit verify` says why.")
    else:
        log += [
            "Checked when this was written, the log does not hold from event ",
            facts.number(".first_broken"),
            " on.",
        ]
    software = of.fact(".software")
    libraries = ", ".join(f"{name} {version}" for name, version in software["libraries"].items())
    used = f"This was written by interview-assistant {software['program']} with Python {software['python']}"
    return Section("record", "Record and software", (said(*log), said(f"{used}; installed with it: {libraries}.")))
