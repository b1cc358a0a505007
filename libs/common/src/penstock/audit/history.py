"""The log of a partition, read from its beginning: checked link by link, and folded to the state it says."""

import re

from penstock.audit.verdict import Findings
from penstock.core import events as e
from penstock.core.chain import GENESIS, extend_chain
from penstock.core.codec import decode_event
from penstock.core.dag import DagSpec, dag_version
from penstock.core.partition import Partition, evolve
from penstock.core.run import IllegalStepError
from penstock.errors import NewerSchemaError, SchemaError
from penstock.store import records as r
from penstock.store import views as v
from penstock.store.oversight import AuditStore

PAGE = 1000
"""Events read at a time."""

_CAUSE = re.compile(r"log:([1-9][0-9]*)|inbox:([0-9]+)-([0-9]+)|(failover)", re.ASCII)


class Definition:
    """A version as the log has it: what was registered, and how it is to be listed."""

    def __init__(self, event: e.DagRegistered, seq: int) -> None:
        self.spec: DagSpec = event.definition
        self.summary = v.summarise_dag(event.definition, event.version, event.at, seq)


class History:
    """What the log says up to ``seq``. It stays in memory whole: a few KB per run."""

    def __init__(self, partition: int) -> None:
        self.state = Partition()
        self.findings = Findings()
        self.seq = 0
        self.run_events: dict[str, list[int]] = {}
        self.definitions: dict[str, dict[str, Definition]] = {}
        self._partition = partition
        self._incarnation = 0
        self._hash = GENESIS
        self._linked = 0
        self._fact = (0, 0)

    async def read(self, store: AuditStore, head: r.Head) -> None:
        """Read on up to ``head``; what has been committed since then is left for the next time.

        Raises:
            NewerSchemaError: the log was continued by a newer Penstock.
        """
        while self.seq < head.seq:
            entries = await store.log(self._partition, self.seq, PAGE)
            page = [entry for entry in entries if entry.seq <= head.seq]
            if not page:
                break
            for entry in page:
                self._take(entry)
        self._compare(head)

    def _take(self, entry: r.LogEntry) -> None:
        if entry.seq != self.seq + 1:
            self.findings.add("events are missing from the log", f"before event {entry.seq}", self.seq + 1, entry.seq)
        self.seq = entry.seq
        event = self._decode(entry)
        if isinstance(event, e.LogForked):
            self._fork(event)
        self._link(entry)
        if event is not None:
            self._check_cause(event)
            self._fold(event)

    def _decode(self, entry: r.LogEntry) -> e.AnyEvent | None:
        try:
            return decode_event(entry.data)
        except NewerSchemaError:
            raise
        except SchemaError as error:
            self.findings.add("an event cannot be read", f"event {entry.seq}", "an event", error)
            return None

    def _fork(self, event: e.LogForked) -> None:
        if event.incarnation <= self._incarnation or event.kept_seq != self.seq - 1:
            expected = f"a branch after {self._incarnation} that keeps {self.seq - 1} events"
            found = f"branch {event.incarnation} that keeps {event.kept_seq}"
            self.findings.add("a declared fork does not fit", f"event {self.seq}", expected, found)
        self._incarnation = event.incarnation

    def _link(self, entry: r.LogEntry) -> None:
        """Extend the hash chain; where a commit ends, it must be the stored one, from which it goes on."""
        self._hash = extend_chain(self._partition, self._incarnation, entry.seq - 1, self._hash, [entry.data])
        if entry.hash:
            if entry.hash != self._hash:
                where = f"events {self._linked + 1} to {entry.seq}"
                self.findings.add("the hash chain does not verify", where, entry.hash, self._hash)
            self._hash = entry.hash
            self._linked = entry.seq

    def _check_cause(self, event: e.AnyEvent) -> None:
        """A cause is an earlier event or an inbox entry; facts are accepted once, in the order of the inbox."""
        match = _CAUSE.fullmatch(event.cause)
        expected = "an earlier event or an inbox entry"
        if match is None or (match[1] and int(match[1]) >= self.seq):
            self.findings.add("an event has no cause", f"event {self.seq}", expected, repr(event.cause))
        elif match[2]:
            fact = (int(match[2]), int(match[3]))
            if fact <= self._fact:
                expected = f"an entry after {self._fact[0]}-{self._fact[1]}"
                self.findings.add("a fact was accepted out of turn", f"event {self.seq}", expected, event.cause)
            self._fact = fact

    def _fold(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.DagRegistered) and not self._register(event):
            return
        try:
            evolve(self.state, event, self.seq)
        except (IllegalStepError, KeyError) as error:  # a forged definition may name a task that it lacks
            self.findings.add("an event contradicts those before it", f"event {self.seq}", "a possible event", error)
        if isinstance(event, e.RunEvent) and event.run_id in self.state.runs:
            self.run_events.setdefault(event.run_id, []).append(self.seq)

    def _register(self, event: e.DagRegistered) -> bool:
        version = dag_version(event.definition)
        if version != event.version or event.definition.id != event.dag_id:
            expected, found = f"{event.version} of {event.dag_id}", f"{version} of {event.definition.id}"
            self.findings.add("a definition is not the version it claims to be", f"event {self.seq}", expected, found)
            return False
        self.definitions.setdefault(event.dag_id, {})[event.version] = Definition(event, self.seq)
        return True

    def _compare(self, head: r.Head) -> None:
        place = (self.seq, self._hash, self._incarnation)
        if place != (head.seq, head.hash, head.incarnation):
            self.findings.add(
                "the log does not end where its head says",
                "head",
                f"event {head.seq} with hash {head.hash} in incarnation {head.incarnation}",
                f"event {place[0]} with hash {place[1]} in incarnation {place[2]}",
            )
        if self._fact > _place(head.cursor):
            found = f"{self._fact[0]}-{self._fact[1]}"
            self.findings.add("a fact was accepted from beyond the cursor", "head", f"at most {head.cursor}", found)


def _place(entry_id: str) -> tuple[int, int]:
    stamp, _, number = entry_id.partition("-")
    return int(stamp), int(number)
