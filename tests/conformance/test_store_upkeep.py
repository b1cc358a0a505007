"""Sweeps and what else keeps a partition in order, and what is shown of it to those who check, on every store."""

from msgspec.structs import replace

from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.status import RunStatus
from penstock.store.base import Store
from penstock.store.records import Beat
from stack import dag
from store_backends import HOUR_MS, Backend, eventually, pass_ms, sweep
from store_kit import FIRST, SECOND, facts, failure, fan, register, run_id, started, success

ONE: dict[str, tuple[str, ...]] = {"a": ()}


async def test_a_sweep_under_another_term_takes_nothing(backend: Backend) -> None:
    reign, _ = await started(backend.store, fan(3))
    await backend.store.claim(0, "w", 3)
    before = await backend.dump()
    for term in (reign.term - 1, reign.term + 1):
        assert await sweep(backend, 0, term, 0) == 0
    assert await backend.dump() == before
    assert await sweep(backend, 0, reign.term, 0) == 3


async def test_a_heartbeat_of_somebody_elses_claim_is_gone_and_does_not_extend_it(backend: Backend) -> None:
    store = backend.store
    reign, _ = await started(store, ONE)
    claims = await store.claim(0, "w", 1)

    async def swept() -> int | None:
        assert await store.heartbeat("thief", claims) == [Beat.GONE]
        return await sweep(backend, 0, reign.term, 30)

    assert await eventually(backend, swept, "the claim is lost") == 1
    assert (await facts(store))[-1] == e.TaskLost(run_id=run_id(1), task_id="a", attempt=1, worker="w")


async def test_the_sweep_takes_only_claims_that_were_silent_for_the_lease(backend: Backend) -> None:
    store = backend.store
    reign, _ = await started(store, fan(3))
    await store.claim(0, "silent", 1)
    kept = await store.claim(0, "beats", 1)
    asked = await store.claim(0, "asks", 1)
    assert await sweep(backend, 0, reign.term, HOUR_MS) == 0

    async def swept() -> int | None:
        assert await store.heartbeat("beats", kept) == [Beat.OK]
        assert await store.claimed(0, "asks") == asked
        return await sweep(backend, 0, reign.term, 1000)

    assert await eventually(backend, swept, "the silent claim is lost") == 1
    assert await backend.queue(0) == {kept[0].id: "beats", asked[0].id: "asks"}


async def test_the_sweep_declares_every_lost_claim_lost_however_many(backend: Backend) -> None:
    store = backend.store
    reign, _ = await started(store, fan(330))
    claims = await store.claim(0, "w", 320)
    await reign.settle()
    assert await sweep(backend, 0, reign.term, 0) == 320
    lost = [fact.task_id for fact in await facts(store) if isinstance(fact, e.TaskLost)]
    assert lost == [claim.task_id for claim in claims]
    assert await sweep(backend, 0, reign.term, 0) == 0
    assert len(await store.claim(0, "w", 1000)) == 10


async def test_a_lost_attempt_is_replaced_by_a_new_one(backend: Backend) -> None:
    store = backend.store
    reign, run = await started(store, ONE)
    await store.claim(0, "w", 1)
    await sweep(backend, 0, reign.term, 0)
    await reign.settle()
    (claim,) = await store.claim(0, "v", 1)
    assert (claim.task_id, claim.attempt) == ("a", 2)
    view = await store.run(run)
    assert view is not None
    assert (view.tasks[0].losses, view.tasks[0].failures) == (1, 0)


async def test_a_claim_that_seems_silent_for_longer_than_can_be_has_its_lease_anew(backend: Backend) -> None:
    store = backend.store
    reign, _ = await started(store, ONE)
    await store.claim(0, "w", 1)

    async def silent_for_a_while() -> bool:
        return (await store.health(0)).claim_idle_ms >= 100

    await eventually(backend, silent_for_a_while, "the claim is old")
    now = await backend.now()
    assert await store.sweep(0, reign.term, 90, now, HOUR_MS, 95) == 0
    assert (await store.health(0)).claim_idle_ms < 100
    await eventually(backend, silent_for_a_while, "the claim is old again")
    assert await store.sweep(0, reign.term, 90, await backend.now(), HOUR_MS, HOUR_MS) == 1


async def test_a_sweep_takes_nothing_and_renews_all_when_the_clock_shows_something_else(backend: Backend) -> None:
    store = backend.store
    reign, _ = await started(store, fan(150))
    claims = await store.claim(0, "w", 150)

    async def silent_for_a_while() -> bool:
        return (await store.health(0)).claim_idle_ms >= 100

    for off in (-HOUR_MS, HOUR_MS):
        await eventually(backend, silent_for_a_while, "the claims are old")
        assert await store.sweep(0, reign.term, 0, await backend.now() + off, 60_000) is None
        assert await store.claimed(0, "w") == claims
        assert (await store.health(0)).claims == 150
    assert not [fact for fact in await facts(store) if isinstance(fact, e.TaskLost)]


