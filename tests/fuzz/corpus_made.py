# ruff: noqa: E501 - files stand here as they are, line by line
"""Writes the files of `corpus/` that fuzzing begins with; those called `found_…` were found by it, and are left alone.

    python tests/fuzz/corpus_made.py

Each is small, of our own making, and as another program would write it.
"""

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1]), str(HERE)]

TALK = (
    ("Interviewer", "How did it begin?"),
    ("Ana Berg", "In May, with rain 🙂. Nobody knew why."),
    ("Interviewer", "And then?"),
    ("Ana Berg", "We waited — for weeks, at 10:30 each day."),
)


def main() -> None:
    """Write every file anew."""
    _texts()
    _captions()
    _json()
    _documents()
    _tables()
    _codebooks()
    _projects()
    _of_studies()
    _small_ones()
    _sounds()
    print(f"{sum(each.stat().st_size for each in CORPUS.rglob('*') if each.is_file()):,} bytes in {CORPUS}")


def _path(place: str) -> Path:
    path = CORPUS / place
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write(place: str, content: str | bytes, encoding: str = "utf-8") -> None:
    _path(place).write_bytes(content.encode(encoding) if isinstance(content, str) else content)


def _texts() -> None:
    head = "Interview 8\n2 May 2024\n\n"
    said = "".join(f"{who}: {text}\n" for who, text in TALK)
    _write("txt/labels.txt", head + said)
    _write("txt/stamps.txt", head + "".join(f"[00:0{n}:1{n}] {w}: {t}\n\n" for n, (w, t) in enumerate(TALK)))
    _write("txt/otter.txt", "".join(f"{w}  {n}:1{n}\n{t}\n\n" for n, (w, t) in enumerate(TALK)))
    _write("txt/paragraphs.txt", "\n\n".join(text for _, text in TALK))
    _write("txt/utf16.txt", said, "utf-16")
    _write("txt/cp1252.txt", "I: Wie heißen Sie – genau?\r\nP1: „Jürgen“, sagt man.\r\nI: Aha.\r\n", "cp1252")


def _captions() -> None:
    times = [(f"00:00:0{n}.000", f"00:00:0{n + 1}.500") for n in range(len(TALK))]
    vtt = "WEBVTT - talk\nKind: captions\n\nNOTE by hand\n\nSTYLE\n::cue { color: red }\n\n"
    vtt += "".join(
        f"{n}\n{a} --> {b} align:start\n<v {w}>{t}</v>\n\n"
        for n, ((a, b), (w, t)) in enumerate(zip(times, TALK, strict=True))
    )
    _write("vtt/voices.vtt", vtt)
    _write(
        "vtt/rolled.vtt",
        "WEBVTT\nKind: captions\nLanguage: en\n\n00:00:01.000 --> 00:00:03.000\n \nit<00:00:01.500><c> began</c>\n\n"
        "00:00:03.000 --> 00:00:03.010\nit began\n \n\n00:00:03.010 --> 00:00:05.000\nit began\nin<00:00:04.000><c> May</c>\n",
    )
    srt = "".join(
        f"{n}\n{a.replace('.', ',')} --> {b.replace('.', ',')}\n<i>{w}:</i> {t}\n\n"
        for n, ((a, b), (w, t)) in enumerate(zip(times, TALK, strict=True), start=1)
    )
    _write("srt/names.srt", srt)
    _write(
        "srt/plain.srt",
        srt.replace("<i>Ana Berg:</i> ", "").replace("\n", "\r\n"),
        "cp1252" if srt.isascii() else "utf-8-sig",
    )


