"""One place for what goes wrong: every error becomes the same JSON, none shows a traceback or where a file lies."""

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from penstock.errors import (
    ConflictError,
    Detail,
    InvalidDefinitionError,
    InvalidInputError,
    NotFoundError,
    PenstockError,
    StoreUnavailableError,
    TooLargeError,
    UnsupportedFormatError,
)
from penstock_api.answers import error_answer

RETRY_AFTER_SECONDS = 1

_log = structlog.get_logger()

# The first that fits counts: special before general.
_INPUT_ERRORS: tuple[tuple[type[InvalidInputError], int, str], ...] = (
    (TooLargeError, 413, "too_large"),
    (UnsupportedFormatError, 415, "unsupported_media_type"),
    (InvalidDefinitionError, 422, "invalid_definition"),
    (InvalidInputError, 422, "invalid_request"),
)


class UnreadableBodyError(InvalidInputError):
    """A body that is not what its content type says, before any question of meaning."""


def handle_errors(app: FastAPI) -> None:
    """Give the app its error handlers."""
    app.add_exception_handler(PenstockError, _penstock_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _client_left)


def internal_error() -> Response:
    """Return what is said of an error that nobody foresaw; the log has the rest."""
    return error_answer(500, "internal", "Something went wrong inside Penstock; its log says what.")


async def _penstock_error(_request: Request, error: Exception) -> Response:
    if isinstance(error, InvalidInputError):
        return _input_error(error)
    if isinstance(error, NotFoundError):
        return error_answer(404, "not_found", str(error))
    if isinstance(error, ConflictError):
        return error_answer(409, "conflict", str(error))
    if isinstance(error, StoreUnavailableError):
        # Its text may hold the server's address: it is for the operator.
        _log.warning("store unavailable", error=str(error))
        message = "The store does not answer. Try again; give a run an Idempotency-Key to be sure it is not run twice."
        return error_answer(503, "store_unavailable", message, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    _log.error("request failed", error=str(error), exc_info=error)
    return internal_error()


def _input_error(error: InvalidInputError) -> Response:
    if isinstance(error, UnreadableBodyError) or _does_not_parse(error):
        return error_answer(400, "unreadable", error.message, error.details)
    status, code = next((status, code) for kind, status, code in _INPUT_ERRORS if isinstance(error, kind))
    return error_answer(status, code, error.message, error.details)


def _does_not_parse(error: InvalidInputError) -> bool:
    """Whether the text as a whole cannot be read, which HTTP calls a bad request, not unprocessable content."""
    fields = {detail.field for detail in error.details}
    return isinstance(error, InvalidDefinitionError) and fields == {"file"}


async def _validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    details = tuple(Detail(".".join(map(str, one["loc"][1:])), str(one["msg"])) for one in error.errors())
    message = "; ".join(f"{detail.field}: {detail.message}" for detail in details)
    return error_answer(422, "invalid_request", message, details)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return error_answer(404, "not_found", "There is nothing at this path; /docs lists what there is.")
    if error.status_code == 405:
        message = f"{request.method} is not for this path; the Allow header says what is."
        return error_answer(405, "method_not_allowed", message, headers=error.headers)
    return error_answer(error.status_code, "http_error", str(error.detail), headers=error.headers)


async def _client_left(_request: Request, _error: Exception) -> Response:
    return error_answer(400, "incomplete", "The request ended before its body did.")
