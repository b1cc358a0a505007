"""A commit as its script takes it: grouped, so that one command of the server does as much as it can.

Lua pays for each command and for each table, so what can be written at once stands in one flat list, ids and numbers
are text already, and whatever belongs to one key is together.
"""

from typing import Any

import msgspec

from penstock.store import records as r

_pack = msgspec.msgpack.Encoder().encode


def pack_commit(commit: r.Commit) -> bytes:
    """Return the commit as msgpack, with text for bytes: the msgpack of Lua scripts knows no binary type."""
    added, removed = _listed(commit.runs)
    return _pack(
        {
            "term": str(commit.term),
            "seq": str(commit.seq),
            "hash": commit.hash,
            "new_seq": str(commit.seq + len(commit.events)),
            "new_hash": commit.new_hash,
            "incarnation": str(commit.incarnation),
            "after": commit.after,
            "cursor": commit.cursor,
            "consumed": commit.consumed,
            "lease_ms": commit.lease_ms,
            "events": [event.decode() for event in commit.events],
            "ids": [f"{seq}-0" for seq in range(commit.seq + 1, commit.seq + len(commit.events) + 1)],
            "dags": [[dag.dag_id, dag.version, dag.summary.decode(), dag.definition.decode()] for dag in commit.dags],
            "runs": [[run.run_id, _fields(run), run.events] for run in commit.runs],
            "added": added,
            "removed": removed,
            "timers": [item for run in commit.runs if run.wake is not None for item in (run.wake, run.run_id)],
            "idle": [*commit.idle, *(run.run_id for run in commit.runs if run.wake is None)],
            "counts": commit.counts,
            "withdrawn": [[gone.queue, f"{gone.id}-0", _attempt(gone)] for gone in commit.withdrawn],
            "stops": [[stop.worker, _attempt(stop)] for stop in commit.stops],
            "ready": [[entry.queue, f"{entry.id}-0", *_entry(entry)] for entry in commit.ready],
            "dead": [[one.id, one.reason, one.data.decode(errors="backslashreplace")] for one in commit.dead],
        }
    )


def _attempt(named: r.Withdrawal | r.Stop) -> str:
    """Return how a worker is told of an attempt."""
    return f"{named.run_id} {named.attempt} {named.task_id}"


def _fields(run: r.RunWrite) -> list[str]:
    """Return names and values in turn, as HSET takes them."""
    flat: list[str] = []
    for name, data in run.fields.items():
        flat += (name, data.decode())
    return flat


def _entry(entry: r.QueueEntry) -> tuple[str, ...]:
    """Return names and values in turn, as XADD takes them."""
    traced = ("traceparent", entry.traceparent, "ready_at", str(entry.ready_at)) if entry.traceparent else ()
    return (
        *("run", entry.run_id, "task", entry.task_id, "number", str(entry.task)),
        *("attempt", str(entry.attempt), "dag", entry.dag_id, "version", entry.version),
        *traced,
    )


def _listed(runs: list[r.RunWrite]) -> tuple[dict[str, list[Any]], dict[str, list[str]]]:
    """Return by list of runs (DAG, colon, status; each may be empty) which to add, with a score of 0, and to remove."""
    added: dict[str, list[Any]] = {}
    removed: dict[str, list[str]] = {}
    for run in runs:
        if not run.new and run.before == run.after:
            continue
        for dag_id in ("", run.dag_id):
            removed.setdefault(f"{dag_id}:{run.before}", []).append(run.run_id)
            added.setdefault(f"{dag_id}:{run.after}", []).extend((0, run.run_id))
            if run.new:
                added.setdefault(f"{dag_id}:", []).extend((0, run.run_id))
    return added, removed
