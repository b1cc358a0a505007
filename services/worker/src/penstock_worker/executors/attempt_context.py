"""What each of the attempts that share a process has for itself: its environment variables and what it prints.

Both follow the attempt through its coroutines, their tasks and ``asyncio.to_thread`` by a context variable. What looks
past Python does not: a C library or a process that was started writes to the process's own streams, and a process that
is started without ``env=os.environ`` does not get the attempt's variables.
"""

import asyncio
import io
from collections.abc import Callable, Iterator, MutableMapping
from contextvars import ContextVar
from typing import Any, Literal, TextIO

from penstock_worker.executors.invocation import writable
from penstock_worker.executors.protocol import PRINT_LIMIT_CHARACTERS, Printed

_Name = Literal["stdout", "stderr"]


class Attempt:
    """One attempt: its variables (None for one it has removed), its tasks that run, its lines that are not whole."""

    def __init__(self, number: int, env: dict[str, str], say: Callable[[Printed], None]) -> None:
        self.env: dict[str, str | None] = dict(env)
        self.tasks: set[asyncio.Task[Any]] = set()
        self._number = number
        self._say = say
        self._begun: dict[_Name, list[str]] = {"stdout": [], "stderr": []}

    def printed(self, name: _Name, text: str) -> None:
        """Take what was printed; it is passed on line by line."""
        self._begun[name].append(text)
        if "\n" in text or len(text) >= PRINT_LIMIT_CHARACTERS:
            self.flush(name)

    def flush(self, *names: _Name) -> None:
        """Pass on what was printed so far."""
        for name in names or ("stdout", "stderr"):
            if self._begun[name]:
                text = writable("".join(self._begun[name]))
                self._begun[name].clear()
                for start in range(0, len(text), PRINT_LIMIT_CHARACTERS):
                    self._say(Printed(self._number, name, text[start : start + PRINT_LIMIT_CHARACTERS]))


CURRENT: ContextVar[Attempt | None] = ContextVar("CURRENT", default=None)
"""The attempt that runs; None outside of attempts."""


class AttemptStream(io.TextIOBase):
    """Stands in for ``sys.stdout`` or ``sys.stderr``: what an attempt prints is its own."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, name: _Name, original: TextIO) -> None:
        self._name = name
        self._original = original
        self.buffer = _AttemptBytes(self)

    def write(self, text: str) -> int:
        """Take text."""
        attempt = CURRENT.get()
        if attempt is None:
            return self._original.write(text)
        attempt.printed(self._name, text)
        return len(text)

    def flush(self) -> None:
        """Pass on what is no whole line yet."""
        attempt = CURRENT.get()
        if attempt is None:
            self._original.flush()
        else:
            attempt.flush(self._name)

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def fileno(self) -> int:
        """Return the stream of the process: what is written there belongs to no attempt in particular."""
        return self._original.fileno()


class _AttemptBytes(io.RawIOBase):
    """The bytes beneath an AttemptStream."""

    def __init__(self, stream: AttemptStream) -> None:
        self._stream = stream

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer
        self._stream.write(bytes(data).decode("utf-8", "backslashreplace"))
        return len(data)

    def flush(self) -> None:
        self._stream.flush()

    def writable(self) -> bool:
        return True


class AttemptEnviron(MutableMapping[str, str]):
    """Stands in for ``os.environ``: an attempt sees its own variables, and changes nobody else's."""

    def __init__(self, process: MutableMapping[str, str]) -> None:
        self._process = process

    def __getitem__(self, key: str) -> str:
        attempt = CURRENT.get()
        if attempt is None or key not in attempt.env:
            return self._process[key]
        value = attempt.env[key]
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError(f"str expected, not {type(value).__name__}")
        attempt = CURRENT.get()
        if attempt is None:
            self._process[key] = value
        else:
            attempt.env[key] = value

    def __delitem__(self, key: str) -> None:
        attempt = CURRENT.get()
        if attempt is None:
            del self._process[key]
        else:
            self[key]  # a KeyError where there is none
            attempt.env[key] = None

    def __iter__(self) -> Iterator[str]:
        return iter(self.copy())

    def __len__(self) -> int:
        return len(self.copy())

    def __repr__(self) -> str:
        return repr(self.copy())

    def copy(self) -> dict[str, str]:
        """Return all variables as they are now."""
        attempt = CURRENT.get()
        own = {} if attempt is None else attempt.env
        merged = {**self._process, **own}
        return {key: value for key, value in merged.items() if value is not None}

    def __or__(self, other: MutableMapping[str, str]) -> dict[str, str]:
        return {**self.copy(), **other}

    def __ror__(self, other: MutableMapping[str, str]) -> dict[str, str]:
        return {**other, **self.copy()}
