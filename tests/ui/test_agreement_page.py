"""The page Agreement: blind work first, every figure with what must be known, and the way to the disagreements."""

import pytest

from assistant.review import draw, finish
from assistant.ui import agreement_table
from store.adjudications import AdjudicationDraft, adjudicate
from store.codebook import current_codebook, keep_codebook
from store.config import keep_setting
from store.decisions import decisions, keep_decisions
from store.double_coding import double_codings
from store.segments import segments
from store.values import Code, DecisionDraft, Role, Verdict


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


def spoken(study, label):
    return [s for s in segments(study, label) if s.role is not Role.INTERVIEWER]


def read_and_code(study, coder, label, *given):
    """Read an interview and give codes to its participants' segments, by their number."""
    found = spoken(study, label)
    made = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in found]
    made += [
        DecisionDraft(found[at].transcript_id, found[at].span, Verdict.ADD, code, memo=f"{coder} thought of {code}")
        for at, code in given
    ]
    keep_decisions(study, coder, made)


@pytest.fixture
def compared(study):
    """Ana and Ben coded I1, Ben blind; they differ on c2, and Ben thought anew afterwards."""
    read_and_code(study, "Ana", "I1", (0, "c1"), (1, "c2"))
    draw(study, "Ana", "round 1", "Ben", interviews=["I1"])
    read_and_code(study, "Ben", "I1", (0, "c1"))
    finish(study, "Ben")
    read_and_code(study, "Ben", "I1", (1, "c2"))
    return study


@pytest.fixture
def opened(page, monkeypatch):
    """Opens the page; returns it and what the table was given, with `press` for the button of a row."""
    given = {}

    def draw_table(data, heard):
        given.update(data=data, heard=heard)

    monkeypatch.setattr(agreement_table, "draw_table", draw_table)

    def at(coder="Ana"):
        app = page("agreement", coder)
        assert not app.exception, app.exception
        return app, given

    return at


def names(given):
    return [row["name"] for row in given["data"]["rows"]]


def figures(given, name):
    row = next(row for row in given["data"]["rows"] if row["name"] == name)
    return [cell["text"] for cell in row["cells"]]


def test_blind_work_comes_first_and_as_it_stood_when_it_ended(opened, compared):
    """What Ben said afterwards does not count, until everything is asked for, which the page then warns of."""
    app, given = opened()
    assert app.multiselect(key="agreement_coders").value == ["Ana", "Ben"]
    assert "Independent work: the blind double coding “round 1”" in html(app)
    assert names(given) == ["Borrowed machines", "Failed runs", "All pooled"]
    assert figures(given, "Failed runs")[:3] == ["3", "67", ".00"]
    app.selectbox(key="agreement_work").set_value("everything").run()
    assert not app.exception
    assert "may have seen each other’s codings" in html(app)
    assert figures(given, "Failed runs")[:3] == ["3", "100", "1.00"]


def test_a_row_leads_to_its_disagreements_and_on_to_adjudication(opened, compared):
    """Text, who gave what, memo, and links to the place, to adjudication and to the quotes of each."""
    app, _ = opened()
    app.query_params["agreement_code"] = "c2"
    app.run()
    assert not app.exception
    shown = html(app)
    assert "Failed runs: 1 disagreement" in shown
    assert "We lost a month &amp; nobody &lt;b&gt;noticed&lt;/b&gt;." in shown
    assert "Ana gave it" in shown
    assert "Ben left it out" in shown
    assert "Memo of Ana: Ana thought of c2" in shown
    guid = double_codings(compared)[0].guid
    assert f"second-coder?double_coding={guid}&amp;decision=" in shown
    assert "transcripts?interview=I1&amp;at=" in shown
    assert "Quotes of Ben" in shown
    segment = spoken(compared, "I1")[1]
    adjudicate(compared, "Ana", [AdjudicationDraft(guid, segment.transcript_id, segment.span, "c2", applies=False)])
    app.query_params["agreement_code"] = "c2"
    app.run()
    assert "Adjudicated: it does not apply" in html(app)


