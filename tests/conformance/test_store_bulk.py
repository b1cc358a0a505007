"""Reads of many runs at once: the same as one by one, without what a table does not show."""

import pytest

from penstock.core import events as e
from penstock.core.projection import TaskCell
from penstock.core.status import TaskStatus
from penstock.store import views as v
from penstock.store.base import Store
from penstock.store.valkey.reads import text_fields
from stack import dag
from store_backends import ServerBackend
from store_kit import FIRST, SECOND, dag_id_in, fan, register, run_id, started, success

ONE: dict[str, tuple[str, ...]] = {"a": ()}
QUIET = dag_id_in(0, series="quiet")


async def test_the_last_runs_of_each_dag_come_newest_first(store: Store) -> None:
    for dag_id in (FIRST, SECOND, QUIET):
        await register(store, dag(dag_id, ONE))
    for number in (1, 3, 2, 4):
        await store.request_run(FIRST, run_id(number))
    await store.request_run(SECOND, run_id(9, 1))
    last = await store.last_runs([SECOND, QUIET, FIRST, "unknown"], 3)
    assert {dag_id: [run.run_id for run in runs] for dag_id, runs in last.items()} == {
        SECOND: [run_id(9, 1)],
        QUIET: [],
        FIRST: [run_id(4), run_id(3), run_id(2)],
        "unknown": [],
    }
    assert last[FIRST] == (await store.runs(FIRST, None, 3, "")).runs


async def test_of_more_dags_than_are_read_at_once_none_is_missed(store: Store) -> None:
    names = [f"d{number}" for number in range(450)]
    await register(store, dag(FIRST, ONE))
    await store.request_run(FIRST, run_id(1))
    last = await store.last_runs([*names, FIRST], 1)
    assert list(last) == [*names, FIRST]
    assert [run.run_id for run in last[FIRST]] == [run_id(1)]


def shown(view: v.RunView) -> v.RunCells:
    cells = {number: TaskCell(task.status, task.started_at, task.finished_at) for number, task in view.tasks.items()}
    return v.RunCells(view.summary, cells)


async def test_the_cells_of_runs_are_what_each_run_shows_in_the_order_asked_for(store: Store) -> None:
    reign, first = await started(store, fan(3))
    for number in range(2, 15):
        await store.request_run(FIRST, run_id(number))
    (claim,) = await store.claim(0, "w", 1)
    await store.report([(claim, success(claim))])
    await reign.settle()
    await store.request_run(FIRST, run_id(20))
    asked = [run_id(20), first, *(run_id(number) for number in range(2, 15))]
    views = [view for run in asked if (view := await store.run(run)) is not None]
    cells = await store.run_cells(asked)
    assert cells == [shown(view) for view in views]
    assert cells[1].cells[claim.task].status is TaskStatus.SUCCEEDED
    assert cells[0].cells == {}


async def test_of_a_run_of_very_many_tasks_no_cell_is_missed(store: Store) -> None:
    _, run = await started(store, fan(350))
    await store.request_run(FIRST, run_id(2))
    view = await store.run(run)
    assert view is not None
    assert len(view.tasks) > 200
    assert await store.run_cells([run]) == [shown(view)]


async def test_runs_that_do_not_exist_have_no_cells(store: Store) -> None:
    _, first = await started(store, ONE)
    asked = [run_id(7), first, run_id(1, 7)]
    assert [run.summary.run_id for run in await store.run_cells(asked)] == [first]
    assert await store.run_cells([]) == []
    assert await store.run_cells(["nothing"]) == []


LONG = "x" * 3000
OUTPUTS = {
    "a long text": LONG,
    "what looks like fields": {"a": 1, "error": 2, "output": LONG, "status": "failed", "finished_at": 7},
    "quoted fields": f'","error":{{}},"output":{LONG}',
}


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
async def test_what_a_task_returned_does_not_change_its_cell(store: Store, output: object) -> None:
    reign, run = await started(store, ONE)
    worker = f'","error":{"x" * 300}'
    (claim,) = await store.claim(0, worker, 1)
    report = e.TaskSucceeded(run_id=run, task_id="a", attempt=1, worker=worker, output=output)
    await store.report([(claim, report)])
    await reign.settle()
    view = await store.run(run)
    assert view is not None
    assert view.tasks[0].output == output
    assert await store.run_cells([run]) == [shown(view)]


async def test_why_a_task_failed_does_not_change_its_cell(store: Store) -> None:
    reign, run = await started(store, ONE)
    (claim,) = await store.claim(0, "w", 1)
    error = e.TaskError("exit", LONG, ',"output":' + LONG)
    await store.report([(claim, e.TaskFailed(run_id=run, task_id="a", attempt=1, worker="w", error=error))])
    await reign.settle()
    view = await store.run(run)
    assert view is not None
    assert view.tasks[0].status is TaskStatus.FAILED
    assert await store.run_cells([run]) == [shown(view)]


@pytest.mark.parametrize("store_url", ["valkey", "redis", "cluster"], indirect=True)
async def test_what_tasks_returned_does_not_leave_the_server_for_their_cells(server: ServerBackend) -> None:
    reign, run = await started(server.store, fan(3))
    for claim in await server.store.claim(0, "w", 3):
        report = e.TaskSucceeded(run_id=run, task_id=claim.task_id, attempt=1, worker="w", output=LONG)
        await server.store.report([(claim, report)])
    await reign.settle()
    keys = server.valkey._db.keys[0]
    answer = text_fields(await server.valkey._db.run("cells", [keys.run(run)], []))
    assert answer.keys() == {"run", "t0", "t1", "t2"}
    assert sum(map(len, answer.values())) < len(LONG)
