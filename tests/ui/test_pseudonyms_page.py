"""The pseudonyms page without a browser: what it refuses, and what it shows to whom."""

import pytest
from named_study import PASSPHRASE

from assistant.pseudonyms import Ruling, change_key, create_key, default_path, language_model, open_key, ruled
from assistant.ui import pseudonyms_page
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.transcripts import transcript


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    for module in (language_model, pseudonyms_page):
        monkeypatch.setattr(module, "installed_names", lambda settings: None)


def html(app):
    return "\n".join(block.proto.body for block in app.get("html"))


def opened(page, study, **more):
    create_key(study, default_path(study), PASSPHRASE)
    app = page("pseudonyms", **more)
    app.text_input(key="pseudonyms_passphrase").set_value(PASSPHRASE)
    return app.button(key="pseudonyms_open").click().run()


def test_a_wrong_passphrase_is_said_and_forgotten(page, study):
    """One sentence; the field is empty again."""
    create_key(study, default_path(study), PASSPHRASE)
    app = page("pseudonyms")
    app.text_input(key="pseudonyms_passphrase").set_value("something else")
    app.button(key="pseudonyms_open").click().run()
    assert "the passphrase is wrong" in html(app)
    assert app.text_input(key="pseudonyms_passphrase").value == ""


def test_a_new_key_needs_the_same_passphrase_twice(page, study):
    """A slip would lose every name."""
    app = page("pseudonyms")
    app.text_input(key="pseudonyms_passphrase").set_value(PASSPHRASE)
    app.text_input(key="pseudonyms_again").set_value(PASSPHRASE + "x")
    app.button(key="pseudonyms_new").click().run()
    assert "The two passphrases differ" in html(app)
    assert not default_path(study).exists()


def test_strings_are_decided_and_taken_back(page, study):
    """Replaced, kept and undone; markup in a name is text."""
    app = opened(page, study)
    shown = html(app)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "interview models pull names-en" in shown
    field = next(each for each in app.text_input if each.label == "Pseudonym of “Ana”")
    number = field.key.rpartition("_")[2]
    field.set_value("[Person 4]").run()
    app.button(key=f"pseudonyms_replace_{number}").click().run()
    assert not app.exception
    assert "“Ana” becomes [Person 4]." in html(app)
    assert "1 decided but not replaced yet: " in html(app)
    entry = open_key(study, default_path(study), PASSPHRASE).entry_of("ana")
    assert (entry.pseudonym, entry.by) == ("[Person 4]", "Ana")
    app.selectbox(key="pseudonyms_show").set_value("replace").run()
    assert "Becomes [Person 4]" in html(app)
    app.button(key=f"pseudonyms_undo_{number}").click().run()
    assert open_key(study, default_path(study), PASSPHRASE).entries == ()
    app.selectbox(key="pseudonyms_show").set_value("open").run()
    app.button(key=f"pseudonyms_keep_{number}").click().run()
    assert "“Ana” stays." in html(app)


def test_what_is_cut_off_around_a_name_ends_between_words(page, study):
    """Sixty characters of it, less the word that they would cut."""
    keep_memo(study, "Ana", MemoDraft(MemoTarget(), f"{'abcdefg ' * 12}Zorblax {'hijklmn ' * 12}"))
    create_key(study, default_path(study), PASSPHRASE)
    change_key(study, default_path(study), PASSPHRASE, lambda key: ruled(key, [Ruling("Zorblax")], by="Ana"))
    app = page("pseudonyms")
    app.text_input(key="pseudonyms_passphrase").set_value(PASSPHRASE)
    app.button(key="pseudonyms_open").click().run()
    app.selectbox(key="pseudonyms_show").set_value("keep").run()
    around = f"<span>… {'abcdefg ' * 7}<mark>Zorblax</mark>{' hijklmn' * 7} …</span>"
    assert around in html(app)


def test_names_typed_in_are_looked_for_and_replaced(page, study):
    """One a line; then everywhere, and back."""
    app = opened(page, study)
    app.text_area(key="pseudonyms_names").set_value("month\n\n").run()
    app.button(key="pseudonyms_names_keep").click().run()
    assert "1 name is looked for" in html(app)
    assert any(each.label == "Pseudonym of “month”" for each in app.text_input)
    app.button(key="pseudonyms_all").click().run()
    app.button(key="pseudonyms_apply").click().run()
    assert not app.exception
    assert "month" not in transcript(study, "I1").text
    app.button(key="pseudonyms_restore").click().run()
    assert "month" in transcript(study, "I1").text


def test_a_pseudonym_that_tells_a_name_is_refused(page, study):
    """The key stays as it was."""
    app = opened(page, study)
    field = next(each for each in app.text_input if each.label == "Pseudonym of “Ana”")
    number = field.key.rpartition("_")[2]
    field.set_value("Ana’s friend").run()
    app.button(key=f"pseudonyms_replace_{number}").click().run()
    assert "holds a name" in html(app)
    assert open_key(study, default_path(study), PASSPHRASE).entries == ()


def test_what_others_wrote_is_hidden_from_whoever_codes_blind(page, study, monkeypatch):
    """A memo on an interview that is coded blind is counted, not shown."""
    from assistant.review import Blindness

    keep_memo(study, "Ben", MemoDraft(MemoTarget(interview="I1"), "I spoke with Zorblax about it."))
    create_key(study, default_path(study), PASSPHRASE)
    change_key(study, default_path(study), PASSPHRASE, lambda key: ruled(key, [Ruling("Zorblax")], by="lead"))
    monkeypatch.setattr(pseudonyms_page, "blindness", lambda study, coder: Blindness(coder, frozenset({"I1"})))
    app = page("pseudonyms")
    app.text_input(key="pseudonyms_passphrase").set_value(PASSPHRASE)
    app.button(key="pseudonyms_open").click().run()
    app.selectbox(key="pseudonyms_show").set_value("all").run()
    assert "Zorblax" in html(app)
    assert "I spoke with" not in html(app)
    assert "not shown here" in html(app)
