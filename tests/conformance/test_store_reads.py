"""Reads: what the API shows, from every store."""

import asyncio

import pytest

from penstock.core.chain import GENESIS, extend_chain
from penstock.core.codec import decode_event
from penstock.core.events import AnyRunEvent
from penstock.core.status import RunStatus
from penstock.errors import NotFoundError
from penstock.store import records as r
from penstock.store.base import Store
from stack import DIAMOND, dag
from store_backends import Backend, eventually
from store_kit import FIRST, SECOND, Reign, fan, register, run_id, started, success

ONE: dict[str, tuple[str, ...]] = {"a": ()}
FOREIGN = [run_id(1), run_id(1, 7)]


async def request(store: Store, *numbers: int, dag_id: str = FIRST) -> None:
    partition = 0 if dag_id == FIRST else 1
    for number in numbers:
        await store.request_run(dag_id, run_id(number, partition))


async def pages(store: Store, limit: int, dag_id: str = "", status: RunStatus | None = None) -> list[list[str]]:
    found: list[list[str]] = []
    cursor = ""
    while cursor or not found:
        page = await store.runs(dag_id, status, limit, cursor)
        found.append([summary.run_id for summary in page.runs])
        cursor = page.cursor
    return found


async def test_an_empty_store_shows_nothing(store: Store) -> None:
    assert await store.dags() == []
    assert await store.versions(FIRST) == []
    assert await store.runs("", None, 10, "") == r.RunPage([], "")
    assert await store.log(0, 0, 10) == []
    assert await store.head(0) == r.Head(seq=0, hash=GENESIS, term=0, owner="", cursor="0-0", incarnation=0)
    figures = await store.figures()
    assert figures == r.Figures(0, dict.fromkeys(map(str, RunStatus), 0), {}, 0, 0, 0, 0, 0)


async def test_what_nobody_wrote_is_not_there(store: Store) -> None:
    assert await store.definition(0, "v") is None
    assert await store.load_runs(0, FOREIGN) == {}
    for run in FOREIGN:
        assert await store.run(run) is None
        assert await store.run_events(run, 0, 10) == []
        assert await store.output(run, "a", 1, "", 10) == []


async def test_what_is_no_run_id_names_no_run(store: Store) -> None:
    assert await store.run("nothing") is None
    with pytest.raises(NotFoundError):
        await store.run_events("nothing", 0, 10)
    with pytest.raises(NotFoundError):
        await store.output("nothing", "a", 1, "", 10)


async def test_dags_of_all_partitions_are_listed_by_id(store: Store) -> None:
    for dag_id in (SECOND, FIRST):
        await register(store, dag(dag_id, ONE))
    assert [one.dag_id for one in await store.dags()] == sorted([FIRST, SECOND])


async def test_runs_are_paged_newest_first_over_all_partitions(store: Store) -> None:
    for dag_id in (FIRST, SECOND):
        await register(store, dag(dag_id, ONE))
    await request(store, 1, 4, 5)
    await request(store, 2, 3, 6, dag_id=SECOND)
    newest_first = [run_id(6, 1), run_id(5), run_id(4), run_id(3, 1), run_id(2, 1), run_id(1)]
    assert await pages(store, 4) == [newest_first[:4], newest_first[4:]]
    assert await pages(store, 6) == [newest_first]
    assert await pages(store, 2, SECOND) == [[run_id(6, 1), run_id(3, 1)], [run_id(2, 1)]]


async def test_pages_neither_skip_nor_repeat_a_run_while_runs_are_requested(store: Store) -> None:
    await register(store, dag(FIRST, ONE))
    await request(store, *range(10, 40))

    async def request_more() -> None:
        await request(store, *range(40, 60))

    adding = asyncio.create_task(request_more())
    seen = [run for page in await pages(store, 3) for run in page]
    await adding
    assert seen == sorted(set(seen), reverse=True)
    assert seen[-30:] == [run_id(number) for number in reversed(range(10, 40))]


async def test_runs_are_listed_under_the_status_they_have(store: Store) -> None:
    reign, first = await started(store, ONE, 1)
    await request(store, 2, 3)
    await store.cancel_run(run_id(2))
    await reign.settle()
    await request(store, 4)
    await store.claim(0, "w", 1)
    await store.cancel_run(first)
    await reign.settle()
    await request(store, 5)
    by_status = {
        RunStatus.CANCELLING: [first],
        RunStatus.CANCELLED: [run_id(2)],
        RunStatus.RUNNING: [run_id(4), run_id(3)],
        RunStatus.REQUESTED: [run_id(5)],
    }
    for status in RunStatus:
        assert await pages(store, 10, "", status) == [by_status.get(status, [])]
        assert await pages(store, 10, FIRST, status) == [by_status.get(status, [])]
        assert await pages(store, 10, SECOND, status) == [[]]


