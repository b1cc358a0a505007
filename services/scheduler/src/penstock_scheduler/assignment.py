"""Who serves which partition: every scheduler works it out alike from the list of those alive."""

from collections.abc import Sequence


def assigned(partitions: int, owner: str, alive: Sequence[str]) -> set[int]:
    """Return the partitions that ``owner`` is to serve: shares differ by one at most.

    The lists may differ for a moment between schedulers; a lease keeps two from serving one partition.
    """
    ranks = sorted({owner, *alive})
    return set(range(ranks.index(owner), partitions, len(ranks)))
