"""How a worker waits out a store that does not answer."""

import asyncio
import random

FIRST_SECONDS = 0.05
LONGEST_SECONDS = 3.0


class Backoff:
    """Waits that double up to a bound, each cut short by chance, so that many workers do not come back at once."""

    def __init__(self) -> None:
        self._seconds = FIRST_SECONDS

    async def wait(self) -> None:
        """Sleep for the next wait."""
        await asyncio.sleep(self._seconds * random.uniform(0.5, 1))  # noqa: S311  # spreads load, guards nothing
        self._seconds = min(self._seconds * 2, LONGEST_SECONDS)

    def reset(self) -> None:
        """Begin with short waits again."""
        self._seconds = FIRST_SECONDS
