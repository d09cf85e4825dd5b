"""The control words of RTF that say where text goes."""

from assistant.ingest.documents import BOXES

APART = {
    "footnote": "footnotes",
    "annotation": "comments",
    "atnid": "comments",
    "atnauthor": "comments",
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "page headers and footers"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "page headers and footers"),
    **dict.fromkeys(("listtext", "pntext"), "list numbers and bullets"),
    "shptxt": BOXES,
}
"""Control words whose group holds text that is no speech, and what that is."""
_SILENT_TEXT = """
colortbl stylesheet info pict object fldinst themedata colorschememapping datastore listtable listoverridetable
rsidtbl xmlnstbl generator operator nonshppict bkmkstart bkmkend datafield latentstyles revtbl pgptbl filetbl
atrfstart atrfend atndate atntime atnref atnparent formfield pnseclvl mmathPr upr wgrffmtfilter sp objdata objclass
template passwordhash xe tc ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn shprslt
"""
SILENT = frozenset(_SILENT_TEXT.split())
"""Control words whose group holds nothing that is shown."""
ON_THE_WAY = frozenset(("shpinst", "shppict", "ud", "fldrslt"))
"""Control words that old programs may ignore, but whose group holds text."""
BREAKS = frozenset(("par", "sect", "page", "column"))
"""Control words that end a paragraph."""
TABLE = frozenset(("cell", "nestcell", "row", "nestrow"))
"""Control words that end a cell or a row."""
