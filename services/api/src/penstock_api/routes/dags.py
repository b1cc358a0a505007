"""DAGs: register, list, read, and start a run."""

import secrets
import time
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from penstock.core.status import RunStatus
from penstock.definition import Format, format_of
from penstock.errors import Detail, InvalidInputError
from penstock.ids import ENTROPY_BYTES, new_run_id, partition_of_dag
from penstock_api.answers import answer, documented
from penstock_api.bodies import json_body, refuse_arguments, uploaded_file
from penstock_api.context import Context, Shared
from penstock_api.live.positions import current_position
from penstock_api.lookups import get_definition, get_run, get_versions
from penstock_api.request_trace import trace_of
from penstock_api.schemas import DagDetail, DagList, DagRunsList, Registered, RunAccepted, Uploaded, VersionList
from penstock_api.views import dag_detail, dag_entry, dag_with_runs, version_entry

MOST_RUNS = 10_000
"""Of one list of DAGs: some 4 MB of JSON."""

_NO_ARGUMENTS = ""
"""The digest of what is asked for under an idempotency key: a run takes no arguments, so all bodies are alike."""

_DEFINITION = {
    "id": "sample",
    "tasks": {
        "a": {"name": "First", "command": "echo one"},
        "b": {"name": "Then", "command": "echo two", "dependencies": ["a"]},
    },
}
_JSON_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A definition; /schema/dag.json is its schema.",
        "content": {"application/json": {"schema": {"type": "object"}, "example": _DEFINITION}},
    }
}
_FILE_SCHEMA = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
_FILE_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FILE_SCHEMA}}}
}
_EMPTY_BODY: dict[str, Any] = {
    "requestBody": {"required": False, "content": {"application/json": {"schema": {"type": "object"}, "example": {}}}}
}

router = APIRouter(tags=["dags"], default_response_class=Response)


@router.post(
    "/dags",
    status_code=201,
    responses=documented({201: Registered, 200: Registered}, 400, 413, 415, 422),
    openapi_extra=_JSON_BODY,
)
async def register(request: Request, shared: Shared) -> Response:
    """Register a definition (JSON).

    201 for a new version, 200 where the very same content is registered already. It can be run at once.
    """
    data = await json_body(request, shared.settings.max_upload_bytes)
    dag_id, version, created = await _register(shared, data, "json")
    return answer(Registered(dag_id, version, created), *_created(dag_id, created))


@router.post(
    "/dags/upload",
    status_code=201,
    responses=documented({201: Uploaded, 200: Uploaded}, 400, 413, 415, 422),
    openapi_extra=_FILE_BODY,
)
async def upload(request: Request, shared: Shared) -> Response:
    """Register a definition from a file (.json, .yaml, .yml) in the form field `file`."""
    filename, data = await uploaded_file(request, "file", shared.settings.max_upload_bytes)
    dag_id, version, created = await _register(shared, data, format_of(filename))
    return answer(Uploaded(dag_id, version, created, filename=filename), *_created(dag_id, created))


@router.get("/dags", responses=documented({200: (DagList, DagRunsList)}, 422))
async def list_dags(
    shared: Shared,
    runs: Annotated[int, Query(ge=0, le=50, description="How many of each DAG's last runs to add.")] = 0,
) -> Response:
    """List every DAG in its current version; with `runs`, each has its last runs, newest first, in `last_runs`.

    With more than 200 DAGs there may be fewer of each, down to one: all have 10,000 together.
    """
    store = shared.store
    position = await current_position(store, range(store.partitions))
    dags = await store.dags()
    if not runs:
        return answer(DagList([dag_entry(dag) for dag in dags], len(dags), position))
    each = max(1, min(runs, MOST_RUNS // max(1, len(dags))))
    last = await store.last_runs([dag.dag_id for dag in dags], each)
    listed = [dag_with_runs(dag, last[dag.dag_id]) for dag in dags]
    return answer(DagRunsList(listed, len(dags), position))


@router.get("/dags/{dag_id}", responses=documented({200: DagDetail}, 404))
async def read_dag(
    dag_id: str,
    shared: Shared,
    version: Annotated[str | None, Query(description="A version; the current one by default.")] = None,
) -> Response:
    """Read a definition."""
    spec, summary, current = await get_definition(shared.store, dag_id, version)
    return answer(dag_detail(spec, summary, current=current))


@router.get("/dags/{dag_id}/versions", responses=documented({200: VersionList}, 404))
async def list_versions(dag_id: str, shared: Shared) -> Response:
    """List the versions of a DAG."""
    known = await get_versions(shared.store, dag_id)
    versions = [version_entry(dag, current=dag is known[0]) for dag in known]
    return answer(VersionList(dag_id, versions, len(versions)))


@router.post(
    "/dags/{dag_id}/run",
    status_code=202,
    responses=documented({202: RunAccepted, 200: RunAccepted}, 400, 404, 409, 413, 415, 422),
    openapi_extra=_EMPTY_BODY,
)
async def start_run(
    dag_id: str,
    request: Request,
    shared: Shared,
    idempotency_key: Annotated[
        str | None, Header(description="Up to 255 visible characters. The same key again: the same run, and 200.")
    ] = None,
    traceparent: Annotated[
        str | None, Header(description="W3C Trace Context: the run belongs to this trace. Not read if malformed.")
    ] = None,
) -> Response:
    """Request a run of the DAG's current version.

    The run exists when this is answered, also while no scheduler is up. A key is remembered for two days, for its DAG.
    """
    key = _checked(idempotency_key)
    await refuse_arguments(request)
    store, trace = shared.store, trace_of(request)
    partition = partition_of_dag(dag_id, store.partitions)
    wanted = new_run_id(partition, time.time_ns() // 1_000_000, secrets.token_bytes(ENTROPY_BYTES))
    traceparent = trace.wants_run(wanted)
    run_id, created = await store.request_run(dag_id, wanted, key, _NO_ARGUMENTS, traceparent)
    status = RunStatus.REQUESTED
    if not created:
        known = (await get_run(store, run_id)).summary
        status = known.status
        trace.found_run(run_id, known.traceparent)
    accepted = RunAccepted(run_id, dag_id, status)
    return answer(accepted, 202 if created else 200, {"Location": f"/runs/{run_id}"})


async def _register(shared: Context, data: bytes, written_in: Format) -> tuple[str, str, bool]:
    spec, version = await shared.read_definition(data, written_in)
    return spec.id, version, await shared.store.register_dag(spec, version)


def _created(dag_id: str, created: bool) -> tuple[int, dict[str, str]]:
    return 201 if created else 200, {"Location": f"/dags/{dag_id}"}


def _checked(key: str | None) -> str:
    """Return the idempotency key, empty where there is none.

    Raises:
        InvalidInputError: it is empty, too long, or has characters that cannot be seen.
    """
    if key is None:
        return ""
    if not 1 <= len(key) <= 255 or not all("!" <= character <= "~" for character in key):
        message = "Idempotency-Key must have 1 to 255 visible ASCII characters."
        raise InvalidInputError(message, [Detail("Idempotency-Key", "must have 1 to 255 visible ASCII characters")])
    return key
