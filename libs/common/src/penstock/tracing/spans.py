"""A span as the services describe it, whatever exports it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from penstock.tracing.context import TraceContext

Value = str | int | bool


class Happening(msgspec.Struct, frozen=True):
    """Something that a span tells beside its ends. ``at_ns`` as in :class:`Span`."""

    name: str
    at_ns: int


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work that is over. Times are ns since the epoch.

    Attributes:
        context: what it is.
        parent: within which other span it happened; None for the first of its trace.
        error: why it failed, in words; None if it did not.
        links: spans of other traces that have to do with it.
    """

    name: str
    context: TraceContext
    parent: TraceContext | None
    begun_ns: int
    ended_ns: int
    kind: Literal["internal", "server", "consumer"] = "internal"
    attributes: Mapping[str, Value] = {}
    happenings: tuple[Happening, ...] = ()
    links: tuple[TraceContext, ...] = ()
    error: str | None = None


def ns_of_ms(at_ms: int) -> int:
    """Return a time in ns that is given in ms."""
    return at_ms * 1_000_000
