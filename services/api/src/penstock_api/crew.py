"""Who works in a deployment, and for which partitions."""

import msgspec

from penstock.store.base import Store
from penstock.store.views import PartitionHealth
from penstock.together import together
from penstock_api.schemas import Scheduler, Worker
from penstock_api.system_views import scheduler_views, worker_view


class Crew(msgspec.Struct, frozen=True):
    """The workers and schedulers that are alive, and how the partitions fare."""

    workers: list[Worker]
    schedulers: list[Scheduler]
    partitions: list[PartitionHealth]


async def read_crew(store: Store) -> Crew:
    """Return who is there.

    Raises:
        StoreUnavailableError: the store does not answer.
    """
    # Presence first: of a partition that changes hands meanwhile, the new owner is known by its lease.
    workers, alive = await together(store.workers(), store.schedulers())
    health = await together(*map(store.health, range(store.partitions)))
    return Crew([worker_view(worker) for worker in workers], scheduler_views(alive, health), list(health))
