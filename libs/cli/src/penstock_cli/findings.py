"""What is wrong with a deployment, judged from how its partitions fare."""

from collections.abc import Sequence

import msgspec

from penstock.store.records import PartitionHealth

PATIENCE_MS = 10_000
"""A fact or a timer that waits longer is not being served: a lease is 4 s."""


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong, and what to do about it."""

    what: str
    advice: str


def findings(
    faults: Sequence[str], schedulers: Sequence[str], partitions: Sequence[PartitionHealth], *, worker_lease_ms: int
) -> list[Finding]:
    """Return everything that is wrong, the server first."""
    found = [Finding(f"the server: {fault}", "change its configuration, then start it again") for fault in faults]
    waiting = any(one.inbox or one.timers for one in partitions)
    if waiting and not schedulers:
        found.append(Finding("no scheduler is alive", "start one: `penstock scheduler`"))
    rules = (
        ([one for one in partitions if one.inbox_age_ms > PATIENCE_MS], *_INBOX),
        ([one for one in partitions if one.overdue_ms > PATIENCE_MS and one.timers], *_TIMERS),
        ([one for one in partitions if one.claim_idle_ms > 2 * worker_lease_ms], *_CLAIMS),
        ([one for one in partitions if one.dead_letters], *_DEAD),
    )
    for concerned, what, advice in rules:
        if concerned:
            numbers = ", ".join(str(one.partition) for one in concerned)
            found.append(Finding(f"{what} (partition {numbers})", advice))
    ready = sum(one.ready for one in partitions)
    if ready and not any(one.claims for one in partitions):
        what = f"{ready} attempts are ready and no worker has claimed any"
        found.append(Finding(what, "start a worker (`penstock worker`), or see the log of the one that runs"))
    return found


_INBOX = ("facts wait and nobody reads them", "start a scheduler, or see the log of the one that owns the partition")
_TIMERS = ("timers are overdue", "start a scheduler, or see the log of the one that owns the partition")
_CLAIMS = (
    "claims are held without a heartbeat and nobody declares them lost",
    "start a scheduler, or see the log of the one that owns the partition",
)
_DEAD = (
    "facts could not be read and were put aside",
    "see which process wrote them: the streams named dead hold them with the reasons",
)
