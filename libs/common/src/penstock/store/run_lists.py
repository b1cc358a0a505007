"""Under which lists of runs to look: there is one for each status, and one of all."""

from penstock.core.status import RunStatus

Statuses = RunStatus | frozenset[RunStatus] | None
"""Which runs are meant: those in one status, in any of several, or all."""


def status_lists(status: Statuses) -> tuple[RunStatus | None, ...]:
    """Return the statuses to look under, None for the list of all runs, in the order in which a run goes through them.

    Who looks in this order misses no run that moves on meanwhile.
    """
    if status is None or isinstance(status, RunStatus):
        return (status,)
    return tuple(one for one in RunStatus if one in status) if len(status) < len(RunStatus) else (None,)
