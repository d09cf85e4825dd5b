"""How a quote is cited, on pages and in files alike."""


def hours(milliseconds: int | None) -> str:
    """A time in a recording as `00:12:31`; nothing where it is unknown."""
    if milliseconds is None:
        return ""
    seconds = milliseconds // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def source(interview: str, start_ms: int | None) -> str:
    """Where a quote is from, as it stands behind it in a paper.

    >>> source("I8", 751_000)
    '(I8, 00:12:31)'
    """
    return f"({', '.join(part for part in (interview, hours(start_ms)) if part)})"


def citation(text: str, interview: str, start_ms: int | None) -> str:
    """A quote as it is pasted into a paper; quotation marks inside it stay as they are.

    >>> citation("We wait.", "I8", 751_000)
    '“We wait.” (I8, 00:12:31)'
    """
    return f"“{text}” {source(interview, start_ms)}"
