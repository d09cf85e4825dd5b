"""Recordings heard by the workers of a cluster; the study is read and written here alone."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from assistant.fanout.cluster import Cluster
from assistant.fanout.places import media_prefix
from assistant.fanout.spread import Came, Piece, Spread
from assistant.fanout.wire import findings_from_plain, order_to_plain
from assistant.models import choose
from assistant.settings import Settings
from assistant.transcribe.away import Models, Order, keep_findings, order_of
from assistant.transcribe.finishing import NONE
from assistant.transcribe.recogniser import AUTO
from assistant.transcribe.recordings import alone
from assistant.transcribe.speakers.voices import listener_identity
from assistant.transcribe.transcription import Failure, Outcome, Transcribed, Wanted, waiting
from assistant.transcribe.whisper import identity_of
from store.config import read_table
from store.errors import InvalidInputError, StudyError
from store.glossary import glossary
from store.study import Study

Progress = Callable[[str, int, int], None]
"""Is told a label, the milliseconds done, and of how many."""

_Heard = tuple[str, Order]
"""The label of a recording and what was ordered of it."""


def transcribe_spread(
    study: Study,
    settings: Settings,
    cluster: Cluster,
    labels: Sequence[str] | None = None,
    *,
    wanted: Wanted | None = None,
    media_url: str | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Every recording without a transcript, or those named, heard by the workers, each kept as it comes.

    `media_url` stands for the study's folder `media`; without it that folder is shared with the workers. One that fails
    does not stop the others. Raises StudyError where none can be heard so, or nobody is there who could.
    """
    refuse_encrypted(study)
    wanted = wanted or Wanted()
    prefix = media_url or kept_media_url(study)
    place = media_prefix(prefix) if prefix else (study.folder / "media").resolve()
    models, terms = _models(settings, wanted, study), glossary(study)
    round_ = _Round(study, models, tuple(terms), wanted, place, progress or (lambda _label, _done, _total: None))
    with alone(study), closing(Spread[_Heard](cluster).over(round_.pieces(labels or waiting(study)))) as came:
        for each in came:
            round_.take(each)
    return Outcome(tuple(round_.done), tuple(round_.failed))


def kept_media_url(study: Study) -> str | None:
    """Where the study says its recordings lie; None where that is its own folder."""
    url = (read_table(study.folder, "media") or {}).get("url")
    if url is None or isinstance(url, str):
        return url or None
    raise InvalidInputError(f"`url` of [media] in {study.folder / 'interview.toml'} is no text; mend that line.")


def refuse_encrypted(study: Study) -> None:
    """Raise where the study is encrypted: what workers get would lie open in their memory, and on their disks."""
    if study.key is not None:
        raise InvalidInputError(
            f"{study.folder} is encrypted, and workers would get its text or recordings in the clear; run the command "
            "without --scheduler, or `interview decrypt` it first."
        )


class _Round:
    """One round of recordings, and what became of each."""

    def __init__(
        self,
        study: Study,
        models: Models,
        terms: tuple[str, ...],
        wanted: Wanted,
        place: Path | str,
        progress: Progress,
    ) -> None:
        self._study = study
        self._models = models
        self._terms = terms
        self._wanted = wanted
        self._place = place
        self._progress = progress
        self.done: list[Transcribed] = []
        self.failed: list[Failure] = []

    def pieces(self, labels: Sequence[str]) -> Iterator[Piece[_Heard]]:
        """What is to be heard, each ordered only when there is room for it."""
        for label in labels:
            try:
                order = order_of(self._study, label, self._models, self._wanted.language, self._wanted.speakers)
            except StudyError as error:
                self.failed.append(Failure(label, str(error)))
                continue
            values = {
                "order": order_to_plain(order),
                "place": self._placed(order),
                "model": self._models.name,
                "words": dict(self._models.words),
                "voices": None if self._models.voices is None else dict(self._models.voices),
                "glossary": list(self._terms),
            }
            yield Piece(order.name, (label, order), "hear", values)

    def take(self, came: Came[_Heard]) -> None:
        """Keep what was heard, or why nothing was."""
        label, order = came.piece.of
        try:
            if came.found is None:
                raise StudyError(came.why)  # noqa: TRY301 - one place where failures are kept
            findings = findings_from_plain(came.found)
            done = keep_findings(self._study, label, self._models, order, findings, speakers=self._wanted.speakers)
        except StudyError as error:
            self.failed.append(Failure(label, str(error)))
        else:
            self.done.append(done)
            self._progress(label, done.duration_ms, done.duration_ms)

    def _placed(self, order: Order) -> str:
        """Where a worker finds the recording; raises nothing: what is not there is said by whoever looks for it."""
        name = order.media.removeprefix("media/")
        return f"{self._place}/{name}" if isinstance(self._place, str) else str(self._place / name)


def _models(settings: Settings, wanted: Wanted, study: Study) -> Models:
    """What is to hear and tell apart: it is installed on this machine too, and not loaded."""
    whisper = choose("whisper", settings.whisper if wanted.model == AUTO else wanted.model, settings)
    words = identity_of(whisper.name, whisper.sha256, glossary(study))
    if NONE in (wanted.speakers, settings.speakers):
        return Models(whisper.name, words)
    try:
        voices = choose("speakers", settings.speakers, settings)
    except StudyError:
        if wanted.speakers != AUTO:
            raise
        return Models(whisper.name, words)
    return Models(whisper.name, words, listener_identity(voices.name, voices.sha256))
