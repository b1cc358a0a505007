"""A whole Penstock in one process, on the real server: for tests that watch runs happen."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.core.run import TaskState
from penstock.core.status import RUN_ENDED, RunStatus
from penstock.ids import new_run_id, partition_of_dag
from penstock.store.base import Store
from penstock.store.valkey import ValkeyStore, open_valkey
from penstock.store.views import RunView
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.target import Target
from penstock_scheduler.service import Scheduler
from penstock_worker.executors.base import Execution, ExecutorSettings, Outcome, OutputSink
from penstock_worker.executors.registry import load_executors
from penstock_worker.service import Worker

T = TypeVar("T")

PARTITIONS = 4
LEASE_SECONDS = 2.0


class Noop:
    """An executor that succeeds at once."""

    async def execute(self, execution: Execution, sink: OutputSink, cancel: asyncio.Event) -> Outcome:
        return Outcome("succeeded", exit_code=0)

    async def close(self) -> None:
        """There is nothing to give up."""


class Held:
    """An executor whose attempts last until the test lets them go, or they are cancelled."""

    def __init__(self) -> None:
        self.running: dict[str, asyncio.Event] = {}
        self._holding: Counter[asyncio.Event] = Counter()
        self.killed: list[str] = []

    async def execute(self, execution: Execution, sink: OutputSink, cancel: asyncio.Event) -> Outcome:
        name = execution.task.id
        release = self.running.get(name)
        if release is None or release.is_set():
            release = self.running[name] = asyncio.Event()
        # Attempts of one name that run at the same time are let go together.
        self._holding[release] += 1
        waits = [asyncio.ensure_future(release.wait()), asyncio.ensure_future(cancel.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            self._holding[release] -= 1
            if not self._holding[release] and self.running.get(name) is release:
                del self.running[name]
        if cancel.is_set():
            self.killed.append(execution.task.id)
            return Outcome("cancelled")
        return Outcome("succeeded", exit_code=0)

    async def close(self) -> None:
        """There is nothing to give up."""


def dag(
    dag_id: str,
    tasks: Mapping[str, Sequence[str]],
    command: str = "true",
    *,
    retries: int = 0,
    retry_delay_seconds: float = 5,
    timeout_seconds: float | None = None,
) -> DagSpec:
    """Return a DAG of like shell tasks from each task's dependencies."""
    specs = {
        name: TaskSpec(
            id=name,
            name=name,
            command=command,
            dependencies=tuple(dependencies),
            retries=retries,
            retry_delay_seconds=retry_delay_seconds,
            timeout_seconds=timeout_seconds,
        )
        for name, dependencies in tasks.items()
    }
    return DagSpec(id=dag_id, name=dag_id, tasks=specs)


DIAMOND: dict[str, tuple[str, ...]] = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}


async def eventually(condition: Callable[[], Awaitable[T | None]], what: str, seconds: float = 20) -> T:
    """Return the first true answer of ``condition``; fail with ``what`` was awaited when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        await asyncio.sleep(0.005)
    return answer


class Stack:
    """A store with schedulers and workers that a test starts and stops."""

    def __init__(self, store: ValkeyStore, url: str, prefix: str) -> None:
        self.store = store
        self.url = url
        self.prefix = prefix
        self._cleanup = AsyncExitStack()

    async def scheduler(
        self,
        store: Store | None = None,
        *,
        lease_seconds: float = LEASE_SECONDS,
        notify: Sequence[Target] = (),
        public_url: str = "",
    ) -> Scheduler:
        """Start a scheduler, by default on this store, with the targets it is to notify."""
        courier = Courier(notify, deployment=self.prefix, public_url=public_url)
        self._cleanup.push_async_callback(courier.close)
        scheduler = Scheduler(
            store or self.store,
            f"scheduler-{secrets.token_hex(3)}",
            lease_seconds=lease_seconds,
            worker_lease_seconds=LEASE_SECONDS,
            courier=courier,
        )
        await self._start(scheduler)
        return scheduler

    async def worker(
        self,
        executor: Noop | Held | None = None,
        *,
        store: Store | None = None,
        slots: int = 8,
        drain_seconds: float = 5,
    ) -> Worker:
        """Start a worker, by default with the real executors."""
        executors = load_executors(ExecutorSettings(grace_s=0.3)) if executor is None else {"shell": executor}
        worker = Worker(
            store or self.store,
            f"worker-{secrets.token_hex(3)}",
            executors,
            slots=slots,
            lease_seconds=LEASE_SECONDS,
            drain_seconds=drain_seconds,
            output_cap_bytes=1 << 20,
        )
        await self._start(worker)
        return worker

    async def _start(self, service: Scheduler | Worker) -> None:
        task = asyncio.create_task(service.run())

        async def end() -> None:
            service.stop()
            await task

        self._cleanup.push_async_callback(end)

    async def close(self) -> None:
        """Stop everything, last started first."""
        await self._cleanup.aclose()
        await self.store.close()

    async def start(self, spec: DagSpec) -> str:
        """Register a DAG, request a run of it, and return the run's id."""
        await self.store.register_dag(spec, dag_version(spec))
        return await self.again(spec.id)

    async def again(self, dag_id: str) -> str:
        """Request another run of a registered DAG."""
        partition = partition_of_dag(dag_id, self.store.partitions)
        run_id = new_run_id(partition, time.time_ns() // 1_000_000, secrets.token_bytes(10))
        await self.store.request_run(dag_id, run_id)
        return run_id

    async def view(self, run_id: str) -> RunView:
        """Return the run as projected."""
        view = await self.store.run(run_id)
        assert view is not None
        return view

    async def ended(self, run_id: str, seconds: float = 20) -> RunStatus:
        """Wait for the end of the run; return how it ended."""

        async def status() -> RunStatus | None:
            now = (await self.view(run_id)).summary.status
            return now if now in RUN_ENDED else None

        return await eventually(status, f"the end of {run_id}", seconds)

    async def history(self, run_id: str) -> list[e.AnyEvent]:
        """Return the run's events."""
        return [decode_event(entry.data) for entry in await self.store.run_events(run_id, 0, 100_000)]

    async def tasks(self, run_id: str) -> dict[str, TaskState]:
        """Return the tasks of the run by id."""
        view = await self.view(run_id)
        partition = partition_of_dag(view.summary.dag_id, self.store.partitions)
        spec = await self.store.definition(partition, view.summary.version)
        assert spec is not None
        return {name: view.tasks.get(number) or TaskState() for number, name in enumerate(spec.tasks)}


@asynccontextmanager
async def open_stack(url: str) -> AsyncIterator[Stack]:
    """Open an empty deployment of its own on the server."""
    prefix = f"t{secrets.token_hex(6)}"
    others = asyncio.all_tasks()
    stack = Stack(await open_valkey(url, prefix=prefix, partitions=PARTITIONS), url, prefix)
    try:
        yield stack
    finally:
        await stack.close()
    left = asyncio.all_tasks() - others - {asyncio.current_task()}
    assert not left, "something goes on after the end, and may yet open a connection"
