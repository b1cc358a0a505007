"""What a worker measures of its own work."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from penstock.core import events as e
from penstock.store.records import Answer

ATTEMPT_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400)
"""Bounds of how long attempts take: from a no-op to half a working day."""

NO_EXECUTOR = "none"
"""Stands for the executor of an attempt whose definition is not to be had."""

_OUTCOMES: dict[type[e.Report], str] = {
    e.TaskSucceeded: "succeeded",
    e.TaskFailed: "failed",
    e.TaskCancelled: "cancelled",
    e.TaskReturned: "returned",
}


class WorkerMetrics(Collector):
    """The metrics of one worker."""

    def __init__(self, executors: Iterable[str], slots: int, busy: Callable[[], int]) -> None:
        """``busy`` says how many of the ``slots`` are taken."""
        self._registry = registry = CollectorRegistry(auto_describe=False)
        self._claims = Counter("penstock_worker_claims", "Attempts claimed.", registry=registry)
        ended = "Attempts that ended here."
        self._attempts = Counter("penstock_worker_attempts", ended, ["executor", "outcome"], registry=registry)
        lasted = "How long attempts took, from the start of the executor to its end."
        self._seconds = Histogram(
            "penstock_worker_attempt_seconds", lasted, ["executor"], registry=registry, buckets=ATTEMPT_SECONDS
        )
        said = (
            "Outcomes reported, by what the store said: anything but accepted is a report that came too late or twice."
        )
        self._reports = Counter("penstock_worker_reports", said, ["answer"], registry=registry)
        dropped = "Output left out because an attempt printed more than is kept."
        self._dropped = Counter("penstock_worker_output_dropped_bytes", dropped, registry=registry)
        taken = Gauge(
            "penstock_worker_slots", "Slots, by whether an attempt runs in them.", ["state"], registry=registry
        )
        taken.labels("used").set_function(busy)
        taken.labels("free").set_function(lambda: slots - busy())
        for answer in Answer:
            self._reports.labels(answer)
        for executor in executors:
            for outcome in _OUTCOMES.values():
                self._attempts.labels(executor, outcome)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        yield from self._registry.collect()

    def claimed(self, count: int) -> None:
        """Count claims."""
        self._claims.inc(count)

    def executed(self, executor: str, fact: e.Report, seconds: float) -> None:
        """Count an attempt that has ended, which took so long."""
        self._attempts.labels(executor, _OUTCOMES[type(fact)]).inc()
        self._seconds.labels(executor).observe(seconds)

    def reported(self, answer: Answer) -> None:
        """Count a report by what the store said of it."""
        self._reports.labels(answer).inc()

    def dropped(self, output_bytes: int) -> None:
        """Count output that was left out."""
        self._dropped.inc(output_bytes)
