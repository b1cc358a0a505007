"""What of a run can move next, derived from its tasks and kept up to date step by step.

Nothing here is stored: it can be rebuilt from the tasks' statuses at any time, and a test holds the one to the other.
It exists so that a decision costs as much as what it decides, not as much as the DAG is large.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import islice, takewhile

from penstock.core.plan import Plan
from penstock.core.status import TASK_ENDED, TaskStatus

_NOT_WAITING = -1


class Frontier:
    """The movable tasks of a run, by number.

    ``startable`` tasks wait for nothing any more; ``blocked`` maps a waiting task to a dependency that ended without
    success.
    """

    __slots__ = ("_open_dependencies", "_retries", "blocked", "startable")

    def __init__(self, plan: Plan, tasks: Sequence[tuple[TaskStatus, int]]) -> None:
        """Derive the frontier of a run whose tasks have these statuses and, where they retry, due times (ms)."""
        self.startable: dict[int, None] = {}
        self.blocked: dict[int, int] = {}
        self._retries: list[tuple[int, int]] = []
        self._open_dependencies = [
            len(upstream) if status is TaskStatus.WAITING else _NOT_WAITING
            for upstream, (status, _) in zip(plan.upstream, tasks, strict=True)
        ]
        for number, (status, due) in enumerate(tasks):
            if status in TASK_ENDED:
                self._tell_downstream(plan, number, status)
            elif status is TaskStatus.RETRYING:
                self.retry(number, due)
            elif status is TaskStatus.WAITING and not plan.upstream[number]:
                self.startable[number] = None

    @property
    def movable(self) -> bool:
        """Whether any task is startable, blocked or retrying."""
        return bool(self.startable or self.blocked or self._retries)

    def moved(self, plan: Plan, number: int, before: TaskStatus, after: TaskStatus, due: int) -> None:
        """Take note that a task went from one status to another; ``due`` is what it was retrying for, if it was."""
        if before is TaskStatus.WAITING:
            self.startable.pop(number, None)
            self.blocked.pop(number, None)
            self._open_dependencies[number] = _NOT_WAITING
        elif before is TaskStatus.RETRYING:
            del self._retries[bisect_left(self._retries, (due, number))]
        if after in TASK_ENDED:
            self._tell_downstream(plan, number, after)

    def retry(self, number: int, due: int) -> None:
        """Take note that a task is to be ready again at ``due`` (ms)."""
        insort(self._retries, (due, number))

    def due_retries(self, now: int, limit: int) -> list[int]:
        """Return at most ``limit`` of the retrying tasks that are due, the longest due first."""
        if not self._retries:
            return []
        due = takewhile(lambda entry: entry[0] <= now, self._retries)
        return [number for _, number in islice(due, limit)]

    def next_retry(self) -> int | None:
        """Return when the next retrying task is due (ms)."""
        return self._retries[0][0] if self._retries else None

    def snapshot(self) -> tuple[frozenset[int], frozenset[int], tuple[tuple[int, int], ...]]:
        """Return the startable, the blocked and the retrying tasks, to compare two frontiers."""
        return frozenset(self.startable), frozenset(self.blocked), tuple(self._retries)

    def _tell_downstream(self, plan: Plan, number: int, status: TaskStatus) -> None:
        for dependent in plan.downstream[number]:
            if self._open_dependencies[dependent] == _NOT_WAITING:
                continue
            if status is not TaskStatus.SUCCEEDED:
                self.blocked.setdefault(dependent, number)
                continue
            self._open_dependencies[dependent] -= 1
            if not self._open_dependencies[dependent]:
                self.startable[dependent] = None
