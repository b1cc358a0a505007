"""The requests of the API."""

from penstock.core import events as e
from penstock.core.dag import DagSpec, encode_dag
from penstock.core.projection import SUMMARY_FIELD, decode_summary, encode_summary
from penstock.core.run import RunSummary
from penstock.core.status import RUN_ENDED, RunStatus, TaskStatus
from penstock.errors import ConflictError, NotFoundError
from penstock.ids import created_at, partition_of_dag, partition_of_run
from penstock.store.memory.state import IdempotencyKey, PartitionState, RunRecord, State
from penstock.store.views import summarise_dag

IDEMPOTENCY_MS = 2 * 24 * 3600 * 1000
"""How long a key is remembered."""


class Requests:
    """See :class:`penstock.store.base.RequestStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def register_dag(self, dag: DagSpec, version: str) -> bool:
        """Request a registration; return whether the version is new."""
        partition = self._partition_of_dag(dag.id)
        current = partition.dags.get(dag.id)
        if current is not None and current.version == version:
            return False
        versions = partition.versions.setdefault(dag.id, {})
        new = version not in versions
        summary = summarise_dag(dag, version)
        partition.send(e.DagRegistered(dag_id=dag.id, version=version, definition=dag))
        partition.dags[dag.id] = summary
        versions.setdefault(version, summary)
        partition.definitions[version] = encode_dag(dag)
        return new

    async def request_run(
        self, dag_id: str, run_id: str, key: str = "", body: str = "", traceparent: str = ""
    ) -> tuple[str, bool]:
        """Request a run; return its id and whether this call requested it."""
        partition = self._partition_of_dag(dag_id)
        dag = partition.dags.get(dag_id)
        if dag is None:
            raise NotFoundError(f"There is no DAG {dag_id!r}. Register it first.")
        used = partition.keys.get((dag_id, key)) if key else None
        if used is not None and used.until >= self._state.clock():
            if used.body != body:
                raise ConflictError("This Idempotency-Key was used with another body. Choose a new key.")
            return used.run_id, False
        if run_id in partition.runs:
            return run_id, False
        counts = {TaskStatus.WAITING: dag.task_count}
        created, version = created_at(run_id), dag.version
        summary = RunSummary(run_id, dag_id, version, created_at=created, counts=counts, traceparent=traceparent)
        partition.send(e.RunRequested(run_id=run_id, dag_id=dag_id, version=version, traceparent=traceparent))
        record = partition.runs[run_id] = RunRecord()
        record.fields[SUMMARY_FIELD] = encode_summary(summary)
        if key:
            partition.keys[dag_id, key] = IdempotencyKey(body, run_id, self._state.clock() + IDEMPOTENCY_MS)
        return run_id, True

    async def cancel_run(self, run_id: str) -> RunStatus:
        """Request the end of a run; return the status it had."""
        number = partition_of_run(run_id)
        partitions = self._state.partitions
        record = partitions[number].runs.get(run_id) if number < len(partitions) else None
        if record is None:
            raise NotFoundError(f"There is no run {run_id!r}.")
        status = decode_summary(record.fields[SUMMARY_FIELD]).status
        if status in RUN_ENDED:
            raise ConflictError(f"Run {run_id} has already {status}: there is nothing to cancel.")
        partitions[number].send(e.RunCancelled(run_id=run_id))
        return status

    def _partition_of_dag(self, dag_id: str) -> PartitionState:
        return self._state.partitions[partition_of_dag(dag_id, len(self._state.partitions))]
