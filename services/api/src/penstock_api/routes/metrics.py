"""The metrics: JSON for people and programs, Prometheus' format where it is asked for."""

import asyncio
from typing import Annotated

import structlog
from fastapi import APIRouter, Header
from prometheus_client.registry import Collector
from starlette.responses import Response

from penstock.errors import StoreUnavailableError
from penstock.store.base import Store
from penstock.together import together
from penstock_api.answers import answer, documented
from penstock_api.context import Shared
from penstock_api.metrics import DeploymentMetrics, PartialMetrics, StoreAway
from penstock_api.schemas import Metrics
from penstock_api.views import metrics, partition_metrics

_TEXT_TYPES = frozenset({"text/plain", "application/openmetrics-text"})
_ANYTHING = frozenset({"*/*", "text/*", "application/*"})

STORE_SECONDS = 5.0
"""How long the store may take: a scrape ends after ten seconds unless told otherwise."""

_log = structlog.get_logger()

router = APIRouter(tags=["operation"], default_response_class=Response)


@router.get("/metrics", responses=documented({200: Metrics}))
async def read_metrics(shared: Shared, accept: Annotated[str, Header()] = "") -> Response:
    """Read the counts of the whole deployment: the same from every replica.

    JSON, or Prometheus' text where `Accept` prefers `text/plain` or OpenMetrics. To that, each replica adds what it
    knows of itself alone; it answers so, with `penstock_store_up` 0, also while the store does not. While one of
    several servers is away (`penstock_server_up` 0), the partitions on the others are told of, and no totals.
    """
    if not wants_text(accept):
        return answer(await _counts(shared.store), headers={"Vary": "Accept"})
    deployment: Collector
    try:
        async with asyncio.timeout(STORE_SECONDS):
            deployment = await _told(shared.store)
    except (StoreUnavailableError, TimeoutError) as error:
        _log.warning("no metrics of the deployment", error=str(error))
        deployment = StoreAway()
    text, content_type = shared.exposition.encoded(accept, deployment)
    return Response(text, headers={"Vary": "Accept", "Content-Type": content_type})


async def _told(store: Store) -> Collector:
    away = [one for one in await store.degraded() if not one.readable]
    if not away:
        return DeploymentMetrics(await _counts(store))
    waiting = {partition for one in away for partition in one.partitions}
    there = [partition for partition in range(store.partitions) if partition not in waiting]
    health, server = await together(together(*map(store.health, there)), store.server())
    return PartialMetrics([partition_metrics(one) for one in health], server, [one.server for one in away])


async def _counts(store: Store) -> Metrics:
    health, figures, schedulers, workers, server, condition = await together(
        together(*map(store.health, range(store.partitions))),
        store.figures(),
        store.schedulers(),
        store.workers(),
        store.server(),
        store.condition(),
    )
    return metrics(figures, len(schedulers), workers, health, server, condition.sentences())


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
