"""How an answer is written, and how a route says beforehand which answers it may give."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.responses import Response

from penstock.errors import Detail
from penstock_api.schemas import ErrorAnswer, ErrorBody

JSON = "application/json"

_encode = msgspec.json.Encoder().encode


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(_encode(body), status, headers, JSON)


def error_answer(
    status: int,
    code: str,
    message: str,
    details: tuple[Detail, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error in the one format that the API has for errors."""
    return answer(ErrorAnswer(ErrorBody(code, message, list(details))), status, headers)


def documented(successes: Mapping[int, type[msgspec.Struct]], *errors: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI is to say of a route's answers. Any that asks the store may answer 503."""
    schemas = {status: kind.__name__ for status, kind in successes.items()}
    schemas.update(dict.fromkeys((*errors, 503), ErrorAnswer.__name__))
    return {status: _described(status, schema) for status, schema in schemas.items()}


def _described(status: int, schema: str) -> dict[str, Any]:
    content = {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": HTTPStatus(status).phrase, "content": content}
