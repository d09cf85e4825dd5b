"""The fields of the exchange page that say what goes into a file."""

from dataclasses import replace

import streamlit as st

from assistant.exchange.bundle import Holds
from assistant.exchange.study_tables import What
from assistant.pseudonyms.key_file import default_path
from assistant.ui.basis_fields import draw_basis, draw_where
from assistant.ui.exchange_desk import Safety
from assistant.ui.exchange_formats import Format, Wish
from store.study import Study


def draw_wish(study: Study, chosen: Format) -> Wish:
    """The fields that matter for a kind of file."""
    asks = chosen.asks
    wish = Wish()
    if "basis" in asks:
        columns = st.columns(4)
        basis = draw_basis(study, columns[0], columns[1], ("exchange_whose", "exchange_when"))
        where = draw_where(study, columns[2], columns[3], "exchange")
        wish = replace(wish, basis=replace(basis, where=where))
    if "table" in asks:
        names = [str(each) for each in What]
        place = st.columns(4)[0]
        table = place.selectbox("Table", names, format_func=str.capitalize, key="exchange_table")
        wish = replace(wish, table=What(table))
    if "media" in asks:
        media = st.checkbox("With the recordings", value=chosen.whole, key=f"exchange_media_{chosen.ending}")
        wish = replace(wish, media=media)
    if "machine" in asks:
        machine = st.checkbox(
            "With the machine’s suggestions that nobody has answered, as a user of their own", key="exchange_machine"
        )
        wish = replace(wish, machine=machine)
    if "holds" in asks:
        wish = replace(wish, holds=_draw_holds())
    return wish


def _draw_holds() -> Holds:
    columns = st.columns(4)
    return Holds(
        labels=columns[0].checkbox("Labels of interviews", value=True, key="exchange_labels"),
        names=columns[1].checkbox("Names of coders", value=True, key="exchange_names"),
        memos=columns[2].checkbox("Memos", key="exchange_memos"),
        attributes=columns[3].checkbox("Attributes of interviews", key="exchange_attributes"),
    )


def draw_safety(study: Study) -> Safety | None:
    """The key by which a file is checked before it is given out; None where that is not asked for."""
    wanted = st.checkbox(
        "Only if it is safe to share",
        key="exchange_safe",
        help="Looks for every name that has a pseudonym, and makes no file while a possible name is not reviewed.",
    )
    if not wanted:
        return None
    left, right = st.columns(2)
    key = left.text_input("Key of the pseudonyms", value=str(default_path(study)), key="exchange_key_file")
    passphrase = right.text_input("Its passphrase", type="password", key="exchange_passphrase")
    return Safety(key, passphrase)
