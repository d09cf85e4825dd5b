"""Recordings become transcripts: words with their times, on this machine, committed as they are heard."""

from assistant.transcribe.transcription import transcribe, transcribe_all

__all__ = ["transcribe", "transcribe_all"]
