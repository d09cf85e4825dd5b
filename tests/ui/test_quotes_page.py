import csv
import io
import json

import pytest
from quotes_page_of import QuotesPage, address_of
from small_study import letter_embedder

from assistant.exchange.consent_gate import gate_of
from assistant.exchange.screen import CUT
from assistant.review import Ledger, blindness, draw
from assistant.segment import StudyEmbeddings, embed_new
from assistant.ui import embeddings, quote_export, quote_result
from assistant.ui.quote_cards import Drawer
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.coders import add_coder, set_role
from store.consent import ConsentChange, ConsentState, Covers, record_consent
from store.decisions import keep_decisions
from store.event_log import log
from store.quote_lists import pick_quotes, picks, quote_lists
from store.saved_queries import saved_queries
from store.segments import segments
from store.values import Code, CoderRole, DecisionDraft, Role, State, Verdict

BORROWED = "We borrowed them. The owner wanted a logo. I wrote to him every week."
BROKE = "It broke twice. We lost a month & nobody <b>noticed</b>."
LIST = "Quotes for the paper"


@pytest.fixture
def coded(study):
    """Ana coded the first two answers of I1, Ben the first one too and the first of I2."""
    spoken = [s for s in segments(study) if s.role is not Role.INTERVIEWER]
    add_coder(study, "Ana", by="Ana")

    def made(segment, code):
        return DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, code)

    keep_decisions(study, "Ana", [made(spoken[0], "c1"), made(spoken[1], "c2")])
    keep_decisions(study, "Ben", [made(spoken[0], "c3"), made(spoken[3], "c3")])
    return study


@pytest.fixture
def quotes(page, monkeypatch, coded):
    def opened(coder="Ana", **asked):
        return QuotesPage(page, monkeypatch, coder, address_of(**asked) if asked else "")

    return opened


def test_cards_say_who_gave_each_code_and_where_it_is_from(quotes):
    """Without a query: confirmed quotes; each code with its own coders, a citation, a link that keeps the reader."""
    here = quotes()
    assert here.asked == {}
    first = here.cards[0]
    assert [(code["name"], code["by"]) for code in first["codes"]] == [
        ("Borrowed machines", ["Ana"]),
        ("Unseen work", ["Ben"]),
    ]
    assert first["citation"] == f"“{BORROWED}” (I1)"
    assert first["attributes"] == [["region", "north"]]
    assert "&visit=" in first["link"]
    assert here.cards[-1]["citation"] == "“I did, at night. Nobody asked.” (I2, 00:00:03)"
    assert (here.cards[-1]["recording"] is not None, first["recording"]) == (True, None)


def test_every_field_stands_in_the_address(quotes):
    """What is chosen is asked at once, and the address holds exactly that; taken away again, it is as before."""
    here = quotes()
    here.set("multiselect", "quote_codes", ["c1", "c3"]).set("radio", "quote_match", "near")
    here.set("number_input", "quote_within", 1).set("multiselect", "quote_where", [("region", "north")])
    here.set("selectbox", "quote_coder", "Ben").set("slider", "quote_probability", (20, 100))
    assert here.asked == {
        "codes": ["c1", "c3"],
        "match": "near",
        "within": 1,
        "where": [["region", "north"]],
        "coder": "Ben",
        "probability_from": 0.2,
        "state": "confirmed",
    }
    here.set("multiselect", "quote_codes", []).set("multiselect", "quote_where", [])
    here.set("selectbox", "quote_coder", None).set("slider", "quote_probability", (0, 100))
    here.set("selectbox", "quote_state", State.REJECTED)
    assert here.asked["state"] == "rejected"
    assert "No quote fits" in here.shown


def test_an_address_fills_the_fields(quotes):
    """A link or a reload brings the query, in the fields and in the result; codes may be named or given by GUID."""
    here = quotes(codes=("Unseen work",), interviews=("I2",), roles=(Role.PARTICIPANT,), words="night", fold=False)
    assert here.texts == ["I did, at night. Nobody asked."]
    assert here.app.multiselect(key="quote_codes").value == ["c3"]
    assert here.app.multiselect(key="quote_interviews").value == ["I2"]
    assert here.app.text_input(key="quote_words").value == "night"
    assert here.app.checkbox(key="quote_fold").value is False
    here.app.query_params["ask"] = address_of(words="logo")
    assert here.redraw().texts == [BORROWED]
    assert here.app.multiselect(key="quote_codes").value == []
    del here.app.query_params["ask"]
    assert len(here.redraw().texts) == 3


@pytest.mark.parametrize("address", ["{", '{"what": 1}', '{"codes": ["never heard of"]}', '{"words": "\\"open"}'])
def test_what_cannot_be_asked_is_a_sentence(page, monkeypatch, coded, address):
    """An address that makes no sense, a code that is none, words without an end: one sentence, and the page stands."""
    here = QuotesPage(page, monkeypatch, ask=address)
    assert 'role="alert"' in here.shown
    assert here.listed == []


