"""The auditor on the real server: each kind of tampering, with the log and beside it, is found and named."""

import pytest
from msgspec.structs import replace

from audited import (
    DAG_ID,
    FIRST,
    PARTITION,
    PARTITIONS,
    SECOND,
    Audited,
    Tamper,
    definition,
    problems_after,
    set_field,
    timer,
)
from penstock.core import events as e
from penstock.core.codec import decode_event, encode_event
from penstock.core.dag import dag_version, encode_dag
from penstock.core.status import RunStatus, TaskStatus
from penstock.ids import new_run_id, partition_of_dag


async def swap(audited: Audited) -> None:
    log = await audited.log()
    log[4][b"event"], log[5][b"event"] = log[5][b"event"], log[4][b"event"]
    await audited.rewrite(log)


async def drop_last(audited: Audited) -> None:
    await audited.rewrite((await audited.log())[:-1])


async def forge_definition(audited: Audited) -> None:
    log = await audited.log()
    event = decode_event(log[0][b"event"])
    assert isinstance(event, e.DagRegistered)
    forged = definition(a=("missing",))
    log[0][b"event"] = encode_event(replace(event, definition=forged, version=dag_version(forged)))
    await audited.rewrite(log)


async def give_away(audited: Audited) -> None:
    await audited.edit(await audited.find(e.RunRequested, audited.succeeded), b'"dag_id":"audited"', b'"dag_id":"mine"')
    await audited.rehash()


async def edit_finish(audited: Audited, *, rehash: bool) -> None:
    seq = await audited.find(e.RunFinished, audited.succeeded)
    await audited.edit(seq, b'"succeeded"', b'"failed"')
    if rehash:
        await audited.rehash()


async def move_run(audited: Audited, status: RunStatus, run_id: str = "") -> None:
    await audited.redis.zadd(audited.keys.runs(DAG_ID, status), {run_id or audited.succeeded: 0})


async def unlist(audited: Audited, dag_id: str, status: str) -> None:
    await audited.redis.zrem(audited.keys.runs(dag_id, status), audited.succeeded)


async def spoil_cause(audited: Audited, cause: bytes) -> None:
    seq = await audited.find(e.TaskStarted, audited.succeeded)
    old = (await audited.log())[seq - 1][b"event"].split(b'"cause":"')[1].split(b'"')[0]
    await audited.edit(seq, old, cause)


async def list_stranger(audited: Audited) -> None:
    name = next(name for name in map(str, range(99)) if partition_of_dag(name, PARTITIONS) == PARTITION)
    listing = f'{{"dag_id":"{name}","name":"","version":"v","task_count":1,"seq":1}}'
    await audited.redis.hset(audited.keys.dags, name, listing)


LOG: dict[str, tuple[Tamper, str]] = {
    "an event edited in place": (
        lambda audited: audited.edit(3, b'"at":', b'"at":1'),
        "the hash chain does not verify",
    ),
    "two events swapped": (swap, "the hash chain does not verify"),
    "the last event dropped": (
        drop_last,
        "the log does not end where its head says",
    ),
    "an event dropped in the middle": (
        lambda audited: audited.redis.xdel(audited.keys.log, "5-0"),
        "events are missing from the log",
    ),
    "an event made unreadable": (
        lambda audited: audited.edit(3, b'"type":"RunStarted"', b'"type":"RunStopped"'),
        "an event cannot be read",
    ),
    "everything dropped": (lambda audited: audited.rewrite([]), "the log does not end where its head says"),
    "the hash of the head changed": (
        lambda audited: audited.redis.hset(audited.keys.head, "hash", "ab" * 32),
        "the log does not end where its head says",
    ),
    "the cursor set back": (
        lambda audited: audited.redis.hset(audited.keys.head, "cursor", "1-0"),
        "a fact was accepted from beyond the cursor",
    ),
    "a cause that lies in the future": (
        lambda audited: spoil_cause(audited, b"log:99999"),
        "an event has no cause",
    ),
    "a cause that is none": (lambda audited: spoil_cause(audited, b"chance"), "an event has no cause"),
    "a fact accepted twice": (lambda audited: spoil_cause(audited, b"inbox:1-0"), "a fact was accepted out of turn"),
    "a definition exchanged in the log": (
        lambda audited: audited.edit(1, b'"command":"true"', b'"command":"evil"'),
        "a definition is not the version it claims to be",
    ),
    "a definition that names a task it lacks": (forge_definition, "an event contradicts those before it"),
    "an impossible event": (
        lambda audited: audited.edit(3, b'"type":"RunStarted"', b'"type":"RunFinished","status":"succeeded"'),
        "an event contradicts those before it",
    ),
}

