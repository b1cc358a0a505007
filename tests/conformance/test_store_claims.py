"""Claims and reports: what a worker does with attempts, on every store."""

import pytest

from penstock.core import events as e
from penstock.core.accept import MAX_LOSSES
from penstock.core.codec import decode_event
from penstock.core.events import TaskCancelled
from penstock.core.react import SUSPECT_QUEUE
from penstock.store.base import Store
from penstock.store.records import Answer, Beat, QueueEntry
from stack import DIAMOND
from store_backends import Backend, sweep
from store_kit import FIRST, facts, failure, fan, run_id, started, status_of, success

CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ONE: dict[str, tuple[str, ...]] = {"a": ()}


def names(claims: list[QueueEntry]) -> list[str]:
    return [claim.task_id for claim in claims]


async def test_a_claim_says_what_to_execute(store: Store) -> None:
    _, run = await started(store, ONE)
    (claim,) = await store.claim(0, "w", 5)
    (log_entry,) = [entry for entry in await store.log(0, 0, 100) if b"TaskReady" in entry.data]
    assert (claim.run_id, claim.task_id, claim.task, claim.attempt) == (run, "a", 0, 1)
    assert (claim.partition, claim.id, claim.dag_id) == (0, log_entry.seq, FIRST)
    assert await store.definition(claim.partition, claim.version) is not None


async def test_a_claim_of_a_run_requested_within_a_trace_says_so_and_since_when_it_is_ready(store: Store) -> None:
    reign, _ = await started(store, ONE)
    await store.request_run(FIRST, run_id(2), traceparent=CALLER)
    await reign.settle()
    untraced, traced = await store.claim(0, "w", 5)
    view = await store.run(run_id(2))
    assert view is not None
    assert (untraced.traceparent, untraced.ready_at) == ("", 0)
    assert (traced.traceparent, traced.ready_at) == (CALLER, view.tasks[0].ready_at)
    assert await store.claimed(0, "w") == [untraced, traced]


async def test_a_claim_takes_at_most_what_was_asked_and_the_longest_waiting_first(store: Store) -> None:
    await started(store, fan(10))
    assert names(await store.claim(0, "w", 3)) == ["t0", "t1", "t2"]
    assert await store.claim(0, "w", 0) == []
    assert names(await store.claim(0, "v", 4)) == ["t3", "t4", "t5", "t6"]
    assert names(await store.claim(0, "w", 100)) == ["t7", "t8", "t9"]
    assert await store.claim(0, "v", 100) == []
    assert await store.claim(1, "v", 100) == []


async def test_a_claim_is_reported_as_started_by_who_made_it(store: Store) -> None:
    reign, run = await started(store, fan(3))
    await store.claim(0, "w", 2)
    assert await facts(store) == [
        e.TaskStarted(run_id=run, task_id=task, attempt=1, worker="w") for task in ("t0", "t1")
    ]
    await reign.settle()
    view = await store.run(run)
    assert view is not None
    assert [task.worker for task in view.tasks.values() if task.status == "running"] == ["w", "w"]


async def test_a_worker_is_told_its_own_claims_that_it_has_not_reported(store: Store) -> None:
    await started(store, fan(5))
    mine = await store.claim(0, "w", 3)
    await store.claim(0, "v", 1)
    assert await store.claimed(0, "w") == mine
    await store.report([(mine[1], success(mine[1]))])
    assert await store.claimed(0, "w") == [mine[0], mine[2]]
    assert await store.claimed(1, "w") == []
    assert await store.claimed(0, "nobody") == []


async def test_a_report_is_accepted_once_and_passed_on(backend: Backend) -> None:
    store = backend.store
    await started(store, ONE)
    (claim,) = await store.claim(0, "w", 1)
    fact = success(claim)
    assert await store.report([(claim, fact)]) == [Answer.ACCEPTED]
    assert (await facts(store))[-1] == fact
    assert await backend.queue(0) == {}


