"""Celery and streaQ on the same workloads, each on a fresh server of the same kind: ``make bench-peers``.

They live in an environment of their own, so their programs (``bench/peers``) are run by its interpreter. Nothing of
theirs goes over HTTP, and they are timed by their client, from the request until it has seen the last result; Penstock
is timed by its log, from the first request to the last end, and in B6 nobody goes over HTTP.
"""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from penstock.embedded import Fsync, embedded_server
from penstock.tether import tethered
from suite.deployment import BENCH
from suite.history import percentile
from suite.report import Row
from suite.requests import Latency

REPEATS = 3
"""At most: some workloads take some peers a minute."""
PROGRAM_SECONDS = 600.0
"""What does not end by then is told to, and what it had measured counts."""
STOP_SECONDS = 30.0

_SETTINGS: Mapping[str, Sequence[Sequence[str]]] = {
    "celery": (("--concurrency", "2"), ("--concurrency", "4")),
    "streaq": (("--concurrency", "16"), ("--concurrency", "64"), ("--concurrency", "32", "--workers", "2")),
}
"""Of each peer, what is tried for each workload; Penstock is compared with the fastest."""
_KINDS = {"celery": "sync", "streaq": "async"}
"""Which kind of Penstock's tasks does what the peer's do: functions in processes, or coroutine functions."""
_ROWS: Mapping[str, Mapping[str, str]] = {
    "B1": {"sync": "B1 chain of 40, fib10", "async": "B1 chain of 40, fib10 async"},
    "B4": {"sync": "B4 1 - 1000 - 1, sync", "async": "B4 1 - 1000 - 1, async"},
    "B5-200": {"sync": "B5 200 diamonds, sync", "async": "B5 200 diamonds, async"},
    "B5-2000": {"sync": "B5 2000 diamonds, sync", "async": "B5 2000 diamonds, async"},
    "B6": {},
}
"""The workloads of the peers' programs, and Penstock's rows of the same by kind of task."""
_PARTS = {"p50": 0.5, "p99": 0.99}


class Measured(msgspec.Struct, kw_only=True):
    """What a peer's program said: seconds per repeat, or for B6 the ms until each task ran, per repeat."""

    peer: str
    workload: str
    version: str = ""
    settings: str = ""
    seconds: list[float] = []
    started_ms: list[list[float]] = []
    failed: str = ""

    def figures(self) -> dict[str, float]:
        """Return seconds, or ms at each percentile, by the name of the row they belong to."""
        if self.started_ms:
            return {
                f"{self.workload} {name} ms": median(percentile(times, part) for times in self.started_ms)
                for name, part in _PARTS.items()
            }
        return {f"{self.workload} s": median(self.seconds)} if self.seconds else {}


async def measure_peers(python: Path, fsync: Fsync, repeats: int, wanted: Collection[str]) -> list[Measured]:
    """Run the peers' programs with that interpreter; ``wanted`` names workloads, all if empty."""
    measured = []
    for workload in _ROWS:
        if not wanted or workload.partition("-")[0] in wanted:
            for peer, settings in _SETTINGS.items():
                for tried in settings:
                    command = [f"peers.{peer}_bench", workload, "--repeats", str(min(repeats, REPEATS)), *tried]
                    measured.append(await _measure(Measured(peer=peer, workload=workload), python, fsync, command))
    return measured


def peer_lines(results: Iterable[Any], measured: Sequence[Measured]) -> list[str]:
    """Return a table: Penstock's medians among the results, each peer's best, and how many times Penstock's it is."""
    own = _own_figures(results)
    best: dict[tuple[str, str], Measured] = {}
    for one in measured:
        for name, value in one.figures().items():
            other = best.get((one.peer, name))
            if other is None or value < other.figures()[name]:
                best[one.peer, name] = one
    names = dict.fromkeys(name for _, name in best)
    heads = [f"{title:>{width}}" for kind in _KINDS for title, width in _columns(kind)]
    lines = [f"{'Peers, medians':16}{''.join(heads)}"]
    for name in names:
        cells = [_cells(own.get((_KINDS[peer], name)), best.get((peer, name)), name) for peer in _KINDS]
        lines.append(f"{name:16}{''.join(cells)}")
    return [*lines, *(_settings_line(one) for one in measured)]


async def _measure(measured: Measured, python: Path, fsync: Fsync, command: Sequence[str]) -> Measured:
    with TemporaryDirectory(prefix="penstock-bench-") as folder:
        async with embedded_server(Path(folder) / "data", appendfsync=fsync) as server:
            errors = Path(folder) / "errors"
            with errors.open("wb") as stderr:
                process = await asyncio.create_subprocess_exec(
                    *tethered([python.absolute(), "-m", *command]),
                    stdout=PIPE,
                    stderr=stderr,
                    cwd=BENCH,
                    env={**os.environ, "PEERS_REDIS_URL": server.redis_url},
                    start_new_session=True,  # so that its workers can be killed with it, should it not stop them
                )
            try:
                async with asyncio.timeout(PROGRAM_SECONDS):
                    await _take(process, measured)
                    if await process.wait():
                        measured.failed = " ".join(errors.read_text().split()[-20:]) or f"status {process.returncode}"
            except TimeoutError:
                measured.failed = f"not done after {PROGRAM_SECONDS:.0f} s"
            finally:
                await _end(process)
    return measured


async def _take(process: Process, measured: Measured) -> None:
    """Note what the program prints until it closes its output."""
    assert process.stdout is not None
    async for line in process.stdout:
        match msgspec.json.decode(line):
            case {"seconds": seconds}:
                measured.seconds.append(seconds)
            case {"started_ms": started}:
                measured.started_ms.append(started)
            case {"version": version, "settings": settings}:
                measured.version, measured.settings = version, settings


async def _end(process: Process) -> None:
    """Tell the program to stop its workers and itself; kill what is left of them."""
    if process.returncode is None:
        process.terminate()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    with contextlib.suppress(ProcessLookupError):  # which is what there should be
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _own_figures(results: Iterable[Any]) -> dict[tuple[str, str], float]:
    """Return Penstock's medians by kind of task and name of the row."""
    results = list(results)
    seconds = {row.name: median(sample.seconds for sample in row.samples) for row in results if isinstance(row, Row)}
    own = {
        (kind, f"{workload} s"): seconds[name]
        for workload, rows in _ROWS.items()
        for kind, name in rows.items()
        if name in seconds
    }
    latencies = [one.direct_ms for one in results if isinstance(one, Latency)]
    for name, part in _PARTS.items():
        for kind in _KINDS.values() if latencies else ():
            own[kind, f"B6 {name} ms"] = median(percentile(times, part) for times in latencies)
    return own


def _columns(peer: str) -> list[tuple[str, int]]:
    return [(f"Penstock {_KINDS[peer]}", 17), (peer, 10), ("times", 8)]


def _cells(own: float | None, peer: Measured | None, name: str) -> str:
    value = peer.figures()[name] if peer else None
    ratio = f"{value / own:.2f}" if own and value else "-"
    return f"{_number(own):>17}{_number(value):>10}{ratio:>8}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _settings_line(one: Measured) -> str:
    found = ", ".join(f"{name.removeprefix(one.workload)[1:]} {value:.3f}" for name, value in one.figures().items())
    spread = f" ({min(one.seconds):.3f}-{max(one.seconds):.3f})" if one.seconds else ""
    failed = f"; FAILED: {one.failed}" if one.failed else ""
    return f"    {one.workload} {one.peer} {one.version}, {one.settings}: {found or 'nothing'}{spread}{failed}"
