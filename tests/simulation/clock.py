"""The clock of the simulated server: somebody sets it, and it goes too fast or too slow."""

from collections.abc import Callable

EPOCH_MS = 1_700_000_000_000


class ServersClock:
    """Shows ms since the epoch, by a monotonic clock in seconds that nobody sets."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._since = monotonic()
        self._shown = EPOCH_MS + self._since * 1000
        self._rate = 1.0
        self._furthest = self._shown

    def __call__(self) -> int:
        """Return what it shows."""
        return int(self._reading())

    def set(self, seconds: float, rate: float) -> None:
        """Put it forward (back, where that is negative); from now on it goes that much faster than time."""
        shown = self._reading()
        self._furthest = max(self._furthest, shown)
        self._since, self._shown, self._rate = self._monotonic(), shown + seconds * 1000, rate

    def catch_up(self) -> None:
        """Put it forward to the latest it has ever shown: nobody has to wait until then for what was planned then."""
        shown = self._reading()
        self.set(max(0.0, self._furthest - shown) / 1000, 1.0)

    def _reading(self) -> float:
        return self._shown + (self._monotonic() - self._since) * 1000 * self._rate
