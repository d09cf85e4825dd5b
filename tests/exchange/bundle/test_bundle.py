"""A reproducibility bundle: the same figures where the same transcripts are, and not a sentence of them in it."""

import json
import re
import zipfile

import pytest
from double_coded import code, give, read, spoken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quoted_study import suggestion
from study_builder import TALK, add_talk, codebook_codes

from assistant.agreement import Asked, agreement, as_record
from assistant.codebook import retire_code
from assistant.exchange.bundle import Holds, apply_bundle, make_bundle
from assistant.exchange.bundle.contents import bundle_bytes, read_bundle, slice_check
from assistant.exchange.bundle.making import bundle_of
from assistant.exchange.screen import RUN, Screen, words
from assistant.review import draw, finish
from assistant.saturation import report, report_record
from assistant.segment import segment_new
from store.adjudications import AdjudicationDraft, adjudicate, adjudications
from store.audit import verify
from store.codebook import codebook_versions, current_codebook, edit_codebook, keep_codebook
from store.coders import coders
from store.decisions import codings, decisions, keep_decisions
from store.double_coding import double_codings
from store.errors import ConflictError, InvalidInputError
from store.exports import exports
from store.history import history
from store.imports import READ_ON_IMPORT, imports
from store.interviews import interviews, set_attributes
from store.memos import MemoDraft, MemoTarget, keep_memo, memos
from store.runs import show_suggestions
from store.study import create_study
from store.transcripts import revise_transcript, transcript
from store.turns import as_new
from store.values import Code, DecisionDraft, NewTurn, Span, Verdict

LABELS = ("I1", "I2")
QUOTED = "We wait in a queue for machines. It takes weeks."


def bare(folder, labels=LABELS, talk=TALK, name="elsewhere"):
    """A study that has nothing but the transcripts."""
    (folder / name).mkdir()
    study = create_study(folder / name / "study", "The same transcripts")
    for label in labels:
        add_talk(study, folder / name, label, talk)
    segment_new(study)
    return study


@pytest.fixture
def coded(machines):
    """Two coders, a double coding with an adjudication, suggestions, a code retired on the way, codings withdrawn."""
    first, second, third, *_, last = spoken(machines)
    read(machines, "ada", spoken(machines)[:3])
    give(machines, "ada", first, "queue", memo="they wait")
    give(machines, "ada", second, "cost", start=4, end=20)
    shown = show_suggestions(
        machines, [suggestion(machines, "I1", 1, "cost", 0.8), suggestion(machines, "I1", 2, "queue", 0.6)]
    )
    for each, verdict in zip(shown, (Verdict.ACCEPT, Verdict.REJECT), strict=True):
        draft = DecisionDraft(first.transcript_id, each.span, verdict, each.code, each.id)
        keep_decisions(machines, "ada", [draft])
    retire_code(machines, code(machines, "cleaning"), coder="ada")
    read(machines, "ada", spoken(machines)[3:])
    give(machines, "ada", last, "licence")
    drawn = draw(machines, "ada", "First round", "eve", share=0.8, seed=7)
    read(machines, "eve", spoken(machines))
    give(machines, "eve", first, "queue")
    wrong = give(machines, "eve", third, "queue")
    finish(machines, "eve")
    place = AdjudicationDraft(drawn.guid, third.transcript_id, third.span, code(machines, "queue"), False, "no queue")
    adjudicate(machines, "ada", [place])
    draft = DecisionDraft(third.transcript_id, wrong.span, Verdict.WITHDRAW, wrong.code)
    keep_decisions(machines, "eve", [draft])
    return machines


def made(study, folder, **holds):
    path = folder / "bundle.zip"
    return path, make_bundle(study, path, coder="ada", holds=Holds(**holds), force=True)


def text_of(path):
    """Everything that the files in a bundle say."""
    with zipfile.ZipFile(path) as opened:
        return "\n".join(opened.read(name).decode() for name in opened.namelist())


