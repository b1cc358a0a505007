"""The hash chain over the log of a partition: whoever holds one hash can check everything before it.

Each link covers the position (partition, incarnation, sequence) and the exact stored bytes, so an event can be neither
altered, dropped, reordered nor moved to another partition unseen. The leading byte separates these hashes from any
other use of SHA-256.
"""

import hashlib
from collections.abc import Iterable

GENESIS = "0" * 64
"""The hash of an empty log."""


def extend_chain(partition: int, incarnation: int, seq: int, previous: str, events: Iterable[bytes]) -> str:
    """Return the hash (64 hex digits) after ``events`` follow the event numbered ``seq`` whose hash is ``previous``."""
    link = bytes.fromhex(previous)
    place = b"\x01" + partition.to_bytes(4, "big") + incarnation.to_bytes(8, "big")
    for number, event in enumerate(events, seq + 1):
        link = hashlib.sha256(place + number.to_bytes(8, "big") + link + event).digest()
    return link.hex()
