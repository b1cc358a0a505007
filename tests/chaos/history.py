"""The logs of all partitions, read from their beginning: no gap, every hash right, every entry handed on."""

from collections.abc import Callable

from chaos.lives import Lives
from penstock.core import events as e
from penstock.core.chain import GENESIS, extend_chain
from penstock.core.codec import decode_event
from penstock.store.base import Store

PAGE = 1000


async def read_history(store: Store, blame: Callable[[str], None]) -> list[Lives]:
    """Return what each partition's log says; ``blame`` takes what is wrong with it."""
    return [await _read(store, partition, blame) for partition in range(store.partitions)]


async def _read(store: Store, partition: int, blame: Callable[[str], None]) -> Lives:
    lives = Lives(blame)
    seq, link, incarnation = 0, GENESIS, 0
    while page := await store.log(partition, seq, PAGE):
        for entry in page:
            if entry.seq != seq + 1:
                blame(f"the log of partition {partition} goes from {seq} to {entry.seq}")
            event = decode_event(entry.data)
            if isinstance(event, e.LogForked):
                incarnation = event.incarnation
            link = extend_chain(partition, incarnation, entry.seq - 1, link, [entry.data])
            if entry.hash not in ("", link):
                blame(f"the hash chain of partition {partition} breaks at {entry.seq}")
            seq = entry.seq
            lives.take(event)
    head = await store.head(partition)
    if (head.seq, head.hash, head.incarnation) != (seq, link, incarnation):
        blame(f"the log of partition {partition} ends at {seq}, which is not what its head says: {head}")
    return lives
