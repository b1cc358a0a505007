"""One request to a target, and what its answer means."""

import asyncio
import email.utils
from enum import StrEnum

import httpx
import msgspec
import structlog

from penstock import __version__
from penstock_scheduler.notifications.signature import signature
from penstock_scheduler.notifications.target import Target

RETRY_AFTER_SECONDS = 3600.0
"""The longest wait that a target may ask for."""

_READ_BYTES = 64 * 1024
"""Of an answer: only then can the connection be used again. Nobody looks at them."""

_RETRIED = frozenset({408, 425, 429})

_log = structlog.get_logger()


class Outcome(StrEnum):
    """What became of a request."""

    DELIVERED = "delivered"
    FAILED = "failed"
    """It may go well another time."""
    REFUSED = "refused"
    """It never will."""


class Answer(msgspec.Struct, frozen=True):
    """What became of a request, why, and how long (s) the target asked to wait; 0 where it did not."""

    outcome: Outcome
    reason: str = ""
    retry_after: float = 0.0


async def post(client: httpx.AsyncClient, target: Target, message_id: str, body: bytes, now: int) -> Answer:
    """Send ``body`` to the target at ``now`` (ms since the epoch), within its time; errors become answers."""
    try:
        async with (
            asyncio.timeout(target.timeout_seconds),
            client.stream(
                "POST", target.url, content=body, headers=_headers(target, message_id, body, now)
            ) as response,
        ):
            await _drain(response)
            return _judge(response, now)
    except TimeoutError:
        return Answer(Outcome.FAILED, f"no answer within {target.timeout_seconds:g} s")
    except httpx.HTTPError as error:
        return Answer(Outcome.FAILED, f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001  # whatever a target answers must not end the telling: it is tried again
        _log.error("notification failed: unexpected error", target=target.name, exc_info=error)
        return Answer(Outcome.FAILED, f"unexpected error: {type(error).__name__}")


async def _drain(response: httpx.Response) -> None:
    size = 0
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > _READ_BYTES:
            return


def _headers(target: Target, message_id: str, body: bytes, now: int) -> dict[str, str]:
    timestamp = now // 1000
    headers = {
        **target.headers,
        "Content-Type": "application/json",
        "User-Agent": f"Penstock/{__version__}",
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(timestamp),
    }
    if target.secret:
        headers["Webhook-Signature"] = signature(target.secret, message_id, timestamp, body)
    return headers


def _judge(response: httpx.Response, now: int) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return Answer(Outcome.DELIVERED)
    reason = f"the answer was {status}"
    if status >= 500 or status in _RETRIED:
        return Answer(Outcome.FAILED, reason, _retry_after(response.headers.get("Retry-After", ""), now))
    return Answer(Outcome.REFUSED, reason + (": redirects are not followed" if 300 <= status < 400 else ""))


def _retry_after(header: str, now: int) -> float:
    """Return the wait (s) that a header asks for, in seconds or as a date; what cannot be read asks for none."""
    if header.strip().isascii() and header.strip().isdigit():
        return min(float(header), RETRY_AFTER_SECONDS)
    try:
        until = email.utils.parsedate_to_datetime(header).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    return min(max(0.0, until - now / 1000), RETRY_AFTER_SECONDS)
