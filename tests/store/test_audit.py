"""The hash chain and the records it vouches for."""
# ruff: noqa: S608 - the names of tables are ours

from collections.abc import Callable

import pytest
from by_hand import by_hand
from full_study import add_written, full_study

from store import config
from store.audit import verify
from store.codebook import keep_codebook
from store.erase import ERASED_EVENT, erase_interview
from store.event_log import log
from store.records import Base
from store.study import Study
from store.values import Code

TYPES = {
    "study.created", "coder.added", "interview.added", "attributes.set", "transcript.revised", "codebook.changed",
    "run.started", "scores.kept", "suggestion.shown", "decision.made", "rationale.written", "candidate.named",
    "candidate.answered",
}  # fmt: skip


def test_a_study_with_every_kind_of_event_verifies(full):
    """Nothing that the store itself writes is taken for a fault, and the test study leaves no event type out."""
    report = verify(full)
    assert report.faults == ()
    assert {event.type for event in log(full)} == TYPES
    assert config.read_head(full.folder) == config.Head(report.events, report.head)


CHANGES = {
    "study": "UPDATE study SET title = 'x'",
    "study time": "UPDATE study SET created_at = '2001-01-01 00:00:00.000000'",
    "coder": "UPDATE coder SET name = 'eve' WHERE name = 'ben'",
    "coder kind": "UPDATE coder SET kind = 'model' WHERE name = 'ben'",
    "interview": "UPDATE interview SET label = 'R9' WHERE label = 'R1'",
    "interview order": "UPDATE interview SET position = 9 WHERE label = 'R1'",
    "attributes": 'UPDATE attributes SET "values" = \'{"region": "x"}\' WHERE id = 1',
    "transcript text": "UPDATE transcript SET text = replace(text, 'queue', 'quite')",
    "transcript text and hash": "UPDATE transcript SET text = text || 'x', sha256 = 'x' WHERE id = 1",
    "offset map": "UPDATE transcript SET offset_map = '[[0, 0, 1]]' WHERE revision = 2",
    "turn speaker": "UPDATE turn SET speaker = 'Eve' WHERE id = 2",
    "turn word": "UPDATE turn SET words = '[[0, 1, 0, 1, 0.5]]' WHERE id = 2",
    "code": "UPDATE code SET definition = 'x' WHERE id = 2",
    "codebook reason": "UPDATE codebook SET reason = 'x'",
    "codebook coder": "UPDATE codebook SET coder = 'ben'",
    "run": "UPDATE run SET settings = '{\"seed\": 2}'",
    "run model": "UPDATE run SET llm = 'other'",
    "signal": "UPDATE signal SET data = substr(data, 1, 4) WHERE scores_id = 1",
    "scores axis": "UPDATE scores SET codes = '[]' WHERE id = 1",
    "scores unsealed": "UPDATE scores SET event_id = NULL WHERE id = 1",
    "suggestion probability": "UPDATE suggestion SET probability = 0.26 WHERE id = 1",
    "suggestion code": "UPDATE suggestion SET code = 'x' WHERE id = 1",
    "suggestion time": "UPDATE suggestion SET shown_at = '2001-01-01 00:00:00.000000' WHERE id = 1",
    "suggested segment": 'UPDATE segment SET "end" = "end" - 1 WHERE id = 1',
    "decision verdict": "UPDATE decision SET verdict = 'reject' WHERE id = 1",
    "decision code": "UPDATE decision SET code = 'x' WHERE id = 1",
    "decision coder": "UPDATE decision SET coder_id = 2 WHERE id = 1",
    "decision span": "UPDATE decision SET start = start + 1 WHERE id = 1",
    "decision memo": "UPDATE decision SET memo = 'x' WHERE id = 1",
    "decision time": "UPDATE decision SET at = '2001-01-01 00:00:00.000000' WHERE id = 1",
    "decision suggestion": "UPDATE decision SET suggestion_id = NULL WHERE id = 1",
    "decision codebook": "UPDATE decision SET codebook_id = NULL WHERE id = 3",
    "decision's event": "UPDATE decision SET event_id = 1 WHERE id = 1",
    "code's origins": "UPDATE code SET origins = '[\"x\"]' WHERE id = 2",
    "rationale": "UPDATE rationale SET text = 'x' WHERE id = 1",
    "rationale's prompt": "UPDATE rationale SET rendered = 'x' WHERE id = 1",
    "rationale's suggestion": "UPDATE rationale SET suggestion_id = 2 WHERE id = 1",
    "candidate's definition": "UPDATE candidate_name SET definition = 'x' WHERE id = 1",
    "candidate's quotes": "UPDATE candidate_name SET quotes = '[]' WHERE id = 1",
    "candidate's verdict": "UPDATE candidate_answer SET verdict = 'restore' WHERE id = 1",
    "candidate's members": "UPDATE candidate_answer SET members = '[]' WHERE id = 1",
    "event payload": "UPDATE event SET payload = replace(payload, 'ada', 'eve') WHERE type = 'coder.added'",
    "event salt": "UPDATE event SET salt = 'x' WHERE id = 3",
    "event type": "UPDATE event SET type = 'x' WHERE id = 3",
    "event time": "UPDATE event SET at = '2001-01-01 00:00:00.000000' WHERE id = 3",
    "event coder": "UPDATE event SET coder = 'eve' WHERE id = 3",
    "event interview": "UPDATE event SET interview = 'x' WHERE id = 5",
    "event hash": "UPDATE event SET hash = 'x' WHERE id = 3",
    "last event's hash": "UPDATE event SET hash = 'x' WHERE id = (SELECT max(id) FROM event)",
    "event blanked": "UPDATE event SET payload = NULL, salt = NULL WHERE id = 5",
    "unreadable time": "UPDATE decision SET at = 'yesterday' WHERE id = 1",
    "unreadable event time": "UPDATE event SET at = 'yesterday' WHERE id = 3",
    "unreadable marks": "UPDATE turn SET marks = '[1]' WHERE id = 2",
    "unreadable layout": "UPDATE transcript SET layout = '[1]' WHERE id = 1",
}
UNREADABLE = {
    "list": "UPDATE turn SET words = '[[' WHERE id = 2",
    "scores": "UPDATE suggestion SET scores = '{' WHERE id = 1",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_value_changed_by_hand_is_found(full, change):
    """One changed value in any vouched-for table, or in the log itself, is a fault and not a crash."""
    by_hand(full, change)
    assert verify(full).faults


@pytest.mark.sqlite
@pytest.mark.parametrize("change", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_json_is_found(full, change):
    """SQLite takes any text in its place, which PostgreSQL does not."""
    by_hand(full, change)
    assert verify(full).faults


TABLES = (
    "study", "coder", "interview", "attributes", "transcript", "turn", "codebook", "code", "run", "scores", "signal",
    "suggestion", "decision", "rationale", "candidate_name", "candidate_answer", "event",
)  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_a_row_deleted_by_hand_is_found(full, table):
    """Taking away the first row of a table is a fault, also where other rows pointed at it."""
    by_hand(full, f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table})")
    assert verify(full).faults


@pytest.mark.parametrize("table", [t for t in TABLES if t != "signal"])
def test_a_row_added_by_hand_is_found(full, table):
    """A copy of a row under other keys is a fault: no event tells of it."""
    by_hand(full, *_doubling(full, table))
    assert verify(full).faults


def test_a_signal_added_by_hand_is_found(full):
    """Scores that the run did not have when it was sealed are a fault."""
    by_hand(full, "INSERT INTO signal SELECT scores_id, 'other', data FROM signal WHERE scores_id = 1")
    assert verify(full).faults


def _doubling(study: Study, table: str) -> list[str]:
    """SQL that adds a second row like the first, with fresh values wherever the table wants unique ones."""
    columns = [column.name for column in Base.metadata.tables[table].columns]
    fresh = {
        "id": f"(SELECT max(id) + 1 FROM {table})",
        "event_id": "(SELECT max(id) + 1 FROM event)",
        "guid": "'fresh'", "name": "'fresh'", "label": "'fresh'", "source_sha256": "'fresh'", "fingerprint": "'fresh'",
        "version": "99", "revision": "99", "index": "99", "learner": "'fresh'",
    }  # fmt: skip
    if table == "scores":
        fresh |= {"run_id": "99"}
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(fresh.get(column, f'"{column}"') for column in columns)
    return [f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} ORDER BY rowid LIMIT 1"]


def test_a_tail_cut_off_with_its_rows_is_found(full):
    """The head in interview.toml remembers answers that were cut off with their events."""
    last = verify(full).events
    by_hand(
        full, f"DELETE FROM candidate_answer WHERE event_id > {last - 2}", f"DELETE FROM event WHERE id > {last - 2}"
    )
    (fault,) = verify(full).faults
    assert "cut off" in fault


@pytest.mark.sqlite
def test_a_replaced_log_is_found(full, tmp_path):
    """Another study's sound database under this study's interview.toml is a fault."""
    (tmp_path / "other").mkdir()
    with full_study(tmp_path / "other") as other:
        add_written(other)
        keep_codebook(other, [Code("c", "more")], coder="ada", reason="longer")
        path = other.folder / "study.db"
    full.close()
    (full.folder / "study.db").write_bytes(path.read_bytes())
    assert any("the log was replaced" in fault for fault in verify(full).faults)


def test_blanking_an_event_of_another_interview_is_no_erasure(full):
    """An erasure of one interview does not excuse blanked events of another."""
    erase_interview(full, "R1", coder="ada")
    assert verify(full).faults == ()
    by_hand(full, "UPDATE event SET payload = NULL WHERE type = 'decision.made' AND payload IS NOT NULL")
    assert any("blanked without an erasure" in fault for fault in verify(full).faults)


def test_only_the_events_that_an_erasure_names_may_be_blank(full):
    """What a model wrote over several interviews is blanked with any of them; another such event is not excused."""
    add_written(full)
    erase_interview(full, "R1", coder="ada")
    assert verify(full).faults == ()
    by_hand(full, "UPDATE event SET payload = NULL, salt = NULL WHERE type = 'candidate.named' AND payload IS NOT NULL")
    assert any("(candidate.named) was blanked without an erasure" in fault for fault in verify(full).faults)


def test_an_announced_erasure_cannot_be_taken_back(full):
    """Removing the announcement of an erasure by hand is found."""
    erase_interview(full, "R1", coder="ada")
    by_hand(full, f"UPDATE event SET type = 'note' WHERE type = '{ERASED_EVENT}'")
    assert verify(full).faults


def test_a_forgotten_recording_is_told_of(full):
    """A media file that belongs to no interview, as a crash while adding leaves it, is told of; others are not."""
    (full.media / "0e984725-c51c-4bf4-9960-e1c80e27aba0.wav.partial").write_bytes(b"RIFF")
    (full.media / ".DS_Store").write_bytes(b"")
    (fault,) = verify(full).faults
    assert "0e984725-c51c-4bf4-9960-e1c80e27aba0.wav.partial" in fault


def test_writing_while_verifying_is_no_fault(full, monkeypatch: pytest.MonkeyPatch):
    """Events that others append while the head is read are not taken for a cut tail."""
    read: Callable[..., config.Head] = config.read_head

    def written_then_read(folder):
        monkeypatch.undo()
        keep_codebook(full, [Code("c", "more")], coder="ada", reason="meanwhile")
        return read(folder)

    monkeypatch.setattr(config, "read_head", written_then_read)
    assert verify(full).faults == ()


def test_the_log_reads_oldest_first_and_can_be_limited(full):
    """The newest events are the last of the log, with labels instead of GUIDs."""
    whole = log(full)
    assert [event.id for event in whole] == list(range(1, len(whole) + 1))
    assert log(full, limit=3) == whole[-3:]
    assert whole[-1].interview == "T1"
