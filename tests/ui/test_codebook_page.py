"""The codebook page: fields that keep what was typed, operations with their effect told first, versions."""

import pytest

from assistant.codebook import change_code
from assistant.review import draw
from assistant.ui import codebook_page
from store.codebook import codebook_versions, current_codebook
from store.decisions import codings, keep_decisions
from store.memos import memos
from store.segments import segments
from store.values import DecisionDraft, Verdict


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


@pytest.fixture
def tree(page, study, monkeypatch):
    """Opens the page with the code of that GUID; returns the page and what the tree was given."""
    first = segments(study, "I1")[1]
    keep_decisions(study, "Ben", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1")])
    given = {}

    def draw(codebook, chosen, used, said, acts, *, opened, moved):
        given.update(codebook=codebook, chosen=chosen, used=used, said=said, opened=opened, moved=moved)

    monkeypatch.setattr(codebook_page, "draw_tree", draw)

    def opened(guid="c1", coder="Ana"):
        app = page("codebook", coder)
        given["opened"](guid)
        app.run()
        assert not app.exception
        return app, given

    return opened


def test_a_changed_field_is_a_version(tree, study):
    """Only what was changed is changed; the effect on codings stands beside the button."""
    app, _ = tree()
    assert "1 coding is touched (Ben 1) in 1 interview." in html(app)
    app.text_area(key="code_definition_c1").set_value("On machines of others.").run()
    app.button(key="save_c1").click().run()
    assert "Kept as version 2." in html(app)
    assert current_codebook(study).find("c1").definition == "On machines of others."
    assert codebook_versions(study)[-1].reason == "changed definition of “Borrowed machines”"
    app.button(key="save_c1").click().run()
    assert "Nothing was changed." in html(app)
    assert len(codebook_versions(study)) == 2


def test_what_somebody_else_changed_meanwhile_is_shown_and_nothing_typed_is_lost(tree, study):
    """The typed text stays in its field beside the text of now; kept again, it counts."""
    app, _ = tree()
    app.text_area(key="code_definition_c1").set_value("Mine.").run()
    change_code(study, "c1", {"definition": "Theirs."}, coder="Ben")
    app.button(key="save_c1").click().run()
    assert "“Borrowed machines” since you opened it" in html(app)
    assert "Theirs." in html(app)
    assert app.text_area(key="code_definition_c1").value == "Mine."
    assert current_codebook(study).find("c1").definition == "Theirs."
    app.button(key="save_c1").click().run()
    assert current_codebook(study).find("c1").definition == "Mine."


def test_moving_in_the_tree_and_a_move_that_cannot_be(tree, study):
    """What the tree sends is kept, or refused in a sentence."""
    app, given = tree()
    given["moved"]("c1", "t2", "c3")
    app.run()
    assert current_codebook(study).find("c1").parent == "t2"
    assert "was moved (version 2)" in html(app)
    given["moved"]("t2", "c1", None)
    app.run()
    assert "cannot stand below itself" in html(app)
    assert len(codebook_versions(study)) == 2


def test_merging_with_the_effect_told_first(tree, study):
    """Chosen, told, done: the coding counts as the code that stays, which is open then."""
    app, given = tree()
    app.selectbox(key="merge_into_c1").set_value("c2").run()
    assert "They count as “Failed runs” from then on" in html(app)
    app.button(key="merge_c1").click().run()
    assert not app.exception
    assert [(c.code, c.made_with) for c in codings(study)] == [("c2", "c1")]
    assert given["chosen"] == "c2"


def test_splitting_and_sorting(tree, study):
    """After a split each coder finds their own codings under “Former codes”."""
    app, _ = tree()
    app.text_area(key="split_parts_c1").set_value("lent: machines on loan\nshared: used together").run()
    app.button(key="split_c1").click().run()
    assert not app.exception
    app.segmented_control(key="codebook_part").set_value("Former codes").run()
    assert "Ben’s coding; only they can sort it." in html(app)
    app, _ = tree(guid="c2", coder="Ben")
    app.segmented_control(key="codebook_part").set_value("Former codes").run()
    waiting = codings(study)[0].decision
    lent = current_codebook(study).find("lent").guid
    app.multiselect(key=f"sort_{waiting}").set_value([lent]).run()
    app.button(key="sort_c1").click().run()
    assert [c.code for c in codings(study)] == [lent]


def test_retiring_a_memo_and_an_example(tree, study):
    """Retire and bring back; a memo on the code; a confirmed quote goes into the examples."""
    app, _ = tree()
    app.button(key="retire_c1").click().run()
    assert current_codebook(study).find("c1").retired
    app.button(key="retire_c1").click().run()
    assert not current_codebook(study).find("c1").retired
    app.text_area(key="memo_on_c1").set_value("Narrow it.").run()
    app.button(key="keep_memo_on_c1").click().run()
    assert [(m.target.code, m.text) for m in memos(study)] == [("c1", "Narrow it.")]
    app.button(key="use_c1_0").click().run()
    app.button(key="save_c1").click().run()
    assert any("We borrowed them." in example for example in current_codebook(study).find("c1").examples)


def test_versions_side_by_side_and_one_restored(tree, study):
    """What went is struck through, what came is underlined; restoring makes a new version."""
    change_code(study, "c1", {"definition": "Working on computers of others."}, coder="Ben")
    app, _ = tree()
    app.segmented_control(key="codebook_part").set_value("Versions").run()
    assert "<del>machines</del><ins>computers</ins>" in html(app)
    app.button(key="restore_version").click().run()
    assert not app.exception
    assert current_codebook(study).version == 3
    assert current_codebook(study).find("c1").definition == "Working on machines of others."


def test_adding_a_code_and_a_name_that_is_taken(tree, study):
    """In a theme; the same name twice is refused."""
    app, given = tree()
    app.text_input(key="new_code_name").set_value("Night work").run()
    app.selectbox(key="new_code_theme").set_value("t2").run()
    app.button(key="add_code").click().run()
    added = current_codebook(study).find("Night work")
    assert (added.parent, given["chosen"]) == ("t2", added.guid)
    app.text_input(key="new_code_name").set_value("night WORK").run()
    app.button(key="add_code").click().run()
    assert "twice" in html(app)


def test_without_a_name_nothing_is_changed(tree, study):
    """Every version is kept under a name."""
    app, given = tree(coder=" ")
    given["moved"]("c1", "t2", None)
    app.run()
    assert "Write your name" in html(app)
    assert len(codebook_versions(study)) == 1


def test_keeping_one_field_leaves_what_others_changed_in_other_fields(tree, study):
    """Fields that nobody touched follow the codebook; only what was typed is kept."""
    app, _ = tree()
    app.text_area(key="code_include_c1").set_value("Mine.").run()
    change_code(study, "c1", {"definition": "Theirs."}, coder="Ben")
    app.button(key="save_c1").click().run()
    code = current_codebook(study).find("c1")
    assert (code.include, code.definition) == ("Mine.", "Theirs.")
    assert app.text_area(key="code_definition_c1").value == "Theirs."


def test_a_restored_version_is_not_undone_by_the_next_keep(tree, study):
    """The fields show what was restored."""
    change_code(study, "c1", {"definition": "Newer."}, coder="Ben")
    app, _ = tree()
    assert app.text_area(key="code_definition_c1").value == "Newer."
    app.segmented_control(key="codebook_part").set_value("Versions").run()
    app.button(key="restore_version").click().run()
    app.segmented_control(key="codebook_part").set_value("Codes").run()
    app.button(key="save_c1").click().run()
    assert "Nothing was changed." in html(app)
    assert current_codebook(study).find("c1").definition == "Working on machines of others."


def test_effects_do_not_tell_a_blind_second_coder_what_others_coded(tree, study):
    """Neither the effects nor the counts of the tree."""
    draw(study, "Ben", "round 1", "Ana", interviews=["I1"])
    app, given = tree()
    assert "No coding is touched." in html(app)
    assert given["used"] == {}
