"""The transcripts page: an interview to read and hear, with what was coded and, if wanted, what was suggested."""

from collections.abc import Sequence

import streamlit as st

from assistant.review import is_blind, read_by
from assistant.suggest import show
from assistant.ui.markup import element, heading, notice
from assistant.ui.passage import marked, speaker_line
from assistant.ui.session import current_proposals, current_study, current_visit, interview_segments, study_settings
from store.codebook import current_codebook
from store.decisions import codings, decisions, standing
from store.interviews import interviews
from store.study import Study
from store.transcripts import transcript
from store.values import Coding, Role, Span, SuggestionDraft, Turn


def transcripts_page() -> None:
    """Draw the page of the study that is open."""
    heading("Transcripts")
    study = current_study()
    ready = {i.label: i for i in interviews(study) if i.transcribed}
    if not ready:
        notice("There is no transcript yet; add one with `interview add`, or transcribe a recording.")
        return
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    label = left.selectbox("Interview", list(ready), key="transcript_interview")
    with_suggestions = left.toggle("Show suggestions", key="transcript_suggestions")
    media = ready[label].media
    if media is not None and (study.folder / media).is_file():
        right.audio(study.folder / media, alt=f"Recording of {label}")
    _draw_turns(study, label, with_suggestions=with_suggestions)


def _draw_turns(study: Study, label: str, *, with_suggestions: bool) -> None:
    text = transcript(study, label)
    here = [c for c in codings(study, interview=label) if c.transcript_id == text.id]
    drafts = _shown(study, label, here) if with_suggestions else {}
    if with_suggestions and study_settings(study).blind_share:
        note = "Segments of the blind sample that you have not read keep their suggestions to themselves."
        st.html(element("p", note, "page-note"))
    codebook = current_codebook(study)
    names = {} if codebook is None else {code.guid: code.name for code in codebook.codes}
    st.html("".join(_turn(turn, text.text, here, drafts, names) for turn in text.turns))


def _shown(study: Study, label: str, here: Sequence[Coding]) -> dict[Span, Sequence[SuggestionDraft]]:
    """Suggestions that nobody has answered, by segment; from now on they count as shown.

    Those of the blind sample stay hidden from a coder who has not read them yet.
    """
    proposals, share = current_proposals(study), study_settings(study).blind_share
    read = read_by(study, current_visit().sitting.coder)
    answered = {(c.code, c.span) for c in here} | {
        (word.code, word.span) for word in standing(decisions(study, interview=label)).values()
    }
    found = {
        segment.span: [
            draft
            for draft in proposals.by_segment.get(segment.id, ())
            if not any(code == draft.code and span.overlaps(segment.span) for code, span in answered)
        ]
        for segment in interview_segments(study, label)
        if segment in read or not is_blind(segment, proposals, share)
    }
    show(study, [draft for drafts in found.values() for draft in drafts])
    return {span: drafts for span, drafts in found.items() if drafts}


def _turn(
    turn: Turn,
    text: str,
    here: Sequence[Coding],
    drafts: dict[Span, Sequence[SuggestionDraft]],
    names: dict[str, str],
) -> str:
    coded = [c for c in here if c.span.overlaps(turn.span)]
    suggested = [d for span, found in drafts.items() if span.overlaps(turn.span) for d in found]
    body = marked(turn.span.of(text), turn.span.start, [(c.span, "") for c in coded], "coded")
    confirmed = "".join(element("span", f"✓ {names.get(c.code, c.code)} ({c.coder})", "chip confirmed") for c in coded)
    proposed = "".join(
        element("span", f"Suggested: {names.get(d.code, d.code)}, {round(100 * d.probability)} %", "chip suggested")
        for d in suggested
    )
    chips = f'<div class="chips">{confirmed}{proposed}</div>' if confirmed or proposed else ""
    role = "asked" if turn.role is Role.INTERVIEWER else "said"
    speaker = element("div", speaker_line(turn.speaker, turn.start_ms), "speaker")
    return f'<div class="turn {role}">{speaker}<p>{body}</p>{chips}</div>'
