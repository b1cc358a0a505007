"""Reads: what the API shows, from every store."""

import asyncio

import pytest

from penstock.core.chain import GENESIS, extend_chain
from penstock.core.codec import decode_event
from penstock.core.events import AnyRunEvent
from penstock.core.status import RunStatus
from penstock.errors import NotFoundError
from penstock.ids import time_prefix
from penstock.store import records as r
from penstock.store import views as v
from penstock.store.base import Store
from penstock.store.run_lists import Statuses
from stack import DIAMOND, dag
from store_backends import Backend, eventually
from store_kit import EPOCH_MS, FIRST, SECOND, Reign, fan, register, run_id, started, success

ONE: dict[str, tuple[str, ...]] = {"a": ()}
FOREIGN = [run_id(1), run_id(1, 7)]


async def request(store: Store, *numbers: int, dag_id: str = FIRST) -> None:
    partition = 0 if dag_id == FIRST else 1
    for number in numbers:
        await store.request_run(dag_id, run_id(number, partition))


async def pages(store: Store, limit: int, dag_id: str = "", status: Statuses = None) -> list[list[str]]:
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
    assert await store.runs("", None, 10, "") == v.RunPage([], "")
    assert await store.log(0, 0, 10) == []
    assert await store.head(0) == r.Head(seq=0, hash=GENESIS, term=0, owner="", cursor="0-0", incarnation=0)
    figures = await store.figures()
    assert figures == v.Figures(0, dict.fromkeys(map(str, RunStatus), 0), {}, 0, 0, 0, 0, 0)


async def test_what_nobody_wrote_is_not_there(store: Store) -> None:
    assert await store.definition(0, "v") is None
    assert await store.load_runs(0, FOREIGN) == {}
    for run in FOREIGN:
        assert await store.run(run) is None
        assert await store.run_events(run, 0, 10) == []
        assert await store.output(run, "a", 1, 0, 10) == []
        assert await store.output_sizes(run, "a", [1, 2]) == [v.OutputSize(0, 0)] * 2


async def test_what_is_no_run_id_names_no_run(store: Store) -> None:
    assert await store.run("nothing") is None
    with pytest.raises(NotFoundError):
        await store.run_events("nothing", 0, 10)
    with pytest.raises(NotFoundError):
        await store.output("nothing", "a", 1, 0, 10)


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


async def test_runs_are_listed_under_any_of_several_statuses_newest_first(store: Store) -> None:
    reign, _ = await started(store, ONE, 1)
    await request(store, 2, 3)
    await store.cancel_run(run_id(2))
    await reign.settle()
    await request(store, 4)
    await register(store, dag(SECOND, ONE))
    await request(store, 5, dag_id=SECOND)
    running, waiting = RunStatus.RUNNING, RunStatus.REQUESTED
    assert await pages(store, 2, "", frozenset({running, waiting})) == [
        [run_id(5, 1), run_id(4)],
        [run_id(3), run_id(1)],
    ]
    assert await pages(store, 9, FIRST, frozenset({waiting, RunStatus.CANCELLED})) == [[run_id(4), run_id(2)]]
    everything = [run_id(5, 1), *map(run_id, (4, 3, 2, 1))]
    assert await pages(store, 9, "", frozenset(RunStatus)) == [everything]
    assert await pages(store, 9, "", frozenset()) == [[]]


async def test_a_page_of_runs_is_bounded_on_both_sides_by_what_ids_begin_with(store: Store) -> None:
    for dag_id in (FIRST, SECOND):
        await register(store, dag(dag_id, ONE))
    await request(store, 1, 3, 5)
    await request(store, 2, 4, dag_id=SECOND)

    async def between(least: str, below: str, dag_id: str = "") -> list[str]:
        page = await store.runs(dag_id, None, 10, below, least)
        assert not page.cursor
        return [summary.run_id for summary in page.runs]

    begins = [time_prefix(EPOCH_MS + number) for number in range(7)]
    assert await between(begins[2], begins[5]) == [run_id(4, 1), run_id(3), run_id(2, 1)]
    assert await between(begins[2], begins[5], FIRST) == [run_id(3)]
    assert await between(begins[4], "") == [run_id(5), run_id(4, 1)]
    assert await between("", begins[2]) == [run_id(1)]
    assert await between(begins[5], begins[2]) == []
    assert await between(run_id(3), run_id(3) + "~") == [run_id(3)]
    page = await store.runs("", RunStatus.REQUESTED, 2, begins[5], begins[2])
    assert page.cursor == run_id(3)
    rest = await store.runs("", RunStatus.REQUESTED, 2, page.cursor, begins[2])
    assert [summary.run_id for summary in rest.runs] == [run_id(2, 1)]


async def test_a_run_is_read_with_those_of_its_tasks_that_are_asked_for(store: Store) -> None:
    _, run = await started(store, fan(3))
    whole = await store.run(run)
    assert whole is not None
    assert set(whole.tasks) == {0, 1, 2}
    assert await store.run(run, [1, 7]) == v.RunView(whole.summary, {1: whole.tasks[1]})
    assert await store.run(run, []) == v.RunView(whole.summary, {})
    assert await store.run(run_id(9), [1]) is None


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


async def test_lines_are_kept_in_order_and_paged_by_their_numbers(store: Store) -> None:
    _, run = await started(store, ONE)
    (claim,) = await store.claim(0, "w", 1)
    lines = [(number, "stderr" if number % 2 else "stdout", f"line {number} \N{SNOWMAN}") for number in range(5)]
    await store.append_output(claim, 1, lines[:3])
    await store.append_output(claim, 4, [])
    await store.append_output(claim, 3, lines[2:])  # the third again, as after a lost reply
    printed = await store.output(run, "a", 1, 0, 100)
    assert printed == [v.OutputLine(number, *line) for number, line in enumerate(lines, 1)]
    assert await store.output(run, "a", 1, 2, 2) == printed[2:4]
    assert await store.output(run, "a", 1, 5, 2) == []
    assert await store.output(run, "a", 2, 0, 100) == []


async def test_lines_may_have_a_gap_in_their_numbers_and_the_size_of_an_output_tells_it(store: Store) -> None:
    _, run = await started(store, ONE)
    (claim,) = await store.claim(0, "w", 1)
    await store.append_output(claim, 1, [(1, "stdout", "one"), (1, "stdout", "two")])
    for _ in range(2):  # as after a lost reply
        await store.append_output(claim, 7, [(2, "stdout", "seven"), (2, "stdout", "eight")])
    assert [line.number for line in await store.output(run, "a", 1, 1, 2)] == [2, 7]
    assert [line.text for line in await store.output(run, "a", 1, 4, 10)] == ["seven", "eight"]
    assert await store.output_sizes(run, "a", [2, 1]) == [v.OutputSize(0, 0), v.OutputSize(8, 4)]
    assert await store.output_sizes(run, "a", []) == []


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
