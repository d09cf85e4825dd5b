r"""The appendix as LaTeX that can be compiled by itself or cut into a paper; it needs booktabs, longtable, hyperref."""

import re
from collections.abc import Sequence

from assistant.exchange.methods.document import Appendix, Block, Checklist, Paragraph, Pieces
from assistant.exchange.methods.notes import EXPLAINED, Note, Notes
from assistant.exchange.methods.number import Number
from assistant.exchange.methods.written import CHECKLIST_HEADS, LEFT_OPEN, QUERIES, QUERY, count_of, shares
from assistant.exchange.quote_lines import legal

_WORDS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": r"-{}",
    "[": r"{[}",
    "]": r"{]}",
    "\u00a0": "~",
    "\u2212": r"\ensuremath{-}",
    "\u200b": "",
}
_SPECIAL = re.compile("|".join(re.escape(sign) for sign in _WORDS))
_LONG = re.compile(r"\w{24,}")
_STEP = 8
_WIDE = 0.88
"""The share of the line that the columns of a table take together."""
_HEAD = r"""% Compile with pdfLaTeX; with LuaLaTeX or XeLaTeX where names are written in other scripts.
\documentclass[11pt,a4paper]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{textcomp}
\else
  \usepackage{fontspec}
\fi
\usepackage[margin=25mm]{geometry}
\usepackage{array}
\usepackage{booktabs}
\usepackage{longtable}
\usepackage[hidelinks]{hyperref}
\newcommand{\query}[1]{\textsuperscript{\hyperlink{query.#1}{[#1]}}}
\newcolumntype{L}[1]{>{\raggedright\arraybackslash}p{#1}}
\setlength{\tabcolsep}{3pt}
\emergencystretch=3em
"""


def as_latex(of: Appendix) -> bytes:
    """The file, in UTF-8."""
    notes = Notes()
    parts = [
        _HEAD + f"\\title{{{escaped(of.title)}}}\n\\author{{}}\n\\date{{{of.on}}}\n\\begin{{document}}\n\\maketitle"
    ]
    for section in of.sections:
        parts.append(f"\\section{{{escaped(section.title)}}}\\label{{{section.key}}}")
        parts += [_block(notes, block) for block in section.blocks]
    for checklist in of.checklists:
        parts += _checklist(notes, checklist)
    parts += [f"\\section*{{{QUERIES}}}", escaped(EXPLAINED), _queries(notes.made), "\\end{document}"]
    return ("\n\n".join(parts) + "\n").encode()


def escaped(text: str) -> str:
    r"""Text of which nothing is taken for a command; long words without a break, such as hashes, may break.

    >>> escaped("50 % of A&B_1 {x}")
    '50 \\% of A\\&B\\_1 \\{x\\}'
    """
    one_line = legal(text).replace("\r\n", " ").replace("\n", " ").replace("\r", " ")
    found, last = [], 0
    for word in _LONG.finditer(one_line):
        found.append(_signs(one_line[last : word.start()]))
        pieces = (word[0][at : at + _STEP] for at in range(0, len(word[0]), _STEP))
        found.append("\\allowbreak{}".join(_signs(piece) for piece in pieces))
        last = word.end()
    return "".join([*found, _signs(one_line[last:])])


def _signs(text: str) -> str:
    return _SPECIAL.sub(lambda sign: _WORDS[sign[0]], text)


def _block(notes: Notes, block: Block) -> str:
    if isinstance(block, Paragraph):
        return _sentences(notes, block.pieces)
    texts = [[piece if isinstance(piece, str) else piece.text for piece in row] for row in block.rows]
    widths = shares([(*block.headers, QUERY), *([*row, ""] for row in texts)])
    rows = [[*map(escaped, cells), _cited(notes.cite_row(row))] for cells, row in zip(texts, block.rows, strict=True)]
    return _table(escaped(block.caption), [*map(escaped, block.headers), QUERY], rows, widths)


def _sentences(notes: Notes, pieces: Pieces) -> str:
    return "".join(
        f"{escaped(piece.text)}\\query{{{notes.cite(piece)}}}" if isinstance(piece, Number) else escaped(piece)
        for piece in pieces
    )


def _cited(numbers: Sequence[int]) -> str:
    return "\\textsuperscript{, }".join(f"\\query{{{number}}}" for number in numbers)


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> str:
    """A table that may run over several pages."""
    columns = "".join(f"L{{{_WIDE * width:.3f}\\linewidth}}" for width in widths)
    title = [f"\\caption{{{caption}}}\\\\"] if caption else []
    head = " & ".join(f"\\textbf{{{each}}}" for each in heads) + " \\\\"
    lines = [" & ".join(row) + " \\\\" for row in rows]
    return "\n".join(
        [
            "{\\footnotesize",
            f"\\begin{{longtable}}{{{columns}}}",
            *title,
            *("\\toprule", head, "\\midrule", "\\endhead", *lines, "\\bottomrule", "\\end{longtable}}"),
        ]
    )


def _checklist(notes: Notes, each: Checklist) -> list[str]:
    rows = []
    for item in each.items:
        told = LEFT_OPEN if item.answer is None else _sentences(notes, item.answer.pieces)
        keys = () if item.answer is None else item.answer.sections
        links = ", ".join(f"\\hyperref[{key}]{{\\ref*{{{key}}}}}" for key in keys)
        rows.append((str(item.number), escaped(f"{item.domain}: {item.title}"), item.state, told, links))
    title = f"\\section*{{{escaped(each.name)} checklist}}"
    table = _table("", list(CHECKLIST_HEADS), rows, (0.06, 0.32, 0.11, 0.41, 0.10))
    return [title, escaped(f"{each.source}."), escaped(count_of(each)), table]


def _queries(made: Sequence[Note]) -> str:
    lines = [
        f"\\item[\\hypertarget{{query.{note.number}}}{{{note.number}}}] "
        f"\\texttt{{{_breakable(f'{note.command} | jq {chr(39)}{note.filter}{chr(39)}')}}}"
        for note in made
    ]
    return "\n".join(["\\begin{description}\\footnotesize\\raggedright", *lines, "\\end{description}"])


def _breakable(text: str) -> str:
    """A command line that may break after its commas and before its dots."""
    return re.sub(r"(?<=,)|(?=\.)", r"\\allowbreak{}", escaped(text))
