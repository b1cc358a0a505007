"""What is wrong with a deployment, judged from how its partitions fare."""

from collections.abc import Callable, Sequence
from typing import Self

import msgspec

from penstock.settings import Settings
from penstock.store.views import Condition, PartitionHealth

LEAST_PATIENCE_MS = 10_000
PATIENCE_IN_LEASES = 2.5
"""Leases of a scheduler: one passes before it is replaced, and its successor has to catch up."""


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong, and what to do about it.

    What is ``momentary`` is so for a moment in a healthy deployment too: it is wrong where it lasts.
    """

    what: str
    advice: str
    momentary: bool = False


class Patience(msgspec.Struct, frozen=True):
    """How long something may take before it is called wrong (ms).

    ``waiting_ms`` is for facts, timers and attempts until somebody takes care of them, ``silent_ms`` for claims without
    a heartbeat.
    """

    waiting_ms: float
    silent_ms: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the leases of a deployment call for."""
        waiting_ms = PATIENCE_IN_LEASES * settings.scheduler_lease_seconds * 1000
        return cls(max(LEAST_PATIENCE_MS, waiting_ms), 2 * settings.worker_lease_seconds * 1000)


def findings(
    condition: Condition, schedulers: Sequence[str] | None, partitions: Sequence[PartitionHealth], patience: Patience
) -> list[Finding]:
    """Return everything that is wrong, the server first. ``schedulers`` is None where nobody knows who is alive."""
    advice = "change its configuration, then start it again"
    found = [Finding(f"the server: {fault}", advice) for fault in condition.faults]
    for one in condition.degraded:
        what = f"{one.server}: {one.message} (partition {', '.join(map(str, one.partitions)) or 'none'})"
        found.append(Finding(what, advice if one.readable else _AWAY))
    waiting = any(one.inbox or one.timers for one in partitions)
    if waiting and schedulers is not None and not schedulers:
        found.append(Finding("no scheduler is alive", "start one: `penstock scheduler`"))
    rules: tuple[tuple[Callable[[PartitionHealth], object], Finding], ...] = (
        (lambda one: one.appended != one.head.seq, _TORN),
        (lambda one: schedulers and not (one.head.owner and one.lease_ms), _UNOWNED),
        (lambda one: one.inbox_age_ms > patience.waiting_ms, _INBOX),
        (lambda one: one.timers and one.overdue_ms > patience.waiting_ms, _TIMERS),
        (lambda one: one.claim_idle_ms > patience.silent_ms, _CLAIMS),
        (lambda one: one.dead_letters, _DEAD),
    )
    for concerns, finding in rules:
        if concerned := [str(one.partition) for one in partitions if concerns(one)]:
            what = f"{finding.what} (partition {', '.join(concerned)})"
            found.append(msgspec.structs.replace(finding, what=what))
    # As long as some attempt is claimed, some worker lives, and the others wait for their turn.
    oldest_ms = max((one.ready_age_ms for one in partitions), default=0)
    if oldest_ms > patience.waiting_ms and not any(one.claims for one in partitions):
        ready = sum(one.ready for one in partitions)
        what = f"{ready} attempts are ready, for up to {oldest_ms / 1000:.0f} s, and no worker has claimed any"
        found.append(Finding(what, "start a worker (`penstock worker`), or see the log of the one that runs", True))
    return found


_AWAY = "start it again, unless it is loading its data, or have a replica take its place"
_TORN = Finding(
    "the log does not end where its head says, so nothing can be committed",
    "run `penstock verify`, then restore the server's data from a copy that is whole",
)
_UNOWNED = Finding("schedulers are alive and none serves it", "see their logs", momentary=True)
_INBOX = Finding(
    "facts wait and nobody reads them", "start a scheduler, or see the log of the one that owns the partition"
)
_TIMERS = Finding("timers are overdue", "start a scheduler, or see the log of the one that owns the partition")
_CLAIMS = Finding(
    "claims are held without a heartbeat and nobody declares them lost",
    "start a scheduler, or see the log of the one that owns the partition",
)
_DEAD = Finding(
    "facts could not be read and were put aside",
    "see which process wrote them: the streams named dead hold them with the reasons",
)
