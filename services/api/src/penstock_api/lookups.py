"""From an id in a path to what it names: the shape of the id is checked before the store is asked."""

import re
from collections.abc import Sequence

import msgspec

from penstock.core.dag import DagSpec
from penstock.core.run import RunSummary, TaskState
from penstock.definition.names import DAG_ID
from penstock.errors import Detail, InvalidInputError, NotFoundError
from penstock.ids import partition_of_dag, partition_of_run
from penstock.store.base import Store
from penstock.store.views import DagSummary, RunView
from penstock_api.outlines import Outline, Outlines

_DAG_ID = re.compile(DAG_ID)


class TaskOfRun(msgspec.Struct, frozen=True):
    """A task in one run: the run, the outline of the version that it follows, and where the task stands."""

    run: RunSummary
    outline: Outline
    state: TaskState


def run_partition(store: Store, run_id: str) -> int:
    """Return the partition of a run id.

    Raises:
        NotFoundError: it is no run id of this deployment.
    """
    partition = partition_of_run(run_id)
    if partition >= store.partitions:
        raise NotFoundError(f"There is no run {run_id!r}.")
    return partition


def check_cursor(store: Store, cursor: str) -> None:
    """Check the cursor of a list of runs, empty for its first page.

    Raises:
        InvalidInputError: it is none that this API has given.
    """
    if not cursor:
        return
    try:
        run_partition(store, cursor)
    except NotFoundError as error:
        raise InvalidInputError("The cursor is none of this API.", [Detail("cursor", "is not valid")]) from error


async def get_run(store: Store, run_id: str, numbers: Sequence[int] | None = None) -> RunView:
    """Return a run with all its tasks, or with those of the given numbers only.

    Raises:
        NotFoundError: there is none.
    """
    run_partition(store, run_id)
    view = await store.run(run_id, numbers)
    if view is None:
        raise NotFoundError(f"There is no run {run_id!r}.")
    return view


async def get_task(store: Store, outlines: Outlines, run_id: str, task_id: str) -> TaskOfRun:
    """Return a task of a run; the run's other tasks are not read.

    Raises:
        NotFoundError: there is no such run, or it has no such task.
    """
    run = await get_run(store, run_id, ())
    outline = await outlines.get(partition_of_run(run_id), run.summary.version)
    number = outline.numbers.get(task_id)
    if number is None:
        raise NotFoundError(f"Run {run_id!r} has no task {task_id[:128]!r}.")
    run = await get_run(store, run_id, (number,))
    return TaskOfRun(run.summary, outline, run.tasks.get(number) or TaskState())


def choose_attempt(task_id: str, task: TaskState, attempt: int | None) -> int:
    """Return the attempt that is asked for, by default the latest; 1 for a task that was not tried yet.

    Raises:
        NotFoundError: there is no such attempt.
    """
    if attempt is not None and attempt > task.attempt:
        raise NotFoundError(f"Task {task_id!r} has no attempt {attempt}.")
    return attempt or max(task.attempt, 1)


async def require_run(store: Store, run_id: str) -> int:
    """Return the partition of a run that exists.

    Raises:
        NotFoundError: there is none.
    """
    await get_run(store, run_id, ())
    return partition_of_run(run_id)


async def get_versions(store: Store, dag_id: str) -> list[DagSummary]:
    """Return the versions of a DAG, the current one first.

    Raises:
        NotFoundError: there is no such DAG.
    """
    known = await store.versions(dag_id) if _DAG_ID.fullmatch(dag_id) else []
    if not known:
        raise NotFoundError(f"There is no DAG {dag_id[:128]!r}.")
    return known


async def get_definition(store: Store, dag_id: str, version: str | None) -> tuple[DagSpec, DagSummary, bool]:
    """Return a version of a DAG (None for the current one), its summary, and whether it is the current one.

    Raises:
        NotFoundError: there is no such DAG, or it has no such version.
    """
    known = await get_versions(store, dag_id)
    summary = next((one for one in known if version in {None, one.version}), None)
    spec = await store.definition(partition_of_dag(dag_id, store.partitions), summary.version) if summary else None
    if summary is None or spec is None:
        raise NotFoundError(f"DAG {dag_id!r} has no version {(version or '')[:64]!r}.")
    return spec, summary, summary is known[0]
