"""What a damaged or hostile file may hold where something else is expected."""

NUMBERS = (
    "0", "-1", "1", "255", "256", "65535", "65536", "2147483647", "2147483648", "-2147483649", "4294967296",
    "9223372036854775807", "9223372036854775808", "99999999999999999999", "1e308", "1e400", "-1e400", "NaN",
    "Infinity", "-Infinity", "0.1", "1.5", "00", "0x10", "١٢", "²", "½", "1_000", "9" * 5_000,
)  # fmt: skip
"""Numbers at the edges of how they are kept, digits that are none, and one too long to be turned into a number."""

WORDS = (
    "", " ", "\t", "\r", "\x00", "\x0b", "\x1f", "\x85", "\u2028", "\ufeff", "\ufffe", "\u202e", "e\u0301", "😀", "🇩🇪",
    "İ", "ß", "ﬁ", "\u0000\u0000", "../../outside", "/etc/passwd", "C:\\outside", "file:///etc/passwd",
    "https://example.org/x", "internal://../../x", "=1+1", "@SUM(A1)", "<script>alert(1)</script>", "&amp;", "&#0;",
    "&#xD800;", "]]>", "<!--", "<?x", "<![CDATA[", "{", "}", "[", "]", '"', "'", ",", ";", ":",
    "\\", "\\u0000", "\\ud800",
    "%s", "{0}", "{{x}}", "null", "true", "NULL", "nan", "WEBVTT", "-->", "00:00:00.000 --> 99:99:99.999",
    "99999999999:00:00,000", "2024-02-30", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "Interviewer:",
    "I:", "P1:", "a" * 3_000, ("ab " * 2_000), "\n" * 500, "(" * 300, "\u0301" * 500,
)  # fmt: skip

VALUES = (
    None, True, False, 0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1e308, float("inf"), float("-inf"),
    float("nan"), 0.5, -0.0, "", "x", "\x00", "\ud800", "\udfff", "😀", "a" * 3_000, [], {}, [[]], [None], {"": None},
    {"a": {"b": {}}}, ["a", 1, None], "2024-02-30", "1e400", "../../x",
)  # fmt: skip
"""What may stand at any place of a json file."""

BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
ENCODINGS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-8-sig",
    "latin-1",
    "cp1252",
    "utf-7",
    "gb18030",
    "cp932",
)

RTF = (
    r"\u-10179 ?", r"\u55357 ?", r"\u56832 ?", r"\u99999999999 ", r"\uc0 ", r"\uc99999999 ", r"\bin999999999 ",
    r"\bin-5 ",
    r"\'", r"\'zz", r"\ansicpg99999", r"\fcharset", r"\f99999999999999999999 ", "{" * 5_000, "}" * 10, r"{\*\x ",
    r"\field{\*\fldinst ", r"\pict ", r"\row\cell\trowd ", r"\intbl ", r"\trowd\cellx99999999999999 ",
)  # fmt: skip
"""Control words where none is due, or with numbers that they cannot have."""
