"""One viewer of the digest: at most ten times a second, what has changed, however many events did it."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from operator import attrgetter

import msgspec
import structlog

from penstock.core.events import LogForked
from penstock.errors import StoreUnavailableError
from penstock_api.live.changes import Change
from penstock_api.live.hub import LiveHub
from penstock_api.live.positions import end_positions
from penstock_api.live.run_entries import MOST_RUNS
from penstock_api.waiting import set_within

TICK_SECONDS = 0.1
"""How often a digest looks. All of a process look at the same moments, so that they want the same."""

RETRY_SECONDS = 1.0

BACKLOG_EVENTS = 10_000
"""Events that a viewer may have missed: of more, it is told to look anew instead."""

_PAGE = 1000
_LOOKED_UP = 500

_log = structlog.get_logger()


class Tick(msgspec.Struct):
    """What a digest tells at a time, as JSON: runs, the last one to change last; DAGs; whether that is not all."""

    runs: Sequence[bytes] = ()
    dags: Sequence[bytes] = ()
    overflow: bool = False

    def __bool__(self) -> bool:
        return bool(self.runs or self.dags or self.overflow)


class _Found:
    """What has changed in the partitions watched, how far that goes, and whether it is not all."""

    def __init__(self, *, overflow: bool) -> None:
        self.runs: list[Change] = []
        self.dags: dict[str, int] = {}
        self.moved: dict[int, int] = {}
        self.behind: dict[int, int] = {}
        self.overflow = overflow


class Digest:
    """Tells of every run that has an event above ``positions``, and of every DAG that was registered.

    ``run_id`` and ``dag_id`` narrow it to a run or a DAG; empty for all. ``positions`` is moved on by what is told.
    ``ahead`` says that the viewer has seen what is gone, and must look anew.
    """

    def __init__(
        self, hub: LiveHub, positions: dict[int, int], run_id: str = "", dag_id: str = "", *, ahead: bool = False
    ) -> None:
        self.positions = positions
        self._hub = hub
        self._run_id = run_id
        self._dag_id = dag_id
        self._ahead = ahead
        self._reconnects = hub.reconnects

    async def next(self, timeout_seconds: float) -> Tick:
        """Return what has changed; nothing after ``timeout_seconds`` without a change, and when the hub has ended.

        While the store does not answer, this waits.
        """
        deadline = time.monotonic() + timeout_seconds
        while not self._hub.ended:
            await asyncio.sleep(TICK_SECONDS - time.monotonic() % TICK_SECONDS)
            changed = self._hub.changed  # taken before looking: what comes meanwhile is not missed
            answered = True
            try:
                if self._reconnects != self._hub.reconnects:
                    await self._look_back()
                if tick := await self._look():
                    return tick
            except StoreUnavailableError as error:
                _log.warning("a digest waits for the store", error=str(error))
                answered = False
            left = deadline - time.monotonic()
            if left <= 0:
                break
            await set_within(changed, left if answered else min(left, RETRY_SECONDS))
        return Tick()

    async def _look_back(self) -> None:
        """Go on from what a log has kept if it was set back: states it has led to may have been told ahead of it."""
        ends = await end_positions(self._hub.store, self.positions)
        for partition, seq in self.positions.items():
            kept = self._hub.set_back(partition, self._reconnects)
            self._ahead = self._ahead or bool(kept) or ends[partition] < seq
            self.positions[partition] = min([seq, ends[partition], *kept])
        self._reconnects = self._hub.reconnects

    async def _look(self) -> Tick:
        found = self._seen()
        for partition, floor in found.behind.items():
            await self._read_backlog(partition, floor, found)
        dags = await self._dags(found)
        changes = await self._wanted(found)
        found.overflow = found.overflow or len(changes) > MOST_RUNS
        newest = sorted(changes, key=attrgetter("arrival", "seq"))[-MOST_RUNS:]
        runs = await self._hub.run_entries.get({change.run_id: change.seq for change in newest})
        self.positions.update(found.moved)
        self._ahead = False
        return Tick(runs, dags, found.overflow)

    def _seen(self) -> _Found:
        """Return what the hub has seen that this viewer has not, all of it as it is at one moment."""
        found = _Found(overflow=self._ahead)
        for partition, seq in self.positions.items():
            changes = self._hub.changes(partition)
            if changes is None or changes.top <= seq:
                continue
            found.moved[partition] = changes.top
            found.overflow = found.overflow or changes.forked > seq
            found.dags.update(changes.dags_after(seq))
            runs: Iterable[Change] = changes.runs_after(seq)
            # One more than can be sent shows that there are more; which of them are of a DAG is not known yet.
            found.runs += runs if self._dag_id or self._run_id else islice(runs, MOST_RUNS + 1)
            if seq < changes.floor:
                found.behind[partition] = changes.floor
        return found

    async def _read_backlog(self, partition: int, floor: int, found: _Found) -> None:
        """Find in the log what changed up to ``floor``, below which the hub remembers nothing."""
        seq = self.positions[partition]
        if floor - seq > BACKLOG_EVENTS:
            found.overflow = True
            return
        known = {change.run_id for change in found.runs}
        missed: dict[str, Change] = {}
        while seq < floor:
            entries = await self._hub.store.log(partition, seq, min(_PAGE, floor - seq))
            if not entries:  # it was set back meanwhile, which the hub will find out
                break
            for event in map(self._hub.read, entries):
                seq = event.seq
                if event.foreign:
                    continue
                if event.run_id and event.run_id not in known:
                    missed[event.run_id] = Change(event.run_id, seq, 0)
                elif event.dag_id and not event.run_id:
                    found.dags[event.dag_id] = max(seq, found.dags.get(event.dag_id, 0))
                found.overflow = found.overflow or event.type == LogForked.__name__
        found.runs += missed.values()

    async def _dags(self, found: _Found) -> list[bytes]:
        if not found.dags or self._run_id:
            return []
        wanted = {dag_id: seq for dag_id, seq in found.dags.items() if self._dag_id in ("", dag_id)}
        dags = await self._hub.dag_entries.get(wanted)
        found.overflow = found.overflow or len(dags) > MOST_RUNS
        return dags[:MOST_RUNS]

    async def _wanted(self, found: _Found) -> list[Change]:
        """Return the runs that are meant for this viewer, all that can be sent and perhaps some more."""
        if self._run_id:
            return [change for change in found.runs if change.run_id == self._run_id]
        if not self._dag_id:
            return found.runs
        wanted: list[Change] = []
        changes = sorted(found.runs, key=attrgetter("arrival", "seq"), reverse=True)
        for first in range(0, len(changes), _LOOKED_UP):
            part = changes[first : first + _LOOKED_UP]
            dags = await self._hub.run_dags.find_all([change.run_id for change in part])
            wanted += [change for change in part if dags[change.run_id] == self._dag_id]
            if len(wanted) > MOST_RUNS:
                break
        return wanted
