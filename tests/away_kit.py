"""A Cluster one primary of which is to be away: deployments that lie as a test needs them, and work for them."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cluster_kit import Cluster, Member
from penstock.core.dag import DagSpec
from penstock.core.status import RunStatus
from penstock.errors import StoreUnavailableError
from penstock.store.valkey import open_valkey
from penstock.store.valkey.keys import PartitionKeys
from penstock.store.valkey.routing import slot_of
from stack import PARTITIONS, Stack, dag, eventually
from store_kit import dag_id_in, fan


def placed(cluster: Cluster, *, record: Member | None = None, schedulers: Member | None = None) -> str:
    """Return a prefix whose record, and whose list of schedulers, lie where they are wanted.

    Both on the second primary, or on the first and the third, they never lie: the slots of names so alike go together.
    """
    for _ in range(1000):
        prefix = f"t{secrets.token_hex(6)}"
        wanted = {"deployment": record, "schedulers": schedulers}
        if all(cluster.owner(slot_of(f"{prefix}:{name}")) is one for name, one in wanted.items() if one):
            return prefix
    raise AssertionError("no prefix lies so")


def partitions_of(cluster: Cluster, prefix: str, member: Member) -> list[int]:
    """Return the partitions that lie on a server."""
    heads = [PartitionKeys(prefix, partition, PARTITIONS).head for partition in range(PARTITIONS)]
    return [partition for partition, head in enumerate(heads) if cluster.owner(slot_of(head)) is member]


@asynccontextmanager
async def opened(cluster: Cluster, prefix: str) -> AsyncIterator[Stack]:
    """A stack on the deployment of that prefix."""
    stack = Stack(await open_valkey(cluster.url, prefix=prefix, partitions=PARTITIONS), cluster.url, prefix)
    try:
        yield stack
    finally:
        await stack.close()


def work_in(partition: int) -> DagSpec:
    """Return a DAG whose runs are soon over."""
    return dag(dag_id_in(partition, PARTITIONS, "fan"), fan(5))


async def requested(stack: Stack, spec: DagSpec) -> str:
    """Request a run of a DAG, again and again while the store is away."""

    async def taken() -> str | None:
        try:
            return await stack.start(spec)
        except StoreUnavailableError:
            return None

    return await eventually(taken, "a run to be taken")


async def well(stack: Stack, spec: DagSpec) -> bool:
    """Run a DAG; return whether it succeeded."""
    return await stack.ended(await requested(stack, spec)) is RunStatus.SUCCEEDED
