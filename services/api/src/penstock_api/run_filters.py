"""Which runs are asked for: from the words of a query to what the store can look up in its lists.

A run's id begins with its time, so times and the beginning of an id are bounds of ids, and any combination is read from
the same sorted lists.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import Depends, Query
from msgspec import Meta

from penstock.core.status import RunStatus
from penstock.errors import Detail, InvalidInputError
from penstock.ids import time_prefix
from penstock.store.run_lists import Statuses

_STATUS = "Only runs in this status; repeated, or several between commas: in any of them."
_AFTER = "Only runs of this time (RFC 3339) or later. A run's time is the one in its id: when it was asked for."

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AFTER_ALL = "~"
"""Sorts after every character of an id."""

_ZoneTime = Annotated[datetime, Meta(tz=True)]
_UNESCAPED_PLUS = re.compile(r" (?=\d\d:\d\d$)", re.ASCII)
"""What a plus before a zone's offset becomes where it was not escaped in a query."""


class RunFilter(msgspec.Struct, frozen=True):
    """Runs of a DAG (empty for all) in some statuses whose ids are not below ``least`` and below ``below`` (if any)."""

    dag_id: str
    statuses: Statuses
    least: str
    below: str


async def _read(
    dag_id: Annotated[str, Query(description="Only runs of this DAG.")] = "",
    status: Annotated[list[str] | None, Query(description=_STATUS)] = None,
    created_after: Annotated[str, Query(description=_AFTER)] = "",
    created_before: Annotated[str, Query(description="Only runs from before this time.")] = "",
    search: Annotated[str, Query(max_length=64, description="Only runs whose ids begin so.")] = "",
) -> RunFilter:
    begins = search.strip().lower()
    least = max(_time_bound("created_after", created_after), begins)
    below = lowest(_time_bound("created_before", created_before), begins and begins + _AFTER_ALL)
    return RunFilter(dag_id, _statuses(status or ()), least, below)


Filtered = Annotated[RunFilter, Depends(_read)]
"""The type of a route's parameter that brings what the query says."""


def lowest(*bounds: str) -> str:
    """Return the bound that is below the others, empty where there is none."""
    return min(filter(None, bounds), default="")


def _statuses(given: Sequence[str]) -> Statuses:
    names = [name for one in given for name in map(str.strip, one.split(",")) if name]
    unknown = [name for name in names if name not in set(RunStatus)]
    if unknown:
        raise _invalid("status", f"{unknown[0][:40]!r} is none of {', '.join(RunStatus)}")
    return frozenset(map(RunStatus, names)) or None


def _time_bound(field: str, text: str) -> str:
    """Return what the ids of runs that are not older than the time begin with, or empty for no time."""
    if not text:
        return ""
    try:
        at = msgspec.convert(_UNESCAPED_PLUS.sub("+", text), _ZoneTime)
        passed = at - _EPOCH
    except (msgspec.ValidationError, OverflowError) as error:
        raise _invalid(field, "must be a time like 2026-11-23T09:47:05.871Z") from error
    # Rounded up: what was made in the millisecond before is older.
    return time_prefix(max(0, -(-passed // timedelta(milliseconds=1))))


def _invalid(field: str, message: str) -> InvalidInputError:
    return InvalidInputError(f"{field}: {message}.", [Detail(field, message)])
