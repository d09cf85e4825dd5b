"""Times of a file as the study keeps them."""

from datetime import UTC, datetime


def moment(at: datetime | None) -> datetime | None:
    """The time in UTC, which one without a zone is taken to be in; None for one that no calendar holds."""
    if at is None:
        return None
    try:
        return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None


def clock(milliseconds: int) -> str:
    """A time in a recording, as `0:01:12.250`."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
