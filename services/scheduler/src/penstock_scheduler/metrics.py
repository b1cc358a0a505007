"""What a scheduler measures of its own work. What stands in the store is measured by the API, once for all."""

from collections.abc import Iterator, Mapping
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from penstock.core.events import AnyEvent
from penstock.exposition import STEP_SECONDS, BulkHistogram
from penstock.store.records import Commit
from penstock_scheduler.observing import OTHER, REFUSALS, Observation

COMMIT_EVENTS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Bounds of the number of events in a commit."""

_LABELS = {
    "events": tuple(kind.__name__ for kind in get_args(AnyEvent)),
    "ready": ("start", "dependencies", "retry", "lost", "returned"),
    "ended": ("succeeded", "failed", "lost", "returned", "cancelled"),
    "losses": ("silent", "vanished"),
    "rejected": tuple(dict.fromkeys([*REFUSALS.values(), OTHER])),
    "runs": ("succeeded", "failed", "cancelled"),
    "lost": ("taken_over", "diverged"),
}
"""The values of labels that are known beforehand: a series that begins at 0 shows its first increase too."""


class SchedulerMetrics(Collector):
    """The metrics of one scheduler. Taken per commit, so that an event costs next to nothing."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._events = self._counter("events", "Events committed.", "type", _LABELS["events"])
        self._ready = self._counter("attempts_ready", "Attempts made ready.", "reason", _LABELS["ready"])
        self._ended = self._counter("attempts_ended", "Attempts that ended.", "outcome", _LABELS["ended"])
        self._losses = self._counter("losses", "Attempts declared lost.", "cause", _LABELS["losses"])
        self._rejected = self._counter("facts_rejected", "Facts that were refused.", "reason", _LABELS["rejected"])
        self._runs = self._counter("runs_ended", "Runs that ended.", "status", _LABELS["runs"])
        lost = "Partitions lost to another scheduler, or because the log is not what was remembered."
        self._lost = self._counter("partitions_lost", lost, "reason", _LABELS["lost"])
        self._poisoned = self._plain("partitions_set_aside", "Partitions given up after an unexpected error.")
        self._takeovers = self._plain("takeovers", "Partitions taken over.")
        self._dead = self._plain("dead_letters", "Facts set aside because they could not be read.")
        self.serving = Gauge("penstock_scheduler_partitions", "Partitions served.", registry=self._registry)
        self._commit_events = self._histogram("commit_events", "Events in a commit.", COMMIT_EVENTS)
        self._commit_seconds = self._histogram(
            "commit_seconds", "From a commit's dispatch to its outcome.", STEP_SECONDS
        )
        waited = "From ready to started: how long attempts wait for a worker."
        self._waited = BulkHistogram("penstock_scheduler_ready_to_started_seconds", waited)
        turned = "From the end of the last dependency to ready: what Penstock itself takes."
        self._turned = BulkHistogram("penstock_scheduler_ended_to_ready_seconds", turned)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        yield from self._registry.collect()
        yield from self._waited.collect()
        yield from self._turned.collect()

    def committed(self, commit: Commit, seen: Observation, seconds: float) -> None:
        """Count a commit that was applied, ``seconds`` after it was sent."""
        self._commit_events.observe(len(commit.events))
        self._commit_seconds.observe(seconds)
        self._dead.inc(len(commit.dead))
        _add(self._events, seen.events)
        _add(self._ready, seen.ready)
        _add(self._ended, seen.ended)
        _add(self._losses, seen.losses)
        _add(self._rejected, seen.rejected)
        _add(self._runs, seen.runs)
        self._waited.add(ms / 1000 for ms in seen.waited)
        self._turned.add(ms / 1000 for ms in seen.turned)

    def taken_over(self) -> None:
        """Count a takeover."""
        self._takeovers.inc()

    def lost(self, *, diverged: bool) -> None:
        """Count a partition that another scheduler has taken over, or whose log has gone another way."""
        self._lost.labels("diverged" if diverged else "taken_over").inc()

    def set_aside(self) -> None:
        """Count a partition that an unexpected error has ended."""
        self._poisoned.inc()

    def _counter(self, name: str, meaning: str, label: str, values: tuple[str, ...]) -> Counter:
        counter = Counter(f"penstock_scheduler_{name}", meaning, [label], registry=self._registry)
        for value in values:
            counter.labels(value)
        return counter

    def _plain(self, name: str, meaning: str) -> Counter:
        return Counter(f"penstock_scheduler_{name}", meaning, registry=self._registry)

    def _histogram(self, name: str, meaning: str, bounds: tuple[float, ...]) -> Histogram:
        return Histogram(f"penstock_scheduler_{name}", meaning, registry=self._registry, buckets=bounds)


def _add(counter: Counter, counts: Mapping[str, int]) -> None:
    for label, count in counts.items():
        if count:
            counter.labels(label).inc(count)
