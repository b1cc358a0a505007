"""What can go wrong between a client and the API, translated from httpx and from the API's error format."""

import contextlib
from collections.abc import Iterator, Sequence

import httpx
import msgspec

from penstock.errors import Detail, InvalidInputError, PenstockError


class ApiUnreachableError(PenstockError):
    """No answer came. Whether the API has done what a request asked for is unknown."""


class ApiError(PenstockError):
    """The API refused a request.

    ``status`` is the HTTP status, ``code`` is for programs (``not_found``, ``invalid_definition`` …), ``details`` names
    the fields to change.
    """

    def __init__(self, status: int, code: str, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = tuple(details)


class _Body(msgspec.Struct, frozen=True):
    code: str
    message: str
    details: list[Detail] = []


class _Refusal(msgspec.Struct, frozen=True):
    error: _Body


def refusal(response: httpx.Response) -> ApiError:
    """Return what a response with a status of 400 or above says; its body has been read."""
    status = response.status_code
    try:
        body = msgspec.json.decode(response.content, type=_Refusal).error
    except msgspec.MsgspecError:  # not our API, or a proxy before it
        return ApiError(status, "http_error", f"{response.url.copy_with(query=None)} answered with status {status}")
    return ApiError(status, body.code, body.message, body.details)


@contextlib.contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn errors of httpx into ours.

    Raises:
        ApiUnreachableError: no answer came.
        InvalidInputError: ``url`` is no address of an API.
    """
    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise InvalidInputError(f"{url!r} is not the address of an API: {error}") from error
    except httpx.ConnectError as error:
        raise ApiUnreachableError(f"no Penstock at {url}: start one with `penstock up`") from error
    except httpx.TimeoutException as error:
        raise ApiUnreachableError(f"the Penstock at {url} does not answer in time") from error
    except httpx.TransportError as error:
        raise ApiUnreachableError(f"the connection to the Penstock at {url} broke: {error}") from error
