"""What the metrics of a scheduler see in its commits."""

from collections import Counter
from collections.abc import Mapping

import pytest
from prometheus_client.core import Metric

from penstock.core import events as e
from penstock.core.accept import accept
from penstock.exposition import BulkHistogram
from penstock.store.memory import MemoryStore
from penstock_scheduler.metrics import SchedulerMetrics
from penstock_scheduler.observing import OTHER, Observation, observe, refusal
from stack import DIAMOND, dag
from store_kit import EPOCH_MS, FIRST, Reign, failure, register, run_id, success


class Watched:
    """A partition on a clock that the test moves, and what was observed of each of its commits."""

    def __init__(self) -> None:
        self.now = EPOCH_MS
        self.store = MemoryStore(1, lambda: self.now)
        self.reign: Reign
        self.metrics = SchedulerMetrics()

    async def begin(self, tasks: Mapping[str, tuple[str, ...]], *, retries: int = 0) -> None:
        await register(self.store, dag(FIRST, tasks, retries=retries, retry_delay_seconds=1))
        self.reign = await Reign.begin(self.store)
        await self.store.request_run(FIRST, run_id(1))

    async def settle(self) -> Observation:
        """Commit until nothing is left to do; return what was seen, all of it together."""
        total = Observation({}, Counter(), Counter(), Counter(), Counter(), Counter(), [], [])
        while (commit := await self.reign.prepare()) is not None:
            seen = observe(self.reign.engine.applied, self.reign.engine.runs)
            self.metrics.committed(commit, seen, 0.004)
            await self.reign.apply(commit)
            total.events = dict(Counter(total.events) + Counter(seen.events))
            for counts, more in zip(counters(total), counters(seen), strict=True):
                counts.update(more)
            total.waited += seen.waited
            total.turned += seen.turned
        return total


def counters(seen: Observation) -> list[Counter[str]]:
    return [seen.ready, seen.ended, seen.losses, seen.rejected, seen.runs]


def sampled(metrics: SchedulerMetrics) -> dict[tuple[str, ...], float]:
    families: list[Metric] = list(metrics.collect())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


async def test_waiting_for_a_worker_and_deciding_are_measured_apart() -> None:
    watched = Watched()
    await watched.begin(DIAMOND)
    assert (await watched.settle()).ready == {"start": 1}
    watched.now += 30
    (claim,) = await watched.store.claim(0, "w", 9)
    assert (await watched.settle()).waited == [30]
    watched.now += 500
    await watched.store.report([(claim, success(claim))])
    watched.now += 7  # the scheduler is that late
    seen = await watched.settle()
    assert (seen.turned, seen.ready, seen.ended) == ([7, 7], {"dependencies": 2}, {"succeeded": 1})


async def test_whatever_happens_to_attempts_is_counted_by_outcome_reason_and_cause() -> None:
    watched = Watched()
    await watched.begin({"a": ()}, retries=1)
    await watched.settle()
    (claim,) = await watched.store.claim(0, "w", 9)
    await watched.store.report([(claim, failure(claim))])
    assert (await watched.settle()).ended == {"failed": 1}
    watched.now += 2000
    assert (await watched.settle()).ready == {"retry": 1}
    await watched.store.claim(0, "w", 9)
    watched.now += 60_000
    await watched.store.sweep(0, watched.reign.term, 10_000, watched.now, 0)
    seen = await watched.settle()
    assert (seen.losses, seen.ended, seen.ready) == ({"silent": 1}, {"lost": 1}, {"lost": 1})
    await watched.store.cancel_run(run_id(1))
    seen = await watched.settle()
    assert (seen.ended, seen.runs) == ({}, {"cancelled": 1}), "what is cancelled before it ran is no attempt that ended"


async def test_an_attempt_that_starts_and_is_replaced_in_one_commit_waited_for_nothing_that_is_known() -> None:
    watched = Watched()
    await watched.begin({"a": ()})
    await watched.settle()
    (claim,) = await watched.store.claim(0, "w", 9)
    returned = e.TaskReturned(run_id=claim.run_id, task_id=claim.task_id, attempt=claim.attempt, worker="w")
    await watched.store.report([(claim, returned)])
    seen = await watched.settle()
    assert (seen.waited, seen.ended, seen.ready) == ([], {"returned": 1}, {"returned": 1})


async def test_a_lost_attempt_of_which_no_worker_spoke_has_vanished() -> None:
    lost = e.TaskLost(run_id="r", task_id="a", attempt=1, worker="unknown", cause="log:7")
    assert observe([lost], {}).losses == {"vanished": 1}


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("superseded: the present attempt is 2", "superseded"),
        ("no such run", "no_run"),
        ("the run has no such task", "no_task"),
        ("the run has ended: failed", "run_ended"),
        ("the task is succeeded", "task_moved_on"),
        ("DAG x has no version y", "no_version"),
        ("a decision is not a fact", "no_fact"),
        ("the definition is not version x of DAG y", OTHER),
    ],
)
def test_the_reason_of_a_refusal_is_one_of_a_few(reason: str, kind: str) -> None:
    assert refusal(reason) == kind


async def test_a_late_report_is_counted_as_superseded() -> None:
    watched = Watched()
    await watched.begin({"a": ()})
    await watched.settle()
    fact = e.TaskSucceeded(run_id=run_id(1), task_id="a", attempt=9, worker="w")
    engine = watched.reign.engine
    event = accept(engine._partition, fact, watched.now, "inbox:9-0")
    assert event is not None
    assert observe([event], engine.runs).rejected == {"superseded": 1}


async def test_the_metrics_hold_what_was_observed_and_begin_at_zero() -> None:
    watched = Watched()
    before = sampled(watched.metrics)
    assert before["penstock_scheduler_losses_total", "vanished"] == 0
    assert before["penstock_scheduler_events_total", "LogForked"] == 0
    await watched.begin({"a": ()})
    await watched.settle()
    watched.now += 30
    (claim,) = await watched.store.claim(0, "w", 9)
    await watched.store.report([(claim, success(claim))])
    await watched.settle()
    after = sampled(watched.metrics)
    assert after["penstock_scheduler_attempts_ended_total", "succeeded"] == 1
    assert after["penstock_scheduler_runs_ended_total", "succeeded"] == 1
    assert after["penstock_scheduler_ready_to_started_seconds_bucket", "0.025"] == 0
    assert after["penstock_scheduler_ready_to_started_seconds_bucket", "0.05"] == 1
    assert after["penstock_scheduler_ready_to_started_seconds_sum",] == pytest.approx(0.03)
    events = sum(value for (name, *_), value in after.items() if name == "penstock_scheduler_events_total")
    assert events == after["penstock_scheduler_commit_events_sum",] == watched.reign.engine.head.seq
    assert (
        after["penstock_scheduler_commit_seconds_bucket", "0.005"] == after["penstock_scheduler_commit_seconds_count",]
    )


def test_a_bulk_histogram_is_cumulative_and_includes_its_bounds() -> None:
    histogram = BulkHistogram("h", "…", (1.0, 2.0))
    histogram.add([0.5, 1.0, 1.5, 9.0])
    (family,) = histogram.collect()
    buckets = [one.value for one in family.samples if one.name == "h_bucket"]
    assert (buckets, family.samples[-1].value) == ([2, 3, 4], 12.0)
