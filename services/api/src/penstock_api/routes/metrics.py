"""The metrics: JSON for people and programs, Prometheus' format where it is asked for."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.responses import Response

from penstock_api.answers import answer, documented
from penstock_api.context import Shared
from penstock_api.schemas import Metrics
from penstock_api.views import metrics

_TEXT_TYPES = frozenset({"text/plain", "application/openmetrics-text"})
_ANYTHING = frozenset({"*/*", "text/*", "application/*"})

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

router = APIRouter(tags=["operation"], default_response_class=Response)


@router.get("/metrics", responses=documented({200: Metrics}))
async def read_metrics(shared: Shared, accept: Annotated[str, Header()] = "") -> Response:
    """Read the counts of the whole deployment: the same from every replica.

    JSON, or Prometheus' text where `Accept` prefers `text/plain` or OpenMetrics.
    """
    store = shared.store
    health = await asyncio.gather(*(store.health(partition) for partition in range(store.partitions)))
    schedulers = len(await store.schedulers())
    counts = metrics(await store.figures(), schedulers, health, await store.server(), await store.check())
    if not wants_text(accept):
        return answer(counts, headers={"Vary": "Accept"})
    encode, content_type = choose_encoder(accept)
    return Response(encode(_Scrape(counts)), headers={"Vary": "Accept", "Content-Type": content_type})


def wants_text(accept: str) -> bool:
    """Return whether an Accept header prefers Prometheus' text to JSON; in doubt, JSON."""
    weights = [_weight(part) for part in accept.lower().split(",")]
    text = max((q for media_type, q in weights if media_type in _TEXT_TYPES), default=0.0)
    json = max((q for media_type, q in weights if media_type == "application/json"), default=0.0)
    anything = max((q for media_type, q in weights if media_type in _ANYTHING), default=0.0)
    return text > json and text >= anything


def _weight(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip() for piece in part.split(";"))
    quality = next((value for value in parameters if value.startswith("q=")), "q=1")
    try:
        return media_type, float(quality[2:])
    except ValueError:
        return media_type, 0.0


class _Scrape(Collector):
    """One reading of the counts, as the Prometheus library wants it."""

    def __init__(self, counts: Metrics) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield each count under its name."""
        counts = self._counts
        runs = GaugeMetricFamily("penstock_runs", "Runs by status.", labels=["status"])
        for run_status, number in counts.runs_by_status.items():
            runs.add_metric([run_status], number)
        yield runs
        tasks = GaugeMetricFamily("penstock_tasks", "Tasks of all runs by status.", labels=["status"])
        for task_status, number in counts.tasks_by_status.items():
            tasks.add_metric([task_status], number)
        yield tasks
        yield GaugeMetricFamily("penstock_dags", "Registered DAGs.", counts.dags_registered)
        yield GaugeMetricFamily("penstock_queue_depth", "Ready attempts that nobody has claimed.", counts.queue_depth)
        yield GaugeMetricFamily("penstock_tasks_claimed", "Attempts that workers hold.", counts.tasks_claimed)
        yield GaugeMetricFamily("penstock_inbox_lag", "Facts that wait for a scheduler.", counts.inbox_lag)
        yield GaugeMetricFamily("penstock_dead_letters", "Facts that could not be read.", counts.dead_letters)
        yield GaugeMetricFamily("penstock_schedulers", "Schedulers that are alive.", counts.schedulers)
        yield GaugeMetricFamily("penstock_partitions", "Partitions of the deployment.", counts.partitions)
        yield CounterMetricFamily("penstock_events", "Events in the log.", counts.events_total)
        yield from self._partitions()
        yield from self._server()

    def _partitions(self) -> Iterator[Metric]:
        owners = GaugeMetricFamily("penstock_partition_owner", "Who owns a partition.", labels=["partition", "owner"])
        for one in self._counts.by_partition:
            if one.owner:
                owners.add_metric([str(one.partition), one.owner], 1)
        yield owners
        for name, meaning in _OF_PARTITION.items():
            family = GaugeMetricFamily(f"penstock_partition_{name}", meaning, labels=["partition"])
            for one in self._counts.by_partition:
                family.add_metric([str(one.partition)], getattr(one, name))
            yield family

    def _server(self) -> Iterator[Metric]:
        settings = self._counts.server
        labels = ["software", "role", "maxmemory_policy", "appendonly", "appendfsync"]
        info = GaugeMetricFamily("penstock_server_info", "How the server is configured.", labels=labels)
        info.add_metric([getattr(settings, label) for label in labels], 1)
        yield info
        primaries = GaugeMetricFamily("penstock_server_primary_info", "A server that takes writes.", labels=["server"])
        for server in settings.servers:
            primaries.add_metric([server], 1)
        yield primaries
        limit, what = settings.maxmemory, "The limit of memory of all servers together; 0 for none."
        yield GaugeMetricFamily("penstock_server_maxmemory_bytes", what, limit)
        faults = len(self._counts.server_faults)
        yield GaugeMetricFamily("penstock_server_faults", "What is wrong with the server: see /readyz.", faults)
