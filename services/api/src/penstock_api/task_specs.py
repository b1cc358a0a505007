"""How tasks are defined: those that were looked at last, so that not every look decodes a whole definition."""

from collections import OrderedDict

from penstock.core.dag import TaskSpec
from penstock.errors import PenstockError
from penstock.store.base import ReadStore

KEPT = 100
"""Tasks: each may have a command of many KiB."""


class TaskSpecs:
    """The tasks that were asked for last."""

    def __init__(self, store: ReadStore) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, str], TaskSpec] = OrderedDict()

    async def get(self, partition: int, version: str, task_id: str) -> TaskSpec:
        """Return a task, which must be there, of a version that a run follows.

        Raises:
            PenstockError: the store has lost the version.
        """
        task = self._kept.get((version, task_id))
        if task is None:
            dag = await self._store.definition(partition, version)
            if dag is None:
                raise PenstockError(f"The definition of version {version} is not in the store.")
            task = dag.tasks[task_id]
        self._kept[version, task_id] = task
        self._kept.move_to_end((version, task_id))
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return task
