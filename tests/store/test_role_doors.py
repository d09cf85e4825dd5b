"""Every door of the store that writes is tried by every role that may not use it; a new door must be added here."""

import ast
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from full_study import NAME, QUEUE, add_written, cut, full_study, rationale_draft, turns, vector
from sqlalchemy import func, inspect, select, table

import store
from store import (
    adjudications,
    candidates,
    codebook,
    coders,
    consent,
    decisions,
    double_coding,
    erase,
    events,
    exports,
    glossary,
    imports,
    interviews,
    job_steps,
    jobs,
    members,
    memos,
    milestones,
    new_codes,
    passphrases,
    pseudonymised,
    quote_lists,
    rationales,
    remarks,
    replay,
    runs,
    saved_queries,
    segments,
    sets,
    steps,
    summaries,
    transcription,
    transcripts,
    vectors,
)
from store.errors import ForbiddenError, NotAllowedError
from store.members import MemberRole
from store.permissions import EVENT_ROLES, may
from store.values import CandidateVerdict, CoderRole, DecisionDraft, RemarkKind, SuggestionDraft, Utterance, Verdict

LEAD, CODER, REVIEWER, READER = MemberRole
NAMES = {LEAD: "Lea", CODER: "Cleo", REVIEWER: "Ren", READER: "Rea"}
FILE = {"name": "f.csv", "kind": "csv", "sha256": "a" * 64, "holds": {}, "options": {}}
STORE = Path(store.__file__).parent


class Team:
    """A study with everything in it that the doors need, and its four members."""

    def __init__(self, folder):
        self.study = study = full_study(folder)
        add_written(study)
        for role, name in NAMES.items():
            members.set_member(study, name, role, by="Lea")
        self.segment = segments.segments(study)[0]
        self.place = (self.segment.transcript_id, self.segment.span)
        self.add = DecisionDraft(*self.place, Verdict.ADD, QUEUE)
        self.book = codebook.current_codebook(study)
        self.codes = (*self.book.codes[:-1], replace(self.book.codes[-1], name="called otherwise"))
        self.run = runs.latest_run(study)
        self.draft = SuggestionDraft(self.run.id, self.segment.id, QUEUE, 0.75, (self.segment.span,), {}, "another")
        self.memo = memos.keep_memo(study, "Lea", memos.MemoDraft(memos.MemoTarget("T1"), "a note"))
        self.query = saved_queries.save_query(study, "Lea", "mine", {"words": "queue"})
        quote_lists.pick_quotes(study, "Lea", "Paper", [self.place])
        exports.record_file(study, "Lea", **FILE)
        self.sample = double_coding.keep_double_coding(
            study,
            "Lea",
            double_coding.DoubleCodingDraft("round", "Ren", 1, None, {self.segment.interview: (self.place,)}),
        )
        self.adjudicated = adjudications.AdjudicationDraft(self.sample.guid, *self.place, QUEUE, applies=True)
        self.answer = candidates.candidate_answers(study)[0]
        self.sound = folder / "more.wav"
        self.sound.write_bytes(b"RIFF" + bytes(300))
        interviews.add_interview(study, self.sound, "recording", label="R9", duration_ms=900)
        self.other = folder / "other.wav"
        self.other.write_bytes(b"RIFF" + bytes(500))
        self.text = folder / "text.txt"
        self.text.write_text("other words", encoding="utf-8")
        interviews.add_interview(study, self.text, "transcript", label="T9")
        self.unknown = folder / "unknown.txt"
        self.unknown.write_text("words nobody added", encoding="utf-8")
        self.fresh = transcripts.add_transcript(study, "T9", turns(("Nobody cut this.",)), origin="import")
        self.job = jobs.queue_job(study, "R9")
        self.check = transcription.begin_transcription(study, "R9", {"model": "tiny"})
        self.decision = decisions.decisions(study)[0]

    def state(self):
        """How many rows each table has, the end of the log, the job, and which recordings there are."""
        with self.study.read() as session:
            names = inspect(session.get_bind()).get_table_names()
            rows = {name: session.scalar(select(func.count()).select_from(table(name))) for name in sorted(names)}
        return rows, exports.log_end(self.study), jobs.jobs(self.study), sorted(self.study.media.iterdir())


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    made = Team(tmp_path_factory.mktemp("team"))
    with made.study:
        yield made


def _summary(t):
    shown = candidates.Place(interviews.interview(t.study, "T1").guid, 1, t.segment.span)
    said = (summaries.SummarySentence("A sentence.", (shown,)),)
    return summaries.SummaryDraft(QUEUE, said, (shown,), {}, 1, {}, "s.v1", "p" * 64, "What?", "tiny", "m" * 64, {})


