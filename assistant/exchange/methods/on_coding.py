"""The sections on the codebook, on the machine's suggestions, and on what each coder did."""

from assistant.exchange.methods.document import Block, Piece, Pieces, Section, Table, listed, many, run, said
from assistant.exchange.methods.number import Printed
from assistant.exchange.methods.sources import CODEBOOK, REVIEW, STUDY, Sources, audit
from assistant.exchange.methods.wording import between, cell, hashed, share


def codebook_section(of: Sources) -> Section:
    """Versions with their dates, what changed between them, and what the newest holds."""
    facts = of.facts.at(".codebook", page=CODEBOOK)
    versions = facts.parts(".versions")
    if not versions:
        return Section("codebook", "Codebook", (said("The study has no codebook."),))
    newest = versions[-1]
    made = between(versions[0].value(".on"), newest.value(".on"))
    by = many(facts.number(".editors"), "person", "people")
    held = [many(newest.number(".codes"), "code"), many(newest.number(".themes"), "theme")]
    if newest.value(".retired"):
        held.append(many(newest.number(".retired"), "retired entry", "retired entries"))
    count = facts.number(".versions | length")
    first = said(
        "The codebook has ", many(count, "version"), f", made {made} by ", by, ". Version ",
        newest.number(".version"), " is the newest and holds ", listed(held), ".",
    )  # fmt: skip
    return Section("codebook", "Codebook", (first, *_proposed(facts), _versions(of, versions)))


def _proposed(facts: Printed) -> list[Block]:
    """What people made of groups of passages for which the machine proposed new codes."""
    made = (".proposals_accepted", "accepted"), (".proposals_merged", "merged"), (".proposals_dismissed", "dismissed")
    if not any(facts.value(field) for field, _ in made):
        return []
    page = audit("candidate.answered")
    done = [(facts.number(field, page=page), f" {verb}") for field, verb in made if facts.value(field)]
    return [said("Of the machine’s proposals for new codes, people answered: ", listed(done), ".")]


def _versions(of: Sources, versions: tuple[Printed, ...]) -> Table:
    rows = [
        (
            version.number(".version"),
            version.value(".on"),
            version.value(".coder"),
            version.value(".reason"),
            version.number(".codes"),
            version.number(".themes"),
            of.history.number(f".[{place}].changes | length"),
        )
        for place, version in enumerate(versions)
    ]
    heads = ("Version", "Made on", "By", "Reason", "Codes", "Themes", "Changes")
    return Table("Versions of the codebook; changes are counted against the version before", heads, tuple(rows))


def suggestions_section(of: Sources) -> Section:
    """Which models suggested codes, with which settings, and what text may leave the machine."""
    facts = of.facts.at(".machine", page=audit("run.started"))
    runs = facts.parts(".runs")
    blocks: list[Block] = [said(*_run(run_of)) for run_of in runs]
    if runs:
        blocks += _asked(facts)
    else:
        blocks.append(said("The machine was not asked to suggest codes."))
    blocks += _written(facts.at(".written"))
    if facts.value(".allow_remote"):
        where = facts.value(".endpoint") or "none at present"
        blocks.append(said(f"The settings allow text to be sent to another machine (endpoint: {where})."))
    else:
        blocks.append(said("The settings of the study do not allow its text to be sent to another machine."))
    return Section("suggestions", "Suggestions by the machine", tuple(blocks))


def _run(found: Printed) -> Pieces:
    parts: list[Piece | Pieces] = [
        f"A run that began on {found.value('.on')} scored what participants said against version ",
        found.number(".codebook"),
        " of the codebook, by similarity of meaning",
    ]
    if found.value(".embedder"):
        parts.append(f" (sentence vectors of {found.value('.embedder')})")
    if not found.value(".llm"):
        parts.append(" alone, without a language model")
    else:
        parts.append(f" and by the language model {found.value('.llm')}")
        parts.append(f" ({hashed(found.value('.llm_sha256'))})" if found.value(".llm_sha256") else "")
        parts.append(_served(found))
        parts.append(_prompted(found))
    if found.value(".seed") is not None:
        parts.append((", with the seed ", found.number(".seed", str)))
    return tuple(run(*parts, "."))


def _served(found: Printed) -> str:
    """Where a served model was asked; its weights are not known here, and so not named by a hash."""
    if not found.value(".served"):
        return ""
    served = found.at(".served")
    named = served.value(".served_model") or "no name"
    went = "on another machine, to which the text was sent" if served.value(".leaves_machine") else "on this machine"
    return (
        f" (served {went} at {served.value('.endpoint_url')}, named there {named}; the server does not tell the hash of"
        f" its weights; scored by {served.value('.scored_by')})"
    )


def _prompted(found: Printed) -> Pieces:
    parts: list[Piece] = []
    if found.value(".prompt"):
        parts.append(f", asked by the prompt {found.value('.prompt')} ({hashed(found.value('.prompt_sha256'))})")
    if found.value(".shortlist"):
        nearest = many(found.number(".shortlist"), "code")
        return (*parts, " about the ", *nearest, " nearest to each segment")
    return tuple(parts)


def _asked(facts: Printed) -> list[Block]:
    blocks: list[Block] = []
    if facts.value(".expected_precision") is not None:
        wish = facts.number(".expected_precision", share, page=REVIEW)
        blocks.append(said("Suggestions are displayed so that ", wish, " of them are expected to be right."))
    if facts.value(".blind") is None:
        blocks.append(said("No blind sample is drawn: suggestions are shown on every segment from the start."))
        return blocks
    blind = facts.at(".blind", page=REVIEW)
    drawn, of = blind.number(".drawn"), many(blind.number(".segments"), "segment")
    lot = (" (a share of ", blind.number(".share", share), ", seed ", blind.number(".seed", str), ")")
    blocks.append(
        said(
            "Chance drew ", drawn, " of the ", of, " of participants", lot,
            " to be decided before suggestions are shown there.",
        )
    )  # fmt: skip
    return blocks


