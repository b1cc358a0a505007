"""Owners and inboxes: what a scheduler does with its partitions, on every store."""

import asyncio

import pytest

from penstock.core import events as e
from penstock.store.base import Store
from stack import dag
from store_backends import HOUR_MS, Backend, eventually, pass_ms
from store_kit import FIRST, SECOND, Reign, facts, register, run_id, started, status_of, success

ONE: dict[str, tuple[str, ...]] = {"a": ()}


async def test_schedulers_that_are_present_are_listed_in_order(store: Store) -> None:
    assert await store.present("b", HOUR_MS) == ["b"]
    assert await store.present("a", HOUR_MS) == ["a", "b"]
    assert await store.present("b", HOUR_MS) == ["a", "b"]


async def test_a_scheduler_that_leaves_is_gone_at_once(store: Store) -> None:
    await store.present("a", HOUR_MS)
    await store.leave("a")
    await store.leave("never there")
    assert await store.present("b", HOUR_MS) == ["b"]


async def test_a_scheduler_that_falls_silent_is_gone_when_its_time_is_over(backend: Backend) -> None:
    await backend.store.present("a", 30)

    async def alone() -> bool:
        return await backend.store.present("b", HOUR_MS) == ["b"]

    await eventually(backend, alone, "the silent scheduler is gone")


async def test_the_first_owner_begins_term_1(store: Store) -> None:
    before = await store.head(0)
    head = await store.take_over(0, "a", HOUR_MS)
    assert head == await store.head(0)
    assert (head.term, head.owner, head.seq, head.hash) == (1, "a", before.seq, before.hash)
    assert (await store.head(1)).term == 0


async def test_a_partition_cannot_be_taken_while_it_is_leased(backend: Backend) -> None:
    await backend.store.take_over(0, "a", HOUR_MS)
    before = await backend.dump()
    assert await backend.store.take_over(0, "b", HOUR_MS) is None
    assert await backend.dump() == before


async def test_an_owner_that_comes_back_begins_a_new_term(store: Store) -> None:
    await store.take_over(0, "a", HOUR_MS)
    head = await store.take_over(0, "a", HOUR_MS)
    assert head is not None
    assert (head.term, head.owner) == (2, "a")
    assert await store.renew(0, "a", 1, HOUR_MS) is None


async def test_of_many_that_want_a_partition_one_gets_it(store: Store) -> None:
    heads = await asyncio.gather(*(store.take_over(0, f"o{number}", HOUR_MS) for number in range(10)))
    (head,) = [head for head in heads if head is not None]
    assert head == await store.head(0)


async def test_a_partition_is_free_when_its_lease_ends(backend: Backend) -> None:
    await backend.store.take_over(0, "a", 30)
    head = await eventually(backend, lambda: backend.store.take_over(0, "b", HOUR_MS), "the lease ends")
    assert (head.term, head.owner) == (2, "b")


