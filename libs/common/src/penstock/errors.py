"""The errors of Penstock: one small tree, so that a caller can catch as much or as little as it means to.

Foreign exceptions are translated at the border that meets them: redis-py's in the valkey store, PyYAML's and the
JSON decoder's in the definition reader.
"""

from collections.abc import Sequence

import msgspec


class Detail(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong with an input, where it stands, and what to do about it.

    ``field`` is a dotted path into the input (``tasks.load.dependencies``), or ``file`` where the text as a whole
    cannot be read. ``line`` and ``column`` count from 1 and are 0 where the input has no lines.
    """

    field: str
    message: str
    line: int = 0
    column: int = 0


class PenstockError(Exception):
    """Anything Penstock raises on purpose."""


class InvalidInputError(PenstockError):
    """The caller's input is wrong; ``details`` names every field that must change."""

    def __init__(self, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class InvalidDefinitionError(InvalidInputError):
    """A DAG definition that cannot be accepted."""


class TooLargeError(InvalidInputError):
    """The input is larger than a limit; the message names the limit."""


class UnsupportedFormatError(InvalidInputError):
    """A file in a format that Penstock does not read; the message names those it does."""


class NotFoundError(PenstockError):
    """Nothing by that name exists."""


class ConflictError(PenstockError):
    """The request contradicts what is already so: a run that has ended, an idempotency key used for something else."""


class StoreUnavailableError(PenstockError):
    """The server did not answer, or refuses writes; whether a write was applied is unknown."""


class UnfitServerError(PenstockError):
    """The server answers but must not be used as it is configured; the message says what to change."""


class CannotListenError(PenstockError):
    """A service cannot listen on the address that its settings name; the message says why."""


class SchemaError(PenstockError):
    """Stored bytes that this version cannot read."""


class NewerSchemaError(SchemaError):
    """Stored bytes written by a newer Penstock: step aside rather than guess."""
