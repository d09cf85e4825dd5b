import pytest
from participants_study import ADA, AGAIN, COST, GARDEN, QUEUE, TWO, coded, participants_study, summed_up

from assistant.exchange.participants import Line, Wishes, pack_for, participant_of
from assistant.exchange.participants.passages import LONGEST_AROUND, WITHHELD, Who
from assistant.review import Blindness
from store.errors import InvalidInputError, NotFoundError
from store.interviews import set_attributes
from store.transcripts import revise_transcript, transcript
from store.values import NewTurn, Role, Verdict


@pytest.fixture
def study(tmp_path):
    with participants_study(tmp_path) as made:
        yield made


def words(lines):
    return [f"{line.who}: {line.text}" for line in lines]


def test_each_passage_stands_once_in_context_under_the_themes_that_it_belongs_to(study):
    """Counted under both of its themes, shown under the first; what an interviewer says of others is not shown."""
    pack = pack_for(study, participant_of(study, ["I1"]))
    machines, life = pack.themes
    assert [(t.meaning.name, t.count, t.also) for t in pack.themes] == [("Machines", 2, ()), ("Life", 2, (1,))]
    assert [p.number for p in pack.passages] == [1, 2, 3]
    first, second = machines.passages
    assert first.lines == (Line(Who.SELF, QUEUE),)
    assert first.codes == ("Queue", "Life")
    assert words(first.before) == ["Interviewer: How do you get machines?"]
    assert words(first.after) == [f"Interviewer: {WITHHELD}"]
    assert second.lines == (Line(Who.SELF, COST),)
    assert words(life.passages[0].before) == [f"You: {COST}"]
    text = transcript(study, "I1").text
    assert [p.place.span.of(text) for p in pack.passages] == [QUEUE, COST, GARDEN]


def test_definitions_that_tell_of_others_are_left_out_and_told_to_the_researcher(study):
    """One names somebody, one repeats what was said; plain ones stay; codes that are not used are not there."""
    pack = pack_for(study, participant_of(study, ["I1"]))
    machines, life = pack.themes
    assert machines.meaning.definition == "Everything about machines."
    assert [(code.name, code.definition) for code in machines.codes] == [("Queue", "Waiting."), ("Cost", "")]
    assert (life.meaning.definition, life.codes) == ("", ())
    assert sorted(pack.findings) == [
        "Left out: the definition of “Cost”, which tells of somebody else.",
        "Left out: the definition of “Life”, which tells of somebody else.",
    ]


def test_names_that_attributes_tell_are_those_of_others_too(study):
    """Nobody else is called Olga in a transcript, but an attribute says that an interview is with her."""
    set_attributes(study, "W-88", {"case": "Olga Bright"})
    set_attributes(study, "I1", {"case": "Ada Grey"})
    turns = [
        NewTurn("How do you get machines, Ada Grey?", "Interviewer", Role.INTERVIEWER),
        NewTurn(QUEUE, "Ada", Role.PARTICIPANT),
        NewTurn("Olga said so.", "Interviewer", Role.INTERVIEWER),
    ]
    revise_transcript(study, "I1", turns, coder="Ana")
    first = pack_for(study, participant_of(study, ["I1"])).passages[0]
    assert words(first.before) == ["Interviewer: How do you get machines, Ada Grey?"]
    assert words(first.after) == [f"Interviewer: {WITHHELD}"]


def test_how_much_is_shown_around_a_passage(study):
    """None, or several turns; the rest of its own turn always belongs to that, and long ones are cut at a word."""
    coded(study, "I1", "c2", "lovely")

    def shown(turns):
        pack = pack_for(study, participant_of(study, ["I1"]), Wishes(turns=turns))
        return next(p for p in pack.passages if p.lines[0].text == "lovely")

    assert (shown(0).before, shown(0).after) == ((), ())
    assert words(shown(1).before) == [f"You: {COST}", "You: My garden is"]
    assert words(shown(2).before) == [f"Interviewer: {WITHHELD}", f"You: {COST}", "You: My garden is"]
    assert words(shown(2).after) == ["You: ."]
    turns = [NewTurn(t.span.of(transcript(study, "I1").text), t.speaker, t.role) for t in transcript(study, "I1").turns]
    turns[0] = NewTurn("How " + "very " * 300 + "odd?", "Interviewer", Role.INTERVIEWER)
    revise_transcript(study, "I1", turns, coder="Ana")
    first = next(p for p in pack_for(study, participant_of(study, ["I1"])).passages if p.lines[0].text == QUEUE)
    cut = first.before[0].text
    assert cut.startswith("… very ")
    assert cut.endswith("very odd?")
    assert LONGEST_AROUND - 10 < len(cut) <= LONGEST_AROUND + 2


def test_of_two_who_speak_in_one_recording_one_is_chosen(study):
    """The other's turns are withheld around a passage, and a passage with both voices is not in it."""
    with pytest.raises(InvalidInputError, match=r"W-77 has 2 speakers .*\(Benedikta, Evelina\); say which"):
        participant_of(study, ["W-77"])
    with pytest.raises(
        NotFoundError, match="No participant called “Ada” speaks in W-77; there are: Benedikta, Evelina"
    ):
        participant_of(study, ["W-77"], speakers=["Ada"])
    coded(study, "W-77", "c1", "Thank you.")
    pack = pack_for(study, participant_of(study, ["W-77"], speakers=["Benedikta"]))
    assert [words(p.lines) for p in pack.passages] == [[f"You: {TWO[1][1]}"], ["You: Thank you."]]
    assert words(pack.passages[0].after) == [f"Somebody else: {WITHHELD}"]
    assert "Left out: 1 passage is not this participant’s words alone." in pack.findings
    both = participant_of(study, ["W-77"], speakers=["Benedikta", "Evelina"])
    couple = pack_for(study, both).passages  # who was asked together may get one pack
    assert [words(p.lines) for p in couple] == [[f"You: {TWO[1][1]}", f"You: {TWO[2][1]}"], ["You: Thank you."]]


