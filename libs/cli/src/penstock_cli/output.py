"""How the command line prints: tables for people, JSON for programs, one clear line for what goes wrong."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH_WITHOUT_TERMINAL = 160
"""Columns of a table that goes to a file or a pipe."""

STYLES = {
    "succeeded": "green",
    "running": "cyan",
    "ready": "cyan",
    "retrying": "yellow",
    "cancelling": "yellow",
    "cancelled": "yellow",
    "failed": "red",
    "upstream_failed": "red",
}


def console(*, stderr: bool = False) -> Console:
    """Return the console to print on. Nothing that comes from outside is taken for markup."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def table(*columns: str, rows: Iterable[Sequence[Text | str]], right: Sequence[str] = ()) -> Table:
    """Return a table; the columns named in ``right`` hold numbers."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row))
    return made


def status_text(status: str) -> Text:
    """Return a status in its colour."""
    return Text(status, STYLES.get(status, ""))


def printable(text: str) -> str:
    """Return text without what would move the cursor or change the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


def print_json(value: object) -> None:
    """Print records as JSON on one line."""
    plain = msgspec.to_builtins(value, builtin_types=(datetime,))
    print(json.dumps(plain, default=_time, ensure_ascii=False), flush=True)  # noqa: T201  # this is the answer


def _time(value: object) -> str:
    assert isinstance(value, datetime)
    return rfc3339(value)


def rfc3339(at: datetime) -> str:
    """Return a time as the API writes it: UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(at: datetime | None) -> str:
    """Return a time as a clock on the wall shows it."""
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def seconds_between(start: datetime | None, end: datetime | None) -> str:
    """Return a duration as text; of what has begun and not ended, the duration so far."""
    if start is None:
        return ""
    return f"{((end or datetime.now(UTC)) - start).total_seconds():.2f} s"