def _json() -> None:
    def words(text: str, at: float, **more: object) -> list[dict[str, object]]:
        return [
            {"word": f" {w}", "start": at + n / 4, "end": at + n / 4 + 0.2, **more} for n, w in enumerate(text.split())
        ]

    segments = [
        {
            "id": n,
            "seek": 0,
            "start": 2.0 * n,
            "end": 2.0 * n + 1.9,
            "text": f" {t}",
            "tokens": [1, 2],
            "temperature": 0.0,
            "avg_logprob": -0.2,
            "words": words(t, 2.0 * n, probability=0.9),
        }
        for n, (_, t) in enumerate(TALK)
    ]
    whisper = {"text": " ".join(t for _, t in TALK), "segments": segments, "language": "en"}
    whisperx = {
        "segments": [
            {
                "start": 2.0 * n,
                "end": 2.0 * n + 1.9,
                "text": t,
                "speaker": f"SPEAKER_0{n % 2}",
                "words": words(t, 2.0 * n, score=0.8, speaker=f"SPEAKER_0{n % 2}"),
            }
            for n, (_, t) in enumerate(TALK)
        ],
        "word_segments": [],
    }
    cpp = {
        "result": {"language": "en"},
        "transcription": [
            {
                "timestamps": {"from": f"00:00:0{n},000", "to": f"00:00:0{n + 1},000"},
                "offsets": {"from": n * 1000, "to": n * 1000 + 900},
                "text": f" {t}",
            }
            for n, (_, t) in enumerate(TALK)
        ],
    }
    aws = {
        "results": {
            "transcripts": [{"transcript": "How? In May."}],
            "items": [
                {
                    "start_time": "0.0",
                    "end_time": "0.5",
                    "type": "pronunciation",
                    "speaker_label": "spk_0",
                    "alternatives": [{"confidence": "0.9", "content": "How"}],
                },
                {
                    "type": "punctuation",
                    "speaker_label": "spk_0",
                    "alternatives": [{"confidence": "0.0", "content": "?"}],
                },
                {
                    "start_time": "1.0",
                    "end_time": "1.5",
                    "type": "pronunciation",
                    "speaker_label": "spk_1",
                    "alternatives": [{"confidence": "0.9", "content": "May"}],
                },
            ],
        }
    }
    plain = [{"speaker": w, "start": n * 1000, "end": n * 1000 + 900, "text": t} for n, (w, t) in enumerate(TALK)]
    for name, value in {
        "whisper": whisper,
        "whisperx": whisperx,
        "whisper_cpp": cpp,
        "aws": aws,
        "plain": plain,
    }.items():
        _write(f"json/{name}.json", json.dumps(value, ensure_ascii=name == "whisper", indent=1))


def _documents() -> None:
    from written_files import bold, docx, odt, para, pdf, run, word_table

    lines = "".join(para(bold(f"{w}: "), run(t)) for w, t in TALK)
    comments = ("comments", '<w:comment w:id="0" w:author="A"><w:p><w:r><w:t>why</w:t></w:r></w:p></w:comment>')
    docx(_path("docx/labels.docx"), para("Interview 8") + lines, comments=comments)
    docx(
        _path("docx/table.docx"),
        word_table([["Time", "Who", "Said"], *[[f"00:0{n}", w, t] for n, (w, t) in enumerate(TALK)]]),
    )
    body = "".join(
        f'<text:p text:style-name="P1"><text:span text:style-name="T1">{w}:</text:span> {t}<text:s text:c="2"/></text:p>'
        for w, t in TALK
    )
    styles = (
        '<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
    )
    odt(_path("odt/labels.odt"), body, styles)
    rows = "".join(
        f'<table:table-row><table:table-cell><text:p>{w}</text:p></table:table-cell><table:table-cell table:number-columns-repeated="1"><text:p>{t}</text:p></table:table-cell></table:table-row>'
        for w, t in TALK
    )
    odt(
        _path("odt/table.odt"),
        f'<table:table table:name="T"><table:table-column table:number-columns-repeated="2"/>{rows}</table:table>',
    )
    head = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl\f0\fswiss\fcharset0 Arial;{\f1\fcharset204 Arial Cyr;}}{\colortbl;\red0;}"
        "\n"
    )
    _write(
        "rtf/labels.rtf",
        head
        + r"{\b Ana:} Gr\'f6\'dfe \u-10179?\u-8638? {\f1\'c4\'e0}.\par {\*\x y}{\b Bo:} {\field{\*\fldinst HYPERLINK x}{\fldrslt link}} \bin3 abc Two.\par{\b Ana:} Six.}",
        "latin-1",
    )
    _write(
        "rtf/table.rtf",
        head
        + r"\trowd\cellx100\cellx200\intbl Ana\cell One.\cell\row\trowd\intbl Bo\cell Two.\cell\row\intbl Ana\cell Six.\cell\row\pard}",
        "latin-1",
    )
    pdf(
        _path("pdf/talk.pdf"),
        [
            [
                (50, 780, "Study 8"),
                *[
                    (50, 700 - 30 * n, f"{w}: {t}".encode("cp1252", "ignore").decode("cp1252"))
                    for n, (w, t) in enumerate(TALK)
                ],
                (300, 20, "1"),
            ],
            [(50, 700, "Ana Berg:", True), (110, 700, "The end."), (300, 20, "2")],
        ],
    )
    page = "".join(f"<p><b>{w}</b>: {t}&nbsp;<br/></p>\n" for w, t in TALK)
    _write(
        "html/paragraphs.html",
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>Talk</title><style>p{{}}</style><script>1<2</script></head><body><h1>Talk</h1>{page}</body></html>",
    )
    table = "".join(f"<tr><td>{w}</td><td colspan=1>{t}</td></tr>" for w, t in TALK)
    _write("html/table.html", f"<html><body><table><tr><th>Speaker</th><th>Text</th></tr>{table}</table></body></html>")
    _write(
        "html/noscribe.html",
        '<!DOCTYPE HTML><html><head><meta charset="UTF-8"><meta name="audio_source" content="/a/b.wav"><style type="text/css">p, li { white-space: pre-wrap; }</style></head><body><p style="font-weight:600">Talk</p><p><a name="ts_0_1500_S00">S00: [00:00:00] How did it begin?</a></p><p><a name="ts_1500_4000_S01">S01: In May.</a><a name="ts_4000_5000_S01"> (2s) Rain.</a></p></body></html>',
    )