async def test_a_lease_that_outlasts_any_lease_was_given_by_another_clock_and_counts_for_nothing(store: Store) -> None:
    await store.present("a", HOUR_MS)
    await store.take_over(0, "a", HOUR_MS)
    assert await store.take_over(0, "b", HOUR_MS // 9) is None
    assert await store.present("b", HOUR_MS // 9) == ["a", "b"]
    head = await store.take_over(0, "b", HOUR_MS // 11)
    assert head is not None
    assert (head.term, head.owner) == (2, "b")
    assert await store.present("b", HOUR_MS // 11) == ["b"]


async def test_a_released_partition_is_free_at_once(store: Store) -> None:
    await store.take_over(0, "a", HOUR_MS)
    await store.release(0, "a", 1)
    assert (await store.head(0)).owner == ""
    head = await store.take_over(0, "b", HOUR_MS)
    assert head is not None
    assert (head.term, head.owner) == (2, "b")


@pytest.mark.parametrize(("owner", "term"), [("b", 2), ("a", 1), ("b", 1)])
async def test_only_the_present_owner_can_release(backend: Backend, owner: str, term: int) -> None:
    for _ in range(2):
        await backend.store.take_over(0, "a", HOUR_MS)
    before = await backend.dump()
    await backend.store.release(0, owner, term)
    assert await backend.dump() == before


async def test_a_lease_that_is_renewed_lasts(backend: Backend) -> None:
    await backend.store.take_over(0, "a", 30)
    answer = await backend.store.renew(0, "a", 1, HOUR_MS)
    assert answer is not None
    assert answer.wake is None
    await pass_ms(backend, 40)
    assert await backend.store.take_over(0, "b", HOUR_MS) is None


async def test_who_was_deposed_cannot_renew(backend: Backend) -> None:
    await backend.store.take_over(0, "a", HOUR_MS)
    await backend.store.release(0, "a", 1)
    await backend.store.take_over(0, "b", HOUR_MS)
    before = await backend.dump()
    assert await backend.store.renew(0, "a", 1, HOUR_MS) is None
    assert await backend.dump() == before


async def test_facts_are_read_in_the_order_they_came(store: Store) -> None:
    await register(store, dag(FIRST, ONE))
    for number in range(5):
        await store.request_run(FIRST, run_id(number))
    entries = await store.inbox(0, "0-0", 100, 0)
    places = [tuple(map(int, entry.id.split("-"))) for entry in entries]
    assert places == sorted(set(places))
    assert [entry.at for entry in entries] == [stamp for stamp, _ in places]
    requested = [fact.run_id for fact in await facts(store) if isinstance(fact, e.RunRequested)]
    assert requested == [run_id(number) for number in range(5)]
    assert await store.inbox(0, entries[2].id, 2, 0) == entries[3:5]
    assert await store.inbox(0, entries[-1].id, 2, 0) == []


async def test_an_inbox_waits_for_the_first_fact(store: Store) -> None:
    waiting = asyncio.create_task(store.inbox(0, "0-0", 10, 60_000))
    other = asyncio.create_task(store.inbox(1, "0-0", 10, 20))
    assert await other == []
    await register(store, dag(FIRST, ONE))
    assert await waiting == await store.inbox(0, "0-0", 10, 0)


async def test_an_inbox_without_a_fact_is_left_when_the_time_is_over(store: Store) -> None:
    await register(store, dag(SECOND, ONE))
    assert await store.inbox(0, "0-0", 10, 20) == []
    assert await store.inbox(0, "0-0", 10, 0) == []


async def test_waiting_can_be_cut_short_without_harm(store: Store) -> None:
    for _ in range(5):
        waiting = asyncio.create_task(store.inbox(0, "0-0", 10, 60_000))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await register(store, dag(FIRST, ONE))
    assert len(await store.inbox(0, "0-0", 10, 60_000)) == 1


async def test_runs_are_loaded_as_they_were_committed(store: Store) -> None:
    reign, run = await started(store, ONE)
    await store.request_run(FIRST, run_id(2))
    stored = await store.load_runs(0, [run, run_id(2), run_id(3), "no run id"])
    assert {name: sorted(fields) for name, fields in stored.items()} == {run: ["run", "t0"], run_id(2): ["run"]}
    assert await store.load_runs(0, []) == {}
    assert await store.load_runs(1, [run]) == {}
    await reign.settle()


async def test_a_successor_goes_on_from_where_the_log_ends(store: Store) -> None:
    reign, run = await started(store, {"a": (), "b": ("a",)})
    (claim,) = await store.claim(0, "w", 1)
    await reign.settle()
    await reign.give_up()
    await store.report([(claim, success(claim))])
    successor = await Reign.begin(store, owner="successor")
    await successor.settle()
    (claim,) = await store.claim(0, "w", 1)
    await store.report([(claim, success(claim))])
    await successor.settle()
    assert await status_of(store, run) == "succeeded"