@pytest.mark.parametrize("committed", [False, True])
async def test_a_report_repeated_after_its_answer_was_lost_is_a_duplicate(backend: Backend, *, committed: bool) -> None:
    reign, _ = await started(backend.store, ONE)
    (claim,) = await backend.store.claim(0, "w", 1)
    await backend.store.report([(claim, success(claim))])
    if committed:
        await reign.settle()
    before = await backend.dump()
    assert await backend.store.report([(claim, success(claim)), (claim, failure(claim))]) == [Answer.DUPLICATE] * 2
    assert await backend.dump() == before


async def test_a_report_is_superseded_when_a_newer_attempt_exists(backend: Backend) -> None:
    reign, _ = await started(backend.store, ONE)
    (claim,) = await backend.store.claim(0, "w", 1)
    await sweep(backend, 0, reign.term, 0)
    assert await backend.store.report([(claim, success(claim))]) == [Answer.DUPLICATE]
    await reign.settle()
    (newer,) = await backend.store.claim(0, "v", 1)
    assert newer.attempt == 2
    assert await backend.store.report([(claim, success(claim)), (newer, success(newer, "v"))]) == [
        Answer.SUPERSEDED,
        Answer.ACCEPTED,
    ]


async def test_a_superseded_report_is_recorded_as_refused_and_changes_no_state(backend: Backend) -> None:
    reign, run = await started(backend.store, ONE)
    (claim,) = await backend.store.claim(0, "w", 1)
    await sweep(backend, 0, reign.term, 0)
    await reign.settle()
    before = await backend.store.run(run)
    assert await backend.store.report([(claim, success(claim))]) == [Answer.SUPERSEDED]
    await reign.settle()
    assert await backend.store.run(run) == before
    history = [decode_event(entry.data) for entry in await backend.store.run_events(run, 0, 100)]
    assert isinstance(history[-1], e.FactRejected)
    assert (history[-1].fact, history[-1].reason) == ("TaskSucceeded", "superseded: the present attempt is 2")


async def test_a_report_of_an_attempt_that_was_the_last_to_be_lost_is_superseded(backend: Backend) -> None:
    reign, run = await started(backend.store, ONE)
    for _ in range(MAX_LOSSES):
        (claim,) = await backend.store.claim(0, "w", 1)
        await reign.settle()
        await sweep(backend, 0, reign.term, 0)
        await reign.settle()
    assert await status_of(backend.store, run) == "failed"
    assert await backend.store.report([(claim, success(claim))]) == [Answer.SUPERSEDED]


async def test_an_attempt_after_which_another_loss_would_be_the_last_is_claimed_one_at_a_time(
    backend: Backend,
) -> None:
    reign, _ = await started(backend.store, fan(3))
    for _ in range(MAX_LOSSES - 1):
        assert len(await backend.store.claim(0, "w", 100)) == 3
        await reign.settle()
        await sweep(backend, 0, reign.term, 0)
        await reign.settle()
    assert await backend.store.claim(0, "w", 100, 0) == []
    (first,) = await backend.store.claim(0, "w", 100)
    (second,) = await backend.store.claim(0, "w", 100, 1)
    assert {first.queue, second.queue} == {SUSPECT_QUEUE}
    assert (first.task_id, second.task_id) == ("t0", "t1")


async def test_a_report_about_a_run_that_never_was_is_unknown(backend: Backend) -> None:
    await started(backend.store, ONE)
    before = await backend.dump()
    claim = QueueEntry(0, "default", 7, run_id(9), "a", 0, 1, FIRST, "v")
    assert await backend.store.report([(claim, success(claim))]) == [Answer.UNKNOWN]
    assert await backend.dump() == before


async def test_a_report_of_an_attempt_that_nobody_claimed_changes_nothing(backend: Backend) -> None:
    _, run = await started(backend.store, ONE)
    (log_entry,) = [entry for entry in await backend.store.log(0, 0, 100) if b"TaskReady" in entry.data]
    claim = QueueEntry(0, "default", log_entry.seq, run, "a", 0, 1, FIRST, "v")
    before = await backend.dump()
    assert await backend.store.report([(claim, success(claim))]) == [Answer.DUPLICATE]
    assert await backend.dump() == before


