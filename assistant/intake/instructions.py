"""What of a file, or of a case table, reads like an instruction to a machine, in sentences for whoever adds it."""

from collections.abc import Iterable, Mapping

from assistant.ingest.pieces import count
from assistant.privacy.instructions import name_reads_like_instruction, reads_like_instruction

_KEPT = "It is kept as it is; nothing obeys it."


def instructions_in_file(name: str, speakers: Iterable[str], texts: Iterable[str]) -> tuple[str, ...]:
    """Sentences about a file's name, the names of its speakers and its turns; none where nothing was noticed."""
    found = []
    if name_reads_like_instruction(name):
        found.append(f"The file’s name reads like an instruction to a machine. {_KEPT}")
    found += [
        f"The name of the speaker “{speaker}” reads like an instruction to a machine. {_KEPT}"
        for speaker in speakers
        if reads_like_instruction(speaker)
    ]
    turns = sum(map(reads_like_instruction, texts))
    if turns:
        they = "It is" if turns == 1 else "They are"
        reads = "reads" if turns == 1 else "read"
        found.append(
            f"{count(turns, 'turn')} {reads} like an instruction to a machine. {they} kept and marked where people read"
            " them; the machine’s scores there may be off."
        )
    return tuple(found)


def instructions_in_attributes(attributes: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """The same of attributes, by the label of the interview that has them."""
    return tuple(
        f"The attribute “{name}” of {label} reads like an instruction to a machine. {_KEPT}"
        for label, named in attributes.items()
        for name, value in named.items()
        if reads_like_instruction(name) or reads_like_instruction(value)
    )
