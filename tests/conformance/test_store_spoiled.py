"""What somebody does to a server by hand: entries of his own on a queue, everything deleted."""

from collections.abc import Awaitable, Callable

import pytest

from penstock.errors import StoreUnavailableError
from penstock.store import records as r
from penstock.store.base import Store
from penstock.store.records import Beat
from stack import dag
from store_backends import ServerBackend, sweep
from store_kit import FIRST, Reign, fan, register, run_id, started, success

pytestmark = pytest.mark.parametrize("store_url", ["valkey", "redis", "cluster"], indirect=True)

HOUR_MS = 3_600_000
OWN = ("run", "never", "task", "a", "number", 0, "attempt", 1, "dag", FIRST, "version", "none")
"""The fields of an entry that looks like one of ours."""


async def on_the_queue(server: ServerBackend, *fields: str | int) -> str:
    """Do what the manual of the server shows: add an entry, under an id that is the time. Return the id."""
    queue = server.valkey._db.keys[0].queue("default")
    place = await server.command("XADD", queue, "*", *(fields or OWN))
    assert isinstance(place, bytes)
    return place.decode()


async def one_more(server: ServerBackend, reign: Reign) -> r.Commit:
    """Request a run and prepare what makes its tasks ready."""
    await server.store.request_run(FIRST, run_id(3))
    commit = await reign.prepare()
    assert commit is not None
    assert commit.ready
    return commit


async def test_a_foreign_queue_entry_is_put_aside_and_what_the_log_made_ready_is_claimed(server: ServerBackend) -> None:
    reign, _ = await started(server.store, fan(3))
    places = [await on_the_queue(server), await on_the_queue(server, "novelty", "1")]
    commit = await one_more(server, reign)
    await reign.apply(commit)
    letters = await server.dead(0)
    assert [letter.id for letter in letters] == places
    assert b'"run","never"' in letters[0].data
    assert "not put it there" in letters[0].reason
    claims = await server.store.claim(0, "w", 100)
    assert [claim.run_id for claim in claims] == [run_id(1)] * 3 + [run_id(3)] * 3
    assert claims[3:] == commit.ready
    assert not [key for key in await server.keys() if "mending" in key]


@pytest.mark.parametrize("swept", [False, True])
async def test_a_foreign_entry_that_was_claimed_costs_no_claim_and_no_later_attempt(
    server: ServerBackend, *, swept: bool
) -> None:
    store = server.store
    reign, _ = await started(store, fan(3))
    (kept,) = await store.claim(0, "w", 1)
    await on_the_queue(server)
    assert [claim.run_id for claim in await store.claim(0, "v", 100)] == [run_id(1), run_id(1), "never"]
    if swept:
        assert await sweep(server, 0, reign.term, 0) == 4
    await reign.settle()
    await reign.apply(await one_more(server, reign))
    assert await store.heartbeat("w", [kept]) == [Beat.GONE if swept else Beat.OK]
    assert (await store.report([(kept, success(kept))]) == ["accepted"]) is not swept
    assert len([claim for claim in await store.claim(0, "x", 100) if claim.run_id == run_id(3)]) == 3


async def test_how_long_a_claim_was_silent_is_not_forgotten_when_its_queue_is_mended(server: ServerBackend) -> None:
    reign, _ = await started(server.store, fan(3))
    queue = server.valkey._db.keys[0].queue("default")
    (claim,) = await server.store.claim(0, "w", 1)
    await server.command("XCLAIM", queue, "workers", "w", 0, f"{claim.id}-0", "IDLE", HOUR_MS, "JUSTID")
    await on_the_queue(server)
    await reign.apply(await one_more(server, reign))
    assert await sweep(server, 0, reign.term, HOUR_MS) == 1


async def test_a_queue_is_mended_by_its_partitions_owner_only(server: ServerBackend) -> None:
    reign, _ = await started(server.store, fan(1))
    await on_the_queue(server)
    commit = await one_more(server, reign)
    await Reign.begin(server.store, owner="owner")
    before = await server.dump()
    answer = await server.store.commit(commit)
    assert isinstance(answer, r.Refused)
    assert answer.lost
    await server.valkey._mend(commit, "default")
    assert await server.dump() == before


async def test_a_runs_index_that_somebody_has_added_to_holds_nothing_up(server: ServerBackend) -> None:
    reign, run = await started(server.store, fan(1))
    await server.command("RPUSH", server.valkey._db.keys[0].events(run), "999999", "nonsense")
    (claim,) = await server.store.claim(0, "w", 1)
    await server.store.report([(claim, success(claim))])
    await reign.settle()
    view = await server.store.run(run)
    assert view is not None
    assert view.summary.status == "succeeded"
    assert await server.store.run_events(run, 0, 100)


async def test_a_log_that_has_held_higher_ids_takes_nothing_and_nothing_is_half_done(server: ServerBackend) -> None:
    reign, _ = await started(server.store, fan(3))
    log = server.valkey._db.keys[0].log
    commit = await one_more(server, reign)
    await server.command("XADD", log, "999999-0", "event", "{}")
    await server.command("XDEL", log, "999999-0")
    before = await server.dump()
    with pytest.raises(StoreUnavailableError):
        await server.store.commit(commit)
    assert await server.dump() == before


ENTRY = r.QueueEntry(0, "default", 1, run_id(1), "t0", 0, 1, FIRST, "v")
CALLS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "register_dag": lambda store: register(store, dag(FIRST, fan(2))),
    "request_run": lambda store: store.request_run(FIRST, run_id(1)),
    "cancel_run": lambda store: store.cancel_run(run_id(1)),
    "dags": lambda store: store.dags(),
    "versions": lambda store: store.versions(FIRST),
    "definition": lambda store: store.definition(0, "v"),
    "run": lambda store: store.run(run_id(1)),
    "a run without its tasks": lambda store: store.run(run_id(1), ()),
    "runs": lambda store: store.runs("", None, 10, ""),
    "last_runs": lambda store: store.last_runs([FIRST], 10),
    "run_cells": lambda store: store.run_cells([run_id(1)]),
    "run_events": lambda store: store.run_events(run_id(1), 0, 10),
    "log": lambda store: store.log(0, 0, 10),
    "tail": lambda store: store.tail({0: 0, 1: 0}, 1),
    "head": lambda store: store.head(0),
    "figures": lambda store: store.figures(),
    "output": lambda store: store.output(run_id(1), "t0", 1, 0, 10),
    "output_sizes": lambda store: store.output_sizes(run_id(1), "t0", [1]),
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
    "notified": lambda store: store.notified(0),
    "set_notified": lambda store: store.set_notified(0, 1, "ops", r.Notified(1, 0)),
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
    fit = (await server.store.condition()).sentences()
    await server.command("DEL", *await server.keys())
    condition = await server.store.condition()
    faults = [fault for fault in condition.faults if fault not in fit]
    assert faults
    assert all("was emptied" in fault for fault in faults)  # on a Cluster it is said of each server
    assert condition.degraded == []


async def test_a_partition_that_has_lost_its_inbox_only_is_not_taken_for_an_idle_one(server: ServerBackend) -> None:
    await started(server.store, fan(3))
    await server.command("DEL", server.valkey._db.keys[0].inbox)
    for call in ("register_dag", "cancel_run", "inbox", "figures"):
        with pytest.raises(StoreUnavailableError, match="was emptied"):
            await CALLS[call](server.store)
