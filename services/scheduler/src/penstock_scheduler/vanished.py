"""Attempts that are open in the log and nowhere else: no queue entry to claim or to lose, and no report on its way.

It should not happen. But a report whose fact nobody can read ends among the dead letters, an operator deletes an entry
by hand, and the run would never end. So every open run is looked at now and then, a few at a time, and an attempt that
has vanished is taken for lost.
"""

from collections.abc import Iterable, Mapping

import msgspec

from penstock.core.projection import SUMMARY_FIELD, decode_run_fields, decode_summary
from penstock.core.run import Run, TaskState
from penstock.core.status import RunStatus, TaskStatus
from penstock.store.base import SchedulerStore

RUNS = 20
"""Runs looked at in one go; how many attempts they may have open is bounded by the window of the queue."""

OPEN = frozenset({TaskStatus.READY, TaskStatus.RUNNING})


class Attempt(msgspec.Struct, frozen=True):
    """An open attempt: of a task, by number, on a queue, by the seq that made it ready."""

    run_id: str
    number: int
    queue: str
    seq: int


class Watch:
    """Goes round the open runs of one partition."""

    def __init__(self, number: int, store: SchedulerStore) -> None:
        self._number = number
        self._store = store
        self._after = {RunStatus.RUNNING: "", RunStatus.CANCELLING: ""}

    async def look(self, loaded: Mapping[str, Run], cursor: str) -> list[Attempt]:
        """Return those attempts of the next few runs that have vanished; what is ``loaded`` must be committed.

        An entry leaves the queue in the step in which its report enters the inbox. So the queue is looked at first and
        the inbox, after ``cursor``, then: if that is empty, no report is on its way, and none can come.
        """
        attempts = [attempt for status in self._after for attempt in await self._open(status, loaded)]
        queued = await self._store.queued(self._number, [(attempt.queue, attempt.seq) for attempt in attempts])
        gone = [attempt for attempt, there in zip(attempts, queued, strict=True) if not there]
        return [] if gone and await self._store.inbox(self._number, cursor, 1, 0) else gone

    async def _open(self, status: RunStatus, loaded: Mapping[str, Run]) -> list[Attempt]:
        run_ids = await self._store.listed_runs(self._number, "", status, self._after[status], RUNS)
        self._after[status] = run_ids[-1] if len(run_ids) == RUNS else ""
        sleeping = [run_id for run_id in run_ids if run_id not in loaded]
        stored = await self._store.load_runs(self._number, sleeping) if sleeping else {}
        found: list[Attempt] = []
        for run_id in run_ids:
            if run_id in loaded:
                found += _open_attempts(run_id, enumerate(loaded[run_id].tasks))
            elif run_id in stored and OPEN & decode_summary(stored[run_id][SUMMARY_FIELD]).counts.keys():
                found += _open_attempts(run_id, decode_run_fields(stored[run_id])[1].items())
        return found


def _open_attempts(run_id: str, tasks: Iterable[tuple[int, TaskState]]) -> list[Attempt]:
    return [Attempt(run_id, number, task.queue, task.ready_seq) for number, task in tasks if task.status in OPEN]
