"""Reading what a process writes, without a thread and in bounded chunks."""

import asyncio
import os
from collections.abc import Callable

CHUNK_BYTES = 64 * 1024
_DRAIN_READS = 32
"""At most what a pipe of 1 MiB (the largest the kernel allows by default) holds at 64 KiB per read, twice over."""


class PipeReader:
    """Delivers the bytes of a pipe from the running event loop, once told to listen; owns the file descriptor.

    One read per turn of the loop: a process that writes without end gets its share of the loop and no more, and is
    stopped by the full pipe meanwhile.
    """

    def __init__(self, fd: int, deliver: Callable[[bytes], None]) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._deliver = deliver
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        """Done once every writer is gone, or this reader is closed."""

    def listen(self) -> None:
        """Deliver from now on whatever is written."""
        if not self.ended.done():
            self._loop.add_reader(self._fd, self._read)

    def drain(self) -> None:
        """Deliver now what has been written so far (up to a bound, should somebody keep on writing)."""
        for _ in range(_DRAIN_READS):
            if not self._read():
                return

    def close(self) -> None:
        """Stop reading. May be called again."""
        if not self.ended.done():
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self.ended.set_result(None)

    def _read(self) -> bool:
        if self.ended.done():
            return False
        try:
            data = os.read(self._fd, CHUNK_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self.close()
            return False
        self._deliver(data)
        return True


class PipeWriter:
    """Writes to a pipe from the running event loop without ever blocking; owns the file descriptor.

    What is written in one turn of the loop leaves together, at its end.
    """

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._pending: list[bytes] = []
        self._full = False
        self._closed = False

    def write(self, data: bytes) -> None:
        """Write, and keep what does not fit until there is room; forget it once nobody reads."""
        if not self._pending:
            self._loop.call_soon(self._flush)
        self._pending.append(data)

    def close(self) -> None:
        """Give up what is pending; the reader sees the end of the stream."""
        if not self._closed:
            self._closed = True
            self._loop.remove_writer(self._fd)
            os.close(self._fd)

    def _flush(self) -> None:
        if self._closed or not self._pending:
            return
        data = b"".join(self._pending)
        try:
            written = os.write(self._fd, data)
        except BlockingIOError:
            written = 0
        except BrokenPipeError:
            written = len(data)
        self._pending = [data[written:]] if written < len(data) else []
        if bool(self._pending) is not self._full:
            self._full = not self._full
            if self._full:
                self._loop.add_writer(self._fd, self._flush)
            else:
                self._loop.remove_writer(self._fd)
