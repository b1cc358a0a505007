"""A Cluster whose slots move and whose primaries die while runs are requested and executed."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from cluster_kit import PASSWORD, Cluster, Member, in_time, open_cluster
from penstock.audit import verify_partition
from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.status import RunStatus
from penstock.errors import StoreUnavailableError
from penstock.store import records as r
from penstock.store.valkey.routing import slot_of
from stack import PARTITIONS, Noop, Stack, dag, eventually, open_stack
from steady_load import ends, loaded, problems
from store_backends import ServerBackend, open_backend
from store_kit import FIRST, Reign, dag_id_in, failure, fan, register, started, success

SPECS = [
    dag(dag_id_in(partition, PARTITIONS, "work"), {**fan(3), "last": ("t0", "t1", "t2")}) for partition in range(2)
]


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three primaries with a replica each."""
    with open_cluster(tmp_path_factory.mktemp("replicated"), replicas=True) as cluster:
        yield cluster


@pytest.fixture
async def stack(replicated: Cluster) -> AsyncIterator[Stack]:
    """A Penstock on it."""
    async with open_stack(replicated.url) as opened:
        await opened.scheduler()
        await opened.scheduler()
        await opened.worker(Noop())
        yield opened


def slot(stack: Stack, partition: int) -> int:
    return slot_of(stack.store._db.keys[partition].head)


def key_by_key(cluster: Cluster, number: int, source: Member, target: Member) -> Iterator[None]:
    """Move a slot as every server can, yielding between the steps."""
    begin(cluster, number, source, target)
    while keys := source.tell("CLUSTER", "GETKEYSINSLOT", number, 1):
        assert isinstance(keys, list)
        migrate(source, target, keys)
        yield
    for member in (target, source, *cluster.primaries):
        member.tell("CLUSTER", "SETSLOT", number, "NODE", cluster.node_id(target))


def begin(cluster: Cluster, number: int, source: Member, target: Member) -> None:
    target.tell("CLUSTER", "SETSLOT", number, "IMPORTING", cluster.node_id(source))
    source.tell("CLUSTER", "SETSLOT", number, "MIGRATING", cluster.node_id(target))