def _of(code):
    return candidates.AnswerDraft("new" * 10, CandidateVerdict.DISMISS, {code: ["a"]})


DOORS = {
    adjudications.adjudicate: (LEAD, lambda s, n, t: adjudications.adjudicate(s, n, [t.adjudicated])),
    candidates.answer_candidate: (CODER, lambda s, n, _: candidates.answer_candidate(s, n, _of("T1"))),
    candidates.keep_candidate_name: (
        CODER,
        lambda s, _, t: candidates.keep_candidate_name(s, replace(NAME, candidate="z" * 64), ["T1"]),
    ),
    candidates.take_back: (CODER, lambda s, n, t: candidates.take_back(s, n, t.answer.act)),
    codebook.edit_codebook: (
        CODER,
        lambda s, n, t: codebook.edit_codebook(s, lambda _: t.codes, coder=n, reason="a name"),
    ),
    codebook.keep_codebook: (CODER, lambda s, n, t: codebook.keep_codebook(s, t.codes, coder=n, reason="a name")),
    codebook.keep_merged: (
        CODER,
        lambda s, n, t: codebook.keep_merged(s, t.codes, coder=n, reason="r", seen=t.book.version, file="c.csv"),
    ),
    coders.add_coder: (REVIEWER, lambda s, n, _: coders.add_coder(s, "Somebody", by=n)),
    coders.set_role: (LEAD, lambda s, n, _: coders.set_role(s, n, CoderRole.LEAD, by=n)),
    consent.record_consent: (
        LEAD,
        lambda s, n, _: consent.record_consent(s, "T1", consent.ConsentChange(note="on paper"), coder=n),
    ),
    consent.record_consents: (
        LEAD,
        lambda s, n, _: consent.record_consents(s, {"T1": consent.ConsentChange(note="on paper")}, coder=n),
    ),
    decisions.keep_decisions: (REVIEWER, lambda s, n, t: decisions.keep_decisions(s, n, [t.add])),
    double_coding.call_off_double_coding: (
        LEAD,
        lambda s, n, t: double_coding.call_off_double_coding(s, "Lea", t.sample.guid),
    ),
    double_coding.finish_double_coding: (
        REVIEWER,
        lambda s, n, t: double_coding.finish_double_coding(s, "Ren", t.sample.guid),
    ),
    double_coding.keep_double_coding: (
        LEAD,
        lambda s, n, t: double_coding.keep_double_coding(
            s, "Lea", double_coding.DoubleCodingDraft("two", "ben", 1, None, {t.segment.interview: (t.place,)})
        ),
    ),
    erase.erase_interview: (LEAD, lambda s, n, _: erase.erase_interview(s, "T1", coder=n)),
    erase.erase_recording: (LEAD, lambda s, n, _: erase.erase_recording(s, "R1", coder=n)),
    exports.record_export: (CODER, lambda s, n, _: exports.record_export(s, n, "q.docx", {}, 1)),
    exports.record_file: (CODER, lambda s, n, _: exports.record_file(s, n, **FILE)),
    exports.withhold: (CODER, lambda s, n, _: exports.withhold(s, n, "a" * 64)),
    glossary.change_glossary: (CODER, lambda s, n, _: glossary.change_glossary(s, add=["word"], coder=n)),
    imports.keep_import: (LEAD, lambda s, n, _: imports.keep_import(s, n, imports.Import("p.qdpx", "b" * 64, "x"))),
    interviews.add_interview: (CODER, lambda s, n, t: interviews.add_interview(s, t.other, "recording", label="R8")),
    interviews.set_attributes: (CODER, lambda s, n, _: interviews.set_attributes(s, "T1", {"region": "north"})),
    interviews.set_media_facts: (CODER, lambda s, n, _: interviews.set_media_facts(s, "R9", language="sv")),
    job_steps.fail_job: (CODER, lambda s, n, t: (job_steps.take_next(s), job_steps.fail_job(s, t.job.id, "broken"))),
    job_steps.finish_job: (CODER, lambda s, n, t: job_steps.finish_job(s, t.job.id)),
    job_steps.keep_progress: (
        CODER,
        lambda s, n, t: job_steps.keep_progress(s, t.job.id, 9, 10, begun_ms=0, seconds=1.0),
    ),
    job_steps.put_back: (CODER, lambda s, n, t: (job_steps.take_next(s), job_steps.put_back(s, t.job.id))),
    job_steps.recover: (CODER, lambda s, n, t: (job_steps.take_next(s), job_steps.recover(s))),
    job_steps.take_next: (CODER, lambda s, n, _: job_steps.take_next(s)),
    jobs.cancel_job: (CODER, lambda s, n, _: jobs.cancel_job(s, "R9")),
    jobs.move_job: (CODER, lambda s, n, _: jobs.move_job(s, "R9", "first")),
    jobs.pause_job: (CODER, lambda s, n, _: jobs.pause_job(s, "R9")),
    jobs.queue_job: (CODER, lambda s, n, _: jobs.queue_job(s, "R9", first=True)),
    jobs.resume_job: (CODER, lambda s, n, _: jobs.resume_job(s, "R9")),
    jobs.resume_or_retry: (CODER, lambda s, n, _: jobs.resume_or_retry(s, "R9")),
    jobs.retry_job: (CODER, lambda s, n, _: jobs.retry_job(s, "R9")),
    members.remove_member: (LEAD, lambda s, n, _: members.remove_member(s, "Rea")),
    members.set_member: (LEAD, lambda s, n, _: members.set_member(s, n, LEAD)),
    members.set_member_password: (LEAD, lambda s, n, _: members.set_member_password(s, n, "$argon2id$salt$x")),
    memos.delete_memo: (REVIEWER, lambda s, n, t: memos.delete_memo(s, n, t.memo.guid, revision=t.memo.revision)),
    memos.keep_memo: (
        REVIEWER,
        lambda s, n, _: memos.keep_memo(s, n, memos.MemoDraft(memos.MemoTarget("T1"), "words")),
    ),
    memos.revise_memo: (
        REVIEWER,
        lambda s, n, t: memos.revise_memo(s, n, t.memo.guid, revision=t.memo.revision, title="", text="other"),
    ),
    milestones.keep_milestone: (CODER, lambda s, n, _: milestones.keep_milestone(s, n, "after ten")),
    new_codes.keep_new_code: (
        CODER,
        lambda s, n, t: new_codes.keep_new_code(s, n, new_codes.NewCode("cake"), replace(t.add, code="")),
    ),
    passphrases.set_coder_passphrase: (
        LEAD,
        lambda s, n, _: passphrases.set_coder_passphrase(s, n, "scrypt$salt$x"),
    ),
    pseudonymised.record_pseudonyms: (LEAD, lambda s, n, _: pseudonymised.record_pseudonyms(s, n, {"T1": 1})),
    quote_lists.drop_quotes: (REVIEWER, lambda s, n, t: quote_lists.drop_quotes(s, n, "Paper", [t.place])),
    quote_lists.note_quote: (REVIEWER, lambda s, n, t: quote_lists.note_quote(s, n, "Paper", t.place, "a note")),
    quote_lists.pick_quotes: (REVIEWER, lambda s, n, t: quote_lists.pick_quotes(s, n, "Talk", [t.place])),
    quote_lists.place_quote: (REVIEWER, lambda s, n, t: quote_lists.place_quote(s, n, "Paper", t.place, None)),
    rationales.keep_rationale: (
        REVIEWER,
        lambda s, n, t: rationales.keep_rationale(s, rationale_draft(runs.suggestions(s)[-1].guid, "Another text.")),
    ),
    remarks.keep_remark: (
        REVIEWER,
        lambda s, n, t: remarks.keep_remark(s, n, t.decision.guid, RemarkKind.AGREE),
    ),
    replay.keep_history: (
        LEAD,
        lambda s, n, _: replay.keep_history(s, n, replay.Replay("b.zip", "c" * 64, "bundle", (), ())),
    ),
    runs.begin_run: (CODER, lambda s, n, t: runs.begin_run(s, t.book.id, None, {"seed": 2})),
    runs.finish_run: (CODER, lambda s, n, t: runs.finish_run(s, t.run)),
    runs.keep_scores: (CODER, lambda s, n, t: runs.keep_scores(s, t.run, t.fresh.id, [], [], {}, complete=False)),
    runs.show_suggestions: (READER, lambda s, n, t: runs.show_suggestions(s, [replace(t.draft, learner=n)])),
    saved_queries.remove_query: (REVIEWER, lambda s, n, t: saved_queries.remove_query(s, n, t.query.guid)),
    saved_queries.save_query: (REVIEWER, lambda s, n, _: saved_queries.save_query(s, n, "another", {})),
    segments.keep_segments: (CODER, lambda s, n, t: cut(s, t.fresh)),
    sets.keep_set: (CODER, lambda s, n, _: sets.keep_set(s, n, sets.NamedSet("5" * 36, "Marsupials"))),
    steps.keep_step: (REVIEWER, lambda s, n, t: steps.keep_step(s, n, [(t.add, None)])),
    steps.turn_step: (
        REVIEWER,
        lambda s, n, t: steps.turn_step(
            s, n, [steps.Again(t.add, None)], steps.Turn.BACK, sitting="s", step=datetime.now(UTC), stands_for={}
        ),
    ),
    summaries.keep_summary: (CODER, lambda s, n, t: summaries.keep_summary(s, n, _summary(t))),
    transcription.begin_transcription: (
        CODER,
        lambda s, n, _: transcription.begin_transcription(s, "R9", {"model": "other"}),
    ),
    transcription.finish_transcription: (CODER, lambda s, n, t: transcription.finish_transcription(s, t.check)),
    transcription.forget_voices: (CODER, lambda s, n, t: transcription.forget_voices(s, t.check)),
    transcription.keep_utterances: (
        CODER,
        lambda s, n, t: transcription.keep_utterances(s, t.check, [Utterance(0, 9, "a", (), -0.1, 0.0, 1.0)], 9),
    ),
    transcription.keep_voices: (CODER, lambda s, n, t: transcription.keep_voices(s, t.check, 0, 9, b"voice")),
    transcripts.add_transcribed: (
        CODER,
        lambda s, n, t: transcripts.add_transcribed(s, t.unknown, turns(("Other words.",))),
    ),
    transcripts.add_transcript: (
        CODER,
        lambda s, n, _: transcripts.add_transcript(s, "R9", turns(("Heard.",)), origin="whisper"),
    ),
    transcripts.revise_transcript: (
        CODER,
        lambda s, n, _: transcripts.revise_transcript(s, "T1", turns(("Other words.",)), coder=n),
    ),
    vectors.keep_vectors: (CODER, lambda s, n, _: vectors.keep_vectors(s, "words@test", {"0" * 64: vector("new")})),
}
NOT_FOR_MEMBERS = {
    "study.create_study": "there is no member yet",
    "study.record_new": "there is no member yet",
    "erase.finish_erasures": "opening a study finishes what a lead began; it acts for nobody",
}
BY_CODER_ROLE = {adjudications.adjudicate, coders.set_role}
ORDER = (READER, REVIEWER, CODER, LEAD)
FORBIDDEN = [(door, role) for door, (least, _) in DOORS.items() for role in ORDER[: ORDER.index(least)]]


