"""Figures as a table and as JSON."""

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from suite.api_load import Load
from suite.growth import Curve
from suite.history import percentile
from suite.measure import Sample
from suite.replay import Replay
from suite.requests import Latency
from suite.server_use import ServerUse

ROLES = ("server", "scheduler", "worker", "api")


class Figure(msgspec.Struct, frozen=True):
    """A number with its name."""

    name: str
    value: float


class Idle(msgspec.Struct, frozen=True):
    """Seconds until the services are ready beside a running server; MiB of memory by role, shared pages in parts."""

    ready_seconds: float
    pss_mebibytes: dict[str, float]


class Row(msgspec.Struct, frozen=True):
    """A workload: its samples, the floor's seconds for the same tasks if there is one, and what else was compared."""

    name: str
    samples: list[Sample]
    floor_seconds: list[float]
    figures: list[Figure]


def row_of(name: str, samples: Sequence[Sample], floor: Sequence[float] = (), extra: Iterable[Figure] = ()) -> Row:
    """Return the row of a workload."""
    figures = list(extra)
    if floor:
        figures.append(Figure("of the floor", median(floor) / median(sample.seconds for sample in samples)))
    return Row(name, list(samples), list(floor), figures)


def lines_of(row: Row) -> list[str]:
    """Return what is printed of a workload."""
    seconds = [sample.seconds for sample in row.samples]
    rates = [sample.rate for sample in row.samples]
    last = row.samples[-1]
    lines = [
        f"{row.name}: {_spread(seconds, 's', 3)}; {_spread(rates, 'tasks/s', 0)}",
        f"    run p50 {last.run_p50_ms:.0f} p99 {last.run_p99_ms:.0f} ms; "
        + _wait("ready to started", row.samples, "started")
        + "; "
        + _wait("ended to next ready", row.samples, "ready"),
        "    CPU s per 1,000 tasks: "
        + ", ".join(f"{role} {median(sample.cpu[role] for sample in row.samples):.2f}" for role in ROLES)
        + "; peak MiB: "
        + ", ".join(f"{role} {last.peak_mebibytes[role]:.0f}" for role in ROLES),
        "    bytes per task in the server: "
        + ", ".join(
            f"{name} {median(getattr(sample.per_task, name) for sample in row.samples):.0f}"
            for name in ServerUse.__struct_fields__
        ),
    ]
    compared = [f"{figure.value:.3g} {figure.name}" for figure in row.figures]
    if row.floor_seconds:
        compared.append(f"floor {_spread(row.floor_seconds, 's', 3)}")
    return [*lines, *(["    " + "; ".join(compared)] if compared else [])]


def idle_lines(idle: Idle) -> list[str]:
    """Return what is printed of an idle deployment."""
    roles = ", ".join(f"{role} {mebibytes:.0f}" for role, mebibytes in idle.pss_mebibytes.items())
    total = sum(idle.pss_mebibytes.values())
    return [
        f"Idle: services ready after {idle.ready_seconds:.2f} s; {total:.0f} MiB PSS ({roles}), a warm child included"
    ]


def latency_lines(measured: Sequence[Latency]) -> list[str]:
    """Return what is printed of B6."""
    lines = ["B6 50 single runs over HTTP, one after the other, ms from sending the request"]
    for what, of in (
        ("task runs", [one.started_ms for one in measured]),
        ("answer is there", [one.answered_ms for one in measured]),
        ("end is seen", [one.ended_ms for one in measured]),
        ("task runs, requested without HTTP", [one.direct_ms for one in measured]),
    ):
        middle, late = [percentile(times, 0.5) for times in of], [percentile(times, 0.99) for times in of]
        lines.append(f"    {what}: p50 {_spread(middle, 'ms', 1)}; p99 {_spread(late, 'ms', 1)}")
    return lines


def load_lines(measured: Sequence[Load], replayed: Replay) -> list[str]:
    """Return what is printed of B9."""
    lines = ["B9 the API while fans of 1,000 tasks run, 8 connections"]
    lines += [
        f"    {one.what}: {one.rate:.0f}/s, p50 {one.p50_ms:.1f} p99 {one.p99_ms:.1f} ms, "
        f"beside {one.tasks_per_second:.0f} tasks/s"
        for one in measured
    ]
    speeds = f"folded {replayed.folded:.0f}, hashed {replayed.hashed:.0f}, verified {replayed.verified:.0f}"
    return [*lines, f"B9 a log of {replayed.events} events read again, events/s: {speeds}"]


def curve_lines(curve: Curve) -> list[str]:
    """Return what is printed of one curve of B8."""
    points = (f"{point.size}: {point.ms_per_task:.2f} ({point.cpu_ms_per_task:.3f})" for point in curve.points)
    return [f"B8 {curve.what}, ms per task (CPU ms per task): {'; '.join(points)}", f"    growth {curve.growth:.2f}"]


def _spread(values: Sequence[float], unit: str, digits: int) -> str:
    return f"{median(values):.{digits}f} {unit} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def _wait(name: str, samples: Sequence[Sample], field: str) -> str:
    values = {kind: median(getattr(s, f"{field}_{kind}_ms") for s in samples) for kind in ("mean", "p50", "p99")}
    return f"{name} mean {values['mean']:.1f} p50 {values['p50']:.0f} p99 {values['p99']:.0f} ms"
