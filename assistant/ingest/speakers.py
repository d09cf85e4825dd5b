"""Speakers under the names and in the roles in which they are kept: what a person stated, else a guess."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.ingest.mapping import SpeakerAs
from assistant.ingest.pieces import Piece, ReadTranscript, to_turns
from assistant.ingest.roles import with_roles
from store.transcripts import clean_text
from store.values import NewTurn, Role


def with_speakers(read: ReadTranscript) -> ReadTranscript:
    """The transcript with its speakers as `read.mapping.speakers` states, and that field filled in for everyone.

    Roles are guessed for speakers whose role is not stated. Turns of speakers that get one name are joined.
    """
    guessed, sentence = with_roles(read.turns)
    own = {turn.speaker: turn.role for turn in guessed if turn.speaker is not None}
    stated = {clean_text(name).casefold(): said for name, said in read.mapping.speakers.items()}
    kept = {name: _kept(name, role, stated.get(name.casefold())) for name, role in own.items()}
    report = [*read.report, _sentence(kept, stated) if stated and kept else sentence]
    absent = [name for name in read.mapping.speakers if clean_text(name).casefold() not in map(str.casefold, own)]
    if absent:
        report.append(f"Stated, but not in the file: {', '.join(absent)}.")
    turns = _joined(tuple(_as(turn, kept) for turn in guessed), kept)
    return replace(read, turns=turns, report=tuple(report), mapping=replace(read.mapping, speakers=kept))


def _kept(name: str, guess: Role, stated: SpeakerAs | None) -> SpeakerAs:
    if stated is None:
        return SpeakerAs(name, guess)
    return SpeakerAs(clean_text(stated.name) or name, stated.role or guess)


def _as(turn: NewTurn, kept: Mapping[str, SpeakerAs]) -> NewTurn:
    if turn.speaker is None:
        return turn
    said = kept[turn.speaker]
    return replace(turn, speaker=said.name, role=said.role or turn.role)


def _joined(turns: Sequence[NewTurn], kept: Mapping[str, SpeakerAs]) -> tuple[NewTurn, ...]:
    names = [said.name for said in kept.values()]
    if len(set(names)) == len(names):
        return tuple(turns)
    roles = {turn.speaker: turn.role for turn in turns}
    pieces = [Piece(t.text, t.speaker, t.start_ms, t.end_ms, t.words) for t in turns]
    return tuple(replace(turn, role=roles[turn.speaker]) for turn in to_turns(pieces))


def _sentence(kept: Mapping[str, SpeakerAs], stated: Mapping[str, SpeakerAs]) -> str:
    def named(role: Role) -> str:
        return ", ".join(dict.fromkeys(said.name for said in kept.values() if said.role is role)) or "nobody"

    guessed = [name for name in kept if (found := stated.get(name.casefold())) is None or found.role is None]
    tail = f"; guessed for {', '.join(guessed)}" if guessed else ""
    return (
        f"Taken as interviewer: {named(Role.INTERVIEWER)}; as participants: {named(Role.PARTICIPANT)}, as stated{tail}."
    )
