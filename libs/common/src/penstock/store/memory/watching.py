"""What a dashboard watches, and how workers announce themselves."""

from collections.abc import Sequence
from operator import attrgetter

from msgspec.structs import replace

from penstock.core.projection import SUMMARY_FIELD, decode_summary, decode_task, task_field
from penstock.core.run import RunSummary, TaskState
from penstock.ids import home_of_run
from penstock.store import records as r
from penstock.store import views as v
from penstock.store.memory.state import State


class Watching:
    """See :class:`penstock.store.watching.WatchStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def summaries(self, run_ids: Sequence[str]) -> list[RunSummary]:
        """Return the summaries of those of the runs that exist, in the order asked for."""
        stored = [self._field(run_id, SUMMARY_FIELD) for run_id in run_ids]
        return [decode_summary(data) for data in stored if data is not None]

    async def task_states(self, places: Sequence[tuple[str, int]]) -> list[TaskState | None]:
        """Return for each place the state of the task; None where it never moved."""
        stored = [self._field(run_id, task_field(number)) for run_id, number in places]
        return [None if data is None else decode_task(data) for data in stored]

    def _field(self, run_id: str, name: str) -> bytes | None:
        """Return a field of a run; None where there is no such run, as a refused fact may name any."""
        home = home_of_run(run_id, len(self._state.partitions))
        run = None if home is None else self._state.partitions[home].runs.get(run_id)
        return None if run is None else run.fields.get(name)

    async def dead_letters(self, partition: int, before: str, limit: int) -> list[v.KeptLetter]:
        """Return dead letters of a partition, newest first."""
        dead = self._state.partitions[partition].dead
        return [v.KeptLetter(place, letter) for place, letter in dead.before(before, limit)]

    async def announce(self, worker: r.WorkerPresence, ttl_ms: int) -> None:
        """Say that a worker is alive, and how it fares."""
        now = self._state.clock()
        latest = now + ttl_ms * r.CREDIBLE_LEASES
        workers = {**self._state.workers, worker.name: (now + ttl_ms, replace(worker, seen_at=now))}
        self._state.workers = {name: told for name, told in workers.items() if now <= told[0] <= latest}

    async def depart(self, name: str) -> None:
        """Say that a worker is no longer there."""
        self._state.workers.pop(name, None)

    async def workers(self) -> list[r.WorkerPresence]:
        """Return the workers that are alive, by name."""
        now = self._state.clock()
        return sorted((told for until, told in self._state.workers.values() if until >= now), key=attrgetter("name"))

    async def worker_count(self) -> int:
        """Return how many workers are alive."""
        return len(await self.workers())
