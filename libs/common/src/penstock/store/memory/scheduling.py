"""What a scheduler does with its partitions."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from penstock.core import events as e
from penstock.store import records as r
from penstock.store import views as v
from penstock.store.memory.state import Claim, Lease, PartitionState, RunRecord, State

_decode_dag = msgspec.json.Decoder(v.DagSummary).decode


class Scheduling:
    """See :class:`penstock.store.base.SchedulerStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def present(self, owner: str, ttl_ms: int) -> list[str]:
        """Say that this scheduler is alive; return all that are."""
        now = self._state.clock()
        schedulers = {**self._state.schedulers, owner: now + ttl_ms}
        latest = now + ttl_ms * r.CREDIBLE_LEASES
        self._state.schedulers = {name: until for name, until in schedulers.items() if now <= until <= latest}
        return sorted(self._state.schedulers)

    async def leave(self, owner: str) -> None:
        """Say that this scheduler is no longer there."""
        self._state.schedulers.pop(owner, None)

    def server_of(self, _partition: int) -> str:
        """Return a name for the server that holds the partition."""
        return "memory"

    async def take_over(self, partition: int, owner: str, lease_ms: int) -> r.Head | None:
        """Become the owner under a new term; None while another's lease lasts."""
        state = self._state.partitions[partition]
        now = self._state.clock()
        latest = now + lease_ms * r.CREDIBLE_LEASES
        if state.lease is not None and state.lease.owner != owner and now <= state.lease.until <= latest:
            return None
        state.head = replace(state.head, term=state.head.term + 1, owner=owner)
        state.lease = Lease(owner, now + lease_ms)
        return state.head

    async def renew(self, partition: int, owner: str, term: int, lease_ms: int) -> r.Committed | None:
        """Extend the lease; None when another term rules."""
        state = self._state.partitions[partition]
        if state.head.term != term:
            return None
        state.lease = Lease(owner, self._state.clock() + lease_ms)
        return self._committed(state)

    async def release(self, partition: int, owner: str, term: int) -> None:
        """Give the partition up."""
        state = self._state.partitions[partition]
        lease = state.lease
        if state.head.term == term and lease is not None and lease.owner == owner:
            state.lease = None
            state.head = replace(state.head, owner="")

    async def inbox(self, partition: int, after: str, limit: int, timeout_ms: int) -> list[r.Entry]:
        """Return inbox entries after ``after``, waiting at most ``timeout_ms`` for the first."""
        state = self._state.partitions[partition]

        def look() -> list[r.Entry]:
            entries = state.inbox.after(after, limit)
            return [r.Entry(entry_id, data, int(entry_id.partition("-")[0])) for entry_id, data in entries]

        return look() if timeout_ms <= 0 else await state.arrival.first(look, timeout_ms)

    async def commit(self, commit: r.Commit) -> r.Committed | r.Refused:
        """Apply a commit if the head is the one it builds upon."""
        state = self._state.partitions[commit.partition]
        head = state.head
        if head.term != commit.term:
            return r.Refused(head, lost=True)
        # The cursor belongs to what is compared: a commit without events moves it alone.
        if (head.seq, head.hash, head.cursor) != (commit.seq, commit.hash, commit.after):
            return r.Refused(head, lost=False)
        _append(state, commit)
        for dag in commit.dags:
            _write_dag(state, dag)
        for run in commit.runs:
            _write_run(state, run)
        for run_id in commit.idle:
            state.timers.pop(run_id, None)
        for status, difference in commit.counts.items():
            state.counts[status] = state.counts.get(status, 0) + difference
        _queue(state, commit)
        for letter in commit.dead:
            # As text: the real store keeps it so, for those who read it with any tool.
            data = letter.data.decode(errors="backslashreplace").encode()
            state.dead.append(self._state.clock(), replace(letter, data=data))
        state.dead.keep(r.DEAD_LETTERS_KEPT)
        if commit.consumed:
            state.inbox.trim(commit.cursor)
            head = replace(head, cursor=commit.cursor)
        state.head = replace(
            head, seq=commit.seq + len(commit.events), hash=commit.new_hash, incarnation=commit.incarnation
        )
        state.lease = Lease(head.owner, self._state.clock() + commit.lease_ms)
        self._state.growth.beat()
        return self._committed(state)

    async def load_runs(self, partition: int, run_ids: Sequence[str]) -> dict[str, dict[str, bytes]]:
        """Return the stored fields of those of the runs that exist."""
        runs = self._state.partitions[partition].runs
        return {run_id: dict(runs[run_id].fields) for run_id in run_ids if run_id in runs}

    async def due(self, partition: int, now: int, limit: int) -> list[str]:
        """Return runs whose timer is due, the longest due first."""
        timers = self._state.partitions[partition].timers
        due = sorted((wake, run_id) for run_id, wake in timers.items() if wake <= now)
        return [run_id for _, run_id in due[:limit]]

    async def sweep(
        self, partition: int, term: int, lease_ms: int, shown: int, tolerance_ms: int, most_ms: int = 0
    ) -> int | None:
        """Declare lost every claim that was not renewed for ``lease_ms``; None when the clock is not what it should."""
        state = self._state.partitions[partition]
        if state.head.term != term:
            return 0
        now = self._state.clock()
        if abs(now - shown) > tolerance_ms:
            for queue in state.queues.values():
                for claim in queue.claims.values():
                    claim.kept_at = now
            return None
        lost: list[Claim] = []
        for queue in state.queues.values():
            for claim in queue.claims.values():
                if most_ms and now - claim.kept_at > most_ms:
                    claim.kept_at = now
            silent = [number for number, claim in queue.claims.items() if now - claim.kept_at >= lease_ms]
            lost += [queue.claims.pop(number) for number in silent]
        for claim in lost:
            entry = claim.entry
            state.send(
                e.TaskLost(run_id=entry.run_id, task_id=entry.task_id, attempt=entry.attempt, worker=claim.worker)
            )
        return len(lost)

    async def queued(self, partition: int, places: Sequence[tuple[str, int]]) -> list[bool]:
        """Return for each place whether its attempt is there."""
        queues = self._state.partitions[partition].queues
        return [number in queues[name].ready or number in queues[name].claims for name, number in places]

    async def retire(self, partition: int, idle_ms: int) -> None:
        """Do nothing: no names of workers are kept here beside their claims."""

    def _committed(self, state: PartitionState) -> r.Committed:
        return r.Committed(self._state.clock(), min(state.timers.values(), default=None))


def _append(state: PartitionState, commit: r.Commit) -> None:
    last = len(commit.events)
    state.log += [
        r.LogEntry(commit.partition, commit.seq + index, event, commit.new_hash if index == last else "")
        for index, event in enumerate(commit.events, 1)
    ]


def _write_dag(state: PartitionState, dag: r.DagWrite) -> None:
    summary = _decode_dag(dag.summary)
    state.versions.setdefault(dag.dag_id, {})[dag.version] = summary
    state.definitions[dag.version] = dag.definition
    # A newer registration may wait in the inbox and be visible already: it stays so.
    current = state.dags.get(dag.dag_id)
    if current is None or current.version == dag.version:
        state.dags[dag.dag_id] = summary


def _write_run(state: PartitionState, run: r.RunWrite) -> None:
    record = state.runs.setdefault(run.run_id, RunRecord())
    record.fields.update(run.fields)
    record.events += run.events
    if run.wake is None:
        state.timers.pop(run.run_id, None)
    else:
        state.timers[run.run_id] = run.wake


def _queue(state: PartitionState, commit: r.Commit) -> None:
    """Take attempts from the queue and put others on it; tell those whom it concerns."""
    for gone in commit.withdrawn:
        queue = state.queues[gone.queue]
        queue.ready.pop(gone.id, None)
        claim = queue.claims.pop(gone.id, None)
        if claim is not None:
            state.tell(claim.worker, r.Bell(state.number, gone.run_id, gone.task_id, gone.attempt))
    for stop in commit.stops:
        state.tell(stop.worker, r.Bell(state.number, stop.run_id, stop.task_id, stop.attempt))
    for entry in commit.ready:
        state.queues[entry.queue].ready[entry.id] = entry
    state.ring(len(commit.ready))
