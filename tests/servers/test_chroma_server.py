"""A study's vectors on a Chroma server: as in the folder, and what happens when the server is not as it was."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings as ChromaSettings
from full_study import MODEL, add_text, embed, vector
from servers.chroma import PREFIX, TOKEN, chroma_server, free_port, proxy_before

import store.index_connection
from store.config import keep_table
from store.encryption import encrypt_study
from store.erase import erase_interview
from store.errors import InvalidInputError
from store.index import VectorIndex, refresh_index, reindex
from store.index_connection import IndexServerError
from store.index_forget import FORGET, prefix_of
from store.index_place import INDEX_VARIABLE, TOKEN_VARIABLE, index_place, place_at
from store.index_server import ServerIndex
from store.segments import segments
from store.study import create_study
from store.vectors import keep_vectors

pytestmark = pytest.mark.servers

TEXTS = tuple(f"Sentence number {n} about machines." for n in range(12))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for this module; whoever kills it starts it again."""
    with chroma_server(tmp_path_factory.mktemp("chroma")) as running:
        yield running


@pytest.fixture
def proxy(server, monkeypatch):
    """The way in, with a token."""
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # must not be asked
    with proxy_before(server) as made:
        yield made


@pytest.fixture
def study(tmp_path, proxy):
    """A study of twelve segments whose index is on the server, as its file says."""
    with create_study(tmp_path / "served", "Served") as made:
        add_text(made, tmp_path, "I1", TEXTS)
        embed(made)
        keep_table(made.folder, "index", {"url": proxy.url})
        yield made


def direct(server):
    return chromadb.HttpClient("127.0.0.1", server.port, settings=ChromaSettings(anonymized_telemetry=False))


def collection(server, study):
    client = direct(server)
    (name,) = [each.name for each in client.list_collections() if each.name.startswith(prefix_of(study))]
    return client.get_collection(name, embedding_function=None)


def on_server(study):
    return ServerIndex(study, MODEL, index_place(study))


def opened(study, kind):
    """The index of one of the three kinds."""
    return on_server(study) if kind == "server" else VectorIndex(study, MODEL)


@pytest.fixture(params=["embedded", "memory", "server"])
def any_index(request, study):
    """The same study with its index in the folder, in memory (encrypted), or on the server."""
    if request.param == "server":
        yield study, request.param
        return
    keep_table(study.folder, "index", None)
    if request.param == "embedded":
        yield study, request.param
        return
    folder = study.folder
    study.close()
    encrypt_study(folder, "a passphrase for tests, long enough")
    from store.study import open_study

    with open_study(folder) as sealed:
        yield sealed, request.param


def test_every_kind_of_index_keeps_the_same_promises(any_index, tmp_path):
    """Each segment finds itself first; what is new is found at the next opening, what lost its vector is not."""
    study, kind = any_index
    for expected in (12, 13):
        with opened(study, kind) as index:
            assert index.repair.segments == expected
            for segment in segments(study):
                ((found, similarity), *_) = index.search(vector(segment.text), 3)
                assert found == segment.id
                assert similarity == pytest.approx(1, abs=1e-4)
            assert len(index.search(vector("x"), 50)) == expected
        if expected == 12:
            add_text(study, tmp_path, "I2", ("Something new.",))
            embed(study)


def test_a_sound_index_on_a_server_is_left_alone(study):
    """The first time it is missing, then nothing is wrong with it and nothing is put there again."""
    assert refresh_index(study, MODEL).reason == "it was missing"
    assert refresh_index(study, MODEL).reason is None
    assert reindex(study, MODEL).segments == 12


def test_the_server_gets_no_word_of_anybody(study, proxy):
    """No text, label, speaker or title is in anything that is sent."""
    refresh_index(study, MODEL)
    with on_server(study) as index:
        index.search(vector("x"), 3)
    everything = b"\n".join(proxy.sent)
    assert b"upsert" in everything
    for secret in (b"Sentence", b"machines", b'"I1"', b"Served", b'documents":["'):
        assert secret not in everything


