import re
from dataclasses import replace

import numpy as np
import pytest
from fake_cluster import CARRY_OUT, FakeCluster, not_found
from study_builder import TALK, KeywordScorer, add_talk, word_embeddings

from assistant.fanout import asking_spread, embed_spread
from assistant.fanout import suggesting as room
from assistant.fanout.tools import Tools
from assistant.segment import segment_new
from assistant.settings import load_settings
from assistant.suggest import Model, suggest
from store.audit import verify
from store.errors import StudyError
from store.runs import load_scores
from store.segments import segments


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """Workers ask a fake model, in this process; pieces are small."""
    monkeypatch.setattr(Tools, "language_model", lambda *_, **__: KeywordScorer(longest=100_000))
    monkeypatch.setattr(room, "SEGMENTS_PER_PIECE", 3)
    monkeypatch.setattr(room, "TEXTS_PER_PIECE", 4)


@pytest.fixture
def talks(machines, tmp_path):
    """A study of three interviews, one of them long."""
    add_talk(machines, tmp_path, "I3", TALK * 6)
    segment_new(machines)
    return machines


MODEL = Model("fake", "0" * 64, KeywordScorer())


def here(name, workers):
    return CARRY_OUT


def asked(study, cluster, **options):
    embeddings, _ = word_embeddings(study)
    ask = asking_spread(study, MODEL, load_settings(), cluster)
    return suggest(study, embeddings, MODEL, ask=ask, **options)


def test_workers_score_what_one_process_scores(talks, tmp_path):
    """The same run with the same numbers to the last bit, whatever comes first."""
    by_workers = asked(talks, FakeCluster(here))
    scores = load_scores(talks, by_workers.run)
    embeddings, _ = word_embeddings(talks)
    again = suggest(talks, embeddings, MODEL)
    assert again.run.guid == by_workers.run.guid
    assert again.scored_now == 0
    other = suggest(talks, embeddings, replace(MODEL, sha256="1" * 64))
    for mine, theirs in zip(scores, load_scores(talks, other.run), strict=True):
        assert mine.complete
        assert np.isfinite(mine.signals["llm"]).any()
        for signal in ("retrieval", "sentence", "llm"):
            assert np.array_equal(mine.signals[signal], theirs.signals[signal], equal_nan=True)
    assert (by_workers.asked, by_workers.segments) == (other.asked, other.segments)
    assert verify(talks).faults == ()


def test_an_interview_that_fails_is_named_and_the_others_are_kept(talks):
    """The next round asks about what is missing, and no more."""

    def answer(name, workers):
        return not_found(workers[0], "failed", f"{name} failed.") if name == "I2" else CARRY_OUT

    with pytest.raises(StudyError, match=re.escape("I2 failed. All else is kept")):
        asked(talks, FakeCluster(answer))
    cluster = FakeCluster(here)
    rest = asked(talks, cluster)
    assert {name for name, _ in cluster.sent} == {"I2"}
    assert all(m.complete for m in load_scores(talks, rest.run))


def test_scores_of_another_form_are_refused(talks):
    """Too few numbers, or none, are no scores."""
    for nonsense in ({"scores": b"\0" * 7}, {"scores": "x"}, {}):
        cluster = FakeCluster(lambda name, workers, found=nonsense: {"worker": "w", "found": found, "kind": None})
        with pytest.raises(StudyError, match="form that is not known"):
            asked(talks, cluster)


def test_every_text_is_embedded_once_by_workers(talks, monkeypatch):
    """Segments and sentences; afterwards nothing is left to embed here."""
    embeddings, embedder = word_embeddings(talks)
    monkeypatch.setattr(Tools, "embedder", lambda *_: embedder)
    cluster, told = FakeCluster(here), []
    count = embed_spread(talks, embeddings, cluster, lambda *each: told.append(each))
    assert count >= len({s.text for s in segments(talks)})
    assert told[-1] == (3, 3)
    assert embed_spread(talks, embeddings, FakeCluster(here)) == 0
    before = len(cluster.sent)
    assert before > 2
    summary = suggest(talks, embeddings, None)
    assert summary.segments > 0


def test_another_number_of_vectors_is_refused(talks):
    """Nothing is kept under the wrong text."""
    embeddings, _ = word_embeddings(talks)
    found = {"shape": [1, 2], "vectors": b"\0" * 8}
    cluster = FakeCluster(lambda name, workers: {"worker": "w", "found": found, "kind": None})
    with pytest.raises(StudyError, match="another number of vectors"):
        embed_spread(talks, embeddings, cluster)
