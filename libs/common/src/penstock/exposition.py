"""The metrics of a process, as Prometheus reads them.

Each service has one module that says what it measures; here it is joined with what every process has to tell.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import REGISTRY, disable_created_metrics
from prometheus_client.core import HistogramMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from penstock import __version__

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began doubles their number and helps nobody

STEP_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Bounds for what takes milliseconds when all is well and seconds when it is not."""


class Exposition(Collector):
    """All metrics of a process: those of its service, of Python and the operating system, and what was built.

    ``service`` is its name in ``penstock_build_info``.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        self._collectors: list[Collector] = [REGISTRY]

    def add(self, collector: Collector) -> None:
        """Show these metrics too."""
        self._collectors.append(collector)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric of the process."""
        build = InfoMetricFamily("penstock_build", "Which service this is, and of which version.")
        build.add_metric([], {"service": self._service, "version": __version__})
        yield build
        for collector in self._collectors:
            yield from collector.collect()

    def encoded(self, accept: str, *more: Collector) -> tuple[bytes, str]:
        """Return all of it, and of ``more``, in the text format that an Accept header prefers, and its content type."""
        encode, content_type = choose_encoder(accept)
        return encode(_Together((*more, self))), content_type


class _Together(Collector):
    def __init__(self, collectors: Sequence[Collector]) -> None:
        self._collectors = collectors

    def collect(self) -> Iterator[Metric]:
        for collector in self._collectors:
            yield from collector.collect()


class BulkHistogram(Collector):
    """A histogram that takes many values at once, at a fraction of what the library asks for each."""

    def __init__(self, name: str, meaning: str, bounds: Sequence[float] = STEP_SECONDS) -> None:
        self._name = name
        self._meaning = meaning
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, values: Iterable[float]) -> None:
        """Take values in."""
        for value in values:
            self._counts[bisect_left(self._bounds, value)] += 1
            self._sum += value

    def collect(self) -> Iterator[Metric]:
        """Yield the histogram."""
        family = HistogramMetricFamily(self._name, self._meaning)
        buckets: list[tuple[str, float]] = []
        total = 0
        for bound, count in zip([*map(str, self._bounds), "+Inf"], self._counts, strict=True):
            total += count
            buckets.append((bound, total))
        family.add_metric([], buckets, self._sum)
        yield family
