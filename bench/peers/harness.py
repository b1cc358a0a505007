"""What the programs of the peers have in common: their command line, their workers as children, their figures.

They run in an environment of their own (``requirements-peers.txt``), so nothing here imports Penstock or its packages.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

BENCH = Path(__file__).parent.parent
CHAIN, FIB = 40, 10
FAN = 1000
DIAMONDS = {"B5-200": 200, "B5-2000": 2000}
REQUESTS = 50
WORKLOADS = ("B1", "B4", *DIAMONDS, "B6")
WAIT_SECONDS = 300.0
"""How long any result is waited for: a workload that takes longer is a failure."""
STOP_SECONDS = 10.0


def redis_url() -> str:
    """Return the address of the server; it has a password in it, so it comes by environment."""
    return os.environ.get("PEERS_REDIS_URL", "redis://127.0.0.1:6379")


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return the command line that the programs share."""
    parser = argparse.ArgumentParser(description=description, epilog="PEERS_REDIS_URL: the address of the server")
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--repeats", type=int, default=5)
    return parser


@contextlib.contextmanager
def children(command: Sequence[str], count: int) -> Iterator[None]:
    """Run the command so many times around a block; SIGTERM ends the block, and its end stops them."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
    started: list[subprocess.Popen[bytes]] = []
    try:
        started += [subprocess.Popen(command, cwd=BENCH, stdin=subprocess.DEVNULL, stdout=2) for _ in range(count)]
        yield
    finally:
        for child in started:
            child.terminate()
        for child in started:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def report(**figures: str | float | list[float]) -> None:
    """Print figures as one line of JSON."""
    print(json.dumps(figures), flush=True)


def report_seconds(repeats: int, run: Callable[[], None]) -> None:
    """Run once to warm up, then report how long each repeat takes."""
    run()
    for _ in range(repeats):
        begun = time.monotonic()
        run()
        report(seconds=time.monotonic() - begun)
