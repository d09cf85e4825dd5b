"""What tables in several languages call the columns of a transcript."""

import re
from typing import Literal

from assistant.ingest.table_times import Unit

Kind = Literal["text", "speaker", "start", "end"]

_WORDS: dict[Kind, tuple[str, ...]] = {
    "text": (
        """
        text transcript transcription statement utterance utterances speech spoken said verbatim
        transkript transkription wortlaut aussage äußerung äusserung redebeitrag gesagtes
        texte énoncé propos parole paroles réplique transcripción texto enunciado fala transcrição
        testo trascrizione enunciato tekst wypowiedź uitspraak transcriptie yttrande utsaga
        本文 発言 テキスト 内容 文本 发言 文字 текст реплика высказывание
        """,
        """
        content message sentence caption subtitle dialogue dialog words body turn segment response quote
        inhalt beitrag satz contenu phrase intervention contenido intervención contenuto conteúdo inhoud
        """,
    ),
    "speaker": (
        """
        speaker speakers speakerid speakername sprecher sprecherin sprechende sprechender locuteur locutrice
        orateur intervenant intervenante hablante locutor locutora orador parlante oratore falante spreker
        mówca rozmówca talare 話者 発言者 说话人 发言人 спикер говорящий
        """,
        """
        name who person participant author voice actor from_name role
        wer teilnehmer teilnehmerin befragte befragter nom personne qui nombre persona quién
        participante nome pessoa persoon naam osoba imię namn 名前 氏名 姓名 имя
        """,
    ),
    "start": (
        """
        start begin begins beginning starttime start_time begintime onset timestamp timestamps timecode
        startzeit anfang beginn zeitstempel début horodatage inicio comienzo inizio início begintijd starttijd
        tijdstempel początek 開始 开始 начало
        """,
        """
        time from in offset clock position zeit uhrzeit von temps heure tiempo hora tempo tijd czas tid 時間 时间 время
        """,
    ),
    "end": (
        """
        end ends endtime end_time stop finish offset_end ende endzeit fin final fine fim einde eindtijd koniec slut
        終了 结束 конец
        """,
        "to out until bis hasta tot",
    ),
}
_SETS: dict[Kind, tuple[frozenset[str], ...]] = {k: tuple(frozenset(w.split()) for w in ws) for k, ws in _WORDS.items()}
_MILLISECONDS = frozenset(
    ("ms", "msec", "msecs", "millis", "milliseconds", "millisekunden", "millisecondes", "milisegundos")
)
_SECONDS = frozenset(("s", "sec", "secs", "second", "seconds", "sek", "sekunden", "secondes", "segundos", "secondi"))
_FILLERS = frozenset(("the", "of", "der", "des", "de", "la", "le", "id", "time", "zeit", "label", "name", "column"))
_KINDS: tuple[Kind, ...] = ("end", "start", "speaker", "text")
_SPLIT = re.compile(r"[\s_\-.:()\[\]{}/,*#]+")
_MOST_WORDS = 3
_LONGEST = 40


def kind_of(header: str) -> tuple[Kind, int] | None:
    """What a column of this name holds, and how sure that is: 0 for sure, higher is less."""
    if len(header) > _LONGEST:
        return None
    words = [word for word in _SPLIT.split(_uncamelled(header).casefold()) if word]
    words = [word for word in words if word not in _MILLISECONDS | _SECONDS] or words
    if not words or len(words) > _MOST_WORDS:
        return None
    whole = "_".join(words)
    for rank in (0, 1):
        for kind in _KINDS:
            if whole in _SETS[kind][rank]:
                return kind, rank
    core = [word for word in words if word not in _FILLERS] or words
    for rank in (0, 1):
        for kind in _KINDS:
            if len(words) > 1 and any(word in _SETS[kind][rank] for word in core):
                return kind, rank + 2
    return None


def unit_of(header: str) -> Unit | None:
    """Seconds or milliseconds, where the name of a time column says so."""
    words = _SPLIT.split(_uncamelled(header).casefold())
    if any(word in _MILLISECONDS for word in words):
        return "ms"
    return "s" if any(word in _SECONDS for word in words) else None


def _uncamelled(header: str) -> str:
    return re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", header)
