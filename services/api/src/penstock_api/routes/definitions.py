"""Definitions as text: written for people to edit, and checked without being registered."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from penstock.definition import Format
from penstock.errors import InvalidDefinitionError
from penstock_api.answers import JSON, answer, documented
from penstock_api.bodies import whole_body
from penstock_api.context import Shared
from penstock_api.lookups import get_definition
from penstock_api.schemas import Validation

_TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The text",
        "content": {
            "text/plain": {"schema": {"type": "string"}, "example": "id: sample\ntasks:\n  a:\n    name: A\n"},
            JSON: {"schema": {"type": "object"}},
        },
    }
}
_TEXT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The text of a definition, whatever its content type.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}

router = APIRouter(tags=["dags"], default_response_class=Response)


@router.get("/dags/{dag_id}/definition", responses={**_TEXT, **documented({}, 404, 422)})
async def read_definition(
    dag_id: str,
    shared: Shared,
    version: Annotated[str | None, Query(description="A version; the current one by default.")] = None,
    written_in: Annotated[Format, Query(alias="format")] = "yaml",
) -> Response:
    """Read a definition as a text to edit: defaults left out, the tasks in the order written.

    Registered as it is, it makes no new version.
    """
    spec, _, _ = await get_definition(shared.store, dag_id, version)
    text = await shared.write_definition(spec, written_in)
    return Response(text, media_type="text/plain; charset=utf-8" if written_in == "yaml" else JSON)


@router.post("/dags/validate", responses=documented({200: Validation}, 413, 422), openapi_extra=_TEXT_BODY)
async def validate(
    request: Request,
    shared: Shared,
    written_in: Annotated[Format, Query(alias="format")] = "yaml",
) -> Response:
    """Check a definition without registering it: 200 in either case, with every problem and its place in the text."""
    data = await whole_body(request, shared.settings.max_upload_bytes)
    try:
        spec, version = await shared.read_definition(data, written_in)
    except InvalidDefinitionError as error:
        return answer(Validation(valid=False, problems=list(error.details)))
    known = any(one.version == version for one in await shared.store.versions(spec.id))
    return answer(
        Validation(valid=True, problems=[], dag_id=spec.id, version=version, known=known, task_count=len(spec.tasks))
    )
