"""An outbox over the memory store, and the runs that it tells of."""

from prometheus_client import REGISTRY

from penstock.store import records as r
from penstock.store.base import Store
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.outbox import Outbox
from stack import eventually
from store_kit import FIRST, Reign, run_id, success

NOW = 1_700_000_000_000
BEGINNING = r.Notified(0, 0)


def outbox(store: Store, courier: Courier) -> Outbox:
    return Outbox(0, store, courier, lambda: NOW)


async def complete(store: Store, reign: Reign, outbox: Outbox | None = None) -> None:
    """Have a worker do whatever is ready, and the scheduler note it."""
    claims = await store.claim(0, "w", 1000)
    await store.report([(claim, success(claim)) for claim in claims])
    await settle(reign, outbox)


async def settle(reign: Reign, outbox: Outbox | None) -> None:
    while (commit := await reign.prepare()) is not None:
        await reign.apply(commit)
        if outbox is not None:
            outbox.committed(commit)


async def another(store: Store, reign: Reign, number: int, outbox: Outbox | None = None) -> str:
    """Live a run from its request to its end; return its id."""
    run = run_id(number)
    await store.request_run(FIRST, run)
    await settle(reign, outbox)
    await complete(store, reign, outbox)
    return run


async def noted(store: Store, seq: int) -> r.Notified:
    async def there() -> r.Notified | None:
        place = (await store.notified(0)).get("ops")
        return place if place is not None and place.seq >= seq else None

    return await eventually(there, f"event {seq} to be noted")


def counted(outcome: str) -> float:
    labels = {"target": "ops", "outcome": outcome}
    return REGISTRY.get_sample_value("penstock_notifications_total", labels) or 0.0
