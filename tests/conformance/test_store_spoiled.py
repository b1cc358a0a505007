"""What somebody does to a server by hand."""

from collections.abc import Awaitable, Callable

import pytest

from penstock.errors import StoreUnavailableError
from penstock.store import records as r
from penstock.store.base import Store
from stack import dag
from store_backends import ServerBackend
from store_kit import FIRST, Reign, fan, register, run_id, started, success

pytestmark = pytest.mark.parametrize("store_url", ["valkey", "redis"], indirect=True)

HOUR_MS = 3_600_000


async def one_more(server: ServerBackend, reign: Reign) -> r.Commit:
    """Request a run and prepare what makes its tasks ready."""
    await server.store.request_run(FIRST, run_id(3))
    commit = await reign.prepare()
    assert commit is not None
    assert commit.ready
    return commit


ENTRY = r.QueueEntry(0, "default", 1, run_id(1), "t0", 0, 1, FIRST, "v")
CALLS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "register_dag": lambda store: register(store, dag(FIRST, fan(2))),
    "request_run": lambda store: store.request_run(FIRST, run_id(1)),
    "cancel_run": lambda store: store.cancel_run(run_id(1)),
    "dags": lambda store: store.dags(),
    "versions": lambda store: store.versions(FIRST),
    "definition": lambda store: store.definition(0, "v"),
    "run": lambda store: store.run(run_id(1)),
    "runs": lambda store: store.runs("", None, 10, ""),
    "run_events": lambda store: store.run_events(run_id(1), 0, 10),
    "log": lambda store: store.log(0, 0, 10),
    "tail": lambda store: store.tail({0: 0, 1: 0}, 1),
    "head": lambda store: store.head(0),
    "figures": lambda store: store.figures(),
    "output": lambda store: store.output(run_id(1), "t0", 1, "", 10),
    "take_over": lambda store: store.take_over(0, "other", HOUR_MS),
    "renew": lambda store: store.renew(0, "owner", 1, HOUR_MS),
    "inbox": lambda store: store.inbox(0, "0-0", 10, 0),
    "inbox, waiting": lambda store: store.inbox(0, "0-0", 10, 1),
    "sweep": lambda store: store.sweep(0, 1, 0, 0, HOUR_MS),
    "retire": lambda store: store.retire(0, 0),
    "claim": lambda store: store.claim(0, "w", 1),
    "claimed": lambda store: store.claimed(0, "w"),
    "heartbeat": lambda store: store.heartbeat("w", [ENTRY]),
    "report": lambda store: store.report([(ENTRY, success(ENTRY))]),
    "reports": lambda store: store.report([(ENTRY, success(ENTRY))] * 2),
    "health": lambda store: store.health(0),
}
"""What tells an emptied server from an idle one. The rest either follows one of these or concerns no partition."""


@pytest.mark.parametrize("call", CALLS)
async def test_a_server_that_was_emptied_is_said_to_be_and_nothing_is_begun_on_it(
    server: ServerBackend, call: str
) -> None:
    reign, _ = await started(server.store, fan(3))
    await one_more(server, reign)
    await server.command("DEL", *await server.keys())
    with pytest.raises(StoreUnavailableError, match="was emptied"):
        await CALLS[call](server.store)
    assert await server.keys() == []


async def test_a_commit_on_a_server_that_was_emptied_says_so(server: ServerBackend) -> None:
    reign, _ = await started(server.store, fan(3))
    commit = await one_more(server, reign)
    await server.command("DEL", *await server.keys())
    with pytest.raises(StoreUnavailableError, match="was emptied"):
        await server.store.commit(commit)
    assert await server.keys() == []


async def test_a_server_that_was_emptied_is_not_fit(server: ServerBackend) -> None:
    fit = await server.store.check()
    await server.command("DEL", *await server.keys())
    (fault,) = [fault for fault in await server.store.check() if fault not in fit]
    assert "was emptied" in fault


async def test_a_partition_that_has_lost_its_inbox_only_is_not_taken_for_an_idle_one(server: ServerBackend) -> None:
    await started(server.store, fan(3))
    await server.command("DEL", server.valkey._db.keys[0].inbox)
    for call in ("register_dag", "cancel_run", "inbox", "figures"):
        with pytest.raises(StoreUnavailableError, match="was emptied"):
            await CALLS[call](server.store)
