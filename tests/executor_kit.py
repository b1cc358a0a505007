"""What the tests of the executors share: executions, a sink that remembers, and waiting for conditions."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from penstock.core.dag import TaskSpec
from penstock_worker.executors.base import Cancellation, Execution, Executor, ExecutorSettings, Outcome, Stream
from penstock_worker.executors.callables import CallableExecutor

PATIENCE_S = 20.0


class Recorder:
    """A sink that keeps everything, and knows how much that was at most per write."""

    def __init__(self) -> None:
        self.chunks: list[tuple[Stream, bytes]] = []

    def write(self, stream: Stream, data: bytes) -> None:
        self.chunks.append((stream, data))

    def text(self, stream: Stream) -> str:
        return b"".join(data for name, data in self.chunks if name == stream).decode()


class Counter:
    """A sink that only counts."""

    def __init__(self) -> None:
        self.bytes = 0
        self.largest = 0

    def write(self, stream: Stream, data: bytes) -> None:
        self.bytes += len(data)
        self.largest = max(self.largest, len(data))


def shell(command: str, *, timeout_s: float | None = None, env: dict[str, str] | None = None) -> Execution:
    task = TaskSpec("extract", "Extract", command=command, timeout_seconds=timeout_s, env=env or {})
    return Execution("run-1", "nightly", 2, task)


def call(
    target: str,
    metadata: dict[str, object] | None = None,
    *,
    timeout_s: float | None = None,
    env: dict[str, str] | None = None,
) -> Execution:
    task = TaskSpec("load", "Load", callable=target, metadata=metadata or {}, timeout_seconds=timeout_s, env=env or {})
    return Execution("run-1", "nightly", 2, task)


async def run(executor: Executor, execution: Execution, sink: Recorder | Counter | None = None) -> Outcome:
    return await executor.execute(execution, sink or Recorder(), Cancellation())


async def until(condition: Callable[[], bool], what: str) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    """True if the process exists and has not ended (a zombie has)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def exists(pid: int) -> bool:
    """True if the process stands in the process table, dead or alive."""
    return Path(f"/proc/{pid}").exists()


def error_kind(outcome: Outcome) -> str:
    return outcome.error.kind if outcome.error else ""


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def children() -> set[int]:
    """The children of this process that stand in the process table, dead or alive, adopted ones too."""
    return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))


def value_of(outcome: Outcome) -> object:
    """The return value of a callable that succeeded."""
    assert outcome.status == "succeeded", outcome
    return None if outcome.output is None else msgspec.json.decode(outcome.output)


@asynccontextmanager
async def tidy_callable_executor(grace_s: float = 0.3) -> AsyncIterator[CallableExecutor]:
    """An executor that must have left nothing behind once it is closed."""
    before, descriptors = children(), open_descriptors()
    executor = CallableExecutor(ExecutorSettings(grace_s=grace_s, max_idle_children=2))
    yield executor
    await executor.close()
    assert children() <= before, "a child process was left behind"
    assert open_descriptors() == descriptors, "a file descriptor was left open"
