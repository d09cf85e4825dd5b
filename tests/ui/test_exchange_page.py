"""The page “Import and export”: files come in and go out, on record, and nothing that is hidden goes with them."""

import io
import zipfile

import pytest
from refi_files import SOURCE, USERS, codebook, project, qdpx
from refi_producers import PRODUCERS
from small_study import build_study

from assistant.pseudonyms import create_key, default_path
from assistant.review import Blindness, blindness, draw
from assistant.ui import exchange_desk
from assistant.ui.exchange_desk import ExchangeDesk, Safety, make, take_in
from assistant.ui.exchange_formats import FORMATS, Wish
from store.archive import back_up_study
from store.coders import add_coder, set_role
from store.decisions import keep_decisions
from store.exports import exports
from store.imports import imports
from store.interviews import interviews
from store.segments import segments
from store.values import CoderRole, DecisionDraft, Role, Verdict

TEXT = "We borrowed a bicycle.\nIt was green."


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


def written(folder):
    """A project of one document with one coding."""
    inner = (
        f'{USERS}{codebook("Bicycles")}<Sources><TextSource guid="{SOURCE}" name="Ride" plainTextPath="internal://a.txt">'
        '<PlainTextSelection guid="00000000-0000-0000-0000-0000000000a1" name="x" startPosition="3" endPosition="21">'
        '<Coding guid="00000000-0000-0000-0000-0000000000a2" creatingUser="00000000-0000-0000-0000-000000000001">'
        '<CodeRef targetGUID="00000000-0000-0000-0000-000000000002"/></Coding></PlainTextSelection>'
        "</TextSource></Sources>"
    )
    return qdpx(folder / "ride.qdpx", project(inner), a_txt=TEXT.encode())


@pytest.fixture
def coded(study):
    """Ana has coded the first answer."""
    segment = next(s for s in segments(study, "I1") if s.role is Role.PARTICIPANT)
    keep_decisions(study, "Ana", [DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, "c1")])
    return study


def rooms(study):
    """What a making or taking in may have left in the study's folder."""
    return [path.name for path in study.folder.iterdir() if path.name.startswith((".room", ".import"))]


def test_a_project_comes_in(page, study, tmp_path):
    """Counts and the interview are shown, and it stands among what came in earlier."""
    path = written(tmp_path)
    app = page("exchange")
    app.text_input(key="exchange_path").set_value(str(path)).run()
    app.button(key="exchange_take").click().run()
    assert not app.exception
    assert "Taken from ride.qdpx" in html(app)
    assert '<td>Codings</td><td class="number">1</td><td class="number">1</td>' in html(app)
    assert [i.label for i in interviews(study)] == ["I1", "I2", "Ride"]
    (kept,) = imports(study)
    assert (kept.file, kept.coder) == ("ride.qdpx", "Ana")
    assert "Files that were taken in" in html(app)
    app.text_input(key="exchange_path").set_value(str(path)).run()
    app.button(key="exchange_take").click().run()
    assert "already" in html(app)
    assert len(imports(study)) == 1
    assert rooms(study) == []


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.qdpx", b"hello", "a.qdpx"),
        ("a.qdc", b"<CodeBook", "a.qdc"),
        ("a.zip", b"PK", "a.zip"),
        ("a.docx", b"PK", "cannot be taken in here"),
    ],
)
def test_what_cannot_be_read(page, study, tmp_path, name, data, said):
    """One sentence, and nothing is left in the study."""
    (tmp_path / name).write_bytes(data)
    app = page("exchange")
    app.text_input(key="exchange_path").set_value(str(tmp_path / name)).run()
    app.button(key="exchange_take").click().run()
    assert not app.exception
    assert said in html(app)
    assert 'role="alert"' in html(app)
    assert rooms(study) == []
    assert imports(study) == ()


def test_nothing_was_chosen(page):
    app = page("exchange")
    app.button(key="exchange_take").click().run()
    assert "Choose a file first" in html(app)


def test_without_a_name(page):
    """Nothing comes in or goes out that nobody has done."""
    app = page("exchange", coder="")
    app.text_input(key="coder").set_value("").run()
    assert not app.exception
    assert "Write your name into the field “Coder”" in html(app)
    assert [b.key for b in app.button if b.key.startswith("exchange")] == []


@pytest.mark.parametrize("key", list(FORMATS))
def test_every_kind_of_file_is_made(page, coded, key):
    """It can be downloaded, what it holds is on record, and the study's folder is as it was."""
    app = page("exchange")
    app.selectbox(key="exchange_format").set_value(key).run()
    app.button(key="exchange_make").click().run()
    assert not app.exception
    assert 'role="alert"' not in html(app)
    desk: ExchangeDesk = app.session_state["exchange_desk"]
    assert desk.made is not None
    assert desk.made.content
    assert desk.made.name.startswith("A-small-study-")
    (kept,) = exports(coded)
    assert (kept.name, kept.coder) == (desk.made.name, "Ana")
    assert f"{desk.made.name} is made, and that is on record." in html(app)
    assert rooms(coded) == []
    assert list((coded.folder / "exports").iterdir()) == []


def test_another_wish_takes_the_file_away(page, coded):
    """A file that was made of something else is not offered for it."""
    app = page("exchange")
    app.selectbox(key="exchange_format").set_value("csv").run()
    app.button(key="exchange_make").click().run()
    assert len(app.get("download_button")) == 1
    app.selectbox(key="exchange_table").set_value("codebook").run()
    assert len(app.get("download_button")) == 0


