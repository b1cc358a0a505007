"""Traces by name: hostile headers begin a new trace, and ids follow from what they are about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.tracing import NOT_TRACED, TraceContext, Tracer, derived_trace_id, parse_traceparent
from penstock.tracing.spans import Span

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLER = f"00-{TRACE}-{SPAN}-01"


class Everything:
    """Records all that does not follow something unrecorded."""

    def __init__(self) -> None:
        self.taken: list[Span] = []

    def samples(self, trace_id: str, parent: TraceContext | None) -> bool:
        return parent is None or parent.sampled

    def export(self, span: Span) -> None:
        self.taken.append(span)

    async def stop(self) -> None:
        """There is nothing to send."""


@pytest.mark.parametrize(("flags", "sampled"), [("00", False), ("01", True), ("02", False), ("ff", True)])
def test_a_traceparent_names_trace_span_and_whether_it_is_recorded(flags: str, sampled: bool) -> None:
    assert parse_traceparent(f"00-{TRACE}-{SPAN}-{flags}") == TraceContext(TRACE, SPAN, sampled)


def test_what_a_later_version_adds_is_passed_over() -> None:
    assert parse_traceparent(f"cc-{TRACE}-{SPAN}-01-what-the-future-brings") == TraceContext(TRACE, SPAN)


HOSTILE = {
    "empty": "",
    "a word": "trace",
    "upper case": CALLER.upper(),
    "a trace of zeros": f"00-{'0' * 32}-{SPAN}-01",
    "a span of zeros": f"00-{TRACE}-{'0' * 16}-01",
    "the version that is none": f"ff-{TRACE}-{SPAN}-01",
    "more than this version has": f"{CALLER}-more",
    "a short trace": f"00-{TRACE[1:]}-{SPAN}-01",
    "a long span": f"00-{TRACE}-{SPAN}0-01",
    "no flags": f"00-{TRACE}-{SPAN}",
    "two of them": f"{CALLER},{CALLER}",
    "a line break": f"{CALLER}\n",
    "a null byte": f"{CALLER}\0",
    "other digits": f"00-{TRACE[:-1]}٣-{SPAN}-01",
    "other underscores": f"00-{TRACE[:-1]}_-{SPAN}-01",
    "megabytes": f"cc-{TRACE}-{SPAN}-01-" + "x" * 1_000_000,
}


@pytest.mark.parametrize("header", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_traceparent_begins_a_new_trace(header: str) -> None:
    assert parse_traceparent(header) is None


@given(st.text() | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"))
def test_whatever_header_is_read_what_is_passed_on_is_well_formed(header: str) -> None:
    context = parse_traceparent(header)
    if context is not None:
        assert parse_traceparent(context.traceparent) == context


def test_spans_have_the_same_ids_whoever_derives_them() -> None:
    here, there = Tracer(Everything()), Tracer(Everything())
    assert here.of_run("r-0", "") == there.of_run("r-0", "")
    assert here.of_attempt("r-0", "a", 2, CALLER) == there.of_attempt("r-0", "a", 2, CALLER)


def test_every_run_task_and_attempt_has_a_span_of_its_own() -> None:
    tracer = Tracer(Everything())
    runs = [tracer.of_run(run, "")[0] for run in ("r-0", "s-0")]
    attempts = [tracer.of_attempt("r-0", task, n, "")[0] for task in ("a", "b", "a1") for n in (1, 2, 11)]
    assert len({one.span_id for one in runs + attempts}) == 11
    assert len({one.trace_id for one in runs}) == 2


def test_a_run_is_in_the_trace_of_its_request_and_its_attempts_are_within_it() -> None:
    run, parent = NOT_TRACED.of_run("r-0", CALLER)
    attempt, within = NOT_TRACED.of_attempt("r-0", "a", 1, CALLER)
    assert parent == TraceContext(TRACE, SPAN)
    assert within == run
    assert run.trace_id == attempt.trace_id == TRACE
    assert attempt.sampled


@pytest.mark.parametrize("kept", ["", "nonsense"])
def test_without_a_trace_that_can_be_read_a_run_begins_one_that_follows_from_its_id(kept: str) -> None:
    run, parent = Tracer(Everything()).of_run("r-0", kept)
    assert parent is None
    assert run.trace_id == derived_trace_id("r-0")
    assert parse_traceparent(run.traceparent) == run


def test_what_its_caller_does_not_record_is_not_recorded() -> None:
    exporter = Everything()
    tracer = Tracer(exporter)
    context, parent = tracer.of_run("r-0", CALLER.removesuffix("01") + "00")
    tracer.record(Span(name="run", context=context, parent=parent, begun_ns=1, ended_ns=2))
    assert not exporter.taken
    assert context.traceparent.endswith("-00")
