"""What the store leaves unanswered: a worker goes on while one of several servers is silent, and says so if all are."""

from collections.abc import Callable, Iterable


class Unanswered:
    """For each duty of a worker, the servers that did not answer the last time they were asked."""

    def __init__(self, servers: Callable[[], Iterable[str]]) -> None:
        """``servers`` returns the servers that hold the partitions by now."""
        self._servers = servers
        self._silent: dict[str, set[str]] = {}

    def failed(self, duty: str, *servers: str) -> None:
        """Take note that servers did not answer."""
        self._silent.setdefault(duty, set()).update(servers)

    def answered(self, duty: str, *servers: str) -> None:
        """Take note that servers answered, or that nothing is asked of them any more; all of them if none is named."""
        if servers:
            self._silent.get(duty, set()).difference_update(servers)
        else:
            self._silent.pop(duty, None)

    def duties(self) -> list[str]:
        """Return what no server at all answers, sorted."""
        silent = {duty: servers for duty, servers in self._silent.items() if servers}
        if not silent:
            return []
        servers = set(self._servers())
        return sorted(duty for duty, there in silent.items() if servers <= there)
