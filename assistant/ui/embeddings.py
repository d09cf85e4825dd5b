"""The study's embeddings, with the model loaded once for all pages."""

import streamlit as st

from assistant.segment import Embedder, StudyEmbeddings, local_embedder
from assistant.settings import load_settings
from store.study import Study


def study_embeddings(study: Study) -> StudyEmbeddings:
    """The study's embeddings with the model of its settings; raises StudyError where that is not installed."""
    return StudyEmbeddings(study, _embedder(study, str(study.folder)))


@st.cache_resource(max_entries=2, show_spinner="Loading the embedding model …")
def _embedder(_study: Study, folder: str) -> Embedder:
    del folder  # part of the key only
    return local_embedder(load_settings(_study.settings()))
