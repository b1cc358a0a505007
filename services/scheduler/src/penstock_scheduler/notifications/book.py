"""Where in the log of a partition there may be something to tell: so that nobody has to look for it there."""

import asyncio
import sys
from bisect import bisect_right
from collections.abc import Mapping
from operator import attrgetter

import msgspec

from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.notify import Occasion
from penstock.core.projection import SUMMARY_FIELD, decode_summary
from penstock.store.records import Commit, RunWrite
from penstock_scheduler.notifications.selection import is_notable, occasion_of

KEPT = 50_000
"""Places remembered: who lags more reads the log."""

STRIDE = 5_000
"""Events after which the targets' loops note where they are, though there was nothing to tell."""


_SEQ = attrgetter("seq")


class Subject(msgspec.Struct, frozen=True, gc=False):
    """What decides who is told: the occasion, and of which version of which DAG the run is."""

    occasion: Occasion
    dag_id: str
    version: str


class Place(msgspec.Struct, frozen=True, gc=False):
    """A notable event of the log; without ``subject`` only the log says what it is about."""

    seq: int
    subject: Subject | None = None


class Book:
    """Notable events of a tenure's commits. ``since`` is the seq up to which only the log knows, ``end`` the last."""

    def __init__(self, seq: int) -> None:
        self.since = seq
        self.end = seq
        self._places: list[Place] = []
        self._noted_at = seq
        self._change = asyncio.Event()

    def add(self, commit: Commit) -> None:
        """Take note of a commit that was applied."""
        found = _places(commit)
        self._places += found
        self.end = commit.seq + len(commit.events)
        if len(self._places) > 2 * KEPT:
            self.since = self._places[-KEPT - 1].seq
            del self._places[:-KEPT]
        if found or self.end - self._noted_at >= STRIDE:
            self._noted_at = self.end
            self._change.set()
            self._change = asyncio.Event()

    def after(self, seq: int, limit: int) -> list[Place]:
        """Return the next notable places after ``seq``, which is not below ``since``."""
        first = bisect_right(self._places, seq, key=_SEQ)
        return self._places[first : first + limit]

    async def grown(self) -> None:
        """Return when there may be something new."""
        await self._change.wait()


def _places(commit: Commit) -> list[Place]:
    found = [(seq, data) for seq, data in enumerate(commit.events, commit.seq + 1) if is_notable(data)]
    if not found:
        return []
    runs = {run.run_id: run for run in commit.runs}
    return [Place(seq, _subject(decode_event(data), runs)) for seq, data in found]


def _subject(event: e.AnyEvent, runs: Mapping[str, RunWrite]) -> Subject | None:
    """Return what an event is about, by what its commit writes of the run; None where there is no such run."""
    occasion = occasion_of(event)
    run = runs.get(event.run_id) if isinstance(event, e.RunEvent) else None
    if occasion is None or run is None:
        return None
    summary = decode_summary(run.fields[SUMMARY_FIELD])
    # Thousands of places name the same few: one copy of each is enough.
    return Subject(occasion, sys.intern(summary.dag_id), sys.intern(summary.version))