def test_several_interviews_need_to_be_with_one_person(study):
    """Known by an attribute, or said by the researcher; a region is no person."""
    pack = pack_for(study, participant_of(study, where=[("participant", "p1")]))
    assert pack.person.labels == ("I1", "I4")
    assert [p.lines[0].text for p in pack.passages] == [QUEUE, COST, AGAIN, GARDEN]
    with pytest.raises(InvalidInputError, match="Nothing says that I1, W-88 are interviews with one person"):
        participant_of(study, ["I1", "W-88"])
    assert participant_of(study, ["I1", "W-88"], same_person=True).labels == ("I1", "W-88")
    with pytest.raises(InvalidInputError, match="Say whose pack it is"):
        participant_of(study)
    with pytest.raises(NotFoundError, match="no interview I9"):
        participant_of(study, ["I9"])
    with pytest.raises(NotFoundError, match="nobody to make a pack for"):
        participant_of(study, where=[("participant", "P9")])


def test_only_sentences_that_rest_on_this_participant_alone(study):
    """Those that rest on others too are counted for the researcher; so are those whose quotes have changed since."""
    summed_up(
        study,
        ("Ada waits for weeks.", (("I1", QUEUE),)),
        ("Both wait.", (("I1", QUEUE), ("W-88", "Axolotls wait in the queue."))),
        ("Others wait.", (("W-88", "Axolotls wait in the queue."),)),
        ("Power costs ever more.", (("I1", COST),)),
        ("Like Cidney she waits.", (("I1", QUEUE),)),
    )
    pack = pack_for(study, participant_of(study, ["I1"]))
    assert pack.themes[0].said == ("Ada waits for weeks.", "Power costs ever more.")
    assert [f for f in pack.findings if "sentence" in f] == [
        "Left out: 1 sentence rests on quotes of others too.",
        "Left out: 1 sentence tells of somebody else.",
    ]
    coded(study, "I1", "c2", COST, Verdict.WITHDRAW)
    pack = pack_for(study, participant_of(study, ["I1"]))
    assert pack.themes[0].said == ("Ada waits for weeks.",)
    assert "Left out: 1 sentence rests on quotes that have changed since." in pack.findings
    without = pack_for(study, participant_of(study, ["I1"]), Wishes(summaries=False))
    assert all(not theme.said for theme in without.themes)


def test_a_summary_of_a_code_stands_under_its_theme_and_a_newer_one_takes_its_place(study):
    """The newest of each theme is told from, whatever came before."""
    summed_up(study, ("An old sentence.", (("I1", COST),)), theme="c2")
    summed_up(study, ("A new sentence.", (("I1", COST),)), theme="c2")
    pack = pack_for(study, participant_of(study, ["I1"]))
    assert pack.themes[0].said == ("A new sentence.",)


def test_what_cannot_be_left_out_is_told(study):
    """The researcher's own text and the name of a code are for the researcher to change."""
    coded(study, "I1", "c3", "It takes weeks.")
    greeting = "Dear Ada,\n\nlike Evelina you said much."
    pack = pack_for(study, participant_of(study, ["I1"]), Wishes(greeting))
    assert pack.greeting == ("Dear Ada,", "like Evelina you said much.")
    assert "The text at the beginning tells of somebody else; change it." in pack.findings


def test_a_blind_coder_packs_nothing_of_others(study):
    """What they must not see is not given out by them either."""
    hidden = Blindness("Ana", frozenset({"I1"}))
    with pytest.raises(InvalidInputError, match="Nothing that can be shown of I1 is coded yet"):
        pack_for(study, participant_of(study, ["I1"]), hidden=hidden)


def test_codings_that_await_a_look_are_left_out_and_counted(study):
    """A passage that a correction tore apart is no quote until somebody has looked."""
    turns = [NewTurn(text, who, Role.INTERVIEWER if who == "Interviewer" else Role.PARTICIPANT) for who, text in ADA]
    turns[3] = NewTurn("Something else altogether.", "Ada")
    revise_transcript(study, "I1", turns, coder="Ana")
    pack = pack_for(study, participant_of(study, ["I1"]))
    assert [p.lines[0].text for p in pack.passages] == [QUEUE, GARDEN]
    assert any("a look after a correction of the transcript" in finding for finding in pack.findings)


@pytest.mark.parametrize(
    ("wishes", "why"),
    [(Wishes(" \n\n "), "needs a text"), (Wishes(turns=6), "with 0 to 5 turns around it, not with 6")],
)
def test_wishes_that_cannot_be_met(study, wishes, why):
    """Each in one sentence."""
    with pytest.raises(InvalidInputError, match=why):
        pack_for(study, participant_of(study, ["I1"]), wishes)


def test_two_packs_never_have_the_same_code(study):
    """It is drawn anew, and is in no way made of what is in the pack."""
    person = participant_of(study, ["I1"])
    assert len({pack_for(study, person).token for _ in range(5)}) == 5
