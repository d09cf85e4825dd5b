"""Files to give away are made for those who may export, and withdrawing deletes nothing for who may not erase."""

import pytest
from consented_study import CANARY, consented_study

from assistant.exchange.bundle.making import make_bundle
from assistant.exchange.outgoing import outgoing
from assistant.exchange.refi.exporting import export_refi
from assistant.exchange.withdrawal import withdraw
from assistant.review import Basis
from store.audit import verify
from store.errors import ForbiddenError
from store.members import MemberRole, set_member


@pytest.fixture
def team(tmp_path):
    with consented_study(tmp_path) as study:
        for name, role in (("Lea", "lead"), ("Cleo", "coder"), ("Ren", "reviewer"), ("Rea", "reader")):
            set_member(study, name, MemberRole(role), by="Lea")
        yield study


@pytest.mark.parametrize("name", ["Ren", "Rea"])
def test_whoever_reads_or_reviews_makes_no_files(team, tmp_path, name):
    acting, before = team.acting_as(name), verify(team)
    for make in (
        lambda: export_refi(acting, tmp_path / "all.qdpx", coder=name),
        lambda: export_refi(acting, tmp_path / "book.qdc", coder=name),
        lambda: make_bundle(acting, tmp_path / "all.zip", coder=name),
        lambda: outgoing(acting, Basis(), name),
    ):
        with pytest.raises(ForbiddenError, match="may not make files of what is in the study"):
            make()
    assert not any((tmp_path / made).exists() for made in ("all.qdpx", "book.qdc", "all.zip"))
    assert verify(team) == before


def test_a_coder_exports(team, tmp_path):
    export_refi(team.acting_as("Cleo"), tmp_path / "book.qdc", coder="Cleo")
    assert (tmp_path / "book.qdc").is_file()
    assert outgoing(team.acting_as("Cleo"), Basis(), "Cleo").codings


@pytest.mark.parametrize("name", ["Cleo", "Ren", "Rea"])
def test_withdrawing_without_leave_deletes_no_exports(team, name):
    given = team.folder / "exports" / "I4.txt"
    given.write_text(CANARY, encoding="utf-8")
    with pytest.raises(ForbiddenError, match=f"{name} may not withdraw an interview"):
        withdraw(team.acting_as(name), "I4", coder=name, delete_exports=True)
    assert given.is_file()
