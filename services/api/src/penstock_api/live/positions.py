"""Where a viewer stands: the seq it has seen of every partition it watches, written ``0:12,1:5``."""

import re
from collections.abc import Collection, Iterable, Mapping

from penstock.store.base import ReadStore
from penstock.together import together
from penstock_api.errors import UnreadableBodyError

_FORM = re.compile(r"[0-9]{1,5}:[0-9]{1,15}(,[0-9]{1,5}:[0-9]{1,15})*", re.ASCII)


async def end_positions(store: ReadStore, partitions: Iterable[int]) -> dict[int, int]:
    """Return where the logs of the partitions end: what is read of the store afterwards holds all up to there."""
    watched = list(partitions)
    heads = await together(*map(store.head, watched))
    return {partition: head.seq for partition, head in zip(watched, heads, strict=True)}


async def current_position(store: ReadStore, partitions: Iterable[int]) -> str:
    """Return the position that a stream over the partitions has now.

    Who reads it before what it is to stand for, and then follows the stream from there, misses nothing.
    """
    return write_positions(await end_positions(store, partitions))


def write_positions(positions: Mapping[int, int]) -> str:
    """Return the positions as the id of an event."""
    return ",".join(f"{partition}:{seq}" for partition, seq in positions.items())


def read_positions(text: str, watched: Collection[int]) -> dict[int, int]:
    """Return the positions that an event id holds.

    Raises:
        UnreadableBodyError: it is no such id, or one of a stream that watched other partitions: what lies between could
            not be told from what was seen.
    """
    if _FORM.fullmatch(text):
        pairs = [pair.split(":") for pair in text.split(",")]
        positions = {int(partition): int(seq) for partition, seq in pairs}
        if positions.keys() == set(watched) and len(pairs) == len(positions):
            return positions
    raise UnreadableBodyError("Last-Event-ID is not an id of this stream. Leave it out to begin with what happens now.")
