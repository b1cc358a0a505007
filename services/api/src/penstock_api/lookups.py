"""From an id in a path to what it names: the shape of the id is checked before the store is asked."""

import re

from penstock.core.dag import DagSpec
from penstock.core.run import TaskState
from penstock.definition.names import DAG_ID
from penstock.errors import Detail, InvalidInputError, NotFoundError
from penstock.ids import partition_of_dag, partition_of_run
from penstock.store.base import Store
from penstock.store.records import DagSummary, RunView
from penstock_api.outlines import Outlines

_DAG_ID = re.compile(DAG_ID)


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


async def get_run(store: Store, run_id: str) -> RunView:
    """Return a run.

    Raises:
        NotFoundError: there is none.
    """
    run_partition(store, run_id)
    view = await store.run(run_id)
    if view is None:
        raise NotFoundError(f"There is no run {run_id!r}.")
    return view


async def get_task(outlines: Outlines, run: RunView, task_id: str) -> tuple[str, TaskState]:
    """Return the name and the state of a task of a run.

    Raises:
        NotFoundError: the run has no such task.
    """
    summary = run.summary
    outline = await outlines.get(partition_of_run(summary.run_id), summary.version)
    if task_id not in outline.names:
        raise NotFoundError(f"Run {summary.run_id!r} has no task {task_id[:128]!r}.")
    return outline.names[task_id], run.tasks.get(outline.numbers[task_id]) or TaskState()


async def require_run(store: Store, run_id: str) -> int:
    """Return the partition of a run that exists; a large run is not loaded for it.

    Raises:
        NotFoundError: there is none.
    """
    partition = run_partition(store, run_id)
    if not await store.run_events(run_id, 0, 1):  # it has no events while it waits in the inbox
        await get_run(store, run_id)
    return partition


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
