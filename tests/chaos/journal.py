"""What the client was promised: every 2xx answer, synced to disk before anything else is done."""

import os
from pathlib import Path

import msgspec


class Promise(msgspec.Struct, frozen=True):
    """One answer: a definition registered (``dag``, its version), a run (its key, its id), a cancellation (its run)."""

    kind: str
    asked: str
    answered: str


class Journal:
    """A file of promises, one a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, kind: str, asked: str, answered: str) -> None:
        """Write a promise down for good."""
        os.write(self._file, msgspec.json.encode(Promise(kind, asked, answered)) + b"\n")
        os.fsync(self._file)

    def read(self, kind: str) -> list[Promise]:
        """Return the promises of a kind, in the order they were made."""
        promises = map(msgspec.json.Decoder(Promise).decode, self._path.read_bytes().splitlines())
        return [promise for promise in promises if promise.kind == kind]

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