async def test_nothing_to_report_and_nothing_to_keep_are_fine(store: Store) -> None:
    assert await store.report([]) == []
    assert await store.heartbeat("w", []) == []


async def test_a_heartbeat_says_of_each_claim_what_became_of_it(backend: Backend) -> None:
    store = backend.store
    reign, run = await started(store, fan(3))
    claims = await store.claim(0, "w", 3)
    assert await store.heartbeat("w", claims) == [Beat.OK] * 3
    await store.report([(claims[1], success(claims[1]))])
    assert await store.heartbeat("w", claims) == [Beat.OK, Beat.GONE, Beat.OK]
    await reign.settle()
    await store.cancel_run(run)
    await reign.settle()
    assert await store.heartbeat("w", list(reversed(claims))) == [Beat.CANCEL, Beat.GONE, Beat.CANCEL]
    await sweep(backend, 0, reign.term, 0)
    assert await store.heartbeat("w", claims) == [Beat.GONE] * 3


async def test_a_heartbeat_of_an_attempt_that_nobody_claimed_is_gone_and_claims_nothing(backend: Backend) -> None:
    await started(backend.store, ONE)
    ((number, claimer),) = (await backend.queue(0)).items()
    assert claimer == ""
    claim = QueueEntry(0, "default", number, run_id(1), "a", 0, 1, FIRST, "v")
    assert await backend.store.heartbeat("w", [claim]) == [Beat.GONE]
    assert await backend.queue(0) == {number: ""}


async def test_a_failed_attempt_is_retried_and_its_retry_claimed(store: Store) -> None:
    reign, run = await started(store, ONE, retries=1)
    for attempt in (1, 2):
        (claim,) = await store.claim(0, "w", 1)
        assert claim.attempt == attempt
        await store.report([(claim, failure(claim))])
        await reign.settle()
    assert await store.claim(0, "w", 1) == []
    assert await status_of(store, run) == "failed"


async def test_attempts_that_are_cancelled_before_they_are_claimed_leave_the_queue(backend: Backend) -> None:
    reign, run = await started(backend.store, fan(5))
    await backend.store.cancel_run(run)
    await reign.settle()
    assert await backend.queue(0) == {}
    assert await backend.store.claim(0, "w", 10) == []
    assert (await backend.store.figures()).queue_depth == 0


async def test_an_attempt_withdrawn_after_its_claim_is_gone_for_its_claimer(backend: Backend) -> None:
    store = backend.store
    reign, run = await started(store, ONE)
    await store.cancel_run(run)
    commit = await reign.prepare()
    assert commit is not None
    claims = await store.claim(0, "w", 1)
    await reign.apply(commit)
    assert await backend.queue(0) == {}
    assert await store.claimed(0, "w") == []
    assert await store.heartbeat("w", claims) == [Beat.GONE]
    assert await store.report([(claims[0], success(claims[0]))]) == [Answer.DUPLICATE]
    await reign.settle()
    assert await status_of(store, run) == "cancelled"


async def test_every_attempt_of_a_run_is_claimed_once_by_whoever_comes(store: Store) -> None:
    reign, run = await started(store, DIAMOND)
    done: list[str] = []
    while claims := [(worker, claim) for worker in "vw" for claim in await store.claim(0, worker, 1)]:
        await store.report([(claim, success(claim, worker)) for worker, claim in claims])
        done += [claim.task_id for _, claim in claims]
        await reign.settle()
    assert done == ["a", "b", "c", "d"]
    assert await status_of(store, run) == "succeeded"


async def test_a_cancelled_attempt_reports_its_end_and_so_ends_the_run(store: Store) -> None:
    reign, run = await started(store, ONE)
    (claim,) = await store.claim(0, "w", 1)
    await reign.settle()
    await store.cancel_run(run)
    await reign.settle()
    fact = TaskCancelled(run_id=run, task_id="a", attempt=1, worker="w")
    assert await store.report([(claim, fact)]) == [Answer.ACCEPTED]
    await reign.settle()
    assert await status_of(store, run) == "cancelled"