STORED: dict[str, tuple[Tamper, str]] = {
    "an event edited and the chain recomputed": (
        lambda audited: edit_finish(audited, rehash=True),
        "a stored field of a run is not what the log says",
    ),
    "a run given to another DAG and the chain recomputed": (
        give_away,
        "a stored field of a run is not what the log says",
    ),
    "a task's field changed": (set_field("t0", "{}"), "a stored field of a run is not what the log says"),
    "a task's field added": (set_field("t9", "{}"), "a stored field of a run is not what the log says"),
    "a task's field removed": (
        lambda audited: audited.redis.hdel(audited.keys.run(audited.succeeded), "t1"),
        "a stored field of a run is not what the log says",
    ),
    "the summary made unreadable": (set_field("run", "{"), "a run is not stored so that it can be read"),
    "a run deleted": (
        lambda audited: audited.redis.delete(audited.keys.run(audited.cancelled)),
        "a run is not stored so that it can be read",
    ),
    "a run put ahead of the log": (
        set_field("run", '{"run_id":"r","dag_id":"d","version":"v","seq":9999}'),
        "a stored run is ahead of the log",
    ),
    "a run taken from the list of all": (lambda audited: unlist(audited, "", ""), "a run is missing from a list"),
    "a run taken from the list of its status": (
        lambda audited: unlist(audited, DAG_ID, "succeeded"),
        "a run is missing from a list",
    ),
    "a run put into the list of another status": (
        lambda audited: move_run(audited, RunStatus.RUNNING),
        "a run stands in a list where it does not belong",
    ),
    "a run that never was put into a list": (
        lambda audited: move_run(audited, RunStatus.REQUESTED, new_run_id(PARTITION, 1, bytes(10))),
        "a run is listed that was never accepted",
    ),
    "an event taken from the index of a run": (
        lambda audited: audited.redis.lrem(audited.keys.events(audited.succeeded), 1, "4"),
        "the index of a run's events is wrong",
    ),
    "a count changed": (
        lambda audited: audited.redis.hincrby(audited.keys.counts, TaskStatus.SUCCEEDED, 1),
        "a count of tasks is wrong",
    ),
    "a count of nothing added": (
        lambda audited: audited.redis.hset(audited.keys.counts, "imaginary", 1),
        "a count of tasks is wrong",
    ),
    "a timer removed": (
        lambda audited: audited.redis.zrem(audited.keys.timers, audited.retrying),
        "the timer of a run is wrong",
    ),
    "a timer moved": (timer("retrying", 5), "the timer of a run is wrong"),
    "a timer set for a run that has ended": (timer("succeeded", 5), "the timer of a run is wrong"),
    "a timer set for no run": (timer("nobody", 5), "a timer has no reason"),
    "the listing of a DAG changed": (
        lambda audited: audited.redis.hset(
            audited.keys.dags,
            DAG_ID,
            '{"dag_id":"audited","name":"Evil","version":"v","task_count":1,"registered_at":1,"seq":1}',
        ),
        "a DAG is not listed as it was registered",
    ),
    "the listing of a DAG removed": (
        lambda audited: audited.redis.hdel(audited.keys.dags, DAG_ID),
        "a DAG is not listed as it was registered",
    ),
    "a DAG listed that never was": (list_stranger, "a DAG is listed that the log does not know"),
    "a version removed": (
        lambda audited: audited.redis.hdel(audited.keys.versions(DAG_ID), dag_version(FIRST)),
        "a version is not listed as it was registered",
    ),
    "a definition exchanged": (
        lambda audited: audited.redis.set(audited.keys.definition(dag_version(FIRST)), encode_dag(SECOND)),
        "a definition is not what was registered",
    ),
    "a definition removed": (
        lambda audited: audited.redis.delete(audited.keys.definition(dag_version(SECOND))),
        "a definition is not what was registered",
    ),
    "the current version set back": (
        lambda audited: audited.redis.hset(audited.keys.current, DAG_ID, dag_version(FIRST)),
        "a DAG's current version is not the one registered last",
    ),
}


@pytest.mark.parametrize(("tamper", "what"), (LOG | STORED).values(), ids=LOG | STORED)
async def test_tampering_is_found_and_named(audited: Audited, tamper: Tamper, what: str) -> None:
    assert what in {problem.what for problem in await problems_after(audited, tamper)}


@pytest.mark.parametrize(("tamper", "what"), STORED.values(), ids=STORED)
async def test_tampering_beside_the_log_is_not_taken_for_damage_of_the_log(
    audited: Audited, tamper: Tamper, what: str
) -> None:
    whats = {problem.what for problem in await problems_after(audited, tamper)}
    assert not whats & {what for _, what in LOG.values()}


async def test_a_problem_says_where_what_was_expected_and_what_was_found(audited: Audited) -> None:
    (problem,) = await problems_after(audited, timer("retrying", 5))
    due = (await audited.store.load_runs(PARTITION, [audited.retrying]))[audited.retrying]["t0"]
    assert problem.where == f"run {audited.retrying}"
    assert problem.found == "a timer for 5"
    assert problem.expected.removeprefix("a timer for ").encode() in due
