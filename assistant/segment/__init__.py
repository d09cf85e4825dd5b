"""Turns to segments, segments to vectors, vectors to the index."""

from assistant.segment.build import embed_new, segment_new
from assistant.segment.embeddings import Embedder, StudyEmbeddings, local_embedder

__all__ = ["Embedder", "StudyEmbeddings", "embed_new", "local_embedder", "segment_new"]
