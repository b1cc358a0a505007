"""The server's clock, as seen from here: one clock for all decisions, whatever the machines believe."""

from collections.abc import Callable


class ServerClock:
    """Extrapolates the server's time by a monotonic clock."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Begin at 0; ``monotonic`` returns seconds."""
        self._monotonic = monotonic
        self._offset = 0.0

    def observe(self, server_ms: int) -> None:
        """Learn what the server's clock showed a moment ago."""
        self._offset = server_ms - self._monotonic() * 1000

    def not_before(self, server_ms: int) -> None:
        """Learn of something that has happened: it is never later than now."""
        if self.now() < server_ms:
            self.observe(server_ms)

    def now(self) -> int:
        """Return the time in ms since the epoch."""
        return int(self._monotonic() * 1000 + self._offset)
