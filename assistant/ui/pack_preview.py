"""A pack as its participant will read it, with what was left out of it, and the buttons that download it."""

from functools import partial

import streamlit as st

from assistant.exchange.participants import Line, Pack, Passage, Theme
from assistant.ui.candidate_cards import unmarked
from assistant.ui.markup import element, notice
from assistant.ui.participants_desk import ParticipantsDesk, Prepared, give_out
from store.study import Study

_KINDS = {
    "docx": ("Download as Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "html": ("Download as web page", "text/html"),
}


def draw_pack(study: Study, desk: ParticipantsDesk, coder: str, prepared: Prepared) -> None:
    """The pack and what is to be done with it."""
    pack = prepared.pack
    for finding in pack.findings:
        notice(finding)
    count = len(pack.passages)
    what = f"{count} {'passage' if count == 1 else 'passages'} of {', '.join(pack.person.labels)}"
    st.html(element("p", f"{what}. Read it before you send it: what people said may name others.", "page-note"))
    with st.container(horizontal=True, key="pack_downloads", gap="small"):
        for ending, (label, mime) in _KINDS.items():
            name = f"participant-{_stem(pack)}.{ending}"
            st.download_button(
                label,
                partial(prepared.file, ending),
                file_name=name,
                mime=mime,
                key=f"pack_{ending}",
                disabled=not coder,
                on_click=give_out,
                args=(study, desk, coder, prepared, ending, name),
            )
    if not coder:
        st.html(element("p", "Write your name into the field “Coder” first; who gave it out is kept.", "page-note"))
    for theme in pack.themes:
        with st.expander(f"{unmarked(theme.meaning.name)} ({theme.count})"):
            st.html(_theme(theme))


def _stem(pack: Pack) -> str:
    """The labels of the participant’s own interviews as a part of a file’s name."""
    kept = "".join(letter if letter.isalnum() else " " for letter in " ".join(pack.person.labels))
    return "-".join(kept.split())[:60] or "interview"


def _theme(theme: Theme) -> str:
    said = [element("p", theme.meaning.definition)] if theme.meaning.definition else []
    said += [element("p", f"{code.name}: {code.definition}", "page-note") for code in theme.codes]
    said += [_passage(passage) for passage in theme.passages]
    said += [element("p", sentence, "memo-text") for sentence in theme.said]
    return "".join(said)


def _passage(passage: Passage) -> str:
    quote = "".join(element("p", line.text, "memo-text") for line in passage.lines)
    title = element("h3", f"Passage {passage.number}: {', '.join(passage.codes)}")
    return f'{title}{_around(passage.before)}<blockquote class="quoted">{quote}</blockquote>{_around(passage.after)}'


def _around(lines: tuple[Line, ...]) -> str:
    return "".join(element("p", f"{line.who}: {line.text}", "page-note") for line in lines)