def _written(facts: Printed) -> list[Block]:
    kinds = (
        (".rationales", "rationale.written", "rationale for a suggestion", "rationales for suggestions"),
        (".names", "candidate.named", "draft name for a new code", "draft names for new codes"),
        (".summaries", "summary.written", "summary of a theme", "summaries of themes"),
    )
    found = [
        many(facts.number(field, page=audit(event)), one, several)
        for field, event, one, several in kinds
        if facts.value(field)
    ]
    return [said("A language model also wrote ", listed(found), "; none of that is a coding.")] if found else []


def coding_section(of: Sources) -> Section:
    """Who coded what and when, and what became of suggestions."""
    facts = of.facts.at(".coding", page=STUDY)
    each = facts.parts(".each")
    if not each:
        return Section("coding", "Coding", (said("Nobody has coded or read anything yet."),))
    when = between(facts.value(".first"), facts.value(".last"))
    who = [many(facts.number(".people"), "person", "people")] if facts.value(".people") else []
    if facts.value(".models"):
        who.append(many(facts.number(".models"), "model"))
    stand = facts.number(".codings")
    where = many(facts.number(".coded_interviews"), "interview")
    first = said(
        listed(who), f" read and coded {when}; ", many(stand, "coding"),
        " in ", where, f" {'stands' if stand.value == 1 else 'stand'} after all decisions.",
        "" if facts.value(".models") else " Each was made or confirmed by a person.",
    )  # fmt: skip
    blocks = [first, *_taken_as_read(facts), _coders(of, each), *_fates(facts), *_answers(each)]
    return Section("coding", "Coding", tuple(blocks))


def _taken_as_read(facts: Printed) -> list[Block]:
    if not facts.value(".taken_as_read"):
        return []
    times = many(facts.number(".taken_as_read", page=audit("project.imported")), "time")
    why = " somebody counts as having read a whole interview, because they had coded it in a project that was taken in."
    return [said(*times, why)]


def _coders(of: Sources, each: tuple[Printed, ...]) -> Table:
    roles = {person["name"]: person["role"] for person in of.fact(".people")}
    rows = []
    for row in each:
        name = row.value(".coder")
        own = row.at(".", page=audit("decision.made", coder=name))
        role = "model" if row.value(".kind") == "model" else roles.get(name, "")
        counts = (own.number(field) for field in (".interviews", ".read", ".codings", ".codes"))
        rows.append((name, role, row.value(".first"), row.value(".last"), *counts))
    heads = ("Coder", "Role", "From", "To", "Interviews", "Segments read", "Codings", "Codes used")
    return Table("Who coded; codings are those that stand", heads, tuple(rows))


def _fates(facts: Printed) -> list[Block]:
    if not facts.value(".shown"):
        return [said("No suggestion was shown to anybody; every coding was made without one.")]
    shown = facts.at(".", page=audit("suggestion.shown"))
    first = said(
        "The machine showed ", many(shown.number(".shown"), "suggestion"),
        " (a code on a segment, counted once however often it was shown); ", shown.number(".answered"),
        f" {'has' if shown.value('.answered') == 1 else 'have'} an answer of a coder and ",
        shown.number(".unanswered"), f" {'has' if shown.value('.unanswered') == 1 else 'have'} none.",
    )  # fmt: skip
    return [first, said(*_shares(facts.at(".all", page=audit("decision.made"))))]


def _shares(every: Printed) -> Pieces:
    added = (*many(every.number(".added"), "coding"), " that no suggestion had led to.")
    if not every.value(".answered"):
        return ("No answer stands. Coders added ", *added)
    parts: list[Piece | Pieces] = ["Of ", many(every.number(".answered"), "answer"), ", "]
    parts += [every.number(".accepted_share", share), " accepted the suggestion as it was, "]
    parts += [every.number(".changed_share", share), " changed it"]
    if every.value(".changed"):
        how = [
            (every.number(".other_stretch"), " to another stretch"),
            (every.number(".other_code"), " to another code"),
        ]
        parts += [" (", listed([part for part in how if getattr(part[0], "value", 0)]), ")"]
    parts += [" and ", every.number(".rejected_share", share), " rejected it"]
    if every.value(".by_rule"):
        parts += [" (", every.number(".by_rule"), " by a rule for many at once)"]
    if every.value(".taken_back"):
        back = every.number(".taken_back")
        parts += ["; ", many(back, "further answer"), f" {'was' if back.value == 1 else 'were'} taken back"]
    return tuple(run(*parts, ". Coders added ", added))


def _answers(each: tuple[Printed, ...]) -> list[Block]:
    if not any(row.value(".answered") for row in each):
        return []
    columns = (
        "answered",
        "accepted",
        "accepted_share",
        "changed",
        "changed_share",
        "rejected",
        "rejected_share",
        "added",
    )
    rows = []
    for row in each:
        own = row.at(".", page=audit("decision.made", coder=row.value(".coder")))
        rows.append(
            (row.value(".coder"), *(cell(own, f".{name}", share if "share" in name else None) for name in columns))
        )
    heads = ("Coder", "Answers", "Accepted", "Share", "Changed", "Share", "Rejected", "Share", "Added")
    caption = "Answers to suggestions by coder; added are codings that stand without a suggestion"
    return [Table(caption, heads, tuple(rows))]
