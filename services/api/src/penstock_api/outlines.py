"""Which tasks a version has: immutable, asked for by every look at a run, so kept for a while."""

from collections import OrderedDict

from penstock.core.dag import DagSpec
from penstock.errors import PenstockError
from penstock.store.base import ReadStore

KEPT_TASKS = 100_000
"""Tasks of all outlines together; a task takes some 250 bytes here."""

_EDGES_PER_TASK = 32
"""So many dependencies take as much as a task."""


class Outline:
    """What a version is called, and its tasks in the order written: names by id, numbers by id, dependencies."""

    def __init__(self, dag: DagSpec) -> None:
        self.dag_name = dag.name
        self.names = {task_id: task.name for task_id, task in dag.tasks.items()}
        self.numbers = {task_id: number for number, task_id in enumerate(self.names)}
        own = {task_id: task_id for task_id in self.names}  # one text per id, however many tasks depend on it
        self.dependencies = {
            task_id: tuple(own[name] for name in task.dependencies) for task_id, task in dag.tasks.items()
        }
        self.weight = len(self.names) + sum(map(len, self.dependencies.values())) // _EDGES_PER_TASK


class Outlines:
    """The outlines that were asked for last."""

    def __init__(self, store: ReadStore) -> None:
        self._store = store
        self._kept: OrderedDict[str, Outline] = OrderedDict()
        self._tasks = 0

    async def get(self, partition: int, version: str) -> Outline:
        """Return the outline of a version that a run follows.

        Raises:
            PenstockError: the store has lost it.
        """
        outline = self._kept.get(version)
        if outline is not None:
            self._kept.move_to_end(version)
            return outline
        dag = await self._store.definition(partition, version)
        if dag is None:
            raise PenstockError(f"The definition of version {version} is not in the store.")
        outline = Outline(dag)
        self._keep(version, outline)
        return outline

    def _keep(self, version: str, outline: Outline) -> None:
        if version in self._kept:  # another request was faster
            return
        self._kept[version] = outline
        self._tasks += outline.weight
        while self._tasks > KEPT_TASKS and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._tasks -= oldest.weight