async def test_a_queue_tells_which_attempts_it_holds(store: Store) -> None:
    reign, _ = await started(store, fan(3))
    claimed, reported = await store.claim(0, "w", 2)
    await store.report([(reported, success(reported))])
    places = [claimed.id, reported.id, reported.id + 1, 999]
    assert await store.queued(0, [("default", number) for number in places]) == [True, False, True, False]
    assert await store.queued(0, []) == []
    await reign.settle()


async def test_a_worker_whose_name_is_forgotten_loses_no_claim_and_may_come_back(store: Store) -> None:
    await started(store, fan(3))
    (claim,) = await store.claim(0, "holds", 1)
    (gone,) = await store.claim(0, "gone", 1)
    await store.report([(gone, success(gone, "gone"))])
    await store.retire(0, 0)
    assert await store.claimed(0, "holds") == [claim]
    assert await store.heartbeat("holds", [claim]) == [Beat.OK]
    assert len(await store.claim(0, "gone", 1)) == 1


async def test_attempts_are_known_by_what_they_say_not_by_their_number_alone(backend: Backend) -> None:
    store = backend.store
    await started(store, fan(1))
    (claim,) = await store.claim(0, "w", 1)
    others = [replace(claim, **change) for change in ({"attempt": 2}, {"task_id": "b"}, {"run_id": run_id(9)})]
    before = await backend.dump()
    assert await store.heartbeat("w", others) == [Beat.GONE] * 3
    assert "accepted" not in await store.report([(other, success(other)) for other in others])
    assert await store.report([(claim, success(claim, "thief"))]) == ["duplicate"]
    assert await backend.dump() == before


async def test_an_auditor_is_shown_each_list_in_order_and_in_parts(store: Store) -> None:
    reign, first = await started(store, ONE, retries=1, retry_delay_seconds=1000.0)
    (claim,) = await store.claim(0, "w", 1)
    await store.report([(claim, failure(claim))])
    for number in (3, 2):
        await store.request_run(FIRST, run_id(number))
    await reign.settle()
    everything = [first, run_id(2), run_id(3)]
    assert await store.listed_runs(0, "", None, "", 10) == everything
    assert await store.listed_runs(0, FIRST, RunStatus.RUNNING, "", 2) == everything[:2]
    assert await store.listed_runs(0, "", RunStatus.RUNNING, everything[1], 10) == everything[2:]
    assert await store.listed_runs(0, SECOND, None, "", 10) == []
    own = [entry.seq for entry in await store.run_events(first, 0, 100)]
    assert await store.event_indexes(0, [run_id(9), first]) == {run_id(9): [], first: own}
    view = await store.run(first)
    assert view is not None
    assert await store.timers(0) == {first: view.tasks[0].due}
    assert {name: count for name, count in (await store.task_counts(0)).items() if count} == {"retrying": 1, "ready": 2}


async def test_it_is_told_how_a_partition_fares(backend: Backend) -> None:
    store = backend.store
    await store.present("owner", HOUR_MS)
    assert await store.schedulers() == ["owner"]
    idle = await store.health(0)
    assert (idle.inbox, idle.inbox_age_ms, idle.commit_age_ms, idle.timers, idle.ready, idle.claims) == (0,) * 6
    assert (idle.appended, idle.ready_age_ms, idle.lease_ms, idle.head.owner) == (0, 0, 0, "")
    reign, _ = await started(store, fan(3), retries=1, retry_delay_seconds=1000.0)
    first, _ = await store.claim(0, "w", 2)
    await store.report([(first, failure(first))])
    await backend.deliver(0, b"garbage")
    await reign.settle()
    await register(store, dag(FIRST, ONE))

    async def aged() -> bool:
        health = await store.health(0)
        return min(health.inbox_age_ms, health.commit_age_ms, health.claim_idle_ms, health.ready_age_ms) > 0

    await eventually(backend, aged, "what waits grows older")
    health = await store.health(0)
    assert (health.inbox, health.timers, health.overdue_ms, health.ready, health.claims) == (1, 1, 0, 1, 1)
    assert (health.dead_letters, health.head, health.partition) == (1, await store.head(0), 0)
    assert 0 < health.lease_ms <= HOUR_MS
    assert health.appended == health.head.seq > 0


async def test_what_waits_for_a_worker_is_as_old_as_its_becoming_ready(backend: Backend) -> None:
    store = backend.store
    reign, run = await started(store, fan(3))
    events = [decode_event(entry.data) for entry in await store.run_events(run, 0, 100)]
    became = [event.at for event in events if isinstance(event, e.TaskReady)]
    await pass_ms(backend, 20)
    before = await backend.now()
    health = await store.health(0)
    assert before - min(became) <= health.ready_age_ms <= await backend.now() - min(became)
    await store.claim(0, "w", 3)
    await reign.settle()
    health = await store.health(0)
    assert (health.ready, health.ready_age_ms, health.claims) == (0, 0, 3)
