"""The auditor on the real server: what is sound is found sound, at work and at rest; what may be is no damage."""

import asyncio
import time
from typing import cast

import pytest
from msgspec.structs import replace

from audited import FIRST, PARTITION, PARTITIONS, Audited, Past, definition, engine_of, problems_after, set_field, timer
from penstock.audit import verify, verify_partition
from penstock.audit.verdict import MOST_PROBLEMS, Findings
from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.core.dag import dag_version
from penstock.core.status import RunStatus
from penstock.errors import NewerSchemaError
from penstock.store import records as r
from penstock.store.base import Store
from penstock.store.memory import MemoryStore
from stack import DIAMOND, Noop, dag, open_stack


async def test_a_partition_with_a_past_is_found_sound(audited: Audited) -> None:
    verdict = await verify_partition(audited.store, PARTITION)
    assert verdict.problems == []
    assert verdict.clean
    assert verdict.still
    assert (verdict.events, verdict.runs, verdict.dags) == (len(await audited.log()), 4, 1)


async def test_an_empty_partition_is_found_sound(audited: Audited) -> None:
    verdict = await verify_partition(audited.store, (PARTITION + 1) % PARTITIONS)
    assert (verdict.clean, verdict.events, verdict.runs, verdict.dags) == (True, 0, 0, 0)


async def test_what_is_still_in_the_inbox_is_no_damage(audited: Audited) -> None:
    newer = definition(z=())
    await audited.store.register_dag(newer, dag_version(newer))
    await audited.request()
    await audited.redis.xadd(audited.keys.inbox, {"fact": "no fact"})
    assert await problems_after(audited, _nothing) == []
    await audited.settle()
    assert await problems_after(audited, _nothing) == []


async def _nothing(audited: Audited) -> None:
    """Leave everything as it is."""


async def test_a_version_that_was_registered_again_is_found_sound(audited: Audited) -> None:
    await audited.register(FIRST)
    await audited.begin()
    assert await problems_after(audited, _nothing) == []


async def test_a_refused_fact_in_the_past_is_no_damage(audited: Audited) -> None:
    stale = e.TaskStarted(run_id=audited.succeeded, task_id="a", attempt=1, worker="late")
    await audited.redis.xadd(audited.keys.inbox, {"fact": encode_event(stale)})
    await audited.redis.xadd(audited.keys.inbox, {"fact": encode_event(replace(stale, run_id="nobody"))})
    await audited.settle()
    assert sum(b"FactRejected" in fields[b"event"] for fields in await audited.log()) == 2
    assert await problems_after(audited, _nothing) == []


class Restless:
    """A store whose partition moves on whenever somebody asks where it stands."""

    def __init__(self, audited: Audited) -> None:
        self._audited = audited

    def __getattr__(self, name: str) -> object:
        return getattr(self._audited.store, name)

    async def head(self, partition: int) -> r.Head:
        await self._audited.begin()
        await self._audited.finish()
        return await self._audited.store.head(partition)


async def test_a_partition_that_never_stands_still_is_judged_by_what_cannot_have_moved(
    audited: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "PAUSE_SECONDS", 0)
    restless = cast("Store", Restless(audited))
    verdict = await verify_partition(restless, PARTITION)
    assert (verdict.still, verdict.problems) == (False, [])
    await set_field("t0", "{}")(audited)
    await timer("retrying", 5)(audited)
    verdict = await verify_partition(restless, PARTITION)
    assert not verdict.still
    assert {problem.what for problem in verdict.problems} == {"a stored field of a run is not what the log says"}


async def test_a_declared_fork_is_found_sound(audited: Audited) -> None:
    await audited.fork()
    await audited.begin()
    await audited.finish()
    assert await problems_after(audited, _nothing) == []


async def test_a_partition_in_memory_is_found_sound() -> None:
    store = MemoryStore(PARTITIONS, lambda: time.time_ns() // 1_000_000)
    past = Past(store, await engine_of(store))
    await past.live()
    await past.request()
    verdict = await verify_partition(store, PARTITION)
    assert verdict.problems == []
    assert (verdict.still, verdict.runs, verdict.dags) == (True, 4, 1)


async def test_a_fork_that_does_not_say_what_it_kept_is_named(audited: Audited) -> None:
    await audited.fork()
    seq = audited.engine.head.seq
    await audited.edit(seq, b'"kept_seq":%d' % (seq - 1), b'"kept_seq":%d' % seq)
    problems = await problems_after(audited, _nothing)
    assert "a declared fork does not fit" in {problem.what for problem in problems}


async def test_a_log_of_a_newer_penstock_is_not_judged(audited: Audited) -> None:
    await audited.edit(3, b'"v":%d' % e.SCHEMA_VERSION, b'"v":%d' % (e.SCHEMA_VERSION + 1))
    with pytest.raises(NewerSchemaError):
        await verify_partition(audited.store, PARTITION)


async def test_a_partition_at_work_is_never_found_damaged(server_url: str) -> None:
    async with open_stack(server_url) as stack:
        await stack.scheduler()
        await stack.worker(Noop())
        spec = dag("busy", {"root": (), **{f"t{number}": ("root",) for number in range(100)}})
        runs = [await stack.start(spec), *[await stack.start(dag(f"d{number}", DIAMOND)) for number in range(10)]]
        ends = asyncio.gather(*(stack.ended(run_id) for run_id in runs))
        while not ends.done():
            for partition in range(stack.store.partitions):
                assert (await verify_partition(stack.store, partition)).problems == []
        assert set(await ends) == {RunStatus.SUCCEEDED}
        verdicts = [await verify_partition(stack.store, partition) for partition in range(stack.store.partitions)]
    assert all(verdict.clean and verdict.still for verdict in verdicts)
    assert sum(verdict.runs for verdict in verdicts) == len(runs)


def test_many_problems_are_counted_but_not_all_told() -> None:
    findings = Findings()
    for number in range(MOST_PROBLEMS + 5):
        findings.add("what", "where", "a" * 1000 + str(number), "a" * 1000)
    assert (len(findings.problems), findings.untold) == (MOST_PROBLEMS, 5)
    assert findings.problems[7].expected == "…" + "a" * 40 + "7"
    assert findings.problems[7].found == "…" + "a" * 40