def _tables() -> None:
    import openpyxl

    rows = [
        ["Start", "End", "Speaker", "Text"],
        *[[f"00:00:0{n}", f"00:00:0{n + 1}", w, t] for n, (w, t) in enumerate(TALK)],
    ]
    quoted = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    _write("table/talk.csv", quoted)
    _write("table/talk.tsv", "\n".join("\t".join(row) for row in rows), "utf-16")
    _write(
        "table/seconds.csv",
        "sep=;\r\nspeaker;start;end;text\r\nAna;0,5;1,5;One.\r\nBo;1.5;2;Two; and\r\n".replace(
            "Two; and", '"Two; and"'
        ),
    )
    _write("table/coded.csv", "Document;Code;Segment;Start\nI1;costs;We wait.;0:01\nI1;queue;For weeks.;0:04\n")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.active.append([0.5, 1.25, "Ana", "=1+1"])
    book.create_sheet("Other").append(["a", "b"])
    book.save(_path("xlsx/talk.xlsx"))
    cases = [["interview", "file", "region", "Größe"], ["I1", "I1.txt", "north", "5"], ["I2", "b.txt", "", "=1"]]
    _write("cases/cases.csv", "\n".join(",".join(row) for row in cases))
    _write("cases/cases.tsv", "\n".join("\t".join(row) for row in cases), "utf-16")
    book = openpyxl.Workbook()
    for row in cases:
        book.active.append(row)
    book.save(_path("cases/cases.xlsx"))
    _write(
        "rulings/rulings.csv", "text,decision,pseudonym,kind\nAda,replace,Mara,person\nLeith,keep,,place\nBo,undo,,\n"
    )


def _codebooks() -> None:
    _write(
        "codebook/codes.csv",
        'name,parent,definition,include,exclude,examples,colour\nweather,,,,,,#112233\nrain,weather,Wet,"a, b",c,one | two,#A1B2C3\nsnow,Weather,,,,,blue\n',
    )
    _write("codebook/codes.tsv", "Name\tParent\tDefinition\nrain\tweather\tWet ü\n", "cp1252")
    _write(
        "codebook/codes.yaml",
        "codes:\n- name: weather\n  children:\n    - name: rain\n      definition: Wet\n      examples: [one, two]\n      colour: '#A1B2C3'\n    - snow\n- name: costs\n  parent: weather\n  include: |\n    a\n    b\n",
    )
    _write("codebook/aliases.yml", "- rain\n- name: snow\n  definition: &a white\n- name: hail\n  definition: *a\n")


