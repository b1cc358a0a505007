"""What a worker does with attempts."""

from collections.abc import Sequence
from itertools import islice

import msgspec

from penstock.core import events as e
from penstock.core.projection import SUMMARY_FIELD, decode_summary, task_field
from penstock.core.react import DEFAULT_QUEUE, SUSPECT_QUEUE
from penstock.core.run import TaskState
from penstock.core.status import RunStatus
from penstock.store import records as r
from penstock.store.memory.state import BELL_MS, Claim, PartitionState, State

_decode_task = msgspec.json.Decoder(TaskState).decode


class Working:
    """See :class:`penstock.store.base.WorkerStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[r.QueueEntry]:
        """Claim ready attempts, suspects first; each is thereby reported as started."""
        state = self._state.partitions[partition]
        now = self._state.clock()
        claims: list[r.QueueEntry] = []
        for name, most in ((SUSPECT_QUEUE, min(suspects, limit)), (DEFAULT_QUEUE, limit)):
            queue = state.queues[name]
            for entry in list(islice(queue.ready.values(), max(0, most - len(claims)))):
                queue.claims[entry.id] = Claim(queue.ready.pop(entry.id), worker, now)
                claims.append(entry)
        for entry in claims:
            state.send(e.TaskStarted(run_id=entry.run_id, task_id=entry.task_id, attempt=entry.attempt, worker=worker))
        if len(claims) < limit:
            state.idle[worker] = now
            # A worker that lives comes back every second; one that did not for a minute is dead.
            state.idle = {name: seen for name, seen in state.idle.items() if seen > now - BELL_MS}
        return claims

    async def claimed(self, partition: int, worker: str) -> list[r.QueueEntry]:
        """Return what this worker has claimed and not yet reported; to ask keeps it alive."""
        state = self._state.partitions[partition]
        mine = [claim for queue in state.queues.values() for claim in queue.claims.values() if claim.worker == worker]
        for claim in mine:
            claim.kept_at = self._state.clock()
        return [claim.entry for claim in mine]

    async def withdraw(self, partitions: Sequence[int], worker: str) -> None:
        """Stop being rung for work; a bell that has rung meanwhile is passed on."""
        for number in partitions:
            state = self._state.partitions[number]
            state.idle.pop(worker, None)
            told = state.told(worker)
            stops = [bell for bell in told if bell.run_id]
            if len(stops) < len(told):
                told[:] = stops
                state.ring(1)

    async def wait(self, worker: str, timeout_ms: int) -> list[r.Bell]:
        """Return what the worker is told, waiting at most ``timeout_ms``."""

        def look() -> list[r.Bell]:
            for partition in self._state.partitions:
                if told := partition.told(worker):
                    return [told.pop(0)]
            return []

        return await self._state.ringing.first(look, timeout_ms)

    async def heartbeat(self, worker: str, claims: Sequence[r.QueueEntry]) -> list[r.Beat]:
        """Keep the claims; return for each what has become of it."""
        return [self._beat(worker, claim) for claim in claims]

    def _beat(self, worker: str, entry: r.QueueEntry) -> r.Beat:
        state = self._state.partitions[entry.partition]
        claim = state.queues[entry.queue].claims.get(entry.id)
        if claim is None or not _holds(claim, worker, entry):
            return r.Beat.GONE
        claim.kept_at = self._state.clock()
        run = state.runs.get(entry.run_id)
        cancelling = run is not None and decode_summary(run.fields[SUMMARY_FIELD]).status is RunStatus.CANCELLING
        return r.Beat.CANCEL if cancelling else r.Beat.OK

    async def report(self, reports: Sequence[tuple[r.QueueEntry, e.Report]]) -> list[r.Answer]:
        """End claimed attempts with what is reported of them."""
        return [_report(self._state.partitions[claim.partition], claim, fact) for claim, fact in reports]

    async def append_output(self, claim: r.QueueEntry, first: int, lines: Sequence[tuple[int, str, str]]) -> None:
        """Add lines to the output of an attempt, except those that are there."""
        output = self._state.partitions[claim.partition].output
        printed = output.setdefault((claim.run_id, claim.task_id, claim.attempt), {})
        there = max(printed, default=0)
        printed.update((number, line) for number, line in enumerate(lines, first) if number > there)


def _holds(claim: Claim, worker: str, entry: r.QueueEntry) -> bool:
    """Tell whether a claim is the worker's and of this very attempt: after a lossy failover ids come again."""
    return (claim.worker, claim.entry) == (worker, entry)


def _report(state: PartitionState, claim: r.QueueEntry, fact: e.Report) -> r.Answer:
    claims = state.queues[claim.queue].claims
    held = claims.get(claim.id)
    if held is not None and _holds(held, fact.worker, claim):
        del claims[claim.id]
        state.send(fact)
        return r.Answer.ACCEPTED
    run = state.runs.get(claim.run_id)
    task = None if run is None else run.fields.get(task_field(claim.task))
    if task is None:
        return r.Answer.UNKNOWN
    if not _superseded(_decode_task(task), claim.attempt):
        return r.Answer.DUPLICATE
    state.send(fact)
    return r.Answer.SUPERSEDED


def _superseded(task: TaskState, attempt: int) -> bool:
    lost = task.reason == "lost" or (task.error is not None and task.error.kind == "lost")
    return task.attempt > attempt or (task.attempt == attempt and lost)
