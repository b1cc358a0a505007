"""How messages are written in a stream of server-sent events."""

from collections.abc import Mapping

from penstock_api.live.positions import write_positions

HEARTBEAT_SECONDS = 15.0
"""How often a stream without events shows that it is alive."""

RECONNECT_MS = 1000


def opening(positions: Mapping[int, int]) -> bytes:
    """Return how a stream begins: with its position, so that a client that is cut off at once can go on too."""
    return b"retry: %d\n%b" % (RECONNECT_MS, beat(positions))


def frame(kind: bytes, data: bytes, position: str = "") -> bytes:
    """Return a message; without a position it leaves the client's where it is."""
    return b"%bevent: %b\ndata: %b\n\n" % (f"id: {position}\n".encode() if position else b"", kind, data)


def beat(positions: Mapping[int, int]) -> bytes:
    """Return a message that says that the stream is alive, and where: past what the client does not watch.

    Its data is there, or a browser would not tell its page of it, and empty, so that nobody takes it for an event.
    """
    return frame(b"Beat", b"", write_positions(positions))
