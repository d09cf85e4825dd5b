"""Documents written for tests, part by part, so that what is in them is known to the letter."""

import io
import zipfile
from xml.sax.saxutils import escape

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WP = 'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
ODF = (
    " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}"'
        for short, name in {
            "office": "office:1.0",
            "text": "text:1.0",
            "table": "table:1.0",
            "style": "style:1.0",
            "draw": "drawing:1.0",
            "fo": "xsl-fo-compatible:1.0",
            "svg": "svg-compatible:1.0",
        }.items()
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def zipped(path, parts):
    """A zip file of these parts at `path`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def run(text, properties=""):
    """A run of a Word paragraph; line ends and tabs become their elements."""
    inner = escape(text).replace("\n", "</w:t><w:br/><w:t xml:space='preserve'>")
    inner = inner.replace("\t", "</w:t><w:tab/><w:t xml:space='preserve'>")
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{inner}</w:t></w:r>"


def para(*runs, properties=""):
    """A Word paragraph of runs; plain strings are runs without properties."""
    inner = "".join(each if each.startswith("<") else run(each) for each in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def bold(text):
    """A bold run of a Word paragraph."""
    return run(text, "<w:b/>")


def word_table(rows):
    """A Word table of cells of text, each line a paragraph."""
    cells = [["".join(map(para, cell.split("\n"))) for cell in row] for row in rows]
    inner = "".join("<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in row) + "</w:tr>" for row in cells)
    return f"<w:tbl>{inner}</w:tbl>"


def docx(path, body, **parts):
    """A Word file with this body; other parts by name, their `.xml` left off."""
    document = f"<?xml version='1.0' encoding='UTF-8'?><w:document {W} {WP}><w:body>{body}</w:body></w:document>"
    others = {f"word/{name}.xml": f"<w:{tag} {W}>{inner}</w:{tag}>" for name, (tag, inner) in parts.items()}
    return zipped(path, {"[Content_Types].xml": "<Types/>", "word/document.xml": document, **others})


def odt(path, body, styles="", margins="", **parts):
    """An OpenDocument text with this body, automatic styles, and headers and footers."""
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    outer = (
        f"<office:document-styles {ODF}><office:master-styles>{margins}</office:master-styles></office:document-styles>"
    )
    mimetype = "application/vnd.oasis.opendocument.text"
    return zipped(path, {"mimetype": mimetype, "content.xml": content, "styles.xml": outer, **parts})


def pdf(path, pages, *, size=(600, 800)):
    """A PDF whose pages hold (x, y from below, text) or, in bold, (x, y, text, True)."""
    fonts = (
        "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
        "/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >> >>"
    )
    kids = " ".join(f"{3 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()]
    for at, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Resources << /Font {fonts} >> "
            f"/Contents {4 + 2 * at} 0 R >>".encode()
        )
        stream = page if isinstance(page, bytes) else b"\n".join(_shown(*line) for line in page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return _written_pdf(path, objects)


def _shown(x, y, text, strong=False):
    code = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /F%d 10 Tf %d %d Td (%s) Tj ET" % (2 if strong else 1, x, y, code)


def _written_pdf(path, objects):
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    path.write_bytes(out.getvalue())
    return path
