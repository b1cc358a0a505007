"""What a process calls itself where others see it: in leases, claims and events."""

import os
import secrets
import socket


def process_name(role: str) -> str:
    """Return a name that no other process has, not even this one's successor under the same pid."""
    return f"{role}-{socket.gethostname().split('.')[0]}-{os.getpid()}-{secrets.token_hex(3)}"
