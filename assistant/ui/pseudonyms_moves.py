"""What the pseudonyms page does: the key is on the disk before the page is drawn again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

import streamlit as st

from assistant.pseudonyms import (
    Finding,
    Key,
    Kind,
    Ruling,
    apply_pseudonyms,
    change_key,
    create_key,
    default_path,
    find_names,
    model_names,
    open_key,
    proposals,
    restore_names,
    ruled,
    with_name,
)
from assistant.pseudonyms.key import spelled
from assistant.pseudonyms.texts import passages
from assistant.ui.server_paths import key_path
from assistant.ui.session import study_settings
from store.errors import InvalidInputError, StudyError
from store.study import Study

P = ParamSpec("P")
_STATE = "pseudonyms_desk"


@dataclass(slots=True)
class PseudonymsDesk:
    """One tab's open key, its passphrase (here and nowhere else), what was found and what there is to say."""

    path: Path
    passphrase: str = ""
    key: Key | None = None
    found: tuple[Finding, ...] = ()
    proposed: Mapping[str, str] = field(default_factory=dict)
    texts: Sequence[str] = ()
    stale: bool = True
    said: str = ""
    problem: str = ""
    left: tuple[str, ...] = ()
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """A number for a string’s card, the same as long as the tab is open."""
        return self.numbers.setdefault(text, len(self.numbers))


def current_desk(study: Study) -> PseudonymsDesk:
    """This tab's."""
    desk: PseudonymsDesk | None = st.session_state.get(_STATE)
    if desk is None:
        desk = st.session_state[_STATE] = PseudonymsDesk(default_path(study))
    return desk


Act = Callable[Concatenate[Study, PseudonymsDesk, P], None]


def kept(act: Act[P]) -> Act[P]:
    """Let what a callback says be shown by the page that is drawn next."""

    @wraps(act)
    def acted(study: Study, desk: PseudonymsDesk, /, *args: P.args, **kwargs: P.kwargs) -> None:
        desk.said = desk.problem = ""
        desk.left = ()
        try:
            act(study, desk, *args, **kwargs)
        except StudyError as error:
            desk.problem = str(error)

    return acted


@kept
def unlock(study: Study, desk: PseudonymsDesk) -> None:
    """Open the key; the field of the passphrase is emptied."""
    path, passphrase, _ = _typed(study)
    _opened(desk, path, passphrase, open_key(study, path, passphrase))
    desk.said = f"The key {path} is open."


@kept
def make(study: Study, desk: PseudonymsDesk) -> None:
    """Make a new key; the same passphrase must have been typed twice."""
    path, passphrase, again = _typed(study)
    if passphrase != again:
        msg = "The two passphrases differ; type the same one twice. Nothing was made."
        raise InvalidInputError(msg)
    _opened(desk, path, passphrase, create_key(study, path, passphrase))
    desk.said = f"The key {path} is made. Without it and its passphrase nobody finds the names again: keep both well."


def _typed(study: Study) -> tuple[Path, str, str]:
    """The path and both passphrases, which leave their fields."""
    state = st.session_state
    path = key_path(study, str(state.get("pseudonyms_path", "")))
    passphrase, again = str(state["pseudonyms_passphrase"]), str(state.get("pseudonyms_again", ""))
    state["pseudonyms_passphrase"] = ""
    if again:
        state["pseudonyms_again"] = ""
    return path, passphrase, again


def _opened(desk: PseudonymsDesk, path: Path, passphrase: str, key: Key) -> None:
    desk.path, desk.passphrase, desk.key, desk.stale = path, passphrase, key, True


@kept
def lock(study: Study, desk: PseudonymsDesk) -> None:
    """Forget key and passphrase."""
    del study
    desk.key, desk.passphrase, desk.found, desk.stale = None, "", (), True
    desk.said = "The key is closed; its passphrase is forgotten here."


def look(study: Study, desk: PseudonymsDesk) -> None:
    """Find everything anew, where something changed since."""
    if desk.key is None or not desk.stale:
        return
    desk.texts = [passage.text for passage in passages(study)]
    desk.found = find_names(study, desk.key, model_names(study_settings(study)))
    _propose(desk, desk.key)
    desk.stale = False


@kept
def look_again(study: Study, desk: PseudonymsDesk) -> None:
    """Take what others did meanwhile into account."""
    desk.key = open_key(study, desk.path, desk.passphrase)
    desk.stale = True


