"""What the worker and a warm child process say to each other: one call, one reply, as length-prefixed JSON.

JSON, because the return value is JSON anyway and travels inside a reply as it is.
"""

import struct
from typing import Any, BinaryIO, TypeVar

import msgspec

from penstock.core.events import TaskError

OUTPUT_LIMIT_BYTES = 64 * 1024
"""The largest return value that becomes a task's output."""

_LENGTH = struct.Struct("!I")
_REPLY_LIMIT_BYTES = 1024 * 1024
"""Above any reply the child can write: what is longer was written by somebody else."""

_T = TypeVar("_T")


class Call(msgspec.Struct, frozen=True):
    """One attempt: what to call, with what, and the variables that are set meanwhile."""

    callable: str
    metadata: dict[str, Any]
    env: dict[str, str]


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the call ended: ``error``, or success with the return value (empty where it was None).

    ``reusable`` is False where the call left something behind that a later one would notice.
    """

    output: msgspec.Raw = msgspec.Raw()  # not Raw | None: msgspec decodes Raw by itself only
    error: TaskError | None = None
    reusable: bool = True


_encoder = msgspec.json.Encoder()


def frame(message: msgspec.Struct) -> bytes:
    """Return the message as it travels."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


def read(source: BinaryIO, kind: type[_T]) -> _T | None:
    """Block until a whole message is there and return it; None at the end of the stream."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = source.read(length)
    return msgspec.json.decode(body, type=kind) if len(body) == length else None


class ReplyBuffer:
    """Puts one reply together from the pieces in which it arrives."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, piece: bytes) -> Reply | None:
        """Take a piece; return the reply that it completes.

        Raises:
            msgspec.DecodeError: What arrives is not a reply.
        """
        self._data += piece
        if len(self._data) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._data)
        if length > _REPLY_LIMIT_BYTES:
            raise msgspec.DecodeError(f"a reply of {length} bytes")
        if len(self._data) < _LENGTH.size + length:
            return None
        body = bytes(self._data[_LENGTH.size : _LENGTH.size + length])
        del self._data[: _LENGTH.size + length]
        return msgspec.json.decode(body, type=Reply)
