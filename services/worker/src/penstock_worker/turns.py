"""Whose turn it is: partitions with work before those of which nothing is known, and nobody kept waiting for long."""

from collections.abc import Callable, Container, Iterable
from itertools import chain

UNSEEN_SECONDS = 1.0
"""How long partitions of which nothing is known may wait while others have work without end."""


class Turns:
    """Partitions that may have work, in the order in which to look into them.

    Those come first that rang or gave all that was asked for, in turns. Those that a busy worker has withdrawn from
    come when there is no other, or after ``UNSEEN_SECONDS``: no bell tells it of work there, and most will have none.
    """

    def __init__(self, partitions: Iterable[int], clock: Callable[[], float]) -> None:
        """``clock`` returns seconds that never go back."""
        self._clock = clock
        self._promising = dict.fromkeys(partitions)
        self._unseen: dict[int, None] = {}
        self._since = 0.0

    def promise(self, partitions: Iterable[int]) -> None:
        """Take note of work, or of a chance of it: each comes after those that are known already."""
        for partition in partitions:
            self._unseen.pop(partition, None)
            self._promising[partition] = None

    def lose_sight(self, partitions: Iterable[int]) -> None:
        """Take note that no bell tells of work there any more."""
        if not self._unseen:
            self._since = self._clock()
        self._unseen.update((one, None) for one in partitions if one not in self._promising)

    def next(self, aside: Container[int]) -> int | None:
        """Return where to look, but not into those that are left ``aside``; None if there is nowhere."""
        if self._unseen and self._clock() >= self._since + UNSEEN_SECONDS:
            self.promise(list(self._unseen))
        return next((one for one in chain(self._promising, self._unseen) if one not in aside), None)

    def remove(self, partition: int) -> None:
        """Leave a partition alone until there is word of it."""
        self._promising.pop(partition, None)
        self._unseen.pop(partition, None)
