"""Lists, timers and counts of a partition, held against what the log says: exact as long as nothing moves."""

from collections import Counter

from penstock.audit.history import History
from penstock.audit.verdict import Findings
from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.projection import SUMMARY_FIELD, decode_summary
from penstock.core.react import next_wake
from penstock.core.run import Run
from penstock.core.status import RunStatus, TaskStatus
from penstock.errors import NewerSchemaError, SchemaError
from penstock.store.oversight import AuditStore

PAGE = 1000
"""Entries of a list, or of the inbox, read at a time."""


async def compare_lists(store: AuditStore, partition: int, history: History, cursor: str, findings: Findings) -> None:
    """Compare in which lists each run stands, which timers are set, and how many tasks are in each status."""
    strangers: set[str] = set()
    groups: dict[str, list[Run]] = {"": [], **{dag_id: [] for dag_id in history.definitions}}
    for run in history.state.runs.values():
        groups[""].append(run)
        groups.setdefault(run.summary.dag_id, []).append(run)
    for dag_id, runs in groups.items():
        for status in (None, *RunStatus):
            expected = {run.summary.run_id for run in runs if status in (None, run.summary.status)}
            listed = await _listed(store, partition, dag_id, status)
            unknown = listed - history.state.runs.keys() if status in (None, RunStatus.REQUESTED) else set()
            _compare_list(dag_id, status, expected, listed - unknown, findings)
            strangers |= unknown
    if strangers:
        await _compare_strangers(store, partition, cursor, strangers, findings)
    await _compare_timers(store, partition, history, findings)
    await _compare_counts(store, partition, history, findings)


async def _listed(store: AuditStore, partition: int, dag_id: str, status: RunStatus | None) -> set[str]:
    run_ids: set[str] = set()
    after = ""
    while page := await store.listed_runs(partition, dag_id, status, after, PAGE):
        run_ids.update(page)
        after = page[-1]
    return run_ids


def _compare_list(
    dag_id: str, status: RunStatus | None, expected: set[str], found: set[str], findings: Findings
) -> None:
    where = f"the list of {status or 'all'} runs of {f'DAG {dag_id}' if dag_id else 'all DAGs'}"
    for run_id in sorted(expected - found):
        findings.add("a run is missing from a list", where, f"run {run_id}", "nothing")
    for run_id in sorted(found - expected):
        findings.add("a run stands in a list where it does not belong", where, "nothing", f"run {run_id}")


async def _compare_strangers(
    store: AuditStore, partition: int, cursor: str, strangers: set[str], findings: Findings
) -> None:
    """A run that is listed but not in the log has been requested a moment ago: its request is in the inbox."""
    requested = await _requested(store, partition, cursor)
    stored = await store.load_runs(partition, sorted(strangers - requested))
    for run_id in sorted(strangers - requested):
        fields = stored.get(run_id, {})
        seq = decode_summary(fields[SUMMARY_FIELD]).seq if SUMMARY_FIELD in fields else 0
        found = f"a run stored with event {seq}" if fields else "a run that is not stored"
        findings.add("a run is listed that was never accepted", f"run {run_id}", "its request in log or inbox", found)


async def _requested(store: AuditStore, partition: int, cursor: str) -> set[str]:
    run_ids: set[str] = set()
    while entries := await store.inbox(partition, cursor, PAGE, 0):
        cursor = entries[-1].id
        for entry in entries:
            try:
                fact = decode_event(entry.data)
            except NewerSchemaError:
                raise
            except SchemaError:
                continue  # it will be a dead letter
            if isinstance(fact, e.RunRequested):
                run_ids.add(fact.run_id)
    return run_ids


async def _compare_timers(store: AuditStore, partition: int, history: History, findings: Findings) -> None:
    timers = await store.timers(partition)
    for run_id, run in history.state.runs.items():
        possible = _possible_timers(run)
        found = timers.pop(run_id, None)
        if found not in possible:
            expected = " or ".join(_timer(wake) for wake in sorted(possible, key=str))
            findings.add("the timer of a run is wrong", f"run {run_id}", expected, _timer(found))
    for run_id, found in timers.items():
        findings.add("a timer has no reason", f"run {run_id}", _timer(None), _timer(found))


def _possible_timers(run: Run) -> set[int | None]:
    """Return the timers the run may have: while attempts lie on the queue there may be no room for more."""
    return {next_wake(run, 1), *([next_wake(run, 0)] if run.count(TaskStatus.READY) else [])}


def _timer(wake: int | None) -> str:
    return "no timer" if wake is None else f"a timer for {wake}"


async def _compare_counts(store: AuditStore, partition: int, history: History, findings: Findings) -> None:
    expected: Counter[str] = Counter()
    for run in history.state.runs.values():
        expected.update(run.summary.counts)
    found = await store.task_counts(partition)
    for status in sorted(expected.keys() | found.keys()):
        if expected[status] != found.get(status, 0):
            findings.add("a count of tasks is wrong", f"tasks {status}", expected[status], found.get(status, 0))
