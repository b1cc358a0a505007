"""How long attempts have waited and run of late: of some of the latest, so that the cost does not grow with load."""

import math
from collections.abc import Mapping, Sequence

import msgspec
import structlog

from penstock.core.run import RunSummary
from penstock.errors import PenstockError, StoreUnavailableError
from penstock.ids import partition_of_run
from penstock.store.base import Store
from penstock.together import together
from penstock_api.outlines import Outlines

LAST_OF_PARTITION = 200
"""Events looked at of a partition in which something happened."""

LAST_OF_ALL = 4_000
ATTEMPTS = 300
"""Tasks looked at."""

_STARTED = "TaskStarted"
_ENDED = frozenset({"TaskSucceeded", "TaskFailed"})


class _Glance(msgspec.Struct, gc=False):
    type: str
    run_id: str = ""
    task_id: str = ""


_log = structlog.get_logger()
_glance = msgspec.json.Decoder(_Glance).decode
_Task = tuple[str, str]


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the least of the values that ``percent`` of them do not exceed; None of no values."""
    if not values:
        return None
    return float(sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)])


class Durations:
    """Looks into the logs for tasks that have started or ended, and at what is stored of these."""

    def __init__(self, store: Store, outlines: Outlines) -> None:
        self._store = store
        self._outlines = outlines

    async def since(self, before: Mapping[int, int], now: Mapping[int, int]) -> tuple[list[int], list[int]]:
        """Return how long (ms) attempts waited that started, and how long those ran that ended, between two positions.

        Raises:
            StoreUnavailableError: the store does not answer.
        """
        moved = [partition for partition, seq in now.items() if seq > before[partition]]
        if not moved:
            return [], []
        most = max(1, min(LAST_OF_PARTITION, LAST_OF_ALL // len(moved)))
        logs = await together(*(self._store.log(one, max(before[one], now[one] - most), most) for one in moved))
        started: dict[_Task, None] = {}
        ended: dict[_Task, None] = {}
        for data in (entry.data for log in logs for entry in log):
            try:
                seen = _glance(data)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue  # an event of a newer Penstock: it is not among those that are looked at
            if seen.type == _STARTED:
                started[seen.run_id, seen.task_id] = None
            elif seen.type in _ENDED:
                ended[seen.run_id, seen.task_id] = None
        return await self._measured(started, ended)

    async def _measured(
        self, started: Mapping[_Task, None], ended: Mapping[_Task, None]
    ) -> tuple[list[int], list[int]]:
        tasks = _spread([*started, *(task for task in ended if task not in started)])
        numbers = await self._numbers(tasks)
        states = await self._store.task_states([(run_id, numbers[run_id, name]) for run_id, name in numbers])
        waits: list[int] = []
        runs: list[int] = []
        for task, state in zip(numbers, states, strict=True):
            if state is None or not state.started_at:  # it is ready for another attempt already
                continue
            if task in started:
                waits.append(max(0, state.started_at - state.ready_at))  # a clock may have been set back
            if task in ended and state.finished_at:
                runs.append(max(0, state.finished_at - state.started_at))
        return waits, runs

    async def _numbers(self, tasks: Sequence[_Task]) -> dict[_Task, int]:
        """Return the numbers under which the tasks are stored, of those that can be found out."""
        runs = await self._store.summaries(list({run_id for run_id, _ in tasks}))
        known = {run.run_id: await self._task_numbers(run) for run in runs}
        places = ((task, known.get(task[0], {}).get(task[1])) for task in tasks)
        return {task: number for task, number in places if number is not None}

    async def _task_numbers(self, run: RunSummary) -> Mapping[str, int]:
        try:
            return (await self._outlines.get(partition_of_run(run.run_id), run.version)).numbers
        except StoreUnavailableError:
            raise
        except PenstockError as error:
            _log.warning("the attempts of a run are in no curve", run_id=run.run_id, error=str(error))
            return {}


def _spread(tasks: Sequence[_Task]) -> Sequence[_Task]:
    """Return at most so many as are looked at, from all over."""
    return tasks[:: math.ceil(len(tasks) / ATTEMPTS)] if tasks else tasks
