"""What was heard of a recording becomes its transcript: turns, speakers and roles, and what one should know of it."""

from collections import Counter
from collections.abc import Sequence

from assistant.ingest.roles import with_roles
from assistant.transcribe.doubts import doubted
from assistant.transcribe.hearing import Task
from assistant.transcribe.speakers import Spoken
from assistant.transcribe.speakers.words import turns_of
from store.errors import ConflictError, InvalidInputError, StudyError
from store.interviews import interview, set_media_facts
from store.study import Study
from store.transcription import Checkpoint, finish_transcription, forget_voices, utterances
from store.transcripts import add_transcript
from store.values import Interview, NewTurn, Transcript, Utterance

ORIGIN = "transcription"
NONE = "none"


def untranscribed(study: Study, label: str) -> Interview:
    """The interview with a recording that has no transcript; raises StudyError where there is nothing to be done."""
    found = interview(study, label)
    if found.kind != "recording":
        raise InvalidInputError(
            f"{label} ({found.source_name}) is a transcript, not a recording; nothing is to be done."
        )
    if found.transcribed:
        raise ConflictError(f"{label} has a transcript already; correct that one instead of transcribing again.")
    return found


def left_alone(listened: bool, wanted: str) -> tuple[str, ...]:
    """Says where speakers were to be told apart and nobody could."""
    if listened or wanted == NONE:
        return ()
    return ("Speakers were not told apart, for no model for it is installed; run `interview models pull voices`.",)


def made(
    task: Task, checkpoint: Checkpoint, notices: tuple[str, ...], spoken: tuple[Spoken, ...], more: tuple[str, ...]
) -> tuple[Transcript, tuple[str, ...]]:
    """The transcript from what is committed, with all that a person should know of it; `spoken` is who speaks when.

    Raises StudyError where no speech was found.
    """
    heard = doubted(utterances(task.study, checkpoint))
    if not heard:
        forget_voices(task.study, checkpoint)
        raise StudyError(
            f"No speech was found in {task.name}, so it has no transcript; listen to it, and if somebody does speak, "
            "try another model with --model."
        )
    names = [f"Speaker {number + 1}" for number in range(max((s.speaker for s in spoken), default=-1) + 1)]
    turns: Sequence[NewTurn] = turns_of([u for u, _ in heard], spoken, names, [doubts for _, doubts in heard])
    if spoken:
        turns, roles = with_roles(turns)
        more = (*more, *_fewer(task, len(names)), roles)
    language = _language(task, [u for u, _ in heard])
    finish_transcription(task.study, checkpoint)
    said = (*notices, *_misfits(task), *more)
    details = {**task.settings(), "language": language, "notices": list(said)}
    return add_transcript(task.study, task.interview.label, turns, origin=ORIGIN, details=details), said


def _fewer(task: Task, people: int) -> tuple[str, ...]:
    """Says where fewer voices were found than people were said to speak."""
    wanted = str(task.speakers.get("wanted", ""))
    if not wanted.isdecimal() or people >= int(wanted):
        return ()
    return (f"Only {people} of {wanted} voices could be told apart in {task.name}; the others sound too much alike.",)


def _misfits(task: Task) -> tuple[str, ...]:
    """Says which words of the glossary the model had no room for."""
    left_out: tuple[str, ...] = getattr(task.recogniser, "left_out", ())
    if not left_out:
        return ()
    return (f"The glossary is too long for {task.recogniser.name}; left out from “{left_out[0]}” on.",)


def _language(task: Task, heard: Sequence[Utterance]) -> str | None:
    """The interview's language; where several are spoken, the one most is said in."""
    spoken: Counter[str] = Counter()
    for utterance in heard:
        if utterance.language:
            spoken[utterance.language] += len(utterance.text)
    if spoken:
        set_media_facts(task.study, task.interview.label, language=spoken.most_common(1)[0][0])
    return interview(task.study, task.interview.label).language
