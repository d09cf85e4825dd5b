"""The quoted study with a fourth interview whose words are repeated wherever somebody may have written them down."""

from pathlib import Path

from quoted_study import build, guid

from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.interviews import add_interview
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.study import Study
from store.transcripts import add_transcript
from store.values import Code, DecisionDraft, NewTurn, Role, Verdict

CANARY = "A pangolin sleeps under the third rack of our cellar"
MEMO = f"She said: {CANARY.lower()}, and laughed."
SHORT = "pangolin sleeps under"


def consented_study(folder: Path) -> Study:
    """I4 is a recording: coded, and quoted in memos on the study, a code and itself, in a definition and an example."""
    study = build(folder)
    source = folder / "I4.wav"
    source.write_bytes(b"RIFF" + bytes(range(200)))
    add_interview(study, source, "recording", label="I4", duration_ms=4000)
    said = [
        NewTurn("How do you get machines?", "Interviewer", Role.INTERVIEWER, 0, 1000),
        NewTurn(f"{CANARY}. It does.", "Dora", Role.PARTICIPANT, 1000, 4000),
    ]
    kept = add_transcript(study, "I4", said, origin="import")
    book = current_codebook(study)
    codes = [*book.codes, Code("p", "animals", definition=f"As in: {CANARY}", examples=(CANARY, SHORT))]
    keep_codebook(study, codes, coder="ada", reason="animals")
    span = kept.turns[1].span
    drafts = [
        DecisionDraft(kept.id, span, Verdict.ADD, "p", memo=MEMO),
        DecisionDraft(kept.id, span, Verdict.ADD, guid(study, "queue")),
    ]
    keep_decisions(study, "eve", drafts)
    keep_memo(study, "eve", MemoDraft(MemoTarget(), MEMO, title="Of animals"))
    keep_memo(study, "eve", MemoDraft(MemoTarget(code="p"), MEMO))
    keep_memo(study, "eve", MemoDraft(MemoTarget("I4", kept.id, span), MEMO))
    return study
