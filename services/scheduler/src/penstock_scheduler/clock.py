"""The server's clock, as seen from here: one clock for all decisions, whatever the machines believe.

Where there are several servers, each partition goes by the clock of its own.
"""

from collections.abc import Callable
from functools import partial
from math import inf


class ServerClock:
    """Extrapolates the server's time by a monotonic clock, and notices when that went wrong.

    All partitions of a process that are on one server share it. Claims are kept alive by the server's clock, so who
    judges their silence asks two things first: how long the server has been in sight (``steady_since``), and whether
    its clock was set (``set_at``). Both are in seconds of the monotonic clock.
    """

    def __init__(self, monotonic: Callable[[], float], tolerance_seconds: float) -> None:
        """Begin at 0; ``monotonic`` returns seconds. Whatever exceeds the tolerance is not put down to delays."""
        self._monotonic = monotonic
        self._tolerance = tolerance_seconds
        self._offset = 0.0
        self._observed_at = -inf
        self.steady_since = -inf
        """Since when the clock was observed without a gap."""
        self.set_at = -inf
        """When the clock was last found to show another time than it should."""

    def observe(self, server_ms: int) -> None:
        """Learn what the server's clock showed a moment ago."""
        here = self._monotonic()
        offset = server_ms / 1000 - here
        if here - self._observed_at > self._tolerance:
            self.steady_since = here
        if self._observed_at > -inf and abs(offset - self._offset) > self._tolerance:
            self.set_at = here
        self._offset = offset
        self._observed_at = here

    def shown(self) -> int:
        """Return what the server's clock shows by now (ms since the epoch), if nobody has set it."""
        return int((self._monotonic() + self._offset) * 1000)


class ServerClocks:
    """The clocks of all servers that hold partitions."""

    def __init__(self, monotonic: Callable[[], float], tolerance_seconds: float) -> None:
        """See :class:`ServerClock`."""
        self._new = partial(ServerClock, monotonic, tolerance_seconds)
        self._clocks: dict[str, ServerClock] = {}

    def of(self, server: str) -> ServerClock:
        """Return the clock of a server, by its name."""
        return self._clocks.setdefault(server, self._new())
