"""From what the store tells of a deployment to what the API shows of it."""

from collections.abc import Sequence

from penstock.core.status import RunStatus, TaskStatus
from penstock.store import records as r
from penstock.store import views as v
from penstock.times import rfc3339
from penstock_api.schemas import DeadLetterEntry, ExecutingAttempt, Figures, Sample, Scheduler, Worker

MOST_CHARACTERS = 10_000
"""Of a dead letter that are shown: a page of them must not be as large as everything that was refused."""


def figures_view(now_ms: int, counted: v.Figures, schedulers: int, workers: int, sample: Sample | None) -> Figures:
    """Return the figures; a status that nothing is in counts 0."""
    return Figures(
        at=rfc3339(now_ms),
        runs_by_status={status: counted.runs.get(status, 0) for status in RunStatus},
        tasks_by_status={status: counted.tasks.get(status, 0) for status in TaskStatus},
        queue_depth=counted.queue_depth,
        tasks_claimed=counted.pending,
        inbox_lag=counted.inbox_lag,
        dead_letters=counted.dead_letters,
        events_total=counted.events,
        schedulers=schedulers,
        workers=workers,
        sample=sample,
    )


def worker_view(worker: r.WorkerPresence) -> Worker:
    """Return a worker as it told of itself, its durations turned into times by the store's clock."""
    return Worker(
        name=worker.name,
        host=worker.host,
        pid=worker.pid,
        version=worker.version,
        queues=worker.queues,
        slots=worker.slots,
        busy=worker.busy,
        succeeded=worker.succeeded,
        failed=worker.failed,
        started_at=rfc3339(worker.seen_at - worker.up_ms),
        seen_at=rfc3339(worker.seen_at),
        draining=worker.draining,
        executing=[
            ExecutingAttempt(one.run_id, one.task_id, one.attempt, rfc3339(worker.seen_at - one.for_ms))
            for one in worker.executing
        ],
    )


def scheduler_views(alive: Sequence[str], health: Sequence[v.PartitionHealth]) -> list[Scheduler]:
    """Return the schedulers that are alive, or hold a lease that lasts, by name."""
    owned: dict[str, list[v.PartitionHealth]] = {name: [] for name in alive}
    for one in health:
        if one.head.owner and (one.lease_ms or one.head.owner in owned):
            owned.setdefault(one.head.owner, []).append(one)
    return [
        Scheduler(
            name=name,
            partitions=[one.partition for one in parts],
            inbox_lag=sum(one.inbox for one in parts),
            seq=sum(one.head.seq for one in parts),
            lease_seconds=min((one.lease_ms for one in parts), default=0) / 1000,
        )
        for name, parts in sorted(owned.items())
    ]


def dead_letter_view(partition: int, kept: v.KeptLetter) -> DeadLetterEntry:
    """Return a dead letter as listed."""
    text = kept.letter.data.decode(errors="backslashreplace")
    return DeadLetterEntry(
        partition=partition,
        id=kept.letter.id,
        at=rfc3339(int(kept.place.partition("-")[0])),
        reason=kept.letter.reason,
        data=text[:MOST_CHARACTERS],
        size=len(text),
    )
