"""What goes wrong, said on standard error: one clear line, then the fields to change; and the exit code it means.

0 is success, 1 a failure or a negative result, 2 an input that must change, 3 neither success nor failure: nothing is
wrong with what could be looked at, and not all of it could.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from penstock.client.errors import ApiError
from penstock.errors import Detail, InvalidInputError, NotFoundError, PenstockError

FAILED = 1
BAD_INPUT = 2
UNDECIDED = 3
INTERRUPTED = 130
"""What shells report of a program that Ctrl-C has ended."""

_INPUT_STATUSES = frozenset({400, 404, 413, 415, 422})


def report(error: PenstockError | OSError, source: str = "") -> int:
    """Say what went wrong; ``source`` is the file that holds the input. Return the exit code."""
    lines = [f"error: {source and f'{source}: '}{_message(error)}"]
    if isinstance(error, InvalidInputError | ApiError):
        lines += [_detail(detail, source) for detail in error.details]
    print("\n".join(lines), file=sys.stderr)  # noqa: T201  # this is what the command answers
    bad = isinstance(error, InvalidInputError | NotFoundError) or (
        isinstance(error, ApiError) and error.status in _INPUT_STATUSES
    )
    return BAD_INPUT if bad else FAILED


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Name the file in whatever is refused within the block."""
    try:
        yield
    except (InvalidInputError, ApiError) as error:
        raise typer.Exit(report(error, str(path))) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInputError(f"cannot read {path}: {reason}") from error


def _message(error: PenstockError | OSError) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def _detail(detail: Detail, source: str) -> str:
    """Return a detail in the form that editors and terminals make a link of."""
    place = f"{source}:{detail.line}:{detail.column}" if source and detail.line else source
    return f"  {place and f'{place}: '}{detail.field}: {detail.message}"
