"""Projections and history. Nothing is indexed: what an index of the real store lists is worked out here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter

from penstock.core.dag import DagSpec, decode_dag
from penstock.core.projection import SUMMARY_FIELD, decode_cells, decode_run_fields, decode_summary
from penstock.core.run import RunSummary
from penstock.core.status import RunStatus
from penstock.errors import NotFoundError
from penstock.ids import home_of_run, partition_of_dag, partition_of_run
from penstock.store import records as r
from penstock.store import views as v
from penstock.store.memory.state import PartitionState, RunRecord, State
from penstock.store.run_lists import Statuses, status_lists

TAIL_BATCH = 256
"""Events of one log in one answer of ``tail``, at most."""


class Reads:
    """See :class:`penstock.store.base.ReadStore` and :class:`penstock.store.base.AuditStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def dags(self) -> list[v.DagSummary]:
        """Return every DAG, by id."""
        dags = [dag for partition in self._state.partitions for dag in partition.dags.values()]
        return sorted(dags, key=attrgetter("dag_id"))

    async def versions(self, dag_id: str) -> list[v.DagSummary]:
        """Return the versions of a DAG, the current one first, then the newest."""
        partition = self._state.partitions[partition_of_dag(dag_id, len(self._state.partitions))]
        if dag_id not in partition.dags:
            return []
        current = partition.dags[dag_id].version
        versions = partition.versions[dag_id].values()
        return sorted(versions, key=lambda dag: (dag.version == current, not dag.seq, dag.seq), reverse=True)

    async def definition(self, partition: int, version: str) -> DagSpec | None:
        """Return the definition of a version."""
        data = self._state.partitions[partition].definitions.get(version)
        return None if data is None else decode_dag(data)

    async def run(self, run_id: str, numbers: Sequence[int] | None = None) -> v.RunView | None:
        """Return a run with all its tasks, or some."""
        try:
            record = self._record(run_id)
        except NotFoundError:
            return None
        if record is None:
            return None
        summary, tasks = decode_run_fields(record.fields)
        wanted = tasks if numbers is None else {number: tasks[number] for number in numbers if number in tasks}
        return v.RunView(summary, wanted)

    async def runs(self, dag_id: str, status: Statuses, limit: int, cursor: str, least: str = "") -> v.RunPage:
        """Return one page of runs, newest first; a run's id begins with its time."""
        summaries = (summary for partition in self._state.partitions for summary in _summaries(partition))
        lists = status_lists(status)
        wanted = [
            summary
            for summary in summaries
            if (not dag_id or summary.dag_id == dag_id)
            and (None in lists or summary.status in lists)
            and (not cursor or summary.run_id < cursor)
            and summary.run_id >= least
        ]
        wanted.sort(key=attrgetter("run_id"), reverse=True)
        page = wanted[:limit]
        return v.RunPage(page, page[-1].run_id if len(wanted) > limit else "")

    async def last_runs(self, dag_ids: Sequence[str], limit: int) -> dict[str, list[RunSummary]]:
        """Return for each of the DAGs its last runs, newest first."""
        found: dict[str, list[RunSummary]] = {dag_id: [] for dag_id in dag_ids}
        for summary in chain.from_iterable(map(_summaries, self._state.partitions)):
            if summary.dag_id in found:
                found[summary.dag_id].append(summary)
        return {dag_id: sorted(runs, key=attrgetter("run_id"), reverse=True)[:limit] for dag_id, runs in found.items()}

    async def run_cells(self, run_ids: Sequence[str]) -> list[v.RunCells]:
        """Return those of the runs that exist, in the order asked for."""
        homes = ((run_id, home_of_run(run_id, len(self._state.partitions))) for run_id in run_ids)
        found = (self._state.partitions[home].runs.get(run_id) for run_id, home in homes if home is not None)
        records = [record for record in found if record is not None]
        return [v.RunCells(*decode_cells(record.fields)) for record in records]

    async def run_events(self, run_id: str, after: int, limit: int) -> list[r.LogEntry]:
        """Return the run's events above seq ``after``."""
        record = self._record(run_id)
        if record is None:
            return []
        log = self._state.partitions[partition_of_run(run_id)].log
        return [log[seq - 1] for seq in record.events if seq > after][:limit]

    async def log(self, partition: int, after: int, limit: int) -> list[r.LogEntry]:
        """Return the log of a partition above seq ``after``."""
        return self._state.partitions[partition].log[after : after + limit]

    async def tail(self, positions: Mapping[int, int], timeout_ms: int) -> list[r.LogEntry]:
        """Return what follows in the logs, waiting at most ``timeout_ms`` for the first."""

        def look() -> list[r.LogEntry]:
            logs = [(self._state.partitions[number].log, after) for number, after in positions.items()]
            return [entry for log, after in logs for entry in log[after : after + TAIL_BATCH]]

        return await self._state.growth.first(look, timeout_ms)

    async def head(self, partition: int) -> r.Head:
        """Return the head of a partition."""
        return self._state.partitions[partition].head

    async def figures(self) -> v.Figures:
        """Return the counts for the metrics."""
        partitions = self._state.partitions
        runs = Counter(str(summary.status) for partition in partitions for summary in _summaries(partition))
        tasks: Counter[str] = Counter()
        for partition in partitions:
            for status, count in partition.counts.items():
                tasks[status] += count
        queues = [queue for partition in partitions for queue in partition.queues.values()]
        return v.Figures(
            dags=sum(len(partition.dags) for partition in partitions),
            runs={str(status): runs[status] for status in RunStatus},
            tasks=dict(tasks),
            queue_depth=sum(len(queue.ready) for queue in queues),
            pending=sum(len(queue.claims) for queue in queues),
            inbox_lag=sum(len(partition.inbox) for partition in partitions),
            dead_letters=sum(len(partition.dead) for partition in partitions),
            events=sum(partition.head.seq for partition in partitions),
        )

    async def output(self, run_id: str, task_id: str, attempt: int, after: int, limit: int) -> list[v.OutputLine]:
        """Return lines an attempt printed with numbers above ``after``, in order."""
        lines = self._printed(run_id, task_id, attempt)
        return [v.OutputLine(number, *line) for number, line in lines.items() if number > after][:limit]

    async def output_sizes(self, run_id: str, task_id: str, attempts: Sequence[int]) -> list[v.OutputSize]:
        """Return for each of the attempts how much it has printed so far."""
        printed = [self._printed(run_id, task_id, attempt) for attempt in attempts]
        return [v.OutputSize(max(lines, default=0), len(lines)) for lines in printed]

    def _printed(self, run_id: str, task_id: str, attempt: int) -> dict[int, tuple[int, str, str]]:
        number = partition_of_run(run_id)
        partitions = self._state.partitions
        return partitions[number].output.get((run_id, task_id, attempt), {}) if number < len(partitions) else {}

    async def event_indexes(self, partition: int, run_ids: Sequence[str]) -> dict[str, list[int]]:
        """Return for each of the runs the seqs of its events."""
        runs = self._state.partitions[partition].runs
        return {run_id: list(runs[run_id].events) if run_id in runs else [] for run_id in run_ids}

    async def listed_runs(
        self, partition: int, dag_id: str, status: RunStatus | None, after: str, limit: int
    ) -> list[str]:
        """Return ids above ``after`` of the DAG's runs in a status."""
        listed = (
            summary.run_id
            for summary in _summaries(self._state.partitions[partition])
            if summary.run_id > after and dag_id in ("", summary.dag_id) and status in (None, summary.status)
        )
        return sorted(listed)[:limit]

    async def timers(self, partition: int) -> dict[str, int]:
        """Return by run when each timer of the partition is due."""
        return dict(self._state.partitions[partition].timers)

    async def task_counts(self, partition: int) -> dict[str, int]:
        """Return how many tasks of the partition's accepted runs are in each status."""
        return dict(self._state.partitions[partition].counts)

    def _record(self, run_id: str) -> RunRecord | None:
        number = partition_of_run(run_id)
        partitions = self._state.partitions
        return partitions[number].runs.get(run_id) if number < len(partitions) else None


def _summaries(partition: PartitionState) -> Iterator[RunSummary]:
    for record in partition.runs.values():
        yield decode_summary(record.fields[SUMMARY_FIELD])
