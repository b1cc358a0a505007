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


_Kind = type[msgspec.Struct]


def documented(successes: Mapping[int, _Kind | tuple[_Kind, ...]], *errors: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI is to say of a route's answers, of which there may be several of one status.

    Any route that asks the store may answer 503.
    """
    kinds = {**successes, **dict.fromkeys((*errors, 503), ErrorAnswer)}
    return {status: _described(status, kind if isinstance(kind, tuple) else (kind,)) for status, kind in kinds.items()}


def _described(status: int, kinds: tuple[_Kind, ...]) -> dict[str, Any]:
    references = [{"$ref": f"#/components/schemas/{kind.__name__}"} for kind in kinds]
    content = {JSON: {"schema": references[0] if len(references) == 1 else {"anyOf": references}}}
    return {"description": HTTPStatus(status).phrase, "content": content}
