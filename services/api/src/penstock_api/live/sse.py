"""How messages are written in a stream of server-sent events."""

from collections.abc import Mapping

from penstock_api.live.positions import write_positions

HEARTBEAT_SECONDS = 15.0
"""How often a stream without events shows that it is alive."""

RECONNECT_MS = 1000


def opening(positions: Mapping[int, int]) -> bytes:
    """Return how a stream begins: with its position, so that a client that is cut off at once can go on too."""
    return b"retry: %d\n: penstock\n%b" % (RECONNECT_MS, position_frame(positions))


def frame(kind: bytes, data: bytes, position: str = "") -> bytes:
    """Return a message; without a position it leaves the client's where it is."""
    return b"%bevent: %b\ndata: %b\n\n" % (f"id: {position}\n".encode() if position else b"", kind, data)


def position_frame(positions: Mapping[int, int]) -> bytes:
    """Move a client's position on, past what it does not watch: an event without data is not shown to anybody."""
    return b"id: %b\n\n" % write_positions(positions).encode()