def migrate(source: Member, target: Member, keys: Sequence[str]) -> None:
    source.tell("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "AUTH", PASSWORD, "KEYS", *keys)


def at_once(cluster: Cluster, number: int, source: Member, target: Member) -> Iterator[None]:
    """Move a slot as Valkey 9 can."""
    if source.tell("COMMAND", "INFO", "CLUSTER|MIGRATESLOTS") == [None]:
        pytest.skip("this server cannot move a slot at once")
    source.tell("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", number, number, "NODE", cluster.node_id(target))
    while cluster.owner(number) is not target:
        yield


@pytest.mark.parametrize("move", [key_by_key, at_once])
async def test_a_slot_that_moves_under_load_loses_nothing(replicated: Cluster, stack: Stack, move: object) -> None:
    assert callable(move)
    number = slot(stack, 0)
    source = replicated.owner(number)
    target = next(member for member in replicated.primaries if member is not source)
    async with loaded(stack, SPECS) as load:
        await load.more(20)
        steps = move(replicated, number, source, target)
        while await asyncio.to_thread(lambda: next(steps, "moved")) != "moved":
            pass
        assert replicated.owner(number) is target
        await load.more(20)
    assert await ends(stack, load.acknowledged) == {RunStatus.SUCCEEDED}
    assert stack.store.server_of(0) == target.address
    assert await problems(stack) == []


@pytest.mark.parametrize("gone", ["run:", "definition:", "events:", "everything else"])
async def test_a_commit_is_not_applied_to_a_part_of_its_partition(replicated: Cluster, gone: str) -> None:
    backend = await open_backend(replicated.url)
    assert isinstance(backend, ServerBackend)
    store, keys = backend.valkey, backend.valkey._db.keys[0]
    reign, commit = await one_that_needs_no_new_key(backend)
    source = replicated.owner(slot_of(keys.head))
    target = next(member for member in replicated.primaries if member is not source)
    names = [name for name in await backend.keys() if name.startswith(keys.base)]
    begin(replicated, slot_of(keys.head), source, target)
    kept = ("run:", "definition:", "events:")
    is_gone = [name for name in names if name.removeprefix(keys.base).startswith(gone)]
    migrate(source, target, is_gone or [name for name in names if not name.removeprefix(keys.base).startswith(kept)])
    with pytest.raises(StoreUnavailableError):
        await store.commit(commit)
    assert [*key_by_key(replicated, slot_of(keys.head), source, target)]
    await reign.apply(commit)
    await reign.settle()
    assert (await verify_partition(store, 0)).problems == []
    await store.close()


async def one_that_needs_no_new_key(backend: ServerBackend) -> tuple[Reign, r.Commit]:
    """Return a commit that a server does not refuse because one of the keys it names is not there."""
    store, keys = backend.valkey, backend.valkey._db.keys[0]
    reign, _ = await started(store, fan(3), retries=1, retry_delay_seconds=1000.0)
    claims = await store.claim(0, "w", 3)
    await store.report([(claims[0], failure(claims[0]))])  # leaves a timer
    await backend.deliver(0, b"garbage")  # becomes a dead letter
    await reign.settle()
    await store.claim(0, "idle", 1)
    await store.report([(claims[1], success(claims[1]))])
    await register(store, dag(FIRST, fan(4)))
    named = {keys.head, keys.lease, keys.log, keys.inbox, keys.timers, keys.counts, keys.dags, keys.current}
    assert {*named, keys.idle, keys.dead} <= {*await backend.keys()}
    commit = await reign.prepare()
    assert commit is not None
    assert commit.dags
    return reign, commit


async def test_a_primary_that_dies_under_load_is_replaced_and_what_its_replica_had_is_kept(
    replicated: Cluster, stack: Stack
) -> None:
    number = slot(stack, 1)
    victim = replicated.owner(number)
    async with loaded(stack, SPECS) as load:
        kept = list(await load.more(20))
        await in_time(lambda: victim.tell("WAIT", 1, 100) == 1, "the replica to have everything")
        await load.more(5)
        victim.kill()
        await in_time(lambda: replicated.owner(number) is not victim, "a replica to take over")
        after = await load.more(20)
    assert load.refusals
    assert await ends(stack, kept) == {RunStatus.SUCCEEDED}
    # What the replica had not received is unknown to everybody; nothing of it is left half done.
    assert await ends(stack, load.acknowledged) <= {RunStatus.SUCCEEDED, None}
    assert await ends(stack, after) == {RunStatus.SUCCEEDED}
    assert await problems(stack) == []

    async def fit() -> bool:
        return (await stack.store.condition()).sentences() == []

    await eventually(fit, "the cluster to be fit")
    victim.start()
    await in_time(lambda: follows(victim), "the old primary to follow the new one")


def follows(member: Member) -> bool:
    return member.info("INFO replication").get("master_link_status") == "up"


def replica_of(cluster: Cluster, primary: Member) -> Member:
    """Return the node that follows a primary."""
    for member in (*cluster.primaries, *cluster.replicas):
        if member.info("INFO replication").get("master_port") == str(primary.port):
            return member
    raise AssertionError("nobody follows it")


async def forks(stack: Stack, partition: int) -> list[e.LogForked]:
    try:
        entries = await stack.store.log(partition, 0, 10_000)
    except StoreUnavailableError:
        return []
    return [event for event in map(decode_event, (entry.data for entry in entries)) if isinstance(event, e.LogForked)]


@pytest.fixture
async def remembering(replicated: Cluster) -> AsyncIterator[Stack]:
    """A Penstock with one scheduler: of two, the one that takes a partition after a failover need not have seen it."""
    async with open_stack(replicated.url) as opened:
        await opened.scheduler()
        await opened.worker(Noop())
        yield opened


async def test_what_a_primary_acknowledged_and_its_replica_never_had_is_declared_lost_and_all_else_ends(
    replicated: Cluster, remembering: Stack
) -> None:
    stack = remembering
    number, spec = slot(stack, 1), SPECS[1]
    victim = replicated.owner(number)
    heir = replica_of(replicated, victim)
    kept = [await stack.start(spec), *[await stack.again(spec.id) for _ in range(9)]]
    assert await ends(stack, kept) == {RunStatus.SUCCEEDED}
    await in_time(lambda: victim.tell("WAIT", 1, 100) == 1, "the replica to have everything")
    heir.tell("CONFIG", "SET", "masterauth", "not-the-password")
    victim.tell("CLIENT", "KILL", "TYPE", "replica")
    await in_time(lambda: not follows(heir), "the replica to lose its primary")

    # They end, so a scheduler has seen more than the replica will have.
    lost = [await stack.again(spec.id) for _ in range(10)]
    assert await ends(stack, lost) == {RunStatus.SUCCEEDED}
    seen = await stack.store.head(1)
    victim.kill()
    await in_time(lambda: replicated.owner(number) is heir, "the replica to take over")
    (fork,) = await eventually(lambda: forks(stack, 1), "the fork to be declared")
    assert fork.kept_seq < fork.lost_seq
    assert fork.lost_seq >= seen.seq
    assert await ends(stack, lost) == {None}
    after = [await stack.again(spec.id) for _ in range(10)]
    assert await ends(stack, [*kept, *after]) == {RunStatus.SUCCEEDED}
    assert await problems(stack) == []
    assert [await forks(stack, partition) for partition in (0, 2, 3)] == [[]] * 3

    heir.tell("CONFIG", "SET", "masterauth", PASSWORD)
    victim.start()
    await in_time(lambda: follows(victim), "the old primary to follow the new one")
