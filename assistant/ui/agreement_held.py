"""Agreement as long as nothing in the study changes: what a page draws again after every click is computed once."""

import streamlit as st

from assistant.agreement import Agreement, Asked, agreement
from assistant.review import Blindness
from assistant.suggest import Proposals
from assistant.ui.session import current_learnt, current_ledger, frozen_ledger, spoken_segments, study_settings
from store.event_log import last_event
from store.runs import scores_stamp
from store.study import Study


def held_agreement(study: Study, asked: Asked, hidden: Blindness) -> Agreement:
    """What was asked for; raises StudyError."""
    share, proposals, through = 0.0, None, 0
    if asked.machine:
        learnt = current_learnt(study)
        share, proposals, through = study_settings(study).blind_share, learnt.proposals, learnt.through
    key = (str(study.folder), study.guid, last_event(study), *scores_stamp(study), through)
    return _agreement(study, asked, hidden, share, proposals, key)


@st.cache_resource(max_entries=6, show_spinner="Comparing …")
def _agreement(
    _study: Study, asked: Asked, hidden: Blindness, share: float, _proposals: Proposals | None, key: tuple[object, ...]
) -> Agreement:
    del key  # part of the key only
    return agreement(
        _study,
        asked,
        hidden=hidden,
        ledgers=lambda drawn: current_ledger(_study) if drawn is None else frozen_ledger(_study, drawn),
        spoken=spoken_segments(_study).segments,
        proposals=_proposals,
        blind_share=share,
    )
