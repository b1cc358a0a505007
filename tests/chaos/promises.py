"""Holds the log to what the client was promised: every 2xx, once each."""

from collections.abc import Callable, Mapping, Sequence

from chaos.journal import Journal
from chaos.lives import Lives, RunLife
from chaos.load import Load

_Blame = Callable[[str], None]


def check_promises(journal: Journal, load: Load, partitions: Sequence[Lives], blame: _Blame) -> int:
    """Return how many runs were lost, which are those promised and not in the log."""
    runs = {run_id: run for lives in partitions for run_id, run in lives.runs.items()}
    known = _check_keys(journal, {order.key for order in load.orders}, blame)
    lost = known - runs.keys()
    for run_id in sorted(lost):
        blame(f"run {run_id} was promised and is not in the log")
    for run_id in sorted(runs.keys() - known):
        blame(f"run {run_id} is in the log and answers no order")
    _check_cancellations(journal, runs, partitions, blame)
    versions = {version: spec.id for lives in partitions for version, spec in lives.versions.items()}
    for promise in journal.read("dag"):
        if versions.get(promise.answered) != promise.asked:
            blame(f"version {promise.answered} of {promise.asked} was promised and is not in the log")
    if load.refused["id"] in versions.values():
        blame("a definition that was refused is in the log")
    return len(lost)


def _check_keys(journal: Journal, keys: set[str], blame: _Blame) -> set[str]:
    """Return the runs that were promised."""
    promised: dict[str, set[str]] = {key: set() for key in keys}
    for promise in journal.read("run"):
        promised[promise.asked].add(promise.answered)
    for key, answers in promised.items():
        if len(answers) != 1:
            blame(f"the key {key} was answered with {len(answers)} runs: {sorted(answers)}")
    return {run_id for answers in promised.values() for run_id in answers}


def _check_cancellations(
    journal: Journal, runs: Mapping[str, RunLife], partitions: Sequence[Lives], blame: _Blame
) -> None:
    """What was promised is in the log: done, or refused because the run had ended meanwhile."""
    told = {fact.run_id for lives in partitions for fact in lives.rejected if fact.fact == "RunCancelled"}
    told |= {run_id for run_id, run in runs.items() if run.cancelled}
    for promise in journal.read("cancel"):
        if promise.asked not in told:
            blame(f"the end of run {promise.asked} was promised and is not in the log")