def _projects() -> None:
    from refi_files import packed, project
    from refi_producers import atlas_ti, maxqda, nvivo_windows, qualcoder_windows

    sys.path.insert(0, str(HERE.parent / "exchange" / "refi"))
    from test_reading import WHOLE

    recording = project(WHOLE, 'name="Costs" origin="ATLAS.ti"').replace(
        "<Sources>", '<Sources><AudioSource guid="x" name="t" path="internal://t.mp3"/>'
    )
    _write(
        "qdpx/whole.qdpx",
        packed({"project.qde": recording, "sources/note.txt": b"Ask again", "sources/t.mp3": bytes(99)}),
    )
    for made in (atlas_ti, maxqda, nvivo_windows, qualcoder_windows):
        with tempfile.TemporaryDirectory() as place:
            _write(f"qdpx/{made.__name__}.qdpx", _made(made, Path(place)))
    codes = '<Code guid="00000000-0000-0000-0000-000000000002" name="costs" isCodable="true" color="#abc"><Description>d</Description><Code guid="00000000-0000-0000-0000-000000000003" name="rain"/></Code>'
    _write(
        "qdc/codes.qdc",
        f'<?xml version="1.0" encoding="utf-8"?>\n<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="x"><Codes>{codes}</Codes><Sets><Set guid="00000000-0000-0000-0000-000000000004" name="s"><MemberCode guid="00000000-0000-0000-0000-000000000002"/></Set></Sets></CodeBook>',
    )


def _made(producer: object, place: Path) -> bytes:
    found = producer()  # type: ignore[operator]
    if isinstance(found, bytes):
        return found
    from refi_files import packed

    return packed(found) if isinstance(found, dict) else Path(found).read_bytes()


def _of_studies() -> None:
    from fuzz_studies import made_files

    with tempfile.TemporaryDirectory() as place:
        for name, content in made_files(Path(place)).items():
            _write(name, content)


def _small_ones() -> None:
    line = {
        "interview": "I1",
        "start": 0,
        "end": 24,
        "code": "Queue",
        "verdict": "add",
        "at": "2026-03-01T10:00:00Z",
        "memo": "so",
    }
    lines = [
        line,
        {**line, "start": 30, "end": 40, "verdict": "read", "code": None},
        {**line, "end": 5, "verdict": "add", "quote": "How d"},
    ]
    _write("decisions/decisions.jsonl", "\n".join(json.dumps(each) for each in lines))
    verdict = {"interview": "I1", "start": 0, "end": 24, "code": "Queue", "applies": True, "memo": "so"}
    _write(
        "adjudications/verdicts.jsonl", "\n".join(json.dumps(each) for each in (verdict, {**verdict, "applies": False}))
    )
    _write(
        "mapping/one.yaml",
        "encoding: cp1252\nlayout: labels\nlabels: [I, P1]\nhead_lines: 3\nspeakers:\n  I: {name: Ina, role: interviewer}\n  P1: Bo\n",
    )
    _write(
        "mapping/files.json",
        json.dumps(
            {"files": {"*": {"head_lines": "2"}, "a.docx": {"text_column": "Said", "time_unit": "ms", "sheet": "x"}}}
        ),
    )
    _write(
        "settings/interview.toml",
        '# ours\n[settings]\nblind_share = 0.2\nllm = "none"\nallow_remote = false\n\n[events]\n# kept\ncount = 0\nhead = ""\n',
    )
    record = {
        "name": "smollm2-135m",
        "role": "llm",
        "source": "local",
        "files": [{"name": "a.gguf", "size": 4, "mtime_ns": 1, "sha256": "0" * 64}],
    }
    _write("model/installed.json", json.dumps(record))
    prompts = HERE.parents[1] / "prompts"
    for name in ("ask_code.v1.md",):
        if (prompts / name).is_file():
            _write(f"prompt/{name}", (prompts / name).read_bytes())


def _sounds() -> None:
    """A second of a tone, or a third of one, in each container that people bring; written by ffmpeg."""
    options = {
        "wav": ["-ar", "8000"],
        "mp3": ["-b:a", "32k"],
        "m4a": ["-b:a", "24k"],
        "flac": ["-ar", "8000"],
        "ogg": [],
        "opus": ["-b:a", "16k"],
        "webm": ["-b:a", "16k"],
        "aac": ["-b:a", "24k"],
        "wma": ["-b:a", "24k"],
    }
    for ending, more in options.items():
        path = _path(f"sound/tone.{ending}")
        tone = ["-f", "lavfi", "-i", "sine=frequency=300:duration=0.4:sample_rate=16000"]
        subprocess.run(["ffmpeg", "-v", "error", "-y", *tone, "-fflags", "+bitexact", *more, str(path)], check=True)
    _write("sound/playlist.mp3", "ffconcat version 1.0\nfile tone.wav\n")
    _write("sound/list.wav", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    _write("sound/session.m4a", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n")


def bytes_of(book: object) -> bytes:
    """A workbook as a file holds it."""
    held = io.BytesIO()
    book.save(held)  # type: ignore[attr-defined]
    return held.getvalue()


if __name__ == "__main__":
    main()
