"""How long a failed task waits before its next attempt."""

import hashlib

from penstock.core.dag import TaskSpec

MAX_DELAY_MS = 3_600_000
"""Doubling stops at an hour; only a first delay that is longer still stays as it is."""

JITTER = 0.1
"""The delay is spread by up to this share, so that a thousand tasks that fail together do not return together."""


def retry_delay(run_id: str, task: TaskSpec, failures: int) -> int:
    """Return the wait in ms after the given number of ``failures`` (1 or more).

    It doubles with each failure up to a cap. The jitter is a hash of run, task and failure, not chance: the same
    history gives the same delay.
    """
    doubled = task.retry_delay_seconds * 1000 * 2.0 ** min(failures - 1, 32)
    digest = hashlib.blake2b(f"{run_id}/{task.id}/{failures}".encode(), digest_size=8).digest()
    spread = int.from_bytes(digest, "big") / 2**64
    return round(min(doubled, max(MAX_DELAY_MS, task.retry_delay_seconds * 1000)) * (1 + JITTER * spread))
