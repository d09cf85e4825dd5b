"""Erasing an interview leaves nothing of it in the study's folder."""

import threading
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from full_study import CODES, MODEL, RATIONALE, RECORDED, SHARED, WRITTEN, add_text, embed, vector

import store.erase
from store.audit import verify
from store.backups import keep_copy
from store.candidates import AnswerDraft, answer_candidate, candidate_answers, candidate_names
from store.canonical import sha256_text
from store.codebook import current_codebook, keep_codebook
from store.coders import coders
from store.decisions import codings, decisions
from store.erase import erase_interview, finish_erasures
from store.errors import NotFoundError, StudyError
from store.event_log import log
from store.glossary import change_glossary
from store.index import VectorIndex
from store.index_folder import LOCK
from store.interviews import interview, interviews
from store.rationales import rationales
from store.runs import latest_run, load_scores, suggestions
from store.segments import segments
from store.sqlite import sqlite3
from store.study import Study, open_study
from store.transcripts import transcript
from store.values import CandidateVerdict, Code
from store.vectors import load_vectors

PRIVATE = (
    *RECORDED[:2], "Sebra machines", "Zebra", "xylophone", "Gloucestershire", "ornithologist", "ptarmigan",
    "wombat", "Gnus and yaks", "A yak speaks against it. R1", "Applies where gnus meet yaks",
)  # fmt: skip


def found_in(study: Study, needles: tuple[str, ...]) -> set[str]:
    """Which of these texts stand in any file of the study's folder, or of its database on the server."""
    files = [path for path in study.folder.rglob("*") if path.is_file()]
    files += [] if study.place is None else server_files(study)
    contents = [path.read_bytes() for path in files]
    return {needle for needle in needles if any(needle.encode() in data for data in contents)}


def server_files(study: Study) -> list[Path]:
    """The files of its tables and indexes, and of the server's samples, with everything written that is in memory."""
    query = """
        WITH own AS (SELECT oid, reltoastrelid FROM pg_class WHERE relnamespace = current_schema()::regnamespace),
        far AS (SELECT reltoastrelid AS oid FROM own UNION SELECT 'pg_statistic'::regclass),
        listed AS (SELECT indexrelid AS oid FROM pg_index WHERE indrelid IN (SELECT oid FROM far))
        SELECT current_setting('data_directory'), pg_relation_filepath(oid) FROM pg_class
        WHERE oid IN (SELECT oid FROM own UNION SELECT oid FROM far UNION SELECT oid FROM listed)
    """
    with study.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("CHECKPOINT")
        found = [Path(folder) / path for folder, path in connection.exec_driver_sql(query) if path is not None]
    assert found
    return [path for path in found if path.is_file()]


def indexed(study: Study) -> Study:
    embed(study)
    with VectorIndex(study, MODEL):
        pass
    return study


def test_nothing_of_an_erased_interview_stays_on_the_disk(full):
    """No sentence, attribute, memo or file name of it is in any file, while the study is open and after."""
    indexed(full)
    (full.folder / "queue.log").write_text("Zebra: done\n")  # older versions named labels there
    assert found_in(full, PRIVATE) == set(PRIVATE)
    erased = erase_interview(full, "R1", coder="ada")
    assert found_in(full, PRIVATE) == set()
    assert list(full.media.iterdir()) == []
    full.close()
    assert found_in(full, PRIVATE) == set()
    assert (erased.interview, erased.decisions) == ("R1", 5)
    assert verify(full).faults == ()
    assert verify(full).erased == erased.events == 17


def test_other_interviews_are_untouched(full):
    """Everything of the other interview reads as before."""

    def state() -> list[object]:
        return [
            [d for d in decisions(full) if d.interview == "T1"],
            codings(full, interview="T1"),
            [s for s in suggestions(full) if s.interview == "T1"],
            transcript(full, "T1"),
            segments(full, "T1"),
            interview(full, "T1"),
            current_codebook(full),
            coders(full),
            [rationales(full, s.guid) for s in suggestions(full) if s.interview == "T1"],
            candidate_names(full).get("T1" * 32),
        ]

    before = state()
    erase_interview(full, "R1", coder="ada")
    assert state() == before
    assert [i.label for i in interviews(full)] == ["T1"]
    assert {s.interview for s in segments(full)} == {"T1"}
    run = latest_run(full)
    assert run is not None
    assert [m.transcript_id for m in load_scores(full, run)] == [transcript(full, "T1").id]
    assert found_in(indexed(full), WRITTEN) == set(WRITTEN)


def test_a_vector_of_a_text_that_another_interview_holds_too_stays(full):
    """Only vectors that nobody else needs go."""
    digests = [sha256_text(text) for text in (*RECORDED, *WRITTEN)]
    assert len(load_vectors(full, MODEL, digests)) == 5
    assert erase_interview(full, "R1", coder="ada").vectors == 2
    assert set(load_vectors(full, MODEL, digests)) == {sha256_text(text) for text in WRITTEN}
    assert SHARED in WRITTEN


def test_label_and_file_can_be_used_again(full, tmp_path):
    """An erased interview's label and content are free; the event log tells of the erasure by its coder."""
    erase_interview(full, "T1", coder="eve")
    add_text(full, tmp_path, "T1", WRITTEN)
    assert transcript(full, "T1").text.startswith(WRITTEN[0])
    assert verify(full).faults == ()
    (event,) = [e for e in log(full) if e.type == "interview.erased"]
    assert event.coder == "eve"


