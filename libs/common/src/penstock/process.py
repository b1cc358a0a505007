"""What a process is to others: its name in leases, claims and events, and what its exit code says."""

import os
import secrets
import socket

STEPPED_ASIDE = 3
"""The exit code of a process that met what only a newer Penstock understands: start that one in its place."""


def process_name(role: str) -> str:
    """Return a name that no other process has, not even this one's successor under the same pid."""
    return owner_prefix(role, os.getpid()) + secrets.token_hex(3)


def owner_prefix(role: str, pid: int) -> str:
    """Return how the name begins that :func:`process_name` gives to the process of this machine with that pid."""
    return f"{role}-{socket.gethostname().split('.')[0]}-{pid}-"