def test_every_door_is_tried():
    tried = {f"{door.__module__.removeprefix('store.')}.{door.__name__}" for door in DOORS}
    assert tried | NOT_FOR_MEMBERS.keys() == set(doors())


def doors():
    """Public functions of the store that write to a study they are given, themselves or by others of their module."""
    for path in sorted(STORE.glob("*.py")):
        parts = ast.parse(path.read_text(encoding="utf-8")).body
        used = {part.name: set(names_in(part)) for part in parts if isinstance(part, ast.FunctionDef)}
        writing = {name for name, names in used.items() if "study.write" in names}
        while more := {name for name, names in used.items() if names & writing} - writing:
            writing |= more
        yield from (f"{path.stem}.{name}" for name in writing if not name.startswith("_"))


def names_in(part):
    for node in ast.walk(part):
        if isinstance(node, ast.Name):
            yield node.id
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def test_only_a_study_writes():
    """No other transaction writes to an open study; the rest brings whole databases to their places, by folder."""
    writing = {path.name for path in STORE.glob("*.py") if "write=True" in path.read_text(encoding="utf-8")}
    assert writing == {"study.py", "database.py", "moving.py", "moving_there.py", "replacing.py", "replacing_there.py"}


@pytest.mark.parametrize(("door", "role"), FORBIDDEN, ids=lambda each: getattr(each, "__name__", str(each)))
def test_what_is_not_allowed_writes_nothing(team, door, role):
    """A lead among the coders, which some doors ask for, is a member who leads or was made one by a lead."""
    before = team.state()
    with pytest.raises(NotAllowedError if door in BY_CODER_ROLE else ForbiddenError):
        DOORS[door][1](team.study.acting_as(NAMES[role]), NAMES[role], team)
    assert team.state() == before


@pytest.mark.parametrize("role", ORDER)
def test_each_kind_of_event_is_asked_for(team, role):
    """Also those that no door above writes by itself."""
    for kind in EVENT_ROLES:
        before = exports.log_end(team.study)
        acting = team.study.acting_as(NAMES[role])
        refused = LookupError if may(role, kind) else ForbiddenError
        with pytest.raises(refused):
            _append(acting, kind)
        assert exports.log_end(team.study) == before, kind


def _append(acting, kind):
    """One event, which is taken back where it is allowed."""
    with acting.write() as session:
        events.append(session, kind, {})
        raise LookupError