def test_whoever_codes_blind(page, coded):
    """Others' codings are not in their files, and a file of everything is refused; so is the report of imports."""
    add_coder(coded, "Ben", by="Ana")
    set_role(coded, "Ana", CoderRole.LEAD, by="Ana")
    draw(coded, "Ana", "Round 1", "Ben", interviews=["I1"], seed=1)
    for key in ("bundle", "backup"):
        app = page("exchange", coder="Ben")
        app.selectbox(key="exchange_format").set_value(key).run()
        app.button(key="exchange_make").click().run()
        assert "finish your double coding first" in html(app)
        assert app.session_state["exchange_desk"].made is None
    assert exports(coded) == ()
    hidden = blindness(coded, "Ben")
    found = {}
    for who, blind in (("Ben", hidden), ("Ana", Blindness("Ana"))):
        for key in ("qdpx", "csv"):
            desk = ExchangeDesk()
            make(coded, desk, FORMATS[key], f"a.{key}", blind, Wish(), None)
            assert desk.trouble == ""
            found[who, key] = desk.made.content
    assert found["Ana", "csv"].count(b"Borrowed machines") == 1
    assert b"Borrowed machines" not in found["Ben", "csv"]
    codings = {who: _project_xml(found[who, "qdpx"]).count(b"<Coding ") for who in ("Ana", "Ben")}
    assert codings == {"Ana": 1, "Ben": 0}


def _project_xml(data):
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return opened.read("project.qde")


@pytest.mark.parametrize("kind", [key for key, each in FORMATS.items() if "safe" in each.asks])
def test_every_file_that_can_be_safe_asks_for_a_key(page, coded, kind):
    """The fields stand beside those of its kind, and what is missing is said in a sentence."""
    app = page("exchange")
    app.selectbox(key="exchange_format").set_value(kind).run()
    app.checkbox(key="exchange_safe").check().run()
    assert not app.exception
    app.text_input(key="exchange_key_file").set_value("").run()
    app.button(key="exchange_make").click().run()
    assert not app.exception
    assert "Write where the key of the pseudonyms lies" in html(app)


def test_safe_to_share_needs_a_key_and_no_unreviewed_name(coded):
    """Without a key, with a wrong passphrase, and with names that nobody has looked at: no file, one sentence."""
    desk, hidden = ExchangeDesk(), Blindness("Ana")
    make(coded, desk, FORMATS["csv"], "a.csv", hidden, Wish(), Safety("", ""))
    assert "where the key of the pseudonyms lies" in desk.trouble
    place = default_path(coded)
    create_key(coded, place, "correct horse battery")
    make(coded, desk, FORMATS["csv"], "a.csv", hidden, Wish(), Safety(str(place), "wrong"))
    assert desk.trouble
    make(coded, desk, FORMATS["csv"], "a.csv", hidden, Wish(), Safety(str(place), "correct horse battery"))
    assert "not reviewed yet" in desk.trouble
    assert desk.made is None
    assert exports(coded) == ()
    assert rooms(coded) == []


def test_a_file_that_is_too_large_to_be_downloaded(coded, monkeypatch):
    """It is left in the study's folder `exports`, and two on one day do not take each other's place."""
    monkeypatch.setattr(exchange_desk, "LARGEST_DOWNLOAD", 10)
    desk = ExchangeDesk()
    for name in ("a.csv", "a-2.csv"):
        make(coded, desk, FORMATS["csv"], "a.csv", Blindness("Ana"), Wish(), None)
        assert (desk.made.content, desk.made.place) == (None, coded.folder / "exports" / name)
    assert sorted(path.name for path in (coded.folder / "exports").iterdir()) == ["a-2.csv", "a.csv"]


def test_a_dropped_file_lies_in_the_study_only_while_it_is_read(study, tmp_path, monkeypatch):
    """Under its own name without any folder, and it is gone afterwards."""

    class Dropped:
        name = "../../outside/ride.qdpx"

        def getbuffer(self):
            return memoryview(written(tmp_path).read_bytes())

    monkeypatch.setattr(exchange_desk.st, "session_state", {"field": Dropped()})
    desk = ExchangeDesk()
    take_in(study, desk, "Ana", "field")
    assert desk.problem == ""
    assert desk.came.name == "ride.qdpx"
    assert not (study.folder.parent / "outside").exists()
    assert rooms(study) == []


def test_a_backup_is_no_bundle(study, tmp_path, monkeypatch):
    """Dropped by mistake, it is refused by its name."""
    back_up_study(study, tmp_path / "b.zip")
    monkeypatch.setattr(exchange_desk.st, "session_state", {"field": None, "exchange_path": str(tmp_path / "b.zip")})
    desk = ExchangeDesk()
    take_in(study, desk, "Ana", "field")
    assert "no reproducibility bundle" in desk.problem


def test_a_project_whose_name_ends_as_that_of_a_bundle_is_taken_as_a_project(study, tmp_path):
    """OpenQDA calls its projects so."""
    (tmp_path / "looms.zip").write_bytes(PRODUCERS["OpenQDA"]())
    came = exchange_desk._taken(study, tmp_path / "looms.zip", "Zoe", readings=True)
    assert came.said.startswith("Taken from looms.zip (OpenQDA-1.0): 1 source, 2 users, 3 codes, 3 codings")


def test_a_bundle_goes_from_one_study_to_another(page, coded, tmp_path):
    """Made on the page of one study, taken in on the page of another with the same transcripts."""
    (tmp_path / "other").mkdir()
    desk = ExchangeDesk()
    make(coded, desk, FORMATS["bundle"], "b.zip", Blindness("Ana"), Wish(), None)
    (tmp_path / "b.zip").write_bytes(desk.made.content)
    with build_study(tmp_path / "other") as study:
        came = exchange_desk._taken(study, tmp_path / "b.zip", "Zoe", readings=True)
        assert came.said == (
            "1 decision of b.zip was taken for 2 interviews. The codings that stand are the same as where it was made."
        )
