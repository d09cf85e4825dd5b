"""Changes within zip files, packed again so that the damage is inside and not in how it is packed."""

import hashlib
import io
import json
import random
import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from fuzz_mutation import changed, word

Parts = dict[str, bytes]
Mend = Callable[[Parts, random.Random], Parts]
_KINDS = {
    ".xml": "xml", ".rels": "xml", ".qde": "xml", ".qdc": "xml", ".json": "json", ".jsonl": "json", ".txt": "text",
    ".toml": "text", ".docx": "zip", ".mp3": "sound", ".wav": "sound", ".db": "bytes",
}  # fmt: skip
_NAMES = (
    "../outside.txt",
    "/outside.txt",
    "a/../../outside",
    "C:\\outside",
    "\x00",
    "",
    "a" * 300,
    "media/../study.db",
)


def changed_package(
    data: bytes, choose: random.Random, others: Sequence[bytes] = (), mend: Mend | None = None
) -> bytes:
    """A zip file in which one to three things were changed; `mend` makes its inner hashes fit again, mostly."""
    if choose.random() < 0.15:
        return changed(data, "bytes", choose, others)
    parts = unpacked(data)
    if not parts:
        return changed(data, "bytes", choose, others)
    spare = unpacked(choose.choice(others)) if others else {}
    for _ in range(1 + min(2, int(choose.expovariate(1)))):
        parts = _changed_parts(parts, spare, choose)
        if not parts:
            break
    if mend is not None and choose.random() < 0.85:
        parts = mend(parts, choose)
    return packed(parts, choose.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)))


def unpacked(data: bytes) -> Parts:
    """The parts of a zip file; none where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError):
        return {}


def packed(parts: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these parts."""
    held = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(held, "w", method) as archive:
        warnings.simplefilter("ignore")  # names that are there twice are part of the game
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name or "x"), content, method)
    return held.getvalue()


def _changed_parts(parts: Parts, spare: Parts, choose: random.Random) -> Parts:
    name = choose.choice(list(parts))
    what = choose.random()
    if what < 0.05:
        return {key: value for key, value in parts.items() if key != name}
    if what < 0.1:
        new = choose.choice((*_NAMES, *parts, name.upper(), name.replace("/", "\\")))
        return {(new if key == name else key): value for key, value in parts.items()}
    if what < 0.15:
        return {**parts, choose.choice(_NAMES): word(choose)}
    if what < 0.2 and spare:
        other = choose.choice(list(spare))
        return {**parts, choose.choice((name, other)): spare[other]}
    kind = _KINDS.get(PurePosixPath(name).suffix.lower(), "bytes")
    inner = [content for key, content in spare.items() if PurePosixPath(key).suffix == PurePosixPath(name).suffix]
    made = changed_package(parts[name], choose) if kind == "zip" else changed(parts[name], kind, choose, inner)
    return {**parts, name: made}


def mended_bundle(parts: Parts, _: random.Random) -> Parts:
    """The head of a bundle holds the hash of its records."""
    records = parts.get("records.jsonl", b"")
    try:
        head = json.loads(parts.get("bundle.json", b""))
        head["records_sha256"] = hashlib.sha256(records).hexdigest()
        return {**parts, "bundle.json": json.dumps(head, ensure_ascii=True).encode()}
    except (ValueError, TypeError, RecursionError):
        return parts


def mended_archive(parts: Parts, choose: random.Random) -> Parts:
    """The manifest of an archive holds the sizes and hashes of its files, and mostly their names."""
    try:
        manifest = json.loads(parts["manifest.json"])
        listed = {each["path"]: each for each in manifest["files"]}
        if choose.random() < 0.8:
            listed = {name: listed.get(name, {"path": name}) for name in parts if name != "manifest.json"}
        for name, each in listed.items():
            content = parts.get(name, b"")
            each |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        manifest["files"] = list(listed.values())
        return {**parts, "manifest.json": json.dumps(manifest).encode()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return parts