def test_without_the_token_the_study_is_told_so(study, monkeypatch):
    """The sentence names the variable, and never the token."""
    monkeypatch.setenv(TOKEN_VARIABLE, "wrong-token")
    told = refresh_index(study, MODEL).problem
    assert "refuses the token" in told
    assert TOKEN_VARIABLE in told
    assert "wrong-token" not in told
    with pytest.raises(IndexServerError):
        reindex(study, MODEL)


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"{}"), (200, b""), (200, b"<html>"), (500, b"no"), (200, b"[" * 10_000), (302, b""), (200, b"null"),
        (404, b'{"error": "NotFoundError", "message": "\x1b[31m no"}'),
    ],
)  # fmt: skip
def test_a_server_that_answers_nonsense_is_told_of(study, proxy, answer):
    """Whatever comes back, it is one sentence about the server."""
    proxy.answer = answer
    told = refresh_index(study, MODEL).problem
    assert "The index server at 127.0.0.1" in told
    assert "\x1b" not in told


def test_a_server_that_is_away_is_told_of_and_asked_again(study, server):
    """Killed, then there again with what it had."""
    refresh_index(study, MODEL)
    server.kill()
    try:
        assert "index server" in refresh_index(study, MODEL).problem
    finally:
        server.start()
    assert refresh_index(study, MODEL).reason is None
    keep_table(study.folder, "index", {"url": f"http://127.0.0.1:{free_port()}"})
    assert "does not answer" in refresh_index(study, MODEL).problem


def with_wrong_vectors(found):
    ids = found.get(include=[])["ids"]
    found.update(ids=ids, embeddings=[vector(f"wrong {name}").tolist() for name in ids])


def without_some(found):
    found.delete(ids=found.get(include=[])["ids"][:5])


def with_a_foreign_one(found):
    found.upsert(ids=["foreign"], embeddings=[vector("x").tolist()], metadatas=[{"segment": 10**9, "transcript": 1}])


@pytest.mark.parametrize("spoil", [with_wrong_vectors, without_some, with_a_foreign_one])
def test_what_others_did_to_it_is_put_right(study, server, spoil):
    """Opening it mends it: every segment is found again, and nothing foreign is."""
    refresh_index(study, MODEL)
    spoil(collection(server, study))
    with on_server(study) as index:
        assert len(index.search(vector("x"), 50)) == 12
        for segment in segments(study):
            assert index.search(vector(segment.text), 1)[0][0] == segment.id


def test_a_collection_of_another_width_is_made_again(study, server):
    """As one that somebody made under that name."""
    refresh_index(study, MODEL)
    client, name = direct(server), collection(server, study).name
    client.delete_collection(name)
    client.create_collection(name, embedding_function=None).upsert(ids=["a"], embeddings=[[1.0, 0.0]])
    with on_server(study) as index:
        assert index.repair.reason is not None
        assert len(index.search(vector("x"), 50)) == 12


def test_two_models_and_two_studies_have_collections_of_their_own(study, server, tmp_path, proxy):
    """Neither takes anything from the other."""
    refresh_index(study, MODEL)
    keep_vectors(study, "other", {s.text_sha256: np.eye(12, dtype=np.float32)[s.index] for s in segments(study)})
    with ServerIndex(study, "other", index_place(study)) as index:
        assert index.search(np.eye(12, dtype=np.float32)[3], 1)[0][0] == segments(study)[3].id
    with create_study(tmp_path / "second", "Second") as second:
        add_text(second, tmp_path, "J1", ("Only this.",))
        embed(second)
        keep_table(second.folder, "index", {"url": proxy.url})
        assert refresh_index(second, MODEL).segments == 1
    assert refresh_index(study, MODEL).reason is None
    names = [each.name for each in direct(server).list_collections() if each.name.startswith(prefix_of(study))]
    assert len(names) == 2


def test_an_erased_interview_is_gone_from_the_server_at_once(study, server, tmp_path):
    """Its vectors, in every model's collection; the others stay."""
    add_text(study, tmp_path, "I2", ("Only hers.",))
    embed(study)
    refresh_index(study, MODEL)
    assert collection(server, study).count() == 13
    erased = erase_interview(study, "I2", coder="Ada")
    assert erased.waiting == ""
    assert collection(server, study).count() == 12
    assert not (study.folder / FORGET).exists()


