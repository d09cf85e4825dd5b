"""Memos and the audit page in a real browser: written, found, followed to the place; a broken record; a whole life."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from conftest import code_as, running_app
from test_review import go, settle

from assistant.review import Sitting, draw
from assistant.suggest import propose
from store.coders import add_coder, set_role
from store.event_log import LogFilter, log
from store.memos import MemoDraft, MemoTarget, keep_memo, memos
from store.remarks import keep_remark
from store.segments import segments
from store.values import CoderRole, RemarkKind, Role, Span

pytestmark = pytest.mark.browser


@pytest.fixture
def lived(study):
    """A coding of I1 that was suggested, accepted, re-spanned and challenged; the number of its first decision."""
    segment = next(s for s in segments(study, "I1") if s.role is Role.PARTICIPANT)
    draft = propose(study).by_segment[segment.id][0]
    sitting = Sitting("Ana")
    (accepted,) = sitting.accept(study, segment, draft)
    _, moved = sitting.respan(study, segment, accepted, Span(segment.span.start, segment.span.start + 17))
    add_coder(study, "Ben", by="Ana")
    keep_remark(study, "Ben", moved.guid, RemarkKind.CHALLENGE, "Too <b>short</b>.")
    return log(study, wanted=LogFilter(types=("decision.made",)))[0].id


def test_a_memo_is_written_found_by_search_and_leads_to_its_place(page, study):
    """Typed on the page it is on the disk; the search finds one of two; its link opens that passage, as that coder."""
    last = [s for s in segments(study, "I1") if s.role is Role.PARTICIPANT][-1]
    keep_memo(
        study, "Ana", MemoDraft(MemoTarget("I1", last.transcript_id, last.span), "Said as if evaluated: Évaluation.")
    )
    go(page, "Memos")
    page.get_by_text("Write a memo", exact=True).click()
    page.locator(".st-key-memo_text textarea").fill("Machines come up everywhere.")
    page.locator(".st-key-memo_keep button").click()
    page.locator(".notice", has_text="The memo is kept.").wait_for()
    page.locator(".page-note", has_text="2 memos").wait_for()
    settle(page)
    assert {memo.text for memo in memos(study)} >= {"Machines come up everywhere."}
    page.locator(".st-key-memo_search input").fill("EVALUATION nothing")
    page.locator(".st-key-memo_search input").press("Enter")
    page.get_by_text("1 memo", exact=True).wait_for()
    settle(page)
    page.locator("p.memo-text", has_text="Machines come up everywhere.").wait_for(state="detached")
    page.get_by_role("link", name="Go to the place").click()
    page.locator("h1.page-title", has_text="Transcripts").wait_for()
    settle(page)
    page.get_by_text("Nothing to add here.").first.wait_for()
    assert page.get_by_label("Coder", exact=True).input_value() == "Ana", "whoever follows a link stays who they are"


def test_a_second_coder_who_follows_the_blind_link_stays_blind(browser, address, study):
    """The link from their assignment to the desk keeps their name; as anybody else they would see everything."""
    add_coder(study, "Ana", by="Ana")
    set_role(study, "Ana", CoderRole.LEAD, by="Ana")
    add_coder(study, "Ben", by="Ana")
    draw(study, "Ana", "Round 1", "Ben", interviews=["I1"], seed=1)
    tab = browser.new_page()
    tab.goto(f"{address}/second-coder")
    tab.wait_for_url("**visit=**")
    code_as(tab, "Ben")
    tab.get_by_text("Double coding", exact=True).or_(tab.get_by_text("Blind double coding", exact=True)).first.click()
    settle(tab)
    tab.get_by_role("link", name="Code them on the Review page").click()
    tab.locator("body[data-review-keys]").wait_for(state="attached")
    settle(tab)
    assert tab.get_by_label("Coder", exact=True).input_value() == "Ben"


def test_a_row_changed_by_hand_is_named_by_its_event(study, browser, tmp_path, lived):
    """In a copy of the study the page names the first event that does not hold; the study itself stays whole."""
    copied = tmp_path / "copy"
    with closing(sqlite3.connect(study.folder / "study.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(study.folder, copied)
    with closing(sqlite3.connect(copied / "study.db")) as connection:
        connection.execute("UPDATE decision SET memo = 'forged' WHERE event_id = ?", (lived,))
        connection.commit()
    for folder, said in ((study.folder, "The record is whole"), (copied, f"does not hold is event {lived}.")):
        place = tmp_path / f"log-{folder.name}"
        place.mkdir()
        with running_app(folder, place) as address:
            tab = browser.new_page()
            tab.goto(f"{address}/audit")
            tab.locator(".st-key-verify button").click()
            tab.locator(".notice", has_text=said).wait_for()
            tab.close()


def test_the_life_of_an_accepted_respanned_and_remarked_coding(page, study, lived):
    """Asked for by its event it is told in the order of time, and mark-up in a remark stays text."""
    go(page, "Audit")
    page.get_by_text("The life of a coding", exact=True).click()
    number = page.locator(".st-key-life_event input")
    number.fill(str(lived))
    number.press("Enter")
    page.locator("ol.life").wait_for()
    told = page.locator("ol.life > li").all_inner_texts()
    wanted = (
        "suggested it with",
        "accepted the suggestion",
        "took it back",
        "another stretch",
        "open review: challenge",
    )
    assert len(told) == len(wanted)
    for line, part in zip(told, wanted, strict=True):
        assert part in line
    assert "Too <b>short</b>." in told[-1]
    assert page.locator("blockquote.quoted").first.inner_text() == "We borrowed them."
