"""One task of a run, with its attempts."""

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from penstock.ids import partition_of_run
from penstock.times import rfc3339, rfc3339_or_none
from penstock_api.answers import answer, documented
from penstock_api.attempts import read_attempts
from penstock_api.context import Shared
from penstock_api.lookups import get_task
from penstock_api.schemas import TaskDetail
from penstock_api.views import task_definition, task_view

router = APIRouter(tags=["runs"], default_response_class=Response)


@router.get("/runs/{run_id}/tasks/{task_id}", responses=documented({200: TaskDetail}, 404))
async def read_task(run_id: str, task_id: str, shared: Shared) -> Response:
    """Look at one task of a run: where it stands, how it is defined, and what became of each attempt."""
    store = shared.store
    task = await get_task(store, shared.outlines, run_id, task_id)
    run = task.run
    spec = await shared.task_specs.get(partition_of_run(run_id), run.version, task_id)
    earliest = max(run.created_at, run.started_at)
    detail = TaskDetail(
        **msgspec.structs.asdict(task_view(task.outline, task_id, task.state)),
        run_id=run_id,
        dag_id=run.dag_id,
        dag_version=run.version,
        run_status=run.status,
        run_created_at=rfc3339(run.created_at),
        run_started_at=rfc3339_or_none(run.started_at),
        run_seq=run.seq,
        dependents=[other for other, needed in task.outline.dependencies.items() if task_id in needed],
        definition=task_definition(spec),
        attempts=await read_attempts(store, run_id, task_id, task.state, earliest),
    )
    return answer(detail)
