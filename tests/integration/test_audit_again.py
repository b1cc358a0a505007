"""An audit that is made again and again: it reads on where it was, and believes no damage that it sees but once."""

from typing import cast

from audited import PARTITION, Audited, engine_of
from penstock.audit import Auditor
from penstock.store import records as r
from penstock.store.base import Store


class Watched:
    """A store that notes from where on its log is read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def log(self, partition: int, after: int, limit: int) -> list[r.LogEntry]:
        self.reads.append(after)
        return await self._store.log(partition, after, limit)


async def test_an_auditor_reads_of_the_log_only_what_it_has_not_read(audited: Audited) -> None:
    store = Watched(audited.store)
    auditor = Auditor(cast("Store", store), PARTITION)
    first = await auditor.verify()
    await audited.begin()
    await audited.finish()
    second = await auditor.verify()
    assert (first.clean, second.clean, first.still, second.still) == (True,) * 4
    assert (second.events, second.runs) == (len(await audited.log()), first.runs + 1)
    assert store.reads == [0, first.events]


async def test_what_is_damaged_between_two_audits_is_found_by_the_second(audited: Audited) -> None:
    auditor = Auditor(audited.store, PARTITION)
    assert (await auditor.verify()).clean
    await audited.redis.hset(audited.keys.run(audited.succeeded), "t0", "{}")
    (problem,) = (await auditor.verify()).problems
    assert problem.what == "a stored field of a run is not what the log says"


async def test_a_log_that_lost_what_was_read_of_it_and_went_on_is_found_sound(audited: Audited) -> None:
    kept = await copy(audited)
    auditor = Auditor(audited.store, PARTITION)
    await audited.begin()
    assert (await auditor.verify()).clean
    await restore(audited, kept)
    assert (await auditor.verify()).problems == []
    await audited.fork()
    await audited.begin()
    await audited.finish()
    verdict = await auditor.verify()
    assert (verdict.problems, verdict.events) == ([], len(await audited.log()))


async def copy(audited: Audited) -> dict[bytes, bytes]:
    """Copy the partition as a replica that lags behind has it."""
    keys = [key async for key in audited.redis.scan_iter(f"{audited.keys.base}*") if key != audited.keys.lease.encode()]
    return {key: cast("bytes", await audited.redis.dump(key)) for key in keys}


async def restore(audited: Audited, kept: dict[bytes, bytes]) -> None:
    """Let that replica take over."""
    await audited.redis.delete(*[key async for key in audited.redis.scan_iter(f"{audited.keys.base}*")])
    for key, dump in kept.items():
        await audited.redis.restore(key, 0, dump)
    audited.engine = await engine_of(audited.store)
