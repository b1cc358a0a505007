"""An event loop whose clock jumps: whenever nothing can run, time passes at once to the next thing that is due."""

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any

from penstock.errors import StoreUnavailableError


class DeadlockError(Exception):
    """Nothing can run and nothing is due: the simulation would wait for ever."""


class _JumpingSelector(selectors.SelectSelector):
    """Waits for nothing: what should take time moves the clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready now; with nothing ready, let the time pass."""
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise DeadlockError
            self.seconds += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A deterministic loop: time is virtual and nothing outside the process is waited for."""

    def __init__(self) -> None:
        self._virtual = _JumpingSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._virtual.seconds

    def call_exception_handler(self, context: Mapping[str, Any]) -> None:
        """Keep what went wrong in tasks that nobody awaits; what a killed process left unread is its own affair."""
        error = context.get("exception")
        if isinstance(error, Exception) and not isinstance(error, StoreUnavailableError):
            self.failures.append(error)

    @property
    def failures(self) -> list[BaseException]:
        """What tasks that nobody awaits have raised."""
        if not hasattr(self, "_failures"):
            self._failures: list[BaseException] = []
        return self._failures
