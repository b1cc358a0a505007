"""Which events schedulers have seen and a failover has taken: whoever saw them has to say so."""

from collections.abc import Callable, Mapping

import msgspec

from penstock.store.records import Head
from penstock_scheduler.service import Scheduler


class Seen(msgspec.Struct, frozen=True):
    """The last head of a partition that a scheduler had seen when the store was set back."""

    scheduler: str
    partition: int
    head: Head


class Forks:
    """Remembers what living schedulers had seen each time the store was set back."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []

    def note(self, schedulers: Mapping[str, Scheduler]) -> None:
        """Remember what these schedulers, by name, have seen until now."""
        self._seen += [
            Seen(name, partition, head)
            for name, scheduler in schedulers.items()
            for partition, head in scheduler._seen.items()
        ]

    def due(self, owners: list[str], holds: Callable[[int, Head], bool]) -> list[Seen]:
        """Return what has to be followed by a declared fork, given the owners of the partitions in the end.

        A scheduler compares when it takes a partition over. One that serves it in the end has done so since it was set
        back, whoever served it in between; of one that has died, or never came back to it, nothing can be asked.
        """
        return [one for one in self._seen if owners[one.partition] == one.scheduler and self._gone(one, holds)]

    @staticmethod
    def _gone(one: Seen, holds: Callable[[int, Head], bool]) -> bool:
        return one.head.seq > 0 and not holds(one.partition, one.head)
