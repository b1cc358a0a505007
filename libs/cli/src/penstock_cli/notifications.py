"""``penstock notifications test``: whether a target can be reached, and takes what it is sent."""

import asyncio
import secrets
import time

from penstock.errors import InvalidInputError, NotFoundError, PenstockError
from penstock.settings import Settings, load_settings
from penstock_cli.output import console
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.message import test_body_of
from penstock_scheduler.notifications.posting import Answer, Outcome
from penstock_scheduler.notifications.read_targets import load_targets
from penstock_scheduler.notifications.target import Target


class NotDeliveredError(PenstockError):
    """The target did not take the message; the message says why."""


def test(name: str) -> None:
    """Send a test message to a target.

    Raises:
        InvalidInputError: no file of targets is named, or something in it is wrong.
        NotFoundError: it has no such target.
        NotDeliveredError: the target was not reached, or did not take the message.
    """
    settings = load_settings()
    if settings.notifications is None:
        raise InvalidInputError("PENSTOCK_NOTIFICATIONS is not set: let it name the file that names the targets")
    targets = {target.name: target for target in load_targets(settings.notifications)}
    if name not in targets:
        known = ", ".join(sorted(targets)) or "none"
        raise NotFoundError(f"{settings.notifications} has no target {name!r}; it has {known}")
    answer = asyncio.run(_send(targets[name], settings))
    if answer.outcome is not Outcome.DELIVERED:
        raise NotDeliveredError(f"{name} was not told: {answer.reason}")
    console().print(f"{name} was told.")


async def _send(target: Target, settings: Settings) -> Answer:
    now = time.time_ns() // 1_000_000
    message_id = f"test-{secrets.token_hex(8)}"
    courier = Courier([target], deployment=settings.key_prefix)
    try:
        body = test_body_of(target.format, message_id, settings.key_prefix, now)
        return await courier.send(target, message_id, body, now)
    finally:
        await courier.close()