def test_a_query_is_saved_opened_renamed_removed_and_brought_back(quotes, coded):
    """Each under the coder's name, in the record; a second one of the same name is refused."""
    here = quotes(words="month")
    here.app.text_input(key="quote_save_name").set_value("A lost  month")
    here.press("quote_save")
    (saved,) = saved_queries(coded)
    assert (saved.name, dict(saved.asked), saved.coder) == ("A lost month", {"words": "month"}, "Ana")
    here.set("text_input", "quote_words", "").press(f"saved_open_{saved.guid}")
    assert here.asked == {"words": "month"}
    assert here.texts == [BROKE]
    here.set("text_input", f"saved_name_{saved.guid}", "Lost time")
    assert saved_queries(coded)[0].name == "Lost time"
    here.app.text_input(key="quote_save_name").set_value("lost TIME")
    here.press("quote_save")
    assert "There is a saved query" in here.shown
    here.press(f"saved_remove_{saved.guid}")
    assert saved_queries(coded) == ()
    here.press("quote_bring_back")
    assert saved_queries(coded)[0].name == "Lost time"
    made = [event for event in log(coded) if event.type == "query.saved"]
    assert (len(made), {event.coder for event in made}) == (4, {"Ana"})
    assert verify(coded).faults == ()


def test_quotes_are_picked_ordered_noted_and_dropped(quotes, coded):
    """Each act is on the disk; the list has its own order; an act that comes twice counts once."""
    here = quotes()
    here.act("cards", "pick", 0).act("cards", "pick", 1).act("cards", "pick", 2)
    assert here.listed == [BORROWED, BROKE, "I did, at night. Nobody asked."]
    assert [card["picked"] for card in here.cards] == [True, True, True]
    here.act("picks", "move", 2, before=here.picks[0]["place"]).act("picks", "note", 0, text="Opens the section.")
    assert [(p.interview, p.note) for p in picks(coded, LIST)][:1] == [("I2", "Opens the section.")]
    here.act("cards", "drop", 1)
    assert here.listed == ["I did, at night. Nobody asked.", BORROWED]
    again = [{"id": here.states["cards"]["heard"], "kind": "pick", "place": here.cards[1]["place"]}]
    here._heard["cards"](again)
    assert len(picks(coded, LIST)) == 2
    here.app.session_state["quote_desk"].listed = "For the talk"  # AppTest cannot type a new option
    here.redraw().act("cards", "pick", 1)
    assert quote_lists(coded) == (LIST, "For the talk")
    assert here.listed == [BROKE]
    assert len(here.set("selectbox", "quote_list", LIST).listed) == 2


def test_it_is_counted_how_often_each_interviewee_is_quoted(quotes):
    """Over the list and over the whole result; who is quoted much more than a quarter of the time is named."""
    here = quotes()
    for number in range(3):
        here.act("cards", "pick", number)
    rows = {row["interview"]: (row["listed"], row["found"]) for row in here.states["picks"]["counts"]}
    assert rows["I1 · Ana"] == (1, 1)
    assert rows["I2 · Ben"] == (1, 1)
    assert here.states["picks"]["counted"] == "3 quotes from 2 of 2 interviews"


def test_a_long_result_comes_in_parts_and_is_counted_as_a_whole(quotes, monkeypatch):
    """One card on the screen, the others on request; all are counted, unless they are so many that it would be slow."""
    here = quotes()
    here.app.session_state["quote_desk"].limit = 1
    here.redraw()
    assert (len(here.cards), here.states["cards"]["more"], here.states["picks"]["found_head"]) == (1, 2, "Result")
    assert sum(row["found"] for row in here.states["picks"]["counts"]) == 3
    monkeypatch.setattr(quote_result, "_MOST_COUNTED", 2)
    assert here.redraw().states["picks"]["found_head"] == "First 1"
    assert len(here.act("cards", "further").cards) == 3


def test_turns_around_a_quote_come_on_demand(quotes):
    """Two before and after, more on request, and away again."""
    here = quotes(words="noticed", codes=("c2",)).act("cards", "around", 0, turns=2)
    around = here.cards[0]["around"]
    assert [turn["text"] for turn in around["before"]] == [BORROWED, "And then?"]
    assert [turn["text"] for turn in around["after"]] == ["Nothing to add here."]
    assert here.act("cards", "around", 0, turns=0).cards[0]["around"] is None


def test_a_recording_is_put_on_the_page_and_told_to_play_once(quotes):
    """The part in which Play was pressed gets the quote with a number, the other nothing."""
    here = quotes(interviews=("I2",), state=State.CONFIRMED).act("cards", "play", 0, by="cards")
    playing = here.states["cards"]["playing"]
    assert (playing["number"], playing["quote"]["start_ms"]) == (1, 3_000)
    assert here.states["picks"]["playing"] is None
    assert len(here.app.get("audio")) == 1


