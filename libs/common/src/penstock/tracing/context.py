"""Which trace a run belongs to, and the ids of its spans: derived, so that no service has to ask another.

A run is in the trace that its request named (its ``traceparent`` is kept with the run), else in one whose id follows
from the run's id. The ids of spans follow from what they are about: the run, or the run, the task and the attempt. So
the worker knows the parent of an attempt's span without ever having heard of that span, a task gets its
``TRACEPARENT`` before anything is exported, and what is told twice (a report repeated, a run finished by the scheduler
that took over) is the same span twice, not two.

A ``traceparent`` is that of W3C Trace Context, version 00: ``00-<32 hex>-<16 hex>-<2 hex>``.
"""

import hashlib
import re

import msgspec

TRACEPARENT = "TRACEPARENT"
"""The environment variable by which programs hand a trace to each other."""

_WELL_FORMED = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?",
    re.ASCII,
)
_LONGEST = 512
_SAMPLED = 1


class TraceContext(msgspec.Struct, frozen=True):
    """A span as others refer to it: its ids in lower-case hex (32 and 16 digits), and whether it is recorded."""

    trace_id: str
    span_id: str
    sampled: bool = True

    @property
    def traceparent(self) -> str:
        """The context as W3C writes it."""
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"


def parse_traceparent(text: str) -> TraceContext | None:
    """Return the context that a ``traceparent`` names; None where it is none, as W3C wants it: a new trace begins.

    A later version of the format is read as far as this one goes.
    """
    if len(text) > _LONGEST:
        return None
    found = _WELL_FORMED.fullmatch(text.strip(" \t"))
    if found is None or found["version"] == "ff" or (found["version"] == "00" and found["more"]):
        return None
    if not int(found["trace"], 16) or not int(found["span"], 16):
        return None
    return TraceContext(found["trace"], found["span"], bool(int(found["flags"], 16) & _SAMPLED))


def derived_trace_id(run_id: str) -> str:
    """Return the id of the trace of a run whose request named none."""
    return _digest("trace", run_id)[:32]


def run_span(run_id: str, trace_id: str, *, sampled: bool) -> TraceContext:
    """Return the span of a run."""
    return TraceContext(trace_id, _digest("run", run_id)[:16], sampled)


def attempt_span(run_id: str, task_id: str, attempt: int, trace_id: str, *, sampled: bool) -> TraceContext:
    """Return the span of an attempt."""
    return TraceContext(trace_id, _digest("attempt", run_id, task_id, str(attempt))[:16], sampled)


def _digest(*names: str) -> str:
    # No id holds a line break, so no two lists of names are the same text. All zeros, which would be no id, does not
    # happen: once in 2⁶⁴.
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
