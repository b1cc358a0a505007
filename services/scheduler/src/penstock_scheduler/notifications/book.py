"""Where in the log of a partition there may be something to tell: so that nobody has to look for it there."""

import asyncio
from bisect import bisect_right

from penstock.store.records import Commit
from penstock_scheduler.notifications.selection import is_notable

KEPT = 50_000
"""Places remembered: who lags more reads the log."""

STRIDE = 5_000
"""Events after which the targets' loops note where they are, though there was nothing to tell."""


class Book:
    """Notable events of a tenure's commits. ``since`` is the seq up to which only the log knows, ``end`` the last."""

    def __init__(self, seq: int) -> None:
        self.since = seq
        self.end = seq
        self._seqs: list[int] = []
        self._noted_at = seq
        self._change = asyncio.Event()

    def add(self, commit: Commit) -> None:
        """Take note of a commit that was applied."""
        found = [commit.seq + place for place, data in enumerate(commit.events, 1) if is_notable(data)]
        self._seqs += found
        self.end = commit.seq + len(commit.events)
        if len(self._seqs) > 2 * KEPT:
            self.since = self._seqs[-KEPT - 1]
            del self._seqs[:-KEPT]
        if found or self.end - self._noted_at >= STRIDE:
            self._noted_at = self.end
            self._change.set()
            self._change = asyncio.Event()

    def after(self, seq: int, limit: int) -> list[int]:
        """Return the next notable places after ``seq``, which is not below ``since``."""
        first = bisect_right(self._seqs, seq)
        return self._seqs[first : first + limit]

    async def grown(self) -> None:
        """Return when there may be something new."""
        await self._change.wait()
