"""B9, second half: how fast history is read again, by one process."""

import time

import msgspec

from penstock.audit.verify import verify_partition
from penstock.core.chain import GENESIS, extend_chain
from penstock.core.codec import decode_event
from penstock.core.partition import Partition, evolve
from penstock.store.records import LogEntry
from suite.deployment import Deployment

PAGE = 1000


class Replay(msgspec.Struct, frozen=True):
    """Events per second: decoded and folded; hashed; verified against everything that is stored."""

    events: int
    folded: float
    hashed: float
    verified: float


async def replay(deployment: Deployment) -> Replay:
    """Read the fullest log of the deployment again."""
    store = deployment.store
    heads = {partition: (await store.head(partition)).seq for partition in range(deployment.size.partitions)}
    partition = max(heads, key=lambda number: heads[number])
    entries: list[LogEntry] = []
    while len(entries) < heads[partition]:
        entries += await store.log(partition, len(entries), PAGE)
    begun = time.perf_counter()
    await verify_partition(store, partition)
    verified = time.perf_counter() - begun
    return Replay(len(entries), _folded(entries), _hashed(partition, entries), len(entries) / verified)


def _folded(entries: list[LogEntry]) -> float:
    state = Partition()
    begun = time.perf_counter()
    for entry in entries:
        evolve(state, decode_event(entry.data), entry.seq)
    return len(entries) / (time.perf_counter() - begun)


def _hashed(partition: int, entries: list[LogEntry]) -> float:
    begun = time.perf_counter()
    link, commit, seq = GENESIS, [], 0
    for entry in entries:
        commit.append(entry.data)
        if entry.hash:
            link = extend_chain(partition, 0, seq, link, commit)
            assert link == entry.hash, "the chain is broken"
            commit, seq = [], entry.seq
    return len(entries) / (time.perf_counter() - begun)
