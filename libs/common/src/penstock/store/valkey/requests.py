"""The requests of the API, each one script."""

import hashlib

import msgspec

from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.core.dag import DagSpec, encode_dag
from penstock.core.projection import encode_summary
from penstock.core.run import RunSummary
from penstock.core.status import RUN_ENDED, RunStatus, TaskStatus
from penstock.errors import ConflictError, NotFoundError
from penstock.ids import created_at, partition_of_dag, partition_of_run
from penstock.store.valkey.connection import Connection
from penstock.store.views import summarise_dag

IDEMPOTENCY_SECONDS = 2 * 24 * 3600
"""How long a key is remembered."""

COUNTS_KEPT = 10_000

_ENDED = sorted(RUN_ENDED)


class Requests:
    """See :class:`penstock.store.base.RequestStore`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._task_counts: dict[str, int] = {}

    async def register_dag(self, dag: DagSpec, version: str) -> bool:
        """Request a registration; return whether the version is new."""
        keys = self._db.keys[partition_of_dag(dag.id, self._db.partitions)]
        summary = msgspec.json.encode(summarise_dag(dag, version))
        fact = encode_event(e.DagRegistered(dag_id=dag.id, version=version, definition=dag))
        return bool(
            await self._db.run(
                "register",
                [keys.current, keys.versions(dag.id), keys.dags, keys.definition(version), keys.inbox],
                [dag.id, version, summary, encode_dag(dag), fact],
            )
        )

    async def request_run(
        self, dag_id: str, run_id: str, key: str = "", body: str = "", traceparent: str = ""
    ) -> tuple[str, bool]:
        """Request a run; return its id and whether this call requested it."""
        partition = partition_of_dag(dag_id, self._db.partitions)
        keys = self._db.keys[partition]
        current = await self._db.command("HGET", keys.current, dag_id)
        if current is None:
            await self._db.believe_absence(partition)
            raise NotFoundError(f"There is no DAG {dag_id!r}. Register it first.")
        version = current.decode()
        count = await self._task_count(keys.versions(dag_id), version)
        counts = {TaskStatus.WAITING: count}
        created = created_at(run_id)
        summary = RunSummary(run_id, dag_id, version, created_at=created, counts=counts, traceparent=traceparent)
        fact = e.RunRequested(run_id=run_id, dag_id=dag_id, version=version, traceparent=traceparent)
        digest = hashlib.sha256(key.encode()).hexdigest()
        answer = await self._db.run(
            "request",
            [
                keys.idempotency(dag_id, digest),
                keys.run(run_id),
                keys.inbox,
                keys.runs(),
                keys.runs(dag_id),
                keys.runs(status=RunStatus.REQUESTED),
                keys.runs(dag_id, RunStatus.REQUESTED),
            ],
            [run_id, body, IDEMPOTENCY_SECONDS if key else 0, encode_summary(summary), encode_event(fact)],
        )
        if answer[0] == b"CONFLICT":
            raise ConflictError("This Idempotency-Key was used with another body. Choose a new key.")
        return (answer[1].decode(), False) if answer[0] == b"KNOWN" else (run_id, True)

    async def _task_count(self, versions: str, version: str) -> int:
        """Return how many tasks a version has, which never changes: asked once."""
        if version not in self._task_counts:
            summary = msgspec.json.decode(await self._db.command("HGET", versions, version))
            if len(self._task_counts) >= COUNTS_KEPT:
                self._task_counts.clear()
            self._task_counts[version] = summary["task_count"]
        return self._task_counts[version]

    async def cancel_run(self, run_id: str) -> RunStatus:
        """Request the end of a run; return the status it had."""
        partition = partition_of_run(run_id)
        if partition >= self._db.partitions:
            raise NotFoundError(f"There is no run {run_id!r}.")
        keys = self._db.keys[partition]
        fact = encode_event(e.RunCancelled(run_id=run_id))
        answer = await self._db.run("cancel", [keys.run(run_id), keys.inbox], [fact, *_ENDED])
        if answer[0] == b"UNKNOWN":
            await self._db.believe_absence(partition)
            raise NotFoundError(f"There is no run {run_id!r}.")
        status = RunStatus(answer[1].decode())
        if answer[0] == b"ENDED":
            raise ConflictError(f"Run {run_id} has already {status}: there is nothing to cancel.")
        return status