@kept
def add_names(study: Study, desk: PseudonymsDesk) -> None:
    """Keep the names that were typed in, one a line."""
    state = st.session_state
    names = [line.strip() for line in str(state["pseudonyms_names"]).splitlines() if line.strip()]
    kind = Kind(str(state["pseudonyms_names_kind"]))

    def added(key: Key) -> Key:
        for name in names:
            key = with_name(key, name, kind)
        return key

    desk.key = change_key(study, desk.path, desk.passphrase, added)
    state["pseudonyms_names"] = ""
    desk.stale = True
    desk.said = f"{len(names)} {'name is' if len(names) == 1 else 'names are'} looked for in every spelling."


@kept
def decide(study: Study, desk: PseudonymsDesk, coder: str, rulings: Sequence[Ruling]) -> None:
    """Keep decisions; only the strings decided on are drawn anew."""
    desk.key = change_key(
        study, desk.path, desk.passphrase, lambda key: ruled(key, rulings, by=coder, texts=desk.texts)
    )
    _follow(desk, desk.key)
    for ruling in rulings:
        st.session_state.pop(pseudonym_key(desk.number(ruling.text)), None)
    desk.said = _decided(rulings)


def pseudonym_key(number: int) -> str:
    """The key of the field that holds a string’s pseudonym."""
    return f"pseudonyms_as_{number}"


def kind_key(number: int) -> str:
    """The key of the field that says what a string names."""
    return f"pseudonyms_kind_{number}"


def replace_shown(study: Study, desk: PseudonymsDesk, coder: str, shown: Sequence[tuple[str, Kind, int]]) -> None:
    """Replace strings as their cards say now; each is (text, kind, number of its card)."""
    state = st.session_state
    rulings = []
    for text, kind, number in shown:
        pseudonym = str(state.get(pseudonym_key(number)) or desk.proposed.get(text, "")).strip()
        rulings.append(Ruling(text, pseudonym, Kind(state.get(kind_key(number), kind))))
    decide(study, desk, coder, rulings)


@kept
def apply(study: Study, desk: PseudonymsDesk, coder: str) -> None:
    """Put the pseudonyms into the study."""
    done = apply_pseudonyms(study, desk.path, desk.passphrase, coder=coder)
    count = sum(done.replaced.values())
    desk.said = (
        f"Replaced in transcripts: {count} ({len(done.interviews)} interviews); in attributes: {done.attributes}, "
        f"memos: {done.memos}, codes: {done.codes}, sets: {done.sets}."
    )
    desk.left = done.left
    desk.key, desk.stale = open_key(study, desk.path, desk.passphrase), True


@kept
def restore(study: Study, desk: PseudonymsDesk, coder: str) -> None:
    """Bring the names back."""
    done = restore_names(study, desk.path, desk.passphrase, coder=coder)
    by_key = f" Corrected since, so by the key: {', '.join(done.by_key)}." if done.by_key else ""
    desk.said = f"The names are back in {len(done.exact) + len(done.by_key)} transcripts.{by_key}"
    desk.key, desk.stale = open_key(study, desk.path, desk.passphrase), True


def _follow(desk: PseudonymsDesk, key: Key) -> None:
    """What was found, with the decisions as they are now, and proposals for the rest."""
    entries = key.by_spelling()
    desk.found = tuple(replace(each, entry=entries.get(spelled(each.text))) for each in desk.found)
    _propose(desk, key)


def _propose(desk: PseudonymsDesk, key: Key) -> None:
    """Fresh proposals; a field that shows the former one shows the new one, what was typed in stays."""
    state, before = st.session_state, desk.proposed
    desk.proposed = proposals(desk.found, key, desk.texts, natural=bool(state.get("pseudonyms_natural")))
    for text, former in before.items():
        field_key = pseudonym_key(desk.number(text))
        if state.get(field_key) == former:
            del state[field_key]


def _decided(rulings: Sequence[Ruling]) -> str:
    if len(rulings) != 1:
        return f"{len(rulings)} possible names are decided."
    (ruling,) = rulings
    if ruling.undo:
        return f"Nothing is decided on “{ruling.text}” any more."
    return f"“{ruling.text}” becomes {ruling.pseudonym}." if ruling.pseudonym else f"“{ruling.text}” stays."
