"""In an app that is served, a path that somebody types, or crafts into the page's state, reaches no file."""

from pathlib import Path

import pytest
import streamlit as st

from assistant.pseudonyms.key_file import default_path
from assistant.ui import exchange_desk, import_moves, rationale, server_paths, suggestion_quality
from assistant.ui.exchange_desk import ExchangeDesk
from assistant.ui.import_desk import ImportDesk
from store.errors import ForbiddenError, InvalidInputError
from store.members import MemberRole, set_member


@pytest.fixture
def state(monkeypatch):
    """What a page's fields hold."""
    held: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", held)
    return held


@pytest.fixture
def served(monkeypatch):
    monkeypatch.setattr(server_paths, "is_served", lambda: True)


def test_no_folder_of_the_server_is_put_on_the_list(served, state, tmp_path):
    (tmp_path / "secret.txt").write_text("Ana: this is another study's.", encoding="utf-8")
    state[import_moves.PATH] = str(tmp_path)
    desk = ImportDesk()
    import_moves.named(desk)
    assert desk.waiting == []
    assert desk.said == [
        (
            "problem",
            "This app is served to a team, and its members name no files of the server; upload the file instead.",
        )
    ]


def test_on_ones_own_machine_it_is(state, tmp_path):
    (tmp_path / "mine.txt").write_text("Ana: this is mine.", encoding="utf-8")
    state[import_moves.PATH] = str(tmp_path)
    desk = ImportDesk()
    import_moves.named(desk)
    assert [each.name for each in desk.waiting] == ["mine.txt"]


def test_no_project_of_the_server_is_taken_in(served, state, study, tmp_path):
    project = tmp_path / "other.qdc"
    project.write_text("<CodeBook/>", encoding="utf-8")
    state[exchange_desk.PATH] = str(project)
    desk = ExchangeDesk()
    exchange_desk.take_in(study, desk, "Ana", "nothing")
    assert "served to a team" in desk.problem
    state[exchange_desk.PATH] = str(tmp_path / "not there")
    exchange_desk.take_in(study, desk, "Ana", "nothing")
    assert "served to a team" in desk.problem


def test_keys_of_pseudonyms_have_their_place(served, study):
    assert server_paths.key_path(study, "/etc/passwd") == default_path(study)


def test_on_ones_own_machine_keys_lie_where_one_says(study):
    assert server_paths.key_path(study, "/home/ana/key") == Path("/home/ana/key")


def test_a_typed_path_is_refused_with_a_sentence(served):
    with pytest.raises(InvalidInputError, match="upload the file"):
        server_paths.refuse_typed_path()


def test_who_reads_changes_no_setting_and_has_nothing_written(study, state, monkeypatch):
    """Refused before the model is asked, and before the file of settings is touched."""
    set_member(study, "Lea", MemberRole.LEAD)
    set_member(study, "Rea", MemberRole.READER, by="Lea")
    before = (study.folder / "interview.toml").read_bytes()
    state["expected_precision"] = 0.95
    reading = study.acting_as("Rea")
    with pytest.raises(ForbiddenError, match="Rea may not change how suggestions are chosen"):
        suggestion_quality._chosen.__wrapped__(reading, None)
    assert (study.folder / "interview.toml").read_bytes() == before
    monkeypatch.setattr(rationale, "opened_writer", lambda *_: pytest.fail("the model was asked"))
    with pytest.raises(ForbiddenError, match="Rea may not have a model write"):
        rationale.model_words(reading, None)
