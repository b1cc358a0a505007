"""What all partitions of a process share of notifications: the targets, the connections to them, and their limits."""

import asyncio
import logging
from collections.abc import Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from penstock_scheduler.notifications.counters import expect
from penstock_scheduler.notifications.posting import Answer, post
from penstock_scheduler.notifications.target import Target

AT_ONCE = 4
"""Requests to one target at the same time: a slow one takes no connection from the others."""


class Courier:
    """Sends to targets. ``deployment`` names us to them, ``public_url`` is where people reach the dashboard."""

    def __init__(self, targets: Sequence[Target] = (), *, deployment: str = "pk", public_url: str = "") -> None:
        self.targets = tuple(targets)
        self.deployment = deployment
        self.public_url = public_url.rstrip("/")
        self._slots = {target.name: asyncio.Semaphore(AT_ONCE) for target in self.targets}
        self._http: httpx.AsyncClient | None = None
        for target in self.targets:
            expect(target.name)

    def slot(self, target: Target) -> asyncio.Semaphore:
        """Return what to hold (``async with``) during a request to the target: the wait for it may be long."""
        return self._slots[target.name]

    async def send(self, target: Target, message_id: str, body: bytes, now: int) -> Answer:
        """Send one request to the target, at ``now`` (ms since the epoch) by the server's clock.

        Who sends beside others holds a ``slot`` for it.
        """
        if self._http is None:
            self._http = _client()
        return await post(self._http, target, message_id, body, now)

    async def close(self) -> None:
        """Release the connections."""
        if self._http is not None:
            await self._http.aclose()


def _client() -> httpx.AsyncClient:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log addresses, which may be secrets
    nobodys = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    return httpx.AsyncClient(follow_redirects=False, timeout=None, limits=limits, cookies=nobodys)  # noqa: S113  # post bounds it
