"""The study that files are read into, and the files that came out of it: archive, bundle, key and packs."""

import json
import random
from pathlib import Path

from fuzz_mutation import changed
from participants_study import participants_study

from assistant.exchange.bundle import Holds, make_bundle
from assistant.exchange.participants import pack_file, pack_for, participant_of, record_pack
from assistant.pseudonyms import key_file
from assistant.pseudonyms.key import Change, Entry, Key, State
from assistant.pseudonyms.kinds import Kind
from store import locked_file
from store.archive import back_up_study
from store.canonical import canonical_json
from store.restore import restore_study

PASSPHRASE = "correct horse"  # noqa: S105 - of a key that protects nothing
ARCHIVE = Path(__file__).parent / "corpus" / "archive" / "study.zip"
_FAST_N = 256


def restored(place: Path) -> Path:
    """The study of the corpus in a folder of its own; every run reads into the very same one."""
    return restore_study(ARCHIVE, place / "study").folder


def made_files(place: Path) -> dict[str, bytes]:
    """What is kept in the corpus of a study, by its place there."""
    with participants_study(place) as study:
        pack = pack_for(study, participant_of(study, ["I1"]))
        record_pack(study, pack, "pack", b"", coder="Ana")
        held = {
            "format": 1,
            "pack": pack.token,
            "comments": {"all": "Fine.", "passage-1": "No <b>!"},
            "answers": {"passage-2": "no"},
        }
        empty = json.dumps({"format": 1, "pack": pack.token, "comments": {}, "answers": {}})
        page = pack_file(pack, "html").decode().replace(empty, json.dumps(held).replace("<", "\\u003c"))
        make_bundle(study, place / "bundle.zip", coder="Ana", holds=Holds(memos=True, attributes=True))
        key = Key(
            study.guid,
            (Entry("Mara", Kind.PERSON, ("Ada",), State.REPLACE, "Ana", "2026-03-01T10:00:00+00:00"),),
            {"Leith": Kind.PLACE},
            (Change("attributes", study.guid, {"a": "Ada"}, {"a": "Mara"}),),
        )
        content = canonical_json(key.to_json()).encode()
        sealed = locked_file.sealed(content, PASSPHRASE, key_file.FORMAT, n=_FAST_N)
        back_up_study(study, place / "study.zip")
        return {
            "archive/study.zip": (place / "study.zip").read_bytes(),
            "bundle/bundle.zip": (place / "bundle.zip").read_bytes(),
            "key/study.pseudonyms.key": sealed,
            "returned/comments.docx": pack_file(pack, "docx"),
            "returned/comments.html": page.encode(),
            "returned/comments.json": json.dumps(held).encode(),
        }


def changed_key(data: bytes, choose: random.Random) -> bytes:
    """A key of which the head was changed, or what is sealed in it, with the seal made again."""
    if choose.random() < 0.6:
        return changed(data, "json", choose)
    try:
        plain = locked_file.unsealed(data, PASSPHRASE, key_file.FORMAT)
    except (locked_file.DamagedFileError, locked_file.WrongPassphraseError):  # one that was found is damaged itself
        return changed(data, "json", choose)
    return locked_file.sealed(changed(plain, "json", choose), PASSPHRASE, key_file.FORMAT, n=_FAST_N)
