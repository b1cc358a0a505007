"""What the API measures: the deployment as it stands in the store, and the requests that it answers itself."""

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from penstock.store.views import ServerSettings
from penstock_api.schemas import Metrics, PartitionMetrics

REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Bounds of how long an answer takes to begin."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_OF_DEPLOYMENT = {
    "dags": "Registered DAGs.",
    "queue_depth": "Ready attempts that nobody has claimed.",
    "queue_age_seconds": "How long the oldest of them has been ready.",
    "tasks_claimed": "Attempts that workers hold.",
    "inbox_lag": "Facts that wait for a scheduler.",
    "inbox_age_seconds": "Age of the oldest fact that waits.",
    "dead_letters": "Facts that could not be read.",
    "schedulers": "Schedulers that are alive.",
    "partitions": "Partitions of the deployment.",
    "workers": "Workers that are alive.",
    "workers_draining": "Those of them that take no more attempts.",
}
_FIELDS = {"dags": "dags_registered"}

_OF_PARTITION = {
    "lease_seconds": "What is left of the lease of the partition's owner; 0 when nobody serves it.",
    "term": "How often the partition has changed hands.",
    "incarnation": "How often the partition's log was forked by a server that had lost some of it.",
    "seq": "Events applied: the seq of the partition's head.",
    "appended": "Events appended: the last seq in the partition's log, the head's unless one of them was damaged.",
    "inbox_lag": "Facts that wait for the partition's scheduler.",
    "inbox_age_seconds": "Age of the oldest fact that waits.",
    "commit_age_seconds": "Age of the last event.",
    "tasks_ready": "Ready attempts that nobody has claimed.",
    "ready_age_seconds": "How long the oldest of them has been ready.",
    "tasks_claimed": "Attempts that workers hold.",
    "claim_idle_seconds": "How long the stillest claim went without a heartbeat.",
    "timers": "Timers that are set.",
    "timer_overdue_seconds": "How late the earliest timer is.",
    "dead_letters": "Facts that could not be read.",
}


class HttpMetrics(Collector):
    """The requests of one process, by the route that answered: never by address, of which there is no end."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry(auto_describe=False)
        labels = ["method", "route"]
        answered = "Requests answered."
        self._requests = Counter("penstock_http_requests", answered, [*labels, "status"], registry=registry)
        begun = "From a request to the beginning of its answer: a stream has no end."
        self._seconds = Histogram(
            "penstock_http_request_seconds", begun, labels, registry=registry, buckets=REQUEST_SECONDS
        )
        self.open = Gauge("penstock_http_requests_open", "Requests under way, streams included.", registry=registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer that began after so long."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(known, route).observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        yield from self._registry.collect()


class StoreAway(Collector):
    """Stands for the metrics of the deployment while its store does not answer."""

    def collect(self) -> Iterator[Metric]:
        """Yield that it does not."""
        yield _store_up(0)


class DeploymentMetrics(Collector):
    """One reading of the counts, as the Prometheus library wants it."""

    def __init__(self, counts: Metrics) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield each count under its name."""
        counts = self._counts
        yield _store_up(1)
        runs = GaugeMetricFamily("penstock_runs", "Runs by status.", labels=["status"])
        for run_status, number in counts.runs_by_status.items():
            runs.add_metric([run_status], number)
        yield runs
        tasks = GaugeMetricFamily("penstock_tasks", "Tasks of all runs by status.", labels=["status"])
        for task_status, number in counts.tasks_by_status.items():
            tasks.add_metric([task_status], number)
        yield tasks
        slots = GaugeMetricFamily("penstock_slots", "Slots of workers that take attempts.", labels=["state"])
        slots.add_metric(["used"], counts.slots_used)
        slots.add_metric(["free"], counts.slots - counts.slots_used)
        yield slots
        for name, meaning in _OF_DEPLOYMENT.items():
            field = _FIELDS.get(name, name)
            yield GaugeMetricFamily(f"penstock_{name}", meaning, getattr(counts, field))
        yield CounterMetricFamily("penstock_events", "Events in the log.", counts.events_total)
        yield from _of_partitions(counts.by_partition)
        yield from _servers_up(counts.server.servers, [])
        yield from self._server()

    def _server(self) -> Iterator[Metric]:
        settings = self._counts.server
        labels = ["software", "role", "maxmemory_policy", "appendonly", "appendfsync", "aof_last_write_status"]
        info = GaugeMetricFamily("penstock_server_info", "How the server is configured.", labels=labels)
        info.add_metric([getattr(settings, label) for label in labels], 1)
        yield info
        for name, meaning, number in (
            ("used_memory", "Memory that all servers together use.", settings.used_memory),
            ("maxmemory", "The limit of memory of all servers together; 0 for none.", settings.maxmemory),
            ("system_memory", "Memory of the servers' machines; 0 where it is not told.", settings.system_memory),
        ):
            yield GaugeMetricFamily(f"penstock_server_{name}_bytes", meaning, number)
        faults = len(self._counts.server_faults)
        yield GaugeMetricFamily("penstock_server_faults", "What is wrong with the server: see /readyz.", faults)


class PartialMetrics(Collector):
    """What can be told while one of several servers cannot be read: no totals, as a part would look like a loss."""

    def __init__(self, partitions: Sequence[PartitionMetrics], server: ServerSettings, away: Sequence[str]) -> None:
        self._partitions = partitions
        self._server = server
        self._away = away

    def collect(self) -> Iterator[Metric]:
        """Yield which servers are there, and how the partitions fare that lie on them."""
        yield _store_up(1)
        yield from _servers_up(self._server.servers, self._away)
        yield from _of_partitions(self._partitions)


def _servers_up(there: Sequence[str], away: Sequence[str]) -> Iterator[Metric]:
    meaning = "Whether what a server holds that takes writes can be read."
    family = GaugeMetricFamily("penstock_server_up", meaning, labels=["server"])
    # One that is loading its file, or has been emptied, tells how it is configured all the same.
    for server in sorted(set(there) - set(away)):
        family.add_metric([server], 1)
    for server in away:
        family.add_metric([server], 0)
    yield family


def _of_partitions(partitions: Sequence[PartitionMetrics]) -> Iterator[Metric]:
    owners = GaugeMetricFamily("penstock_partition_owner", "Who owns a partition.", labels=["partition", "owner"])
    for one in partitions:
        if one.owner:
            owners.add_metric([str(one.partition), one.owner], 1)
    yield owners
    for name, meaning in _OF_PARTITION.items():
        family = GaugeMetricFamily(f"penstock_partition_{name}", meaning, labels=["partition"])
        for one in partitions:
            family.add_metric([str(one.partition)], getattr(one, name))
        yield family


def _store_up(up: int) -> Metric:
    return GaugeMetricFamily("penstock_store_up", "Whether the store answers this process.", up)
