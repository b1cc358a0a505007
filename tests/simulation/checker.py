"""The invariants, checked at every commit by folding the log anew beside the product."""

from collections import Counter

from penstock.core import events as e
from penstock.core.accept import MAX_LOSSES
from penstock.core.chain import GENESIS, extend_chain
from penstock.core.codec import decode_event
from penstock.core.partition import Partition, evolve
from penstock.core.projection import all_run_fields
from penstock.core.status import RUN_ENDED, TaskStatus
from penstock.store.memory import MemoryStore
from penstock.store.records import Commit, Head

_ENDS = (e.TaskSucceeded, e.TaskFailed, e.TaskLost, e.TaskReturned, e.TaskCancelled)


class Checker:
    """Follows every partition's log and holds it to the design's invariants."""

    def __init__(self, store: MemoryStore) -> None:
        self.commits = 0
        self.kinds: Counter[str] = Counter()
        self._store = store
        self._folds = [_Fold(number) for number in range(store.partitions)]

    async def committed(self, commit: Commit) -> None:
        """Check what a commit has added, and what the projections say after it."""
        self.commits += 1
        fold = self._folds[commit.partition]
        touched = set()
        for entry in await self._store.log(commit.partition, fold.seq, 10_000):
            event = fold.add(entry.seq, entry.data, entry.hash)
            self.kinds[type(event).__name__] += 1
            if isinstance(event, e.RunEvent):
                touched.add(event.run_id)
        head = await self._store.head(commit.partition)
        assert (head.seq, head.hash) == (fold.seq, fold.hash), "the head is the end of the chain"
        known = [run_id for run_id in sorted(touched) if run_id in fold.state.runs]
        stored = await self._store.load_runs(commit.partition, known)
        for run_id in known:
            assert stored[run_id] == all_run_fields(fold.state.runs[run_id]), f"projection of {run_id} equals its fold"

    async def restart(self) -> None:
        """Fold all logs anew: the store was set back."""
        self._folds = [_Fold(number) for number in range(self._store.partitions)]
        for fold in self._folds:
            for entry in await self._store.log(fold.number, 0, 1_000_000):
                fold.add(entry.seq, entry.data, entry.hash)

    def losses(self) -> int:
        """Return how many attempts were lost in all."""
        return sum(task.losses for fold in self._folds for run in fold.state.runs.values() for task in run.tasks)

    def open_runs(self) -> list[str]:
        """Return the runs in the logs that have not ended."""
        return [run_id for fold in self._folds for run_id, run in fold.state.runs.items() if not run.ended]

    def holds(self, partition: int, head: Head) -> bool:
        """Return whether a head seen before is still part of the log."""
        hashes = self._folds[partition].hashes
        return head.seq < len(hashes) and hashes[head.seq] == head.hash

    def incarnation(self, partition: int) -> int:
        """Return how many forks of a log were declared."""
        return self._folds[partition].incarnation

    def runs(self) -> set[str]:
        """Return every run in the logs."""
        return {run_id for fold in self._folds for run_id in fold.state.runs}


class _Fold:
    def __init__(self, number: int) -> None:
        self.number = number
        self.state = Partition()
        self.seq = 0
        self.hashes = [GENESIS]
        self.incarnation = 0
        self._ended: set[tuple[str, str, int]] = set()
        self._returns: Counter[tuple[str, str]] = Counter()

    @property
    def hash(self) -> str:
        """The hash of the last event."""
        return self.hashes[-1]

    def add(self, seq: int, data: bytes, stored_hash: str) -> e.AnyEvent:
        """Fold one more event and check it against all that came before."""
        assert seq == self.seq + 1, "the log has no gap"
        event = decode_event(data)
        if isinstance(event, e.LogForked):
            self.incarnation = event.incarnation
        self.hashes.append(extend_chain(self.number, self.incarnation, self.seq, self.hash, [data]))
        assert stored_hash in ("", self.hash), "the stored hash is that of the chain"
        assert event.cause, "every event says what caused it"
        self._before(event)
        evolve(self.state, event, seq)
        self.seq = seq
        self._after(event)
        return event

    def _before(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.TaskReady):
            run = self.state.runs[event.run_id]
            number = run.plan.number[event.task_id]
            upstream = [run.tasks[other].status for other in run.plan.upstream[number]]
            assert all(status is TaskStatus.SUCCEEDED for status in upstream), "ready only after its dependencies"
            assert event.attempt == run.tasks[number].attempt + 1, "attempts count up by one"
        if isinstance(event, _ENDS) and event.attempt:
            key = (event.run_id, event.task_id, event.attempt)
            assert key not in self._ended, "an attempt ends once"
            self._ended.add(key)
        if isinstance(event, e.TaskReturned):
            self._returns[event.run_id, event.task_id] += 1
        if isinstance(event, e.RunLate):
            run = self.state.runs[event.run_id]
            wanted = run.summary.created_at + run.plan.late_after_ms
            assert run.plan.late_after_ms, "a run is late only where its definition says so"
            assert not run.ended, "a run that has ended is not late"
            assert not run.summary.late_at, "a run becomes late once"
            assert event.due == wanted <= event.at, "a run is late when its time is over"
        if isinstance(event, e.RunFinished):
            assert self.state.runs[event.run_id].summary.status not in RUN_ENDED, "a run ends once"

    def _after(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.TaskEvent):
            run = self.state.runs[event.run_id]
            number = run.plan.number[event.task_id]
            task, spec = run.tasks[number], run.plan.tasks[number]
            spare = task.losses + self._returns[event.run_id, event.task_id]
            assert task.attempt <= spec.retries + 1 + spare, "attempts are bounded"
            assert task.losses <= MAX_LOSSES, "losses are bounded"
