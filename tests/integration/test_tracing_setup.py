"""Traces are off unless asked for, then cost nothing; what is asked for in vain is told once and holds nothing up."""

import asyncio
import logging
import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from collector_kit import Collector, collecting
from penstock.errors import InvalidInputError
from penstock.tracing import NOT_TRACED, Span, TraceContext, otlp, tracing
from up_kit import free_port

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
CONTEXT = TraceContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
SPAN = Span(name="one", context=CONTEXT, parent=None, begun_ns=1, ended_ns=2)


def of(collector: Collector, monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    monkeypatch.setenv(ENDPOINT, collector.url)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_without_an_endpoint_no_service_loads_an_exporter() -> None:
    # redis-py looks for the rest of OpenTelemetry by itself, for metrics of its own.
    code = (
        "import asyncio, sys\n"
        "import penstock_api.app, penstock_scheduler.service, penstock_worker.service\n"
        "from penstock.tracing import NOT_TRACED, tracing\n"
        "async def main():\n"
        "    async with tracing('api', {}) as tracer:\n"
        "        assert tracer is NOT_TRACED\n"
        "asyncio.run(main())\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry.exporter')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {ENDPOINT: ""},
        {ENDPOINT: "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "TRUE"},
        {ENDPOINT: "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"},
    ],
    ids=["nothing", "empty", "disabled", "no exporter"],
)
async def test_where_nobody_asks_for_traces_there_are_none_and_nothing_is_said(variables: dict[str, str]) -> None:
    with capture_logs() as lines:
        async with tracing("api", variables) as tracer:
            assert tracer is NOT_TRACED
    assert lines == []


async def test_an_endpoint_without_the_exporter_is_one_warning_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "penstock.tracing.otlp", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with capture_logs() as lines:
        async with tracing("api", {ENDPOINT: "http://127.0.0.1:4318"}) as tracer:
            assert tracer is NOT_TRACED
    (line,) = lines
    assert line["log_level"] == "warning"
    assert "requirements-otel.txt" in line["reason"]
    assert "pip install 'penstock" not in line["reason"], "no package of ours can be had by its name"


async def test_a_protocol_that_is_not_spoken_is_one_warning() -> None:
    with capture_logs() as lines:
        async with tracing("api", {ENDPOINT: "http://h:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}) as tracer:
            assert tracer is NOT_TRACED
    (line,) = lines
    assert (line["log_level"], line["wanted"]) == ("warning", "grpc")


async def test_a_variable_that_cannot_be_used_is_refused_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        of(collector, monkeypatch, OTEL_BSP_MAX_QUEUE_SIZE="0")
        with pytest.raises(InvalidInputError, match=r"OTEL_.*max_queue_size"):
            async with tracing("api"):
                pass


async def test_the_variables_of_opentelemetry_say_who_exports_and_with_which_headers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with collecting() as collector:
        resource = "service.namespace=payments,deployment.environment.name=test"
        headers = "x-key=secret"
        of(collector, monkeypatch, OTEL_RESOURCE_ATTRIBUTES=resource, OTEL_EXPORTER_OTLP_HEADERS=headers)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        async with tracing("worker") as tracer:
            tracer.record(SPAN)
        (span,) = collector.spans
        monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
        async with tracing("worker") as tracer:
            tracer.record(SPAN)
    assert [one.service for one in collector.spans] == ["penstock-worker", "mine"]
    assert span.resource["service.namespace"] == "payments"
    assert span.resource["deployment.environment.name"] == "test"
    assert collector.headers[0]["x-key"] == "secret"


@pytest.mark.parametrize(("ratio", "recorded"), [("0", False), ("1", True)])
async def test_the_sampler_decides_by_the_trace_alone_so_that_all_services_agree(
    ratio: str, recorded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting() as collector:
        of(collector, monkeypatch, OTEL_TRACES_SAMPLER="parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG=ratio)
        async with tracing("scheduler") as scheduler, tracing("worker") as worker:
            runs = [scheduler.of_run(f"r{n}", "")[0].sampled for n in range(20)]
            assert runs == [worker.of_attempt(f"r{n}", "a", 1, "")[1].sampled for n in range(20)] == [recorded] * 20
            # What the caller has decided stands.
            assert worker.of_run("r", CONTEXT.traceparent)[0].sampled


async def test_what_was_recorded_before_the_end_is_sent_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        of(collector, monkeypatch, OTEL_BSP_SCHEDULE_DELAY="3600000")
        async with tracing("worker") as tracer:
            for _ in range(1000):
                tracer.record(SPAN)
        assert len(collector.spans) == 1000


async def test_the_end_does_not_wait_for_a_collector_that_holds_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "STOP_SECONDS", 0.2)
    with collecting() as collector:
        of(collector, monkeypatch)
        collector.open.clear()
        async with tracing("worker") as tracer:
            tracer.record(SPAN)
        assert collector.asked.is_set()
        assert not collector.spans


async def test_spans_that_nobody_takes_are_dropped_without_delay_and_without_an_error_or_a_flood_of_lines(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(otlp, "STOP_SECONDS", 0.2)
    monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{free_port()}")
    with caplog.at_level(logging.INFO):
        async with asyncio.timeout(60), tracing("worker") as tracer:
            for _ in range(20_000):
                tracer.record(SPAN)
    assert len(caplog.records) < 20
