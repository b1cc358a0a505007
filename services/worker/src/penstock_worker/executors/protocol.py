"""What the worker and its warm child processes say to each other: length-prefixed JSON, one message after the other.

JSON, because the return value is JSON anyway and travels inside a reply as it is.
"""

import struct
from typing import Any, BinaryIO, Generic, Literal, TypeVar

import msgspec

from penstock.core.events import TaskError

OUTPUT_LIMIT_BYTES = 64 * 1024
"""The largest return value that becomes a task's output."""

PRINT_LIMIT_CHARACTERS = 16 * 1024
"""The longest text of one :class:`Printed`: at most 64 KiB in UTF-8."""

_LENGTH = struct.Struct("!I")
_ANSWER_LIMIT_BYTES = 1024 * 1024
"""Above any answer a child can write: what is longer was written by somebody else."""

_T = TypeVar("_T")


class _Message(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Anything that is said."""


class Call(_Message, frozen=True):
    """One attempt: what to call, with what, and the variables it sees. ``number`` tells calls of one child apart."""

    callable: str
    metadata: dict[str, Any]
    env: dict[str, str]
    number: int = 0


class Cancel(_Message, frozen=True):
    """The call of this number shall end."""

    number: int


class Ping(_Message, frozen=True):
    """Is anybody there?"""


class Reply(_Message, frozen=True):
    """How the call ended: ``error``, or success with the return value (empty where it was None).

    ``reusable`` is False where the call left something behind that a later one would notice. ``shareable``: what was
    called is a coroutine function, so calls of it may share a process.
    """

    output: msgspec.Raw = msgspec.Raw()  # not Raw | None: msgspec decodes Raw by itself only
    error: TaskError | None = None
    reusable: bool = True
    shareable: bool = False
    number: int = 0


class Printed(_Message, frozen=True):
    """What the call of this number has printed."""

    number: int
    stream: Literal["stdout", "stderr"]
    text: str


class Unshareable(_Message, frozen=True):
    """The call of this number was not made: what it names is no coroutine function, and would hold up the others."""

    number: int


class Pong(_Message, frozen=True):
    """Here I am."""


Request = Call | Cancel | Ping
Answer = Reply | Printed | Unshareable | Pong

_encoder = msgspec.json.Encoder()


def frame(message: Request | Answer) -> bytes:
    """Return the message as it travels."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


def read_call(source: BinaryIO) -> Call | None:
    """Block until a whole call is there and return it; None at the end of the stream."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = source.read(length)
    return _decode_call(body) if len(body) == length else None


_decode_call = msgspec.json.Decoder(Call).decode


class MessageBuffer(Generic[_T]):
    """Puts messages together from the pieces in which they arrive; see :func:`requests` and :func:`answers`."""

    def __init__(self, decoder: msgspec.json.Decoder[_T], limit_bytes: int | None) -> None:
        self._decode = decoder.decode
        self._limit = limit_bytes
        self._data = bytearray()

    def feed(self, piece: bytes) -> list[_T]:
        """Take a piece; return the messages that it completes.

        Raises:
            msgspec.DecodeError: What arrives is no message.
        """
        self._data += piece
        messages = []
        start = 0
        while len(self._data) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._data, start)
            if self._limit is not None and length > self._limit:
                raise msgspec.DecodeError(f"a message of {length} bytes")
            end = start + _LENGTH.size + length
            if len(self._data) < end:
                break
            messages.append(self._decode(bytes(self._data[start + _LENGTH.size : end])))
            start = end
        del self._data[:start]
        return messages


def requests() -> MessageBuffer[Request]:
    """Return a buffer for what a child is told."""
    decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
    return MessageBuffer(decoder, None)


def answers() -> MessageBuffer[Answer]:
    """Return a buffer for what a child says: a callable may have found the pipe, so its length is bounded."""
    decoder: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
    return MessageBuffer(decoder, _ANSWER_LIMIT_BYTES)
