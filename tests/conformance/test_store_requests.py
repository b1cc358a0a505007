"""Requests: what the API asks of every store."""

import asyncio

import pytest

from penstock.core import events as e
from penstock.core.dag import DagSpec, dag_version
from penstock.core.status import RunStatus
from penstock.errors import ConflictError, NotFoundError
from penstock.store.base import Store
from stack import DIAMOND, dag
from store_backends import Backend, MemoryBackend
from store_kit import FIRST, SECOND, Reign, facts, fan, register, run_id, started, status_of, success

ONE: dict[str, tuple[str, ...]] = {"a": ()}


def versions_of(dag_id: str) -> list[DagSpec]:
    return [dag(dag_id, fan(width)) for width in (1, 2, 3)]


async def test_a_registered_version_can_be_read_at_once(store: Store) -> None:
    spec = dag(FIRST, DIAMOND)
    assert await store.register_dag(spec, "v1")
    assert await store.definition(0, "v1") == spec
    (listed,) = await store.dags()
    assert (listed.dag_id, listed.version, listed.task_count, listed.seq) == (FIRST, "v1", 4, 0)
    assert await store.versions(FIRST) == [listed]


async def test_a_run_keeps_the_trace_it_was_requested_in_before_and_after_it_is_in_the_log(store: Store) -> None:
    reign, _ = await started(store, ONE)
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    asked = await store.request_run(FIRST, run_id(2), "key", traceparent=traceparent)
    (fact,) = await facts(store)
    assert isinstance(fact, e.RunRequested)
    assert fact.traceparent == traceparent
    for _ in ("requested", "in the log"):
        view = await store.run(run_id(2))
        assert view is not None
        assert view.summary.traceparent == traceparent
        await reign.settle()
    assert await store.request_run(FIRST, run_id(3), "key") == (asked[0], False)


async def test_a_version_that_is_current_is_not_requested_again(store: Store) -> None:
    spec = dag(FIRST, ONE)
    await store.register_dag(spec, "v1")
    assert not await store.register_dag(spec, "v1")
    assert len(await facts(store)) == 1


async def test_an_earlier_version_becomes_current_again_without_being_new(store: Store) -> None:
    for number, spec in enumerate(versions_of(FIRST)):
        assert await store.register_dag(spec, f"v{number}")
    assert not await store.register_dag(versions_of(FIRST)[0], "v0")
    registered = [fact for fact in await facts(store) if isinstance(fact, e.DagRegistered)]
    assert [fact.version for fact in registered] == ["v0", "v1", "v2", "v0"]
    assert [(one.version, one.task_count) for one in await store.dags()] == [("v0", 1)]
    assert (await store.versions(FIRST))[0].version == "v0"


async def test_a_registration_gets_its_place_and_time_when_it_reaches_the_log(store: Store) -> None:
    await register(store, dag(FIRST, ONE))
    (entry,) = await store.inbox(0, "0-0", 10, 0)
    await (await Reign.begin(store)).settle()
    (listed,) = await store.dags()
    assert (listed.seq, listed.registered_at) == (1, entry.at)
    assert await store.versions(FIRST) == [listed]


async def test_a_registration_that_waits_is_not_hidden_by_an_older_one_that_reaches_the_log(store: Store) -> None:
    reign = await Reign.begin(store)
    old, new, _ = versions_of(FIRST)
    await register(store, old)
    await register(store, new)
    await reign.step(1)
    (listed,) = await store.dags()
    assert (listed.version, listed.seq) == (dag_version(new), 0)
    assert [one.seq for one in await store.versions(FIRST)] == [0, 1]


async def test_versions_in_the_log_are_listed_newest_first(store: Store) -> None:
    for spec in versions_of(FIRST):
        await register(store, spec)
    await (await Reign.begin(store)).settle()
    assert [one.seq for one in await store.versions(FIRST)] == [3, 2, 1]


async def test_a_requested_run_is_visible_at_once(store: Store) -> None:
    version = await register(store, dag(FIRST, DIAMOND))
    run = run_id(1)
    assert await store.request_run(FIRST, run) == (run, True)
    view = await store.run(run)
    assert view is not None
    assert (view.summary.status, view.summary.version, view.summary.dag_id) == ("requested", version, FIRST)
    assert view.summary.counts == {"waiting": 4}
    assert view.tasks == {}
    assert (await store.runs(FIRST, RunStatus.REQUESTED, 10, "")).runs == [view.summary]


async def test_a_run_follows_the_version_that_is_current_when_it_is_requested(store: Store) -> None:
    old, new, _ = map(dag_version, versions_of(FIRST))
    for number, spec in enumerate(versions_of(FIRST)[:2]):
        await register(store, spec)
        await store.request_run(FIRST, run_id(number))
    requested = [fact.version for fact in await facts(store) if isinstance(fact, e.RunRequested)]
    assert requested == [old, new]


