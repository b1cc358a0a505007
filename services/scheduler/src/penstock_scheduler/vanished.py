"""Attempts that are open in the log and nowhere else: no queue entry to claim or to lose, and no report on its way.

It should not happen. But a report whose fact nobody can read ends among the dead letters, an operator deletes an entry
by hand, and the run would never end. So every open run is looked at now and then, a few at a time, and an attempt that
has vanished is taken for lost.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

import msgspec

from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.projection import SUMMARY_FIELD, decode_run_fields, decode_summary
from penstock.core.run import Run, TaskState
from penstock.core.status import RunStatus, TaskStatus
from penstock.errors import NewerSchemaError, SchemaError
from penstock.store import records as r
from penstock.store.base import SchedulerStore

RUNS = 20
"""Runs looked at in one go; how many attempts they may have open is bounded by the window of the queue."""

FACTS = 1000
"""Facts looked through in one go for reports that are on their way."""

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
        the inbox, after ``cursor``, then: a report that is not on its way there cannot come any more. That there are
        facts about others proves nothing: in a partition that is never idle there always are.

        Raises:
            NewerSchemaError: a newer Penstock has written to the inbox.
        """
        attempts = [attempt for status in self._after for attempt in await self._open(status, loaded)]
        queued = await self._store.queued(self._number, [(attempt.queue, attempt.seq) for attempt in attempts])
        gone = [attempt for attempt, there in zip(attempts, queued, strict=True) if not there]
        if not gone:
            return []
        coming = await self._store.inbox(self._number, cursor, FACTS, 0)
        if len(coming) == FACTS:
            return []  # there are more than can be looked through: another time
        reported = set(_tasks_named(coming))
        return [attempt for attempt in gone if not _is_about(attempt, loaded.get(attempt.run_id), reported)]

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


def _tasks_named(entries: Iterable[r.Entry]) -> Iterator[tuple[str, str]]:
    """Go through the tasks, by run and id, that facts are about; a fact that nobody can read is about none."""
    for entry in entries:
        try:
            fact = decode_event(entry.data)
        except NewerSchemaError:
            raise
        except SchemaError:
            continue
        if isinstance(fact, e.TaskEvent):
            yield fact.run_id, fact.task_id


def _is_about(attempt: Attempt, run: Run | None, named: AbstractSet[tuple[str, str]]) -> bool:
    """Return whether the attempt's task is among those named; of a run that is not loaded, whether any of its tasks."""
    if run is None:
        return any(run_id == attempt.run_id for run_id, _ in named)
    return (attempt.run_id, run.plan.tasks[attempt.number].id) in named


def _open_attempts(run_id: str, tasks: Iterable[tuple[int, TaskState]]) -> list[Attempt]:
    return [Attempt(run_id, number, task.queue, task.ready_seq) for number, task in tasks if task.status in OPEN]
