"""Commits: applied whole, or not at all."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from penstock.core.chain import GENESIS, extend_chain
from penstock.core.codec import decode_event
from penstock.core.dag import dag_version
from penstock.core.partition import Partition, evolve
from penstock.core.projection import all_run_fields
from penstock.store import records as r
from penstock.store.base import Store
from stack import DIAMOND, dag
from store_backends import HOUR_MS, Backend, pass_ms
from store_kit import FIRST, Reign, facts, failure, fan, register, run_id, started, success

ONE: dict[str, tuple[str, ...]] = {"a": ()}


async def loaded(store: Store) -> Reign:
    """Return a reign whose next commit has something of everything that a commit can change."""
    for number in range(9):
        await store.claim(0, f"idle{number}", 1)
    reign, _ = await started(store, fan(3), retries=1, retry_delay_seconds=1000.0)
    first, _ = await store.claim(0, "w", 2)
    await store.request_run(FIRST, run_id(2))
    await reign.settle()
    await store.report([(first, failure(first))])
    await store.cancel_run(run_id(1))
    await register(store, dag(FIRST, fan(2)))
    await store.request_run(FIRST, run_id(3))
    return reign


async def test_a_commit_in_this_suite_has_something_of_everything(backend: Backend) -> None:
    reign = await loaded(backend.store)
    await backend.deliver(0, b"garbage")
    commit = await reign.prepare()
    assert commit is not None
    whole = replace(commit, idle=["gone"])
    assert [name for name, value in msgspec.structs.asdict(whole).items() if value in ([], {})] == []


WRONG: dict[str, tuple[Callable[[r.Commit], r.Commit], bool]] = {
    "an earlier term": (lambda commit: replace(commit, term=commit.term - 1), True),
    "a later term": (lambda commit: replace(commit, term=commit.term + 1), True),
    "another hash": (lambda commit: replace(commit, hash=GENESIS), False),
    "an earlier seq": (lambda commit: replace(commit, seq=commit.seq - 1), False),
    "a later seq": (lambda commit: replace(commit, seq=commit.seq + 1), False),
    "another term and hash": (lambda commit: replace(commit, term=commit.term - 1, hash=GENESIS), True),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_commit_under_another_head_is_refused_and_changes_nothing(backend: Backend, wrong: str) -> None:
    alter, lost = WRONG[wrong]
    reign = await loaded(backend.store)
    commit = await reign.prepare()
    assert commit is not None
    before = await backend.dump()
    answer = await backend.store.commit(alter(commit))
    assert answer == r.Refused(await backend.store.head(0), lost=lost)
    assert await backend.dump() == before
    await reign.apply(commit)
    assert await backend.dump() != before


async def test_a_commit_sent_twice_is_applied_once(backend: Backend) -> None:
    reign = await loaded(backend.store)
    commit = await reign.step()
    before = await backend.dump()
    answer = await backend.store.commit(commit)
    assert isinstance(answer, r.Refused)
    assert (answer.lost, answer.head.hash) == (False, commit.new_hash)
    assert await backend.dump() == before


async def test_a_commit_without_events_sent_twice_is_applied_once(backend: Backend) -> None:
    reign = await Reign.begin(backend.store)
    commits: list[r.Commit] = []
    for data in (b"garbage", b"rubbish"):
        await backend.deliver(0, data)
        commits.append(await reign.step())
    await backend.deliver(0, b"waits")
    before = await backend.dump()
    for commit in commits:
        assert commit.events == []
        answer = await backend.store.commit(commit)
        assert answer == r.Refused(await backend.store.head(0), lost=False)
    assert await backend.dump() == before
    assert (await backend.store.figures()).inbox_lag == 1


async def test_who_was_deposed_cannot_commit(backend: Backend) -> None:
    deposed = await loaded(backend.store)
    commit = await deposed.prepare()
    assert commit is not None
    await deposed.give_up()
    await Reign.begin(backend.store, owner="successor")
    before = await backend.dump()
    answer = await backend.store.commit(commit)
    assert isinstance(answer, r.Refused)
    assert (answer.lost, answer.head.owner) == (True, "successor")
    assert await backend.dump() == before


async def test_of_two_commits_upon_one_head_one_is_applied(store: Store) -> None:
    reign = await loaded(store)
    commit = await reign.prepare()
    assert commit is not None
    answers = await asyncio.gather(*(store.commit(commit) for _ in range(5)))
    assert sorted(type(answer).__name__ for answer in answers) == ["Committed"] + ["Refused"] * 4
    assert (await store.head(0)).seq == commit.seq + len(commit.events)


async def test_projections_are_the_fold_of_the_log(store: Store) -> None:
    reign = await loaded(store)
    await reign.settle()
    for claim in await store.claim(0, "w", 100):
        await store.report([(claim, success(claim))])
    await reign.settle()
    fold = Partition()
    for entry in await store.log(0, 0, 10_000):
        evolve(fold, decode_event(entry.data), entry.seq)
    assert len(fold.runs) == 3
    assert await store.load_runs(0, list(fold.runs)) == {run: all_run_fields(one) for run, one in fold.runs.items()}
    assert {one.dag_id: one.version for one in await store.dags()} == fold.current
    counts: dict[str, int] = {}
    for run in fold.runs.values():
        for status, count in run.summary.counts.items():
            counts[status] = counts.get(status, 0) + count
    assert {status: count for status, count in (await store.figures()).tasks.items() if count} == counts


async def test_a_commit_moves_the_cursor_and_drops_what_it_consumed(store: Store) -> None:
    reign = await loaded(store)
    waiting = await store.inbox(0, "0-0", 100, 0)
    await reign.step(2)
    assert await store.inbox(0, "0-0", 100, 0) == waiting[2:]
    assert (await store.head(0)).cursor == waiting[1].id
    assert (await store.figures()).inbox_lag == len(waiting) - 2
    await reign.settle()
    assert await facts(store) == []
    assert (await store.head(0)).cursor == waiting[-1].id
    assert (await store.figures()).inbox_lag == 0


async def test_a_commit_may_begin_a_new_incarnation(store: Store) -> None:
    reign, _ = await started(store, ONE)
    seen = await store.head(0)
    await reign.apply(reign.engine.fork(seen, 1))
    head = await store.head(0)
    assert (head.incarnation, head.seq, head.cursor) == (1, seen.seq + 1, seen.cursor)
    (entry,) = await store.log(0, seen.seq, 10)
    assert entry.hash == head.hash == extend_chain(0, 1, seen.seq, seen.hash, [entry.data])


async def test_a_commit_that_consumes_nothing_leaves_the_cursor(store: Store) -> None:
    reign, _ = await started(store, fan(2000))
    before = await store.head(0)
    for claim in await store.claim(0, "w", 1):
        await store.report([(claim, success(claim))])
    commit = await reign.prepare(1)
    assert commit is not None
    await reign.apply(replace(commit, cursor=before.cursor, consumed=0))
    assert (await store.head(0)).cursor == before.cursor
    assert len(await facts(store)) == 2


async def test_a_commit_renews_the_lease(backend: Backend) -> None:
    store = backend.store
    head = await store.take_over(0, "short", 30)
    assert head is not None
    await register(store, dag(FIRST, ONE))
    commit = await Reign(store, 0, head).engine.step(await store.inbox(0, "0-0", 10, 0), [], 1)
    assert commit is not None
    assert isinstance(await store.commit(replace(commit, lease_ms=HOUR_MS)), r.Committed)
    await pass_ms(backend, 40)
    assert await store.take_over(0, "other", HOUR_MS) is None


async def test_a_commit_answers_with_the_earliest_timer(store: Store) -> None:
    reign, run = await started(store, fan(2), retries=1, retry_delay_seconds=1000.0)
    await store.request_run(FIRST, run_id(2))
    await reign.settle()
    for claim in await store.claim(0, "w", 4):
        await store.report([(claim, failure(claim))])
        answer = await reign.apply(await _prepared(reign))
    due = sorted([(await _first_due(store, name), name) for name in (run, run_id(2))])
    (first, _), (last, _) = due
    assert answer.wake == first
    assert await store.due(0, first - 1, 10) == []
    assert await store.due(0, last, 10) == [name for _, name in due]
    assert await store.due(0, last, 1) == [due[0][1]]


async def test_a_timer_goes_with_its_reason(store: Store) -> None:
    reign, run = await started(store, ONE, retries=1, retry_delay_seconds=1000.0)
    (claim,) = await store.claim(0, "w", 1)
    await store.report([(claim, failure(claim))])
    await reign.settle()
    assert await store.due(0, 2**52, 10) == [run]
    await store.cancel_run(run)
    answer = await reign.apply(await _prepared(reign))
    assert answer.wake is None
    assert await store.due(0, 2**52, 10) == []


async def test_a_timer_of_a_run_that_does_not_exist_is_removed(store: Store) -> None:
    reign, run = await started(store, ONE, retries=1, retry_delay_seconds=1000.0)
    (claim,) = await store.claim(0, "w", 1)
    await store.report([(claim, failure(claim))])
    commit = await _prepared(reign)
    (write,) = commit.runs
    forged = replace(write, run_id=run_id(9), fields={}, events=[], wake=5)
    assert isinstance(await store.commit(replace(commit, runs=[write, forged])), r.Committed)
    assert await store.due(0, 2**52, 10) == [run_id(9), run]
    await store.commit(replace(_empty(await store.head(0)), idle=[run_id(9), "never there"]))
    assert await store.due(0, 2**52, 10) == [run]


async def test_a_run_keeps_the_fields_that_a_commit_does_not_name(store: Store) -> None:
    reign, run = await started(store, DIAMOND)
    for name in "abcd":
        claims = await store.claim(0, "w", 1)
        assert [claim.task_id for claim in claims] == [name]
        await store.report([(claim, success(claim)) for claim in claims])
        await reign.settle()
    view = await store.run(run)
    assert view is not None
    assert [view.tasks[number].status for number in range(4)] == ["succeeded"] * 4


@pytest.mark.parametrize("data", [b"garbage", b"", b'{"v":1,"type":"Nonsense"}', b"\xff\x00{", "\u2603".encode()])
async def test_what_cannot_be_read_survives_as_a_dead_letter(backend: Backend, data: bytes) -> None:
    await register(backend.store, dag(FIRST, ONE))
    await backend.deliver(0, data)
    (_, entry) = await backend.store.inbox(0, "0-0", 10, 0)
    assert entry.data == data
    reign = await Reign.begin(backend.store)
    commit = await _prepared(reign)
    await reign.apply(commit)
    (letter,) = await backend.dead(0)
    assert letter == replace(commit.dead[0], data=data.decode(errors="backslashreplace").encode())
    assert letter.id == entry.id
    assert await facts(backend.store) == []
    assert [one.version for one in await backend.store.dags()] == [dag_version(dag(FIRST, ONE))]


async def _first_due(store: Store, run: str) -> int:
    view = await store.run(run)
    assert view is not None
    return min(task.due for task in view.tasks.values())


async def _prepared(reign: Reign) -> r.Commit:
    commit = await reign.prepare()
    assert commit is not None
    return commit


def _empty(head: r.Head) -> r.Commit:
    return r.Commit(
        partition=0,
        term=head.term,
        seq=head.seq,
        hash=head.hash,
        new_hash=head.hash,
        incarnation=head.incarnation,
        after=head.cursor,
        cursor=head.cursor,
        consumed=0,
        lease_ms=HOUR_MS,
    )
