"""Request bodies: read whole, but never more than the limit, and refused early where their type is wrong."""

from collections.abc import AsyncGenerator
from typing import TypeVar

import msgspec
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from penstock.errors import Detail, InvalidInputError, TooLargeError, UnsupportedFormatError
from penstock_api.errors import UnreadableBodyError

T = TypeVar("T", bound=msgspec.Struct)

_FRAMING_BYTES = 64 * 1024
"""What a multipart body may have beside the file."""


async def json_body(request: Request, limit: int) -> bytes:
    """Return the body of a request whose content type says JSON.

    Raises:
        UnsupportedFormatError: it says something else.
        TooLargeError: the body has more than ``limit`` bytes.
    """
    _require(request, "application/json", "Send JSON, with Content-Type: application/json.")
    return await whole_body(request, limit)


async def json_object(request: Request, kind: type[T], limit: int) -> T:
    """Return the body of a request as a ``kind`` of struct.

    Raises:
        UnsupportedFormatError: its content type is not JSON's.
        TooLargeError: it has more than ``limit`` bytes.
        UnreadableBodyError: it is not JSON.
        InvalidInputError: it is not as ``kind`` has it; the detail names the field.
    """
    try:
        return msgspec.json.decode(await json_body(request, limit), type=kind)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$")
        field = place.strip("`.") or "body"
        raise InvalidInputError(f"{field}: {problem}.", [Detail(field, problem)]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableBodyError("The body is not JSON.", [Detail("body", "is not JSON")]) from error


async def refuse_arguments(request: Request, limit: int = 64 * 1024) -> None:
    """Read a body that may be absent, or a JSON object without keys: there is nothing to say in it yet.

    Raises:
        InvalidInputError: it is something else; the details name the keys.
    """
    body = await whole_body(request, limit)
    if not body.strip():
        return
    _require(request, "application/json", "Send no body, or JSON with Content-Type: application/json.")
    try:
        keys = list(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))
    except msgspec.ValidationError as error:
        raise InvalidInputError("The body must be a JSON object.", [Detail("body", "must be an object")]) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableBodyError("The body is not JSON.", [Detail("body", "is not JSON")]) from error
    if keys:
        details = [Detail(key, "is not a field of this request") for key in keys[:50]]
        raise InvalidInputError("A run takes no arguments: send no body, or an empty object.", details)


async def uploaded_file(request: Request, field: str, limit: int) -> tuple[str, bytes]:
    """Return the base name and the content of the file in a multipart form.

    Raises:
        UnsupportedFormatError: the body is no form.
        UnreadableBodyError: the form is malformed.
        TooLargeError: the file has more than ``limit`` bytes.
        InvalidInputError: there is no such file in it.
    """
    _require(request, "multipart/form-data", f"Send a form (multipart/form-data) with the file in its field {field}.")
    parser = MultiPartParser(request.headers, _limited(request, limit + _FRAMING_BYTES, limit), max_fields=8)
    parser.spool_max_size = limit + _FRAMING_BYTES  # never to disk: the limit is what bounds the memory
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise UnreadableBodyError(f"The form cannot be read: {error.message}") from error
    try:
        file = form.get(field)
        if not isinstance(file, UploadFile) or not file.filename:
            message = f"The form has no file in its field {field}."
            raise InvalidInputError(message, [Detail(field, "is missing")])
        data = await file.read()
        if len(data) > limit:
            raise _too_large(limit)
        return _base_name(file.filename), data
    finally:
        await form.close()


def _base_name(path: str) -> str:
    """Return the last part of a path as any system writes it; a name is only ever shown, never opened."""
    return path.replace("\\", "/").rpartition("/")[2][-255:]


def _require(request: Request, media_type: str, message: str) -> None:
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != media_type:
        raise UnsupportedFormatError(message, [Detail("Content-Type", f"must be {media_type}")])


async def whole_body(request: Request, limit: int) -> bytes:
    """Return a body of any content type.

    Raises:
        TooLargeError: it has more than ``limit`` bytes.
    """
    return b"".join([chunk async for chunk in _limited(request, limit, limit)])


async def _limited(request: Request, limit: int, told: int) -> AsyncGenerator[bytes, None]:
    """Yield the body; stop at once where the client announces too much, else where it has sent too much."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(told)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(told)
        yield chunk


def _too_large(limit: int) -> TooLargeError:
    message = f"The body has more than {limit:,} bytes, the most this API takes."
    return TooLargeError(message, [Detail("file", f"has more than {limit:,} bytes")])