def strings(value):
    """Every string in JSON values, the names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def said_in(path):
    with zipfile.ZipFile(path) as opened:
        yield from strings(json.loads(opened.read("bundle.json")))
        for line in opened.read("records.jsonl").decode().splitlines():
            yield from strings(json.loads(line))


def named(version):
    return [(code.guid, code.name, code.parent, code.retired) for code in version.codes]


def figures(study):
    """Saturation and agreement as scripts get them, without names of versions that only a study itself knows."""
    found = agreement(study, Asked(("ada", "eve"), draws=50))
    everything = agreement(study, Asked(("ada", "eve"), draws=50, everything=True))
    return report_record(report(study)), as_record(found), as_record(everything)


def test_the_same_figures_where_the_same_transcripts_are(coded, tmp_path):
    """Codings, readings, versions, double coding and adjudication lead to equal saturation and agreement."""
    path, _ = made(coded, tmp_path)
    with bare(tmp_path) as study:
        done = apply_bundle(study, path, coder="zoe")
        assert (done.same, done.findings) == (True, ())
        assert done.taken == done.found
        assert done.interviews == {"I1": "I1", "I2": "I2"}
        assert figures(study) == figures(coded)
        assert [(d.guid, d.span, d.coder, d.at) for d in decisions(study)] == [
            (d.guid, d.span, d.coder, d.at) for d in decisions(coded)
        ]
        assert [named(v) for v in codebook_versions(study)] == [named(v) for v in codebook_versions(coded)]
        assert current_codebook(study).find("cost").definition == "what machines and power cost"
        assert current_codebook(study).find("queue").definition == "waiting […]", "the rest is in the transcripts"
        (mine,), (theirs,) = double_codings(study), double_codings(coded)
        assert (mine.guid, mine.seed, mine.at, mine.ended_at, mine.size) == (
            theirs.guid,
            theirs.seed,
            theirs.at,
            theirs.ended_at,
            theirs.size,
        )
        assert [a.guid for a in adjudications(study)] == [a.guid for a in adjudications(coded)]
        assert verify(study).faults == ()
        (kept,) = imports(study)
        assert (kept.file, kept.origin, kept.coder) == ("bundle.zip", "reproducibility bundle", "zoe")
    (left,) = [each for each in exports(coded) if each.kind == "bundle"]
    assert (left.name, left.coder, left.holds["decision"]) == ("bundle.zip", "ada", len(decisions(coded)))


def test_answers_to_suggestions_stand_without_them(coded, tmp_path):
    """What was accepted is a coding, what was rejected is none; and it is said that suggestions are missing."""
    path, bundle = made(coded, tmp_path)
    assert any("2 answers to them" in sentence for sentence in bundle.notes)
    with bare(tmp_path) as study:
        apply_bundle(study, path, coder="zoe")
        verdicts = {d.guid: d.verdict for d in decisions(study)}
        for decision in decisions(coded):
            expected = {Verdict.ACCEPT: Verdict.ADD, Verdict.REJECT: Verdict.WITHDRAW}
            assert verdicts[decision.guid] is expected.get(decision.verdict, decision.verdict)


def test_a_bundle_goes_on_to_a_third_study(coded, tmp_path):
    """Made again where it was applied, it says the same."""
    path, _ = made(coded, tmp_path)
    with bare(tmp_path) as study:
        apply_bundle(study, path, coder="zoe")
        there = [(e.sha256, e.codings, e.cut) for e in bundle_of(study, Holds()).bundle.interviews]
        assert there == [(e.sha256, e.codings, e.cut) for e in bundle_of(coded, Holds()).bundle.interviews]


def test_what_was_taken_as_read_is_not_taken_for_read_elsewhere(machines, tmp_path):
    """That an import assumed it goes along with no other memo, so that figures can say so there too."""
    first, second = spoken(machines, "I1")[:2]
    for segment, memo in ((first, READ_ON_IMPORT), (second, "a private thought")):
        draft = DecisionDraft(segment.transcript_id, segment.span, Verdict.READ, memo=memo)
        keep_decisions(machines, "eve", [draft])
    path, _ = made(machines, tmp_path)
    with bare(tmp_path) as other:
        apply_bundle(other, path, coder="Lead")
        assert [decision.memo for decision in decisions(other)] == [READ_ON_IMPORT, ""]


def test_twice_is_refused(coded, tmp_path):
    """By the file, and by the decisions where the file is another one."""
    path, _ = made(coded, tmp_path)
    with bare(tmp_path) as study:
        apply_bundle(study, path, coder="zoe")
        before = history(study)
        with pytest.raises(ConflictError, match="was applied on"):
            apply_bundle(study, path, coder="zoe")
        again, _ = made(coded, tmp_path)
        with pytest.raises(ConflictError, match="decisions that are in this study already"):
            apply_bundle(study, again, coder="zoe")
        with pytest.raises(ConflictError, match="decisions that are in this study already"):
            apply_bundle(coded, again, coder="zoe")
        assert history(study) == before


def test_a_text_that_differs_by_a_character(coded, tmp_path):
    """That interview is listed and nothing is taken for it; the other one is as it was."""
    path, _ = made(coded, tmp_path)
    with bare(tmp_path, labels=("I1",)) as study:
        changed = [(who, said.replace("power", "Power")) for who, said in TALK]
        add_talk(study, tmp_path, "I2", changed)
        add_talk(study, tmp_path, "I3")
        done = apply_bundle(study, path, coder="zoe")
        assert done.interviews == {"I1": "I1", "I3": "I2"}
    with bare(tmp_path, labels=("I1",), name="one") as study:
        done = apply_bundle(study, path, coder="zoe")
        assert done.interviews == {"I1": "I1"}
        assert done.same
        (missing,) = done.findings
        assert missing.startswith("I2: no interview here has the same text")
        wanted = [c for c in codings(coded) if c.interview == "I1"]
        assert [(c.span, c.code, c.coder) for c in codings(study)] == [(c.span, c.code, c.coder) for c in wanted]


def test_other_turns_of_the_same_text(coded, tmp_path):
    """Codings are the same; that figures by segment can differ is said."""
    path, _ = made(coded, tmp_path)
    with bare(tmp_path) as study:
        found = transcript(study, "I1")
        turns = [as_new(turn, found.text) for turn in found.turns]
        turns[1] = NewTurn(turns[1].text, "Interviewer", role=turns[0].role)
        revise_transcript(study, "I1", turns, coder="zoe")
        segment_new(study)
        done = apply_bundle(study, path, coder="zoe")
        assert done.same
        assert done.findings == ("I1 is cut into other segments here: figures by segment can differ.",)


def test_another_order(coded, tmp_path):
    """Saturation depends on it, so it is said."""
    set_text(coded, "I2")
    path, _ = made(coded, tmp_path)
    with create_study(tmp_path / "turned") as study:
        talk = [(who, said.replace("garden", "orchard")) for who, said in TALK]
        add_talk(study, tmp_path, "A", talk)
        add_talk(study, tmp_path, "B")
        segment_new(study)
        done = apply_bundle(study, path, coder="zoe")
        assert done.interviews == {"B": "I1", "A": "I2"}
        assert any("another order" in sentence for sentence in done.findings)


def set_text(study, label):
    """A corrected word, behind which all codings move."""
    found = transcript(study, label)
    turns = [as_new(turn, found.text) for turn in found.turns]
    turns = [NewTurn(t.text.replace("garden", "orchard"), t.speaker, t.role, t.start_ms, t.end_ms) for t in turns]
    revise_transcript(study, label, turns, coder="ada")
    segment_new(study)


def test_a_codebook_of_ones_own(coded, tmp_path):
    """The study keeps it, and nothing is mixed."""
    path, _ = made(coded, tmp_path)
    with bare(tmp_path) as study:
        keep_codebook(study, codebook_codes(), coder="zoe", reason="mine")
        before = history(study)
        with pytest.raises(ConflictError, match="a codebook of its own"):
            apply_bundle(study, path, coder="zoe")
        assert history(study) == before


def test_the_first_versions_are_there_already(coded, tmp_path):
    """Those that follow are added to them."""
    path, _ = made(coded, tmp_path)
    with bare(tmp_path) as study:
        first = codebook_versions(coded)[0]
        keep_codebook(study, first.codes, coder="zoe", reason="the same")
        assert apply_bundle(study, path, coder="zoe").same
        assert len(codebook_versions(study)) == len(codebook_versions(coded))
        assert figures(study)[0] == figures(coded)[0]


def test_what_is_left_out_unless_asked_for(coded, tmp_path):
    """Memos and attributes; and on demand labels and names."""
    set_attributes(coded, "I1", {"region": "Gloucestershire"})
    keep_memo(coded, "ada", MemoDraft(MemoTarget(code=code(coded, "queue")), "quite a thought", "Title"))
    path, _ = made(coded, tmp_path)
    assert not {"Gloucestershire", "quite a thought", "they wait", "no queue"} & set(said_in(path))
    assert {"I1", "I2", "ada", "eve"} <= set(said_in(path))
    path, _ = made(coded, tmp_path, labels=False, names=False)
    assert not {"I1", "I2", "ada", "eve"} & set(said_in(path))
    assert "Coder 1" in set(said_in(path))
    with bare(tmp_path) as study:
        assert apply_bundle(study, path, coder="zoe").interviews == {
            "I1": "interview 1 of the bundle",
            "I2": "interview 2 of the bundle",
        }
        assert {"Coder 1", "Coder 2"} < set(coders(study))


def test_memos_and_attributes_on_demand(coded, tmp_path):
    """They arrive where they were; attributes that are there already stay; what they quote is cut."""
    set_attributes(coded, "I1", {"region": "Gloucestershire", "size": "small"})
    first = spoken(coded)[0]
    passage = MemoTarget("I1", first.transcript_id, Span(first.span.start, first.span.start + 7))
    keep_memo(coded, "ada", MemoDraft(passage, "of this passage"))
    keep_memo(coded, "eve", MemoDraft(MemoTarget(decision=codings(coded)[0].decision), "of this coding"))
    keep_memo(coded, "eve", MemoDraft(MemoTarget("I2"), "of this interview"))
    keep_memo(coded, "eve", MemoDraft(MemoTarget(), "of the study"))
    keep_memo(coded, "eve", MemoDraft(MemoTarget(), f"He said: {QUOTED}"))
    path, _ = made(coded, tmp_path, memos=True, attributes=True)
    with bare(tmp_path) as study:
        set_attributes(study, "I1", {"region": "elsewhere"})
        apply_bundle(study, path, coder="zoe")
        kept = {m.text: m for m in memos(study)}
        assert set(kept) == {"of this passage", "of this coding", "of this interview", "of the study", "He said: […]."}
        assert (kept["of this passage"].target.span, kept["of this passage"].first_coder) == (passage.span, "ada")
        assert kept["of this coding"].target.kind == "coding"
        assert kept["of this interview"].target.interview == "I2"
        assert [i.attributes for i in interviews(study)] == [
            {"region": "elsewhere", "size": "small"},
            {"region": "south"},
        ]
        memo = next(d.memo for d in decisions(study) if d.memo)
        assert memo == "they wait"


def test_words_of_the_codebook_that_quote(coded, tmp_path):
    """Examples go, definitions are emptied, and a code in vivo gets another name, the same in every version."""
    quoting = Code("q", QUOTED[:-1], None, f"As in: {QUOTED}", "short words", "", (QUOTED, "made up by us"))
    edit_codebook(coded, lambda book: (*book.codes, quoting), coder="ada", reason=f"because {QUOTED}")
    edit_codebook(coded, lambda book: (*book.codes, Code("r", "r")), coder="ada", reason="r")
    path, bundle = made(coded, tmp_path)
    assert any("five words or more of a transcript" in sentence for sentence in bundle.notes)
    with bare(tmp_path) as study:
        apply_bundle(study, path, coder="zoe")
        found = current_codebook(study).find("q")
        assert (found.name, found.definition, found.include, found.examples) == (
            "Code 7",
            "As in: […].",
            "short words",
            ("made up by us",),
        )
        assert figures(study)[0]["matrix"] == figures(coded)[0]["matrix"]


def test_the_hash_of_a_slice_tells_nothing_without_the_text():
    """The same words in another text have another hash: nobody can try out likely words."""
    assert slice_check("Ada lives in Ely.", Span(0, 3)) != slice_check("Ada lives in Ayr.", Span(0, 3))
    assert slice_check("Ada lives in Ely.", Span(0, 3)) == slice_check("Ada lives in Ely.", Span(0, 3))


spoken_words = st.lists(
    st.sampled_from(
        ["we", "wait", "a", "queue", "Straße", "naïve", "🙂", "it’s", "co-op", "机器共享", "ไทย", "10", "x"]
    ),
    min_size=1,
    max_size=30,
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(spoken_words, max_size=3), said=spoken_words, data=st.data())
def test_what_the_screen_lets_through_repeats_no_five_words(texts, said, data):
    """Whatever case and marks it is written with; and what shares none is let through."""
    changed = data.draw(st.sampled_from([str, str.upper, str.title, lambda x: x.replace(" ", " – ")]))(said)
    runs = {tuple(each[n : n + RUN]) for each in map(words, texts) for n in range(len(each) - RUN + 1)}
    mine = words(changed)
    shares = any(tuple(mine[n : n + RUN]) in runs for n in range(len(mine) - RUN + 1))
    screen = Screen(texts)
    kept = screen.kept(changed)
    assert (kept == changed) is not shares
    assert ("[…]" in kept) is shares
    assert screen.left_out == shares
    left = words(kept)
    assert not any(tuple(left[n : n + RUN]) in runs for n in range(len(left) - RUN + 1))
    assert screen.name(changed, "x") == ("x" if shares else changed)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_five_words_of_a_transcript_are_in_a_bundle(coded, tmp_path, data):
    """Whatever was quoted, wherever: code names, definitions, examples, memos, attributes, reasons, labels."""
    whole = transcript(coded, "I1").text
    tokens = whole.split()
    at = data.draw(st.integers(0, len(tokens) - RUN))
    quote = " ".join(tokens[at : at + data.draw(st.integers(RUN, 12))])
    number = data.draw(st.integers(0, 10**9))
    where = data.draw(
        st.sampled_from(["name", "definition", "include", "exclude", "example", "memo", "value", "reason"])
    )
    fields = {"name": f"c{number}", "definition": "", "include": "", "exclude": ""}
    if where in fields:
        fields[where] = f"{quote} {number}"
    examples = (quote,) if where == "example" else ()
    new = Code(f"g{number}", fields["name"], None, fields["definition"], fields["include"], fields["exclude"], examples)
    reason = quote if where == "reason" else "r"
    edit_codebook(
        coded, lambda book: (*(c for c in book.codes if not c.guid.startswith("g")), new), coder="ada", reason=reason
    )
    if where == "memo":
        keep_memo(coded, "ada", MemoDraft(MemoTarget(), f"{number} {quote}"))
    if where == "value":
        set_attributes(coded, "I1", {"said": quote})
    path, _ = made(coded, tmp_path, memos=True, attributes=True)
    heard = words(whole)
    runs = {tuple(heard[n : n + RUN]) for n in range(len(heard) - RUN + 1)}
    for each in said_in(path):
        mine = words(each)
        assert not any(tuple(mine[n : n + RUN]) in runs for n in range(len(mine) - RUN + 1)), each
    assert len(words(quote)) < RUN or quote not in text_of(path)


def rewritten(path, change):
    """The bundle as `change` leaves its head and its records, with the hash of the records put right."""
    from store.canonical import sha256_text

    with zipfile.ZipFile(path) as old:
        head, lines = json.loads(old.read("bundle.json")), old.read("records.jsonl").decode().splitlines()
    records = [json.loads(line) for line in lines]
    change(head, records)
    text = "".join(json.dumps(each) + "\n" for each in records)
    head["records_sha256"] = sha256_text(text)
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("bundle.json", json.dumps(head))
        new.writestr("records.jsonl", text)


def first(records, kind):
    return next(each for each in records if each["kind"] == kind)


@pytest.mark.parametrize(
    ("change", "words_said"),
    [
        (lambda head, records: head.update(format="other"), "another or a newer format"),
        (lambda head, records: head.update(version=2), "another or a newer format"),
        (lambda head, records: head.pop("interviews"), "damaged or was changed"),
        (lambda head, records: head.update(people=[]), "names a coder that it does not hold"),
        (lambda head, records: first(records, "decision").update(verdict="burn"), "damaged or was changed"),
        (lambda head, records: first(records, "decision").update(at="2026-03-01T10:00:00"), "damaged or was changed"),
        (lambda head, records: first(records, "decision").update(kind="nothing"), "damaged or was changed"),
        (lambda head, records: first(records, "decision").update(codebook=99), "version of the codebook"),
        (lambda head, records: first(records, "decision").update(slice="0" * 64), "does not fit its hash"),
        (lambda head, records: first(records, "decision")["place"]["span"].update(start=0), "does not fit its hash"),
        (lambda head, records: first(records, "decision")["place"]["span"].update(end=10**12), "does not fit its hash"),
        (lambda head, records: first(records, "decision")["place"]["span"].update(start=-1), "damaged or was changed"),
        (lambda head, records: first(records, "double coding").update(seed=2**70), "damaged or was changed"),
        (lambda head, records: first(records, "double coding ended").update(double_coding="x"), "a double coding that"),
        (lambda head, records: first(records, "codebook")["codes"][0].update(colour="red;x:url(y)"), "damaged or was"),
        (lambda head, records: first(records, "codebook")["codes"][0].update(name="queue"), "the name “queue” twice"),
        (lambda head, records: first(records, "codebook")["codes"][0].update(guid="<b>"), "damaged or was changed"),
        (lambda head, records: head["people"][0].update(name="x" * 300), "A coder needs a name"),
        (lambda head, records: head["interviews"][0].update(label="\ud800"), "damaged or was changed"),
        (lambda head, records: records.append(records[-1]), "damaged or was changed"),
    ],
)
def test_a_bundle_that_was_changed(change, words_said, coded, tmp_path):
    """It is refused in a sentence, and nothing of it is kept."""
    path, _ = made(coded, tmp_path)
    rewritten(path, change)
    with bare(tmp_path) as study:
        before, known = history(study), imports(study)
        with pytest.raises((InvalidInputError, ConflictError)) as error:
            apply_bundle(study, path, coder="zoe")
        assert re.search(words_said, str(error.value))
        assert (history(study), imports(study)) == (before, known)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"hello" * 10])
def test_a_file_that_is_no_bundle(data, coded, tmp_path):
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(InvalidInputError):
        apply_bundle(coded, tmp_path / "x.zip", coder="zoe")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as new:
        new.writestr("other.txt", "x")
    with pytest.raises(InvalidInputError, match="no reproducibility bundle"):
        apply_bundle(coded, tmp_path / "x.zip", coder="zoe")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), other=st.integers(1, 255))
def test_whatever_becomes_of_its_bytes(coded, tmp_path, where, other):
    """A bundle with any byte changed is read as it was, or refused in a sentence."""
    whole = tmp_path / "whole.zip"
    if not whole.exists():
        whole.write_bytes(bundle_bytes(bundle_of(coded, Holds()).bundle))
    data = bytearray(whole.read_bytes())
    data[int(where * len(data))] ^= other
    path = tmp_path / "changed.zip"
    path.write_bytes(data)
    try:
        found = read_bundle(path)
    except InvalidInputError:
        return
    assert found == read_bundle(whole)


def test_passages_that_a_correction_tore_apart(coded, tmp_path):
    """They are counted, and the rest goes on."""
    found = transcript(coded, "I1")
    turns = [as_new(turn, found.text) for turn in found.turns]
    turns[2] = NewTurn("Entirely other things were said.", turns[2].speaker, turns[2].role)
    revise_transcript(coded, "I1", turns, coder="ada")
    segment_new(coded)
    path, bundle = made(coded, tmp_path)
    assert bundle.bundle.left_out["torn"] > 0
    assert any("tore the passage apart" in sentence for sentence in bundle.notes)
    assert read_bundle(path) == bundle.bundle


def test_a_study_in_which_nothing_was_decided(tmp_path):
    with bare(tmp_path) as study, pytest.raises(InvalidInputError, match="Nothing was decided"):
        make_bundle(study, tmp_path / "a.zip", coder="zoe")
    assert not (tmp_path / "a.zip").exists()
