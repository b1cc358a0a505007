"""Where the logs end: taken before an answer is read, it is a position up to which the answer is complete."""

import asyncio
from collections.abc import Iterable

from penstock.store.base import ReadStore
from penstock_api.live.positions import write_positions


async def current_position(store: ReadStore, partitions: Iterable[int]) -> str:
    """Return the id of the last event in each of the partitions, as the live feed writes it."""
    numbers = list(partitions)
    heads = await asyncio.gather(*(store.head(number) for number in numbers))
    return write_positions({number: head.seq for number, head in zip(numbers, heads, strict=True)})
