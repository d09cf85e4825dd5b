"""A study in which everything that people or files say tries to be run, drawn, followed or fetched."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from small_study import score, silence, turns

from assistant.exchange.participants import TITLES, pack_for, participant_of, record_pack
from assistant.review import draw, finish
from store.coders import add_coder, set_role
from store.decisions import keep_decisions
from store.interviews import add_interview
from store.memos import MemoDraft, MemoKind, MemoTarget, keep_memo
from store.milestones import keep_milestone
from store.quote_lists import note_quote, pick_quotes
from store.remarks import RemarkKind, keep_remark
from store.saved_queries import save_query
from store.segments import segments
from store.study import Study, create_study
from store.transcripts import add_transcript
from store.turns import clean_text
from store.values import Code, CoderRole, DecisionDraft, Role, Verdict

FOREIGN = "evil.example"
"""The host that must never be asked for anything."""
IMAGE = f'<img src="http://{FOREIGN}/i.png" onerror="window.__hit=1">'
SCRIPT = "<script>window.__hit=1</script>"
SVG = '<svg onload="window.__hit=1"><a xlink:href="javascript:window.__hit=1">x</a></svg>'
MARKDOWN = f"[x](javascript:window.__hit=1) ![p](http://{FOREIGN}/p.png) **bold** $e^x$ :material/home: :red[no] `c`"
TEMPLATE = "{{7*7}} {% for x in y %} ${7*7} datum['x'] %(s)s {0.__class__}"
TURNED = "a\u202egnp.exe\u202c b\u200b\u2066c\u2069 \ufeffd"
LONG = "W" * 300
FORMULA = f'=HYPERLINK("http://{FOREIGN}/","x")'
QUOTES = "\"'`</style></title></textarea><!--]]>\\"
LATEX = r"\input{/etc/passwd} \write18{touch hit} % # & _ ^ ~ {"
EVERYTHING = f"{SCRIPT} {IMAGE} {SVG} {MARKDOWN} {TEMPLATE} {TURNED} {QUOTES} {LATEX}"
LEAD = f"{IMAGE} {MARKDOWN[:120]}"
SECOND = "=cmd|' /C calc'!A0 <b>Ben</b>"

TALK = (
    ("Interviewer", f"What happened? {SCRIPT}"),
    (SCRIPT, f"{EVERYTHING} I saw it."),
    (IMAGE, f"{LONG} {LONG}"),
    (f"{FORMULA}", f"{FORMULA} and\n+1+1\n@SUM(1)\n-2"),
    (TURNED, f"{TURNED} {MARKDOWN}"),
)
CODES = (
    Code("t1", f"Theme {IMAGE}", None, EVERYTHING),
    Code("c1", f"One {MARKDOWN[:100]}", "t1", EVERYTHING, EVERYTHING, EVERYTHING, (EVERYTHING, FORMULA)),
    Code("c2", f"{FORMULA}", "t1", f"{QUOTES} {TEMPLATE}"),
    Code("t2", f"{QUOTES} {SVG}", None, TURNED),
    Code("c3", f"{TEMPLATE}", "t2", LONG),
    Code("c4", LONG[:200], "t2", LATEX),
    *(Code(f"c{n}", f"{n} {SCRIPT}", "t2") for n in range(5, 9)),
)


def hostile_study(folder: Path) -> Study:
    """Two interviews, codes, decisions, memos, remarks, lists, queries and milestones, all of them hostile."""
    study = create_study(folder / "study <b>&amp; 'q'", f"Title {SCRIPT} {IMAGE} {MARKDOWN}")
    source = folder / "one <img src=x onerror=window.__hit=1>.txt".replace("/", "")
    source.write_text("one", encoding="utf-8")
    attributes = {f"key {IMAGE}": EVERYTHING[:200], FORMULA: FORMULA, "region": f"north {SCRIPT}"}
    add_interview(study, source, "transcript", label=f"I1 {SCRIPT}"[:40], attributes=attributes)
    sound = silence(folder / "two <b> & 'x'.wav")
    add_interview(study, sound, "recording", label="I2 <i>x</i> &amp; :red[y]", duration_ms=10_000)
    one, two = (each for each in (f"I1 {SCRIPT}"[:40], "I2 <i>x</i> &amp; :red[y]"))
    add_transcript(study, one, turns(_cleaned(TALK)), origin="import")
    add_transcript(study, two, turns(_cleaned(TALK[1:3]), every_ms=3_000), origin="import")
    _score(study, one, two)
    spoken = [s for s in segments(study) if s.role is not Role.INTERVIEWER]
    add_coder(study, LEAD, by=LEAD)
    set_role(study, LEAD, CoderRole.LEAD, by=LEAD)
    add_coder(study, SECOND, by=LEAD)
    set_role(study, SECOND, CoderRole.SECOND, by=LEAD)
    coded = [
        DecisionDraft(s.transcript_id, s.span, Verdict.ADD, code, memo=EVERYTHING)
        for s, code in zip(spoken, ("c1", "c2", "c3", "c1"), strict=False)
    ]
    read = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in spoken]
    made = keep_decisions(study, LEAD, [*coded, *read])
    keep_milestone(study, LEAD, f"Mark {MARKDOWN[:100]} {IMAGE}", EVERYTHING)
    first = spoken[0]
    place = MemoTarget(one, first.transcript_id, first.span)
    for target in (MemoTarget(), MemoTarget(code="c1"), place, MemoTarget(decision=made[0].guid)):
        keep_memo(study, LEAD, MemoDraft(target, EVERYTHING, f"{IMAGE} {MARKDOWN}"))
    keep_memo(
        study, LEAD, MemoDraft(MemoTarget(one), EVERYTHING, SVG, MemoKind.DEBRIEFING, date(2026, 3, 1), EVERYTHING)
    )
    draw(study, LEAD, f"Round {IMAGE} {MARKDOWN[:60]}", SECOND, interviews=[one], seed=1)
    mine = [s for s in spoken if s.interview == one]
    theirs = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in mine]
    given = DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c3", memo=EVERYTHING)
    keep_decisions(study, SECOND, [given, *theirs])
    finish(study, SECOND, anyway=True)
    name = f"List {IMAGE} {MARKDOWN[:80]}"
    pick_quotes(study, LEAD, name, [(s.transcript_id, s.span) for s in spoken[:4]])
    note_quote(study, LEAD, name, (first.transcript_id, first.span), EVERYTHING)
    save_query(study, LEAD, f"Query {IMAGE} {MARKDOWN[:80]}", {"codes": ["c2"]})
    keep_remark(study, SECOND, made[0].guid, RemarkKind.CHALLENGE, EVERYTHING)
    pack = pack_for(study, participant_of(study, [one], speakers=[SCRIPT]))
    record_pack(study, pack, "participant <b>.docx", b"", coder=LEAD)
    keep_memo(study, LEAD, MemoDraft(place, EVERYTHING, TITLES[0]))
    return study


def _cleaned(talk: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(speaker, clean_text(text)) for speaker, text in talk]


def _score(study: Study, one: str, two: str) -> None:
    score(study, {one: [{"c1", "c3"}, {"c2"}, {"c1"}, {"c4"}], two: [{"c3"}, {"c1"}]}, CODES)
