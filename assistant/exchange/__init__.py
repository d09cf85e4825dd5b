"""What a study holds → files that other programs read."""

from assistant.exchange.transcript_files import Exported, write_transcript

__all__ = ["Exported", "write_transcript"]
