"""A recording heard again: speakers told apart anew, and doubtful stretches by another model or in another language.

Both end as corrections, which can be taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from assistant.correction.applying import Corrected, correct, turns_of
from assistant.correction.edits import Edit, Edited, Turns
from assistant.ingest.roles import with_roles
from assistant.transcribe.audio import PER_MS, Recording, Samples
from assistant.transcribe.doubts import UNINTELLIGIBLE, doubted
from assistant.transcribe.listening import Ears, Progress, by_channel, who_speaks
from assistant.transcribe.recogniser import AUTO, MIXED, Recogniser
from assistant.transcribe.recordings import alone, media_of
from assistant.transcribe.speakers import Spoken, VoiceListener
from assistant.transcribe.speakers import words as by_time
from assistant.transcribe.windows import GROUP_SAMPLES, SpeechFinder, Stretch, Window, find_speech, grouped
from store.errors import InvalidInputError
from store.interviews import interview
from store.study import Study
from store.transcription import begin_transcription, finish_transcription
from store.transcripts import transcript
from store.values import Doubt, NewTurn, Utterance, Word

AROUND_MS = 400
"""How much is heard before and after a stretch."""
_SHORTEST = 20 * PER_MS


@dataclass(frozen=True, slots=True)
class Reheard:
    """A turn, by its place in the transcript, as it stands and as it was heard again."""

    index: int
    before: NewTurn
    after: NewTurn


def tell_apart(
    study: Study,
    label: str,
    listener: VoiceListener,
    *,
    count: int | None,
    coder: str = "",
    find: SpeechFinder = find_speech,
    progress: Progress | None = None,
) -> Corrected:
    """Tell the speakers of a transcribed recording apart anew; `count` is how many there are, None to find out.

    Words stay as they are, corrected ones too, and codings with them; names that people gave go. Raises
    InvalidInputError where the words have no times, as in transcripts of other tools, ConflictError while something is
    being transcribed.
    """
    with alone(study):
        return _told_apart(study, label, listener, count, coder, find, progress or (lambda _: None))


def _told_apart(
    study: Study,
    label: str,
    listener: VoiceListener,
    count: int | None,
    coder: str,
    find: SpeechFinder,
    progress: Progress,
) -> Corrected:
    before = transcript(study, label)
    if not any(turn.words for turn in before.turns):
        msg = f"The words of {label} have no times, so no voice can be found for them; name its speakers by hand."
        raise InvalidInputError(msg)
    path, name = media_of(study, interview(study, label))
    wanted = {"wanted": count or "auto", **listener.identity}
    with Recording(path, name) as sound:
        checkpoint = begin_transcription(study, label, {**wanted, "of": before.sha256, "revision": before.revision})
        ears = Ears(sound, listener, find, by_channel(sound, count))
        spoken = who_speaks(study, checkpoint, ears, count, progress)
    finish_transcription(study, checkpoint)
    if not spoken:
        msg = f"No voices were found in the recording of {label}; its speakers stay as they are."
        raise InvalidInputError(msg)
    return correct(study, label, _by_voice(spoken, wanted), coder=coder, expected=before.revision)


def _by_voice(spoken: Sequence[Spoken], settings: dict[str, Any]) -> Edit:
    people = max(stretch.speaker for stretch in spoken) + 1
    names = [f"Speaker {number + 1}" for number in range(people)]

    def edit(turns: Turns) -> Edited:
        said = [_said(turn) for turn in turns]
        named, roles = with_roles(by_time.turns_of(said, spoken, names, [turn.marks.doubts for turn in turns]))
        what = {"what": "apart", "people": people, **settings}
        return Edited(tuple(named), what, f"{people} speakers were told apart. {roles}")

    return edit


def _said(turn: NewTurn) -> Utterance:
    """A turn as something heard; one without word times is one long word."""
    start_ms, end_ms = turn.start_ms or 0, turn.end_ms or turn.start_ms or 0
    words = turn.words or (Word(0, len(turn.text), start_ms, end_ms, 1.0),)
    return Utterance(start_ms, end_ms, turn.text, _whole(words, turn.text), 0.0, 0.0, 1.0, turn.marks.language)


def _whole(words: Sequence[Word], text: str) -> tuple[Word, ...]:
    """The words with whatever stands between them, so that no character of the text is lost."""
    edges = [0, *(after.start for _, after in pairwise(words)), len(text)]
    spans = [(start, end) for start, end in pairwise(edges)]
    kept = []
    for word, (start, end) in zip(words, spans, strict=True):
        piece = text[start:end]
        kept.append(replace(word, start=start + len(piece) - len(piece.lstrip()), end=start + len(piece.rstrip())))
    return tuple(kept)


def doubtful(turns: Turns, unsure_below: float) -> list[int]:
    """The turns worth hearing again: those with doubts, and those whose words have a lower mean probability."""
    return [n for n, turn in enumerate(turns) if turn.words and (turn.marks.doubts or _mean(turn) < unsure_below)]


def _mean(turn: NewTurn) -> float:
    return sum(word.probability for word in turn.words) / len(turn.words)


def hear_again(
    study: Study, label: str, recogniser: Recogniser, indexes: Sequence[int], *, language: str | None = None
) -> list[Reheard]:
    """What another model, or another language, makes of some turns; nothing is kept yet.

    Turns in which nothing was heard, or nothing that it believes itself, are left out, and so are those that say the
    same. Raises InvalidInputError where the model does not know the language of a turn.
    """
    found = interview(study, label)
    turns = turns_of(transcript(study, label))
    path, name = media_of(study, found)
    again = []
    with Recording(path, name) as sound:
        for index in indexes:
            turn = turns[index]
            if turn.start_ms is None or turn.end_ms is None:
                continue
            spoken = recogniser.language_for(language or turn.marks.language or found.language or AUTO)
            heard = _heard(sound, recogniser, turn.start_ms, turn.end_ms, spoken)
            new = _in_its_place(turn, heard, None if language in (AUTO, MIXED) else language)
            if new is not None and new.text != turn.text:
                again.append(Reheard(index, turn, new))
    return again


def keep_heard_again(
    study: Study, label: str, again: Sequence[Reheard], recogniser: Recogniser, *, coder: str = ""
) -> Corrected:
    """Put what was heard again in its place, as one correction; turns that were corrected meanwhile stay."""

    def edit(turns: Turns) -> Edited:
        new = {told.index: told for told in again if told.index < len(turns) and turns[told.index] == told.before}
        made = tuple(new[n].after if n in new else turn for n, turn in enumerate(turns))
        changed = [[told.before.start_ms, told.before.text, told.after.text] for told in new.values()]
        what = {
            "what": "heard again",
            "model": recogniser.name,
            "settings": dict(recogniser.identity),
            "turns": changed,
        }
        return Edited(made, what, f"{len(new)} turns were heard again with {recogniser.name}.")

    return correct(study, label, edit, coder=coder)


def _heard(
    sound: Recording, recogniser: Recogniser, start_ms: int, end_ms: int, language: str | None
) -> Sequence[Utterance]:
    first_ms = max(0, start_ms - AROUND_MS)
    samples = sound.read(first_ms, end_ms + AROUND_MS - first_ms)
    window = Window(first_ms, end_ms + AROUND_MS, samples, grouped(_pieces(samples)), last=True)
    heard = recogniser.hear(window, language).utterances
    return [kept for u in heard if (kept := _inside(u, start_ms, end_ms)) is not None]


def _inside(utterance: Utterance, start_ms: int, end_ms: int) -> Utterance | None:
    """The words whose middle lies in the stretch: its neighbours' words are heard a little too."""
    words = [w for w in utterance.words if start_ms <= (w.start_ms + w.end_ms) // 2 <= end_ms]
    if not words:
        return None
    first, last = words[0].start, words[-1].end
    moved = tuple(replace(word, start=word.start - first, end=word.end - first) for word in words)
    return replace(utterance, text=utterance.text[first:last], words=moved)


def _pieces(samples: Samples) -> list[Stretch]:
    """The whole stretch in pieces that are heard in one go: where there is doubt no voice detector may cut."""
    edges = [*range(0, len(samples), GROUP_SAMPLES), len(samples)]
    return [Stretch(start, end) for start, end in pairwise(edges) if end - start >= _SHORTEST]


def _in_its_place(turn: NewTurn, heard: Sequence[Utterance], language: str | None) -> NewTurn | None:
    judged = doubted(heard)
    if all(utterance.text == UNINTELLIGIBLE for utterance, _ in judged):
        return None
    text = ""
    words: list[Word] = []
    doubts: list[Doubt] = []
    for utterance, own in judged:
        text += " " if text else ""
        at = len(text)
        text += utterance.text
        words += [replace(word, start=word.start + at, end=word.end + at) for word in utterance.words]
        doubts += [replace(doubt, start=doubt.start + at, end=doubt.end + at) for doubt in own]
    own_language = next((utterance.language for utterance, _ in judged if utterance.language), turn.marks.language)
    marks = replace(turn.marks, doubts=tuple(doubts), language=language or own_language)
    return replace(turn, text=text, words=tuple(words), marks=marks)