def test_an_unknown_label_gives_a_sentence(full):
    """The message names the labels that there are, and nothing happens."""
    before = verify(full)
    with pytest.raises(NotFoundError, match=r"no interview X9 .* R1, T1"):
        erase_interview(full, "X9", coder="ada")
    assert verify(full) == before


def test_nothing_happens_while_another_holds_the_index(full):
    """A held index lock is a Timeout, and the interview stays whole."""
    before = verify(full)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with FileLock(full.folder / LOCK):
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with pytest.raises(Timeout):
        erase_interview(full, "R1", coder="ada", wait_seconds=0.0)
    done.set()
    thread.join()
    assert verify(full) == before
    assert interview(full, "R1").media is not None


def test_an_erasure_that_broke_off_is_told_of_and_finished_at_the_next_opening(full, monkeypatch):
    """After a crash between records and files the audit says so, and opening the study removes the rest."""
    indexed(full)

    def die(study: Study) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.erase, "_finish", die)
    with pytest.raises(KeyboardInterrupt):
        erase_interview(full, "R1", coder="ada")
    monkeypatch.undo()
    faults = " ".join(verify(full).faults)
    assert "An erasure broke off" in faults
    assert "belongs to no interview" in faults
    assert found_in(full, PRIVATE)
    full.close()
    with open_study(full.folder) as again:
        assert verify(again).faults == ()
        assert found_in(again, PRIVATE) == set()
        before = verify(again).events
        finish_erasures(again)
        assert verify(again).events == before


def test_an_erasure_whose_files_cannot_go_says_what_to_do(full, monkeypatch):
    """A file in use is a sentence, the records are gone, and the study still opens."""

    def in_use(folder: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(store.erase, "discard_index", in_use)
    with pytest.raises(StudyError, match="close other programs"):
        erase_interview(full, "R1", coder="ada")
    with open_study(full.folder) as again:
        assert [i.label for i in interviews(again)] == ["T1"]
        assert verify(again).faults
    monkeypatch.undo()
    open_study(full.folder).close()
    assert found_in(full, PRIVATE) == set()
    assert verify(full).faults == ()


@pytest.mark.sqlite
def test_an_open_reader_does_not_make_an_erasure_look_complete(full, monkeypatch):
    """While another connection still reads the old pages, erasing says that it is not finished."""
    monkeypatch.setattr(store.erase, "_BUSY_SECONDS", 0.1)
    reader = sqlite3.connect(full.folder / "study.db")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM event").fetchone()
    with pytest.raises(StudyError, match="then open it again"):
        erase_interview(full, "R1", coder="ada")
    reader.close()
    open_study(full.folder).close()
    assert found_in(full, PRIVATE) == set()


def test_copies_that_hold_it_go_and_what_only_a_person_can_judge_is_named(full):
    """Copies of the database that hold it are replaced by a new one; codes whose examples quote it are listed."""
    old = keep_copy(full.folder, tag="0000").path
    quoting = Code("q", "quoting", examples=(RECORDED[1], "short"))
    keep_codebook(full, [*CODES, quoting], coder="ada", reason="examples")
    word = max(RECORDED[1].split(), key=len)
    change_glossary(full, add=[word, "Nowhere GmbH"])
    keep_codebook(full, CODES, coder="ada", reason="taken out again")
    erased = erase_interview(full, "R1", coder="ada")
    assert erased.backups == (old.name,)
    (copy,) = (full.folder / "backups").glob("*.db")
    assert not old.exists()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT label FROM interview").fetchall() == [("T1",)]
    assert erased.examples == ("quoting",)
    assert erased.glossary == (word,)


def test_the_index_is_made_again_without_the_interview(full):
    """After an erasure the index opens, and finds the others."""
    indexed(full)
    erase_interview(full, "R1", coder="ada")
    with VectorIndex(full, MODEL) as index:
        assert index.repair.segments == len(WRITTEN)
        ((segment, similarity),) = index.search(vector(WRITTEN[1]), 1)
    assert segment == segments(full, "T1")[1].id
    assert similarity == pytest.approx(1, abs=1e-5)


def test_what_was_dismissed_stays_so_as_far_as_the_other_interviews_tell(full):
    """Of a dismissal over two interviews the erased one's passages go, and the others keep it standing."""
    members = [answer.members for answer in candidate_answers(full)]
    assert members == [{"a", "b", "c"}, {"d"}]
    erase_interview(full, "R1", coder="ada")
    assert [answer.members for answer in candidate_answers(full)] == [{"c"}, {"d"}]
    assert RATIONALE not in [rationale.text for s in suggestions(full) for rationale in rationales(full, s.guid)]


def test_codes_made_of_its_passages_are_named(full):
    """A definition that a person took over from a draft is theirs to judge: the code is listed."""
    new = Code("w", "wombats", definition="Where wombats are.")
    draft = AnswerDraft("x" * 64, CandidateVerdict.ACCEPT, {"R1": ["a"], "T1": ["c"]}, "w")
    answer_candidate(full, "ada", draft, new=new, reason="accepted")
    assert erase_interview(full, "R1", coder="ada").drafted == ("wombats",)
    assert verify(full).faults == ()
