"""Run ids, and the partition that a run or a DAG lives in.

A run id is a ULID (48 bits of time, 80 bits of chance, 26 characters of Crockford's base 32) in lower case, a
dash and the partition in decimal: ``01jqz6x3v0c8f4m2t9s7k5hn1b-3``. It sorts by creation time as text and says
where the run is, so that no lookup is needed. Time and chance are arguments: nothing here reads a clock.
"""

import hashlib
import re

from penstock.errors import NotFoundError

ENTROPY_BYTES = 10
"""How many random bytes a run id takes."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ULID_LENGTH = 26
_MAX_TIME_MS = 2**48 - 1
# Exactly the ids that new_run_id writes: one run has one spelling. 128 bits leave the first digit at most 7.
_RUN_ID = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}-(0|[1-9][0-9]{0,4})", re.ASCII)


def new_run_id(partition: int, now_ms: int, entropy: bytes) -> str:
    """Return the id of a run created at ``now_ms`` (milliseconds since 1970) in ``partition``.

    Args:
        partition: 0 to 99,999.
        now_ms: fits 48 bits, which is the case until the year 10889.
        entropy: ``ENTROPY_BYTES`` random bytes, which keep ids of the same millisecond apart.

    Raises:
        ValueError: an argument is out of its range.
    """
    if not 0 <= partition <= 99_999:
        raise ValueError(f"partition out of range: {partition}")
    if not 0 <= now_ms <= _MAX_TIME_MS:
        raise ValueError(f"time out of range: {now_ms}")
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a run id takes {ENTROPY_BYTES} random bytes, not {len(entropy)}")
    number = now_ms << (8 * ENTROPY_BYTES) | int.from_bytes(entropy, "big")
    digits = (_ALPHABET[number >> shift & 31] for shift in range(5 * (_ULID_LENGTH - 1), -1, -5))
    return f"{''.join(digits)}-{partition}"


def time_prefix(now_ms: int) -> str:
    """Return what the ids of runs created at ``now_ms`` (0 to 48 bits) begin with: no earlier run's id is above it.

    It is the time alone, which fills the first ten digits of an id exactly.
    """
    return "".join(_ALPHABET[now_ms >> shift & 31] for shift in range(45, -1, -5))


def partition_of_run(run_id: str) -> int:
    """Return the partition a run id names; whether the deployment has that partition is not checked here.

    Raises:
        NotFoundError: the text is no run id, so there is no such run.
    """
    match = _RUN_ID.fullmatch(run_id)
    if match is None:
        raise NotFoundError(f"no such run: {run_id[:40]!r}")
    return int(match[1])


def home_of_run(run_id: str, partitions: int) -> int | None:
    """Return the partition of a run; None where a deployment of so many can have no run of that id."""
    match = _RUN_ID.fullmatch(run_id)
    partition = int(match[1]) if match else partitions
    return partition if partition < partitions else None


def partition_of_dag(dag_id: str, partitions: int) -> int:
    """Return the partition of a DAG and all its runs, the same on every machine and in every process."""
    digest = hashlib.blake2b(dag_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % partitions


def created_at(run_id: str) -> int:
    """Return when (ms) the run id says it was made.

    Raises:
        NotFoundError: the text is no run id.
    """
    partition_of_run(run_id)
    number = 0
    for digit in run_id[:_ULID_LENGTH]:
        number = number << 5 | _ALPHABET.index(digit)
    return number >> (8 * ENTROPY_BYTES)