def test_what_could_not_be_erased_there_is_at_the_next_contact(study, server, proxy, tmp_path):
    """While the server is away the erasure succeeds, says what waits, and keeps its promise afterwards."""
    add_text(study, tmp_path, "I2", ("Only hers.",))
    embed(study)
    refresh_index(study, MODEL)
    proxy.answer = (502, b"")
    erased = erase_interview(study, "I2", coder="Ada")
    assert proxy.url in erased.waiting
    assert list(json.loads((study.folder / FORGET).read_bytes())) == [proxy.url]
    assert collection(server, study).count() == 13
    proxy.answer = None
    assert refresh_index(study, MODEL).problem == ""
    assert collection(server, study).count() == 12
    assert not (study.folder / FORGET).exists()


def test_what_is_erased_while_it_is_put_there_does_not_stay(study, server, proxy, tmp_path):
    """Another process erases between reading the study and putting the vectors there."""
    add_text(study, tmp_path, "I2", ("Only hers.",))
    embed(study)

    def erase_once(method, path):
        if path.endswith("/upsert"):
            proxy.before = None
            erase_interview(study, "I2", coder="Ada")

    proxy.before = erase_once
    refresh_index(study, MODEL)
    assert proxy.before is None
    assert collection(server, study).count() == 12


def test_many_may_refresh_at_once(study, server, tmp_path):
    """As processes of several people do: it ends as if one had."""
    refresh_index(study, MODEL)
    add_text(study, tmp_path, "I2", tuple(f"Something new, {n}." for n in range(40)))
    embed(study)
    with ThreadPoolExecutor(4) as several:
        told = list(several.map(lambda _: refresh_index(study, MODEL), range(4)))
    assert [each.problem for each in told] == [""] * 4
    assert collection(server, study).count() == 52
    assert refresh_index(study, MODEL).reason is None


def test_a_server_under_a_path_of_a_proxy_is_asked_there(study, server, proxy):
    """As where one machine has several."""
    keep_table(study.folder, "index", {"url": f"{proxy.url}{PREFIX}/"})
    assert refresh_index(study, MODEL).problem == ""
    assert collection(server, study).count() == 12
    assert all(sent.startswith(PREFIX.encode()) for sent in proxy.sent)


def test_a_server_that_never_answers_is_not_waited_for(study, proxy, monkeypatch):
    """It takes the question, and is silent."""
    released = threading.Event()
    monkeypatch.setattr(store.index_connection, "_ANSWER_SECONDS", 0.5)
    proxy.before = lambda *_: released.wait(60)
    try:
        assert "does not answer" in refresh_index(study, MODEL).problem
    finally:
        released.set()


def test_the_environment_names_a_server_for_studies_that_name_none(study, proxy, monkeypatch):
    """A study's own word goes first."""
    keep_table(study.folder, "index", None)
    assert index_place(study) is None
    monkeypatch.setenv(INDEX_VARIABLE, "http://127.0.0.1:1")
    assert index_place(study).port == 1
    keep_table(study.folder, "index", {"url": proxy.url})
    assert index_place(study).port == proxy.port


def test_a_study_sends_nothing_to_a_host_that_this_machine_does_not_allow(study):
    """Whatever its file says."""
    keep_table(study.folder, "index", {"url": "http://chroma.example.org:8000"})
    with pytest.raises(InvalidInputError, match="INTERVIEW_ALLOWED_HOSTS"):
        refresh_index(study, MODEL)


@pytest.mark.parametrize(
    "url", ["ftp://a", "http://", "chroma:8000", "http://u:p@h", "http://h:99999", "http://h?x=1", "", "http://h:0"]
)
def test_what_is_no_address_of_a_server_is_refused(url):
    """With how to write one, and without what was in it."""
    with pytest.raises(InvalidInputError, match="write it as http://localhost:8000") as told:
        place_at(url)
    assert "u:p" not in str(told.value)
