"""How often this process reads what takes long: with a thousand partitions, figures and samples do."""

SHARE = 0.05
"""Of its time that a process may spend on one kind of reading."""

LONGEST_PAUSE = 30.0
"""Seconds: a read that was slow because the store had stalled must not keep the next away for minutes."""


def pause_after(spent: float) -> float:
    """Return how long (seconds) to leave be what took so long (seconds) to read."""
    return min(spent / SHARE, LONGEST_PAUSE)
