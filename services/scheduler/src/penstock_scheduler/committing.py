"""A commit applied exactly once, whatever becomes of its answers."""

import structlog

from penstock.backoff import Backoff
from penstock.errors import PenstockError, StoreUnavailableError
from penstock.store import records as r
from penstock.store.base import SchedulerStore

_log = structlog.get_logger()


class LostPartitionError(PenstockError):
    """Another scheduler owns the partition, or the log is not what this one remembers: its memory is void."""


class DivergedError(LostPartitionError):
    """The log or the inbox has gone another way than this scheduler remembers, under its own term."""


async def commit_once(store: SchedulerStore, commit: r.Commit, owner: str) -> r.Committed:
    """Apply a commit, waiting until the store answers.

    When an answer is lost, the head says whether the commit was applied: the chain's hash is that of no other history.

    Raises:
        LostPartitionError: it is not applied and never will be.
    """
    backoff = Backoff()
    while True:
        try:
            answer = await store.commit(commit)
            if isinstance(answer, r.Committed):
                return answer
            head = answer.head
        except StoreUnavailableError as error:
            _log.warning("outcome of a commit unknown", seq=commit.seq, error=str(error))
            await backoff.wait()
            head = await head_of(store, commit.partition)
        if head.term != commit.term:
            raise LostPartitionError("another scheduler has taken it over")
        if _applied(commit, head):
            return await still_owner(store, commit.partition, owner, commit.term, commit.lease_ms)
        # The cursor too: the store compares it, so a commit that builds upon another one is refused for ever.
        if (head.seq, head.hash, head.cursor) != (commit.seq, commit.hash, commit.after):
            raise DivergedError("the log or the inbox has gone another way")


async def still_owner(store: SchedulerStore, partition: int, owner: str, term: int, lease_ms: int) -> r.Committed:
    """Extend the lease, waiting until the store answers.

    Raises:
        LostPartitionError: another scheduler rules.
    """
    backoff = Backoff()
    while True:
        try:
            answer = await store.renew(partition, owner, term, lease_ms)
        except StoreUnavailableError as error:
            _log.warning("cannot renew the lease", error=str(error))
            await backoff.wait()
            continue
        if answer is None:
            raise LostPartitionError("another scheduler has taken it over")
        return answer


async def head_of(store: SchedulerStore, partition: int) -> r.Head:
    """Return the head of a partition, waiting until the store answers."""
    backoff = Backoff()
    while True:
        try:
            return await store.head(partition)
        except StoreUnavailableError:
            await backoff.wait()


def _applied(commit: r.Commit, head: r.Head) -> bool:
    if commit.events:
        return (head.seq, head.hash) == (commit.seq + len(commit.events), commit.new_hash)
    return (head.seq, head.hash, head.cursor) == (commit.seq, commit.hash, commit.cursor)
