"""Transcripts of other tools → turns; and the text files and tables that studies bring along."""

from assistant.ingest.attributes import read_attributes
from assistant.ingest.decoding import read_text
from assistant.ingest.pieces import ReadTranscript
from assistant.ingest.reading import READABLE, read_transcript
from assistant.ingest.tables import CsvTable, read_table

__all__ = ["READABLE", "CsvTable", "ReadTranscript", "read_attributes", "read_table", "read_text", "read_transcript"]
