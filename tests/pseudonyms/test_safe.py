"""A file is safe to share only where no name of the key stands in it, in whatever part, spelling or escape."""

import base64
import io
import json
import zipfile

import pytest
from named_study import PASSPHRASE, build

from assistant.pseudonyms import (
    Ruling,
    apply_pseudonyms,
    assert_safe,
    change_key,
    checked_export,
    create_key,
    default_path,
    find_names,
    open_key,
    ruled,
)
from assistant.pseudonyms.key import Key
from assistant.pseudonyms.kinds import Kind
from store.errors import NotAllowedError, StudyError

KEY = ruled(
    Key("g"),
    [
        *(Ruling(name, "[Person 1]") for name in ("Zoë Adler", "Adler", "Will")),
        Ruling("Tom & Co", "[Organisation 1]", Kind.ORGANISATION),
        Ruling("Leeds", kind=Kind.PLACE),
    ],
    by="lead",
)


def packed(**parts):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return held.getvalue()


def file(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def word(runs):
    return f'<w:document xmlns:w="w"><w:p>{"".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs)}</w:p></w:document>'


LEAKS = {
    "plain.csv": "quote,who\nso it was,Adler\n",
    "case.md": "then ADLER’s house",
    "accent.txt": "and Zoe\u0308 Adler said",
    "hidden.txt": "and Ad\u00adler said",
    "latin.md": 'by Zo\\"{e} A\\-dler and Adler',
    "escaped.md": "Tom \\& Co did",
    "entity.html": "<p>Tom &amp; Co</p>",
    "split.html": "<p>Ad<b>ler</b> said</p>",
    "attribute.html": '<p title="by Adler">x</p>',
    "script.html": '<script>var x = {"who": "Zo\\u00eb\\nAdler"}</script>',
    "inside.html": f'<a href="data:text/plain;base64,{base64.b64encode(b"by Adler").decode()}">x</a>',
    "wide.txt": "by Adler".encode("utf-16"),
    "runs.docx": packed(word__document_xml=word(["so Ad", "ler came"])),
    "lines.docx": packed(word__document_xml=word(["so"]).replace("</w:p>", "</w:p><w:p><w:t>Adler</w:t></w:p>")),
    "comment.docx": packed(word__document_xml=word(["so"]), word__comments_xml="<c author='Adler'/>"),
    "shared.xlsx": packed(xl__sharedStrings_xml="<sst><si><t>so</t></si><si><t>Adler</t></si></sst>"),
    "source.qdpx": packed(project_qde="<Project/>", sources__a_txt="Then Will came."),
    "name.qdpx": packed(project_qde="<Project/>", sources__Adler_txt="x"),
    "nested.zip": packed(inner_zip=packed(a_txt="Adler")),
    "Adler.csv": "quote\nx\n",
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_name_in_any_part_refuses_the_file_without_being_told(tmp_path, name):
    """Split by tags, escaped, packed, in attributes and file names; the message says the kind, not the name."""
    with pytest.raises(NotAllowedError, match="not safe to share") as told:
        assert_safe(file(tmp_path, name, LEAKS[name]), KEY)
    assert "Zo" not in str(told.value)
    assert name == "Adler.csv" or "Adler" not in str(told.value).replace("sources/Adler.txt", "")
    assert "person" in str(told.value) or "organisation" in str(told.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kept.csv", "place\nLeeds\n"),
        ("word.md", "I will adlerize [Person 1] & Tom and Cooper"),
        ("page.html", "<p>[Person 1]</p><style>a{}</style>"),
        ("a.docx", packed(word__document_xml=word(["[Person 1] of ", "Leeds"]))),
    ],
)
def test_what_holds_no_name_is_safe(tmp_path, name, content):
    """Pseudonyms, what stays, and ordinary words that look like names."""
    assert assert_safe(file(tmp_path, name, content), KEY).parts == 1


def test_pictures_are_counted_and_recordings_refused(tmp_path):
    """Voices tell who speaks; what a picture shows nobody can read here."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(60)
    assert (
        assert_safe(file(tmp_path, "a.docx", packed(word__document_xml="<x/>", word__a_png=picture)), KEY).pictures == 1
    )
    with pytest.raises(NotAllowedError, match="not safe"):
        assert_safe(file(tmp_path, "b.docx", packed(word__a_png=picture + b"tEXt by Adler ")), KEY)
    for name, content in (("v.mp3", b"x"), ("v.bin", b"RIFF\x00\x00\x00\x00WAVE"), ("v.dat", b"\0\0\0\x18ftypisom")):
        with pytest.raises(NotAllowedError, match="recording"):
            assert_safe(file(tmp_path, name, content), KEY)
    with pytest.raises(NotAllowedError, match="recording"):
        assert_safe(file(tmp_path, "p.qdpx", packed(sources__a_m4a=b"x")), KEY)


def test_what_cannot_be_read_is_refused(tmp_path):
    """Binary, damaged or endlessly packed files fail closed."""
    deep = b"x"
    for number in range(6):
        deep = packed(**{f"a{number}_zip": deep})
    for name, content in (
        ("a.pdf", b"%PDF-1.7\n\xff\xfe\x00\x01"),
        ("cut.docx", packed(word__document_xml=word(["x" * 500]))[:-30]),
        ("deep.zip", deep),
        ("bytes.txt", b"\x00\x80\xff"),
    ):
        with pytest.raises(NotAllowedError, match="not safe to share"):
            assert_safe(file(tmp_path, name, content), KEY)
    with pytest.raises(StudyError, match="cannot be read"):
        assert_safe(tmp_path / "none.csv", KEY)


def test_a_bomb_is_not_unpacked(tmp_path):
    """Gigabytes of nothing in a few kilobytes."""
    from assistant.pseudonyms import safe

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 40_000_000)
    limit, safe._LARGEST = safe._LARGEST, 10_000_000
    try:
        with pytest.raises(NotAllowedError, match="more than"):
            assert_safe(file(tmp_path, "b.zip", held.getvalue()), KEY)
    finally:
        safe._LARGEST = limit


@pytest.fixture
def study(tmp_path):
    with build(tmp_path) as made:
        create_key(made, default_path(made), PASSPHRASE)
        yield made


def test_a_safe_export_is_refused_until_everything_is_reviewed_and_applied(study, tmp_path):
    """First nothing is written; then what was written is deleted; at last it stays."""
    path, target, written = default_path(study), tmp_path / "quotes.json", []

    def write():
        from store.transcripts import transcript

        written.append(1)
        target.write_text(json.dumps(transcript(study, "I1").text), encoding="utf-8")
        return target

    with pytest.raises(NotAllowedError, match="not reviewed yet"):
        checked_export(study, path, PASSPHRASE, write)
    assert not written
    found = find_names(study, open_key(study, path, PASSPHRASE))
    names = [Ruling(f.text, f"[Name {n}]", f.kind) for n, f in enumerate(found) if f.text != "Leeds"]
    change_key(study, path, PASSPHRASE, lambda key: ruled(key, [*names, Ruling("Leeds")], by="lead"))
    with pytest.raises(NotAllowedError, match="not safe to share"):
        checked_export(study, path, PASSPHRASE, write)
    assert written
    assert not target.exists()
    apply_pseudonyms(study, path, PASSPHRASE, coder="lead")
    kept, checked = checked_export(study, path, PASSPHRASE, write)
    assert kept == target
    assert target.exists()
    assert checked.parts == 1