async def test_a_run_of_an_unknown_dag_is_refused_and_changes_nothing(backend: Backend) -> None:
    before = await backend.dump()
    with pytest.raises(NotFoundError):
        await backend.store.request_run(FIRST, run_id(1), "key", "body")
    assert await backend.dump() == before


async def test_a_key_used_before_gives_the_run_requested_then(store: Store) -> None:
    await register(store, dag(FIRST, ONE))
    assert await store.request_run(FIRST, run_id(1), "key", "body") == (run_id(1), True)
    assert await store.request_run(FIRST, run_id(2), "key", "body") == (run_id(1), False)
    assert await store.run(run_id(2)) is None
    assert len(await facts(store)) == 2


async def test_a_key_used_with_another_body_is_a_conflict_and_changes_nothing(backend: Backend) -> None:
    await register(backend.store, dag(FIRST, ONE))
    await backend.store.request_run(FIRST, run_id(1), "key", "body")
    before = await backend.dump()
    for body in ("other", ""):
        with pytest.raises(ConflictError):
            await backend.store.request_run(FIRST, run_id(2), "key", body)
    assert await backend.dump() == before


async def test_each_dag_has_keys_of_its_own(store: Store) -> None:
    for partition, dag_id in enumerate((FIRST, SECOND)):
        await register(store, dag(dag_id, ONE))
        assert await store.request_run(dag_id, run_id(1, partition), "key") == (run_id(1, partition), True)


async def test_requests_without_a_key_are_runs_of_their_own(store: Store) -> None:
    await register(store, dag(FIRST, ONE))
    for number in (1, 2):
        assert await store.request_run(FIRST, run_id(number), "", "body") == (run_id(number), True)


async def test_of_many_requests_at_once_under_one_key_one_is_taken(store: Store) -> None:
    await register(store, dag(FIRST, ONE))
    answers = await asyncio.gather(*(store.request_run(FIRST, run_id(number), "key", "b") for number in range(20)))
    assert len({run for run, _ in answers}) == 1
    assert [created for _, created in answers].count(True) == 1
    assert len((await store.runs("", None, 100, "")).runs) == 1


@pytest.mark.parametrize("store_url", ["memory"], indirect=True)
async def test_a_key_is_forgotten_after_two_days(backend: Backend) -> None:
    assert isinstance(backend, MemoryBackend)
    await register(backend.store, dag(FIRST, ONE))
    await backend.store.request_run(FIRST, run_id(1), "key")
    backend.clock_ms += 2 * 24 * 3_600_000
    assert await backend.store.request_run(FIRST, run_id(2), "key") == (run_id(1), False)
    backend.clock_ms += 1
    assert await backend.store.request_run(FIRST, run_id(2), "key") == (run_id(2), True)


async def test_a_request_repeated_under_the_same_run_id_is_taken_once(backend: Backend) -> None:
    reign, run = await started(backend.store, ONE)
    before = await backend.dump()
    assert await backend.store.request_run(FIRST, run) == (run, False)
    assert await backend.dump() == before
    (claim,) = await backend.store.claim(0, "w", 1)
    await backend.store.report([(claim, success(claim))])
    await reign.settle()
    assert await backend.store.request_run(FIRST, run) == (run, False)
    assert await status_of(backend.store, run) == "succeeded"


async def test_a_cancellation_is_requested_of_a_run_that_has_not_ended(store: Store) -> None:
    reign, run = await started(store, ONE)
    await register(store, dag(FIRST, ONE))
    await store.request_run(FIRST, run_id(2))
    assert await store.cancel_run(run) is RunStatus.RUNNING
    assert await store.cancel_run(run_id(2)) is RunStatus.REQUESTED
    cancelled = [fact.run_id for fact in await facts(store) if isinstance(fact, e.RunCancelled)]
    assert cancelled == [run, run_id(2)]
    await reign.settle()
    assert await status_of(store, run) == await status_of(store, run_id(2)) == "cancelled"


async def test_a_run_that_is_being_cancelled_may_be_cancelled_again(store: Store) -> None:
    reign, run = await started(store, ONE)
    await store.claim(0, "w", 1)
    await reign.settle()
    await store.cancel_run(run)
    await reign.settle()
    assert await store.cancel_run(run) is RunStatus.CANCELLING


async def test_a_run_that_has_ended_cannot_be_cancelled(backend: Backend) -> None:
    reign, run = await started(backend.store, ONE)
    await backend.store.cancel_run(run)
    await reign.settle()
    before = await backend.dump()
    with pytest.raises(ConflictError, match="already cancelled"):
        await backend.store.cancel_run(run)
    assert await backend.dump() == before


@pytest.mark.parametrize("run", [run_id(1), run_id(1, 7), "no run id", ""])
async def test_an_unknown_run_cannot_be_cancelled(backend: Backend, run: str) -> None:
    before = await backend.dump()
    with pytest.raises(NotFoundError):
        await backend.store.cancel_run(run)
    assert await backend.dump() == before
