"""The verdict: the logs, the journal and the traces, held against each other."""

from collections import Counter
from pathlib import Path

import msgspec

from chaos.effects import check_effects, read_traces
from chaos.history import read_history
from chaos.journal import Journal
from chaos.lives import LOST
from chaos.load import Load
from chaos.promises import check_promises
from penstock.store.base import Store


class Findings(msgspec.Struct):
    """What the checker has counted."""

    runs: dict[str, int]
    rejected: dict[str, int]
    events: int
    takeovers: int
    tasks: int
    attempts: int
    executions: int
    losses: int
    duplicates: int
    lost_runs: int


async def check(store: Store, journal: Journal, load: Load, trace: Path, violations: list[str]) -> Findings:
    """Check the invariants; what does not hold is added to ``violations``."""
    partitions = await read_history(store, violations.append)
    runs = {run_id: run for lives in partitions for run_id, run in lives.runs.items()}
    for run_id, run in runs.items():
        if len(run.fates) != 1:
            violations.append(f"run {run_id} has {len(run.fates)} ends")
    rejected = [fact for lives in partitions for fact in lives.rejected]
    lost_runs = check_promises(journal, load, partitions, violations.append)
    traces = read_traces(trace, violations.append)
    duplicates = check_effects(runs, traces, violations.append)
    heads = [await store.head(partition) for partition in range(store.partitions)]
    attempts = [attempt for run in runs.values() for task in run.tasks.values() for attempt in task.attempts]
    return Findings(
        runs=dict(Counter(fate for run in runs.values() for fate in run.fates)),
        rejected=dict(Counter(f"{fact.fact}: {fact.reason}" for fact in rejected).most_common()),
        events=sum(head.seq for head in heads),
        takeovers=sum(head.term for head in heads),
        tasks=sum(len(run.tasks) for run in runs.values()),
        attempts=len(attempts),
        executions=sum(len(executions) for by_attempt in traces.values() for executions in by_attempt.values()),
        losses=sum(attempt.ends == [LOST] for attempt in attempts),
        duplicates=duplicates,
        lost_runs=lost_runs,
    )
