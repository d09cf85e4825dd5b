"""The users of a project as coders of a study: under which name, and who it was where nobody is said."""

from collections.abc import Iterable
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from assistant.exchange.refi.import_report import Tally
from assistant.exchange.refi.names import numbered, on_one_line
from assistant.exchange.refi.project import MODEL, Project, User
from store.coders import Coder
from store.imports import ImportedCoder

UNKNOWN = "unknown"
_LONGEST_NAME = 200


class CodersTaken:
    """The coders of an import; users of one name are told apart, those whom the study knows stay who they are."""

    def __init__(self, project: Project, known: Iterable[Coder], tally: Tally) -> None:
        self._tally = tally
        self._known = tuple(known)
        self._taken: dict[str, ImportedCoder] = {}
        self._name_of: dict[str, str] = {}
        self._names: set[str] = set()
        for user in project.users:
            self._take(user)
        alone = project.users[0].guid if len(project.users) == 1 else ""
        self._default = self._name_of.get(project.user or "") or self._name_of.get(alone)
        self._missing: set[str] = set()

    @property
    def taken(self) -> tuple[ImportedCoder, ...]:
        """Everybody who is needed, in the order of the file."""
        return tuple(self._taken.values())

    def name(self, *users: str | None) -> str:
        """The name of the first user (GUID) that is given; for nobody, of whoever made the project, or `unknown`.

        That is said in the report, unless there is no place for a user at all.
        """
        given = next((user for user in users if user), None)
        if given in self._name_of:
            return self._name_of[given]
        if given is not None and given not in self._missing:
            self._missing.add(given)
            self._tally.told("guessed", f"user {given}", f"not in the list of users; taken as {self._nobody()}")
        elif users and given is None and "" not in self._missing:
            self._missing.add("")
            self._tally.told("guessed", "codings and notes that name no user", f"taken as {self._nobody()}’s")
        return self._nobody()

    def _nobody(self) -> str:
        if self._default is None:
            self._default = numbered(UNKNOWN, lambda name: name in self._names, _LONGEST_NAME)
            guid = str(uuid5(NAMESPACE_URL, f"coder/{self._default}"))
            self._taken[self._default] = ImportedCoder(guid, self._default)
        return self._default

    def _take(self, user: User) -> None:
        self._tally.came("users")
        kind: Literal["person", "model"] = "model" if user.id == MODEL else "person"
        wanted = on_one_line(user.name, _LONGEST_NAME) or on_one_line(user.id, _LONGEST_NAME) or UNKNOWN
        free = [coder for coder in self._known if coder.name not in self._names]
        same = next((coder for coder in free if coder.guid == user.guid), None)
        if same is None:
            same = next((coder for coder in free if (coder.name, coder.kind) == (wanted, kind)), None)
            if same is not None:
                self._tally.told("guessed", f"user “{wanted}”", "taken as the coder of that name in the study")
        name = self._free(wanted) if same is None else same.name
        if name != user.name:
            self._tally.told("changed", f"user “{user.name}”", f"is the coder “{name}” in the study")
        self._names.add(name)
        self._name_of[user.guid] = name
        self._taken[name] = ImportedCoder(user.guid if same is None else same.guid, name, kind)

    def _free(self, wanted: str) -> str:
        others = self._names | {coder.name for coder in self._known}
        return numbered(wanted, lambda name: name in others, _LONGEST_NAME)
