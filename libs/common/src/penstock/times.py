"""Times as they are told to others: RFC 3339, UTC, milliseconds."""

from datetime import UTC, datetime
from functools import lru_cache


def rfc3339(ms: int) -> str:
    """Return a time in ms since the epoch as text: ``2026-11-23T09:47:05.871Z``."""
    seconds, rest = divmod(ms, 1000)
    return f"{_to_the_second(seconds)}.{rest:03d}Z"


def rfc3339_or_none(ms: int) -> str | None:
    """Return the time as text; None for 0, which stands for not yet."""
    return rfc3339(ms) if ms else None


@lru_cache(maxsize=4096)
def _to_the_second(seconds: int) -> str:
    # The times of one run are close together, and this is most of the work.
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