def test_the_link_opens_that_disagreement_on_the_page_second_coder(page, compared):
    """The part, the double coding and the case are those of the link."""
    decision = next(d.guid for d in decisions(compared, coder="Ana") if d.code == "c2")
    app = page("second-coder")
    app.query_params["double_coding"] = double_codings(compared)[0].guid
    app.query_params["decision"] = decision
    app.run()
    assert not app.exception
    assert app.segmented_control(key="second_part").value == "Adjudication"
    assert "Failed runs – only one has it" in html(app)


def test_who_codes_blind_sees_nothing_of_it(opened, compared):
    """Neither as a choice nor in figures; others still do not see what is not finished."""
    draw(compared, "Ana", "round 2", "Cleo", interviews=["I1"])
    app, given = opened("Cleo")
    assert "You are coding blind" in html(app)
    assert app.selectbox(key="agreement_work").options == ["Everything that they read"]
    assert "There is no segment that all of these coders read" in html(app)
    assert given == {}
    read_and_code(compared, "Cleo", "I1", (0, "c3"))
    app, given = opened("Ana")
    app.multiselect(key="agreement_coders").set_value(["Ana", "Cleo"]).run()
    assert "Left out, because somebody is coding there blind and is not done: I1." in html(app)
    assert given["data"]["caption"].startswith("Agreement of Ana, Ben")


def test_units_levels_and_three_coders(opened, compared):
    """Each choice is worked out; with more than two, every pair has its line."""
    read_and_code(compared, "Cleo", "I1", (1, "c2"))
    app, given = opened()
    app.radio(key="agreement_unit").set_value("character").run()
    assert int(figures(given, "Failed runs")[0].replace(",", "")) > 100
    app.radio(key="agreement_level").set_value("Themes").run()
    assert names(given) == ["Machines", "All pooled"]
    app.multiselect(key="agreement_coders").set_value(["Ana", "Ben", "Cleo"]).run()
    app.selectbox(key="agreement_work").set_value("everything").run()
    assert not app.exception
    assert "Ana and Cleo" in html(app)


def test_one_coder_alone_is_asked_for_another(opened, compared):
    """Nothing is compared with itself."""
    app, _ = opened()
    app.multiselect(key="agreement_coders").set_value(["Ana"]).run()
    assert "Agreement needs two coders or more" in html(app)


def test_the_machine_is_compared_on_what_was_decided_blind(opened, study):
    """With the reason, its threshold, and no more than the blind sample."""
    keep_setting(study.folder, "blind_share", 1.0)
    read_and_code(study, "Ana", "I1", (0, "c1"), (1, "c2"))
    app, given = opened()
    assert "Agreement needs two coders or more" in html(app)
    app.toggle(key="agreement_machine").set_value(True).run()
    assert not app.exception
    assert "drawn by chance that a coder decided before any suggestion for them was shown" in html(app)
    assert "Of 5 segments that chance drew, 3 were decided blind by Ana" in html(app)
    assert given["data"]["caption"] == "Agreement of Ana, the machine, code by code"
    app.number_input(key="agreement_threshold").set_value(0.95).run()
    assert "from a probability of 0.95 on" in html(app)


def test_codes_that_nobody_gave_are_counted_not_all_named(opened, compared):
    """A large codebook does not fill the page before the figures come."""
    more = [Code(f"x{n}", f"Unused {n:02}") for n in range(40)]
    keep_codebook(compared, [*current_codebook(compared).codes, *more], coder="lead", reason="many")
    read_and_code(compared, "Ana", "I1")
    read_and_code(compared, "Ben", "I1")
    app, _ = opened()
    app.selectbox(key="agreement_work").set_value(app.selectbox(key="agreement_work").options[-1]).run()
    assert " more." in html(app)
    assert "Unused 30" not in html(app)