def test_what_the_page_sends_is_checked(quotes):
    """Unknown acts, places that are none and notes to what is not in the list are sentences."""
    here = quotes()
    for kind, more in (("fly", {}), ("pick", {"place": [1, 5, 5]}), ("pick", {}), ("note", {"text": "x"})):
        here._heard["cards"]([{"id": here.states["cards"]["heard"] + 1, "kind": kind, **more}])
        assert 'class="page-note problem" role="alert"' in here.redraw().shown


def test_without_a_name_nothing_can_be_picked_or_saved(quotes):
    """Quotes can be read; buttons that keep something are not there."""
    here = quotes("")
    assert len(here.cards) == 3
    assert here.states["cards"]["can_pick"] is False
    assert "Write your name" in here.shown


@pytest.mark.parametrize("of_list", [False, True])
def test_files_hold_the_result_or_the_list_in_its_order(quotes, coded, of_list):
    """All that fits, or the list with its notes; the query is in the file, and the log says who took it."""
    here = quotes()
    here.act("cards", "pick", 2).act("cards", "pick", 0).act("picks", "note", 0, text="First.")
    here.set("selectbox", "quote_export_format", "csv")
    if of_list:
        here.set("radio", "quote_export_what", "The list")
    name, content = here.download()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    texts = [row["quote"] for row in rows if row["number"].isdecimal()]
    assert texts == (here.listed if of_list else here.texts)
    assert name == ("Quotes-for-the-paper.csv" if of_list else "quotes.csv")
    assert rows[0]["note"] == ("First." if of_list else "")
    (event,) = [event for event in log(coded) if event.type == "quotes.exported"]
    assert (event.coder, json.loads(event.payload)["quotes"]) == ("Ana", len(texts))
    query = {row["number"]: row["quote"] for row in rows}["Query"]
    assert json.loads(query) == ({"list": LIST} if of_list else {"state": "confirmed"})


def test_orders_by_meaning_bring_their_own_order(quotes, coded, monkeypatch):
    """A search by meaning orders by nearness, without one it is the study's order; or what differs from the list."""
    monkeypatch.setattr(embeddings, "_embedder", lambda _study, _folder: letter_embedder())
    embed_new(coded, StudyEmbeddings(coded, letter_embedder()))
    here = quotes().set("text_input", "quote_text", BROKE)
    assert here.asked == {"meaning": BROKE, "order": "relevance", "state": "confirmed"}
    assert here.texts[0] == BROKE
    here.set("text_input", "quote_text", "")
    assert here.asked == {}
    here.act("cards", "pick", 0).set("selectbox", "quote_order", "different")
    assert here.texts[-1] == BORROWED
    assert len(here.texts) == 3


def test_a_blind_coder_sees_nothing_of_others(quotes, coded):
    """Not on cards, not in lists, not in files; what they picked themselves stays, without others' codes."""
    set_role(coded, "Ana", CoderRole.LEAD, by="Ana")
    add_coder(coded, "Cleo", by="Ana")
    spoken = [s for s in segments(coded, "I1") if s.role is not Role.INTERVIEWER]
    pick_quotes(coded, "Ana", LIST, [(spoken[1].transcript_id, spoken[1].span)])
    pick_quotes(coded, "Cleo", LIST, [(spoken[0].transcript_id, spoken[0].span)])
    draw(coded, "Ana", "Round 1", "Cleo", interviews=["I1"], seed=1)
    here = quotes("Cleo")
    assert here.texts == ["I did, at night. Nobody asked."]
    assert "You are coding blind" in here.shown
    assert here.listed == [BORROWED]
    assert here.picks[0]["codes"] == []
    here.app.selectbox(key="quote_state").select_index(4).run()  # any state
    assert len(here.cards) > 2
    assert all(card["codes"] == [] for card in here.cards if card["where"].startswith("I1"))
    here = quotes("Cleo")
    here.set("selectbox", "quote_export_format", "md")
    for what in ("The result", "The list"):
        text = here.set("radio", "quote_export_what", what).download()[1].decode()
        assert "Failed runs" not in text
        assert "Borrowed machines" not in text


def test_a_file_names_no_code_by_words_that_may_not_be_quoted(coded):
    """A code in vivo of I1, that may be given in I2 as well: the quotes of I2 go out, the words of I1 do not."""
    name = "The owner wanted a logo. I wrote to him"
    before = current_codebook(coded)
    book = keep_codebook(coded, [*before.codes, Code("vivo", name)], coder="Ana", reason="in vivo")
    drawer = Drawer.of(coded, book, Ledger(coded), blindness(coded, "Ana"))
    assert quote_export._without_uncovered(gate_of(coded), drawer) is drawer
    record_consent(coded, "I1", ConsentChange(ConsentState.GIVEN, frozenset({Covers.ANALYSIS})), coder="Ana")
    named = {code.guid: code.name for code in quote_export._without_uncovered(gate_of(coded), drawer).codebook.codes}
    assert named["vivo"] == CUT
    assert [named[code.guid] for code in before.codes] == [code.name for code in before.codes]
