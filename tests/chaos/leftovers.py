"""What is left on the server when everything has ended: the history, and nothing else."""

from collections import Counter
from collections.abc import Callable

from redis.asyncio import Redis

from chaos.deployment import PARTITIONS, PREFIX, WORKERS
from penstock.core.react import QUEUES
from penstock.core.status import RunStatus

PAGE = 1000
"""Keys asked about at a time."""

NEVER = -1
"""How TTL says that a key never expires; -2 says that it is gone."""


async def check_leftovers(
    admin: Redis, runs: int, dags: int, *, workers_died: bool, blame: Callable[[str], None]
) -> None:
    """Blame keys that never expire and that so many runs and DAGs do not explain; and names of workers that never were.

    Those of dead workers are kept for a while.
    """
    kinds = Counter(key.partition("}:")[2].partition(":")[0] for key in await _lasting(admin))
    most = _explained(runs, dags)
    for kind, count in kinds.items():
        if count > most.get(kind, 0):
            blame(f"the server is left with {count} keys {kind}; {most.get(kind, 0)} at most are explained")
    if not workers_died:
        await _check_names(admin, blame)


async def _lasting(admin: Redis) -> set[str]:
    """Return the keys that never expire. A scan may name a key twice, and one that expires meanwhile is gone."""
    names = list({key async for key in admin.scan_iter(match=f"{PREFIX}:{{*", count=PAGE)})
    lasting = set()
    for first in range(0, len(names), PAGE):
        page = names[first : first + PAGE]
        async with admin.pipeline(transaction=False) as pipeline:
            for key in page:
                pipeline.ttl(key)
            times = await pipeline.execute()
        lasting |= {key.decode() for key, seconds in zip(page, times, strict=True) if seconds == NEVER}
    return lasting


def _explained(runs: int, dags: int) -> dict[str, int]:
    of_a_partition = ("head", "log", "inbox", "counts", "dags", "current", "idle")
    return {
        **dict.fromkeys(of_a_partition, PARTITIONS),
        # What the workers last said of themselves: those that died are forgotten when another one says something.
        **dict.fromkeys(("until", "told"), 1),
        "queue": PARTITIONS * len(QUEUES),
        **dict.fromkeys(("run", "events"), runs),
        **dict.fromkeys(("definition", "versions"), dags),
        # Those of each DAG and those of the partition, in each status and in any.
        "runs": (dags + PARTITIONS) * (len(RunStatus) + 1),
    }


async def _check_names(admin: Redis, blame: Callable[[str], None]) -> None:
    async for key in admin.scan_iter(match=f"{PREFIX}:{{*}}:queue:*", count=1000):
        for group in await admin.xinfo_groups(key):
            if group["consumers"] > len(WORKERS):
                blame(f"{key.decode()} knows {group['consumers']} workers; there were {len(WORKERS)}")