async def test_the_events_of_a_run_are_its_own_in_log_order(store: Store) -> None:
    reign, first = await started(store, DIAMOND)
    await request(store, 2)
    await reign.settle()
    for claim in await store.claim(0, "w", 10):
        await store.report([(claim, success(claim))])
        await reign.settle()
    for run in (first, run_id(2)):
        log = [(entry, decode_event(entry.data)) for entry in await store.log(0, 0, 1000)]
        own = [entry for entry, event in log if isinstance(event, AnyRunEvent) and event.run_id == run]
        assert len(own) > 5
        assert await store.run_events(run, 0, 1000) == own
        assert await store.run_events(run, own[2].seq, 2) == own[3:5]
        assert await store.run_events(run, own[-1].seq, 10) == []


async def test_the_log_is_gapless_and_chained_by_the_last_entry_of_each_commit(store: Store) -> None:
    await register(store, dag(FIRST, fan(5)))
    await request(store, 1, 2)
    reign = await Reign.begin(store)
    sizes = [len((await reign.step(1)).events) for _ in range(3)]
    log = await store.log(0, 0, 1000)
    assert [entry.seq for entry in log] == list(range(1, sum(sizes) + 1))
    expected = GENESIS
    seq = 0
    for size in sizes:
        commit = log[seq : seq + size]
        expected = extend_chain(0, 0, seq, expected, [entry.data for entry in commit])
        assert [entry.hash for entry in commit] == [""] * (size - 1) + [expected]
        seq += size
    head = await store.head(0)
    assert (head.seq, head.hash) == (seq, expected)
    assert await store.log(0, 2, 3) == log[2:5]


async def test_tail_returns_what_is_there_at_once(store: Store) -> None:
    await started(store, ONE)
    log = await store.log(0, 0, 100)
    assert await store.tail({0: 0, 1: 0}, 60_000) == log
    assert await store.tail({1: 0, 0: 1}, 60_000) == log[1:]


async def test_tail_waits_for_what_comes_in_any_of_the_partitions(store: Store) -> None:
    await started(store, ONE)
    here, there = await store.head(0), await Reign.begin(store, 1)
    waiting = asyncio.create_task(store.tail({0: here.seq, 1: 0}, 60_000))
    await register(store, dag(SECOND, ONE))
    await there.settle()
    assert await waiting == await store.log(1, 0, 10)


async def test_tail_returns_nothing_when_nothing_comes_in_time(store: Store) -> None:
    assert await store.tail({0: 0}, 20) == []


async def test_lines_are_kept_in_order_and_paged_by_their_ids(store: Store) -> None:
    _, run = await started(store, ONE)
    (claim,) = await store.claim(0, "w", 1)
    lines = [(number, "stderr" if number % 2 else "stdout", f"line {number} \N{SNOWMAN}") for number in range(5)]
    await store.append_output(claim, 1, lines[:3])
    await store.append_output(claim, 4, [])
    await store.append_output(claim, 3, lines[2:])  # the third again, as after a lost reply
    printed = await store.output(run, "a", 1, "", 100)
    assert [(line.at, line.stream, line.text) for line in printed] == lines
    assert await store.output(run, "a", 1, printed[1].id, 2) == printed[2:4]
    assert await store.output(run, "a", 2, "", 100) == []


async def test_figures_count_what_there_is(backend: Backend) -> None:
    store = backend.store
    reign, _ = await started(store, fan(5))
    await store.claim(0, "w", 2)
    await backend.deliver(0, b"garbage")
    await reign.settle()
    await register(store, dag(SECOND, ONE))
    await request(store, 2, dag_id=SECOND)
    figures = await store.figures()
    head = await store.head(0)
    assert figures.dags == 2
    assert {status: count for status, count in figures.runs.items() if count} == {"running": 1, "requested": 1}
    assert {status: count for status, count in figures.tasks.items() if count} == {"ready": 3, "running": 2}
    assert (figures.queue_depth, figures.pending, figures.inbox_lag) == (3, 2, 2)
    assert (figures.dead_letters, figures.events) == (1, head.seq)


async def test_all_times_are_those_of_the_stores_clock(backend: Backend) -> None:
    earliest = await backend.now()
    reign = await Reign.begin(backend.store)
    await register(backend.store, dag(FIRST, ONE))
    (entry,) = await backend.store.inbox(0, "0-0", 1, 0)
    commit = await reign.prepare()
    assert commit is not None
    applied = await reign.apply(commit)
    renewed = await eventually(backend, lambda: backend.store.renew(0, "owner", reign.term, 1000), "the lease renewed")
    latest = await backend.now()
    assert earliest <= entry.at <= applied.now <= renewed.now <= latest
