"""The audit of one partition: read the log, compare what is stored, and do not mistake movement for damage."""

import asyncio

from penstock.audit.definitions import compare_definitions
from penstock.audit.history import History
from penstock.audit.lists import compare_lists
from penstock.audit.runs import compare_runs
from penstock.audit.verdict import MOST_PROBLEMS, Findings, Verdict
from penstock.store import records as r
from penstock.store.oversight import AuditStore

ROUNDS = 5
"""How often a partition that moves is looked at again in the hope that it stands still meanwhile."""

PAUSE_SECONDS = 0.2


class Auditor:
    """The audit of one partition, which may be made again and again; it remembers what it has read of the log."""

    def __init__(self, store: AuditStore, partition: int) -> None:
        self._store = store
        self._partition = partition
        self._history = History(partition)

    async def verify(self) -> Verdict:
        """Return what is wrong with the partition; of the log, only what is new since the last time is read.

        What seems to be wrong after that is looked at once more from the beginning of the log: a server that has lost
        some of it may have replaced what was read.

        Raises:
            NewerSchemaError: the log was continued by a newer Penstock: audit with that one.
            StoreUnavailableError: the store does not answer.
        """
        known = self._history.seq
        verdict = await _audit(self._store, self._partition, self._history)
        if known and not verdict.clean:
            self._history = History(self._partition)
            verdict = await _audit(self._store, self._partition, self._history)
        return verdict


async def verify_partition(store: AuditStore, partition: int) -> Verdict:
    """Return what is wrong with a partition: with its log, and with what is stored beside it.

    The log is read up to its head first and everything else after it, so whatever is *older* than the log says is wrong
    even in a partition that moves. The rest is believed only when the head stayed the same throughout.

    Raises:
        NewerSchemaError: the log was continued by a newer Penstock: audit with that one.
        StoreUnavailableError: the store does not answer.
    """
    return await Auditor(store, partition).verify()


async def _audit(store: AuditStore, partition: int, history: History) -> Verdict:
    for last in (False,) * (ROUNDS - 1) + (True,):
        head = await store.head(partition)
        await history.read(store, head)
        firm, moving = Findings(), Findings()
        await compare_runs(store, partition, history, firm, moving)
        await compare_definitions(store, partition, history, firm, moving)
        await compare_lists(store, partition, history, head.cursor, moving)
        still = _position(await store.head(partition)) == _position(head)
        if still or last:
            break
        await asyncio.sleep(PAUSE_SECONDS)
    return _verdict(partition, history, still, [history.findings, firm, *([moving] if still else [])])


def _position(head: r.Head) -> tuple[int, str, str]:
    return head.seq, head.hash, head.cursor


def _verdict(partition: int, history: History, still: bool, found: list[Findings]) -> Verdict:
    problems = [problem for findings in found for problem in findings.problems]
    return Verdict(
        partition=partition,
        events=history.seq,
        runs=len(history.state.runs),
        dags=len(history.definitions),
        still=still,
        problems=problems[:MOST_PROBLEMS],
        untold=sum(findings.untold for findings in found) + len(problems[MOST_PROBLEMS:]),
    )
