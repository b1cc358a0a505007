"""How a process waits out a store that does not answer."""

import asyncio
import random

FIRST_SECONDS = 0.05
LONGEST_SECONDS = 3.0


class Backoff:
    """Waits that double up to a bound, each cut short by chance, so that many processes do not come back at once.

    No wait is shorter than half of what it would be without chance: this bounds how often a server that is away is
    asked for, whatever the chance.
    """

    def __init__(self, longest_seconds: float = LONGEST_SECONDS, *, first_seconds: float = FIRST_SECONDS) -> None:
        self._longest = longest_seconds
        self._first = min(first_seconds, longest_seconds)
        self._seconds = self._first

    def seconds(self) -> float:
        """Return how long the next wait is to last."""
        nominal, self._seconds = self._seconds, min(self._seconds * 2, self._longest)
        return nominal * random.uniform(0.5, 1)  # noqa: S311  # spreads load, guards nothing

    async def wait(self) -> None:
        """Sleep for the next wait."""
        await asyncio.sleep(self.seconds())

    def reset(self) -> None:
        """Begin with short waits again."""
        self._seconds = self._first
