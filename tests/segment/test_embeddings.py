import numpy as np
import pytest
from study_builder import WordEmbeddings, word_embeddings

from assistant.segment import StudyEmbeddings, embed_new, local_embedder
from assistant.settings import load_settings
from store.segments import segments


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.models)])
def embeddings(request):
    """The fake and the real model, behind the same interface."""
    return WordEmbeddings() if request.param == "fake" else local_embedder(load_settings()).load()


def test_embeddings_keep_their_contract(embeddings):
    """The fake and the real model give unit vectors, the same for the same text, nearer for what is alike."""
    texts = ["waiting in a queue for machines", "we wait in a queue for machines", "the garden is lovely"]
    vectors = np.array(embeddings.embed_documents(texts))
    assert vectors.shape[0] == 3
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert np.allclose(embeddings.embed_query(texts[0]), vectors[0], atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_nothing_is_embedded_twice(machines):
    """The cache survives into the next session, by text and model."""
    embeddings, fake = word_embeddings(machines)
    embed_new(machines, embeddings)
    assert fake.embedded
    again, second = word_embeddings(machines)
    embed_new(machines, again)
    again.matrix([s.text for s in segments(machines)])
    assert second.embedded == []


def test_rows_come_back_in_the_order_asked_for(machines):
    """Embedding sorts by length for speed; the caller must not notice."""
    embeddings, _ = word_embeddings(machines)
    texts = ["a much longer text than the others here", "b", "middle one", "b"]
    matrix = embeddings.matrix(texts)
    assert np.allclose(matrix, WordEmbeddings().embed_documents(texts))


def test_no_texts_give_no_rows(machines):
    """An empty study asks for nothing and gets an empty matrix."""
    embeddings, fake = word_embeddings(machines)
    assert embeddings.matrix([]).shape[0] == 0
    assert fake.embedded == []


def test_a_query_is_not_kept(machines):
    """What a person searched for is not data of the study."""
    embeddings, _ = word_embeddings(machines)
    embed_new(machines, embeddings)
    embeddings.embed_query("secret question")
    fresh = StudyEmbeddings(machines, embeddings._embedder)
    fresh.matrix(["secret question"])
    assert embeddings._embedder.load().embedded[-1] == "secret question"
