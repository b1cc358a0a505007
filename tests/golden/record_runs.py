"""How the golden runs were made: the runs by which the dashboard's fold is held to the scheduler's.

Record them anew when the core behaves differently or the API describes events differently:
``PYTHONPATH=tests python tests/golden/record_runs.py``. It writes every file of ``tests/golden/runs/`` and
``tests/golden/lifecycle.json``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random

from core_driver import Life, Temper
from golden import scenarios
from golden.recorder import Recorder, begin, dag, run_id, task
from golden.runs_kit import described_lifecycle, described_run
from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.dag import DagSpec, TaskSpec, dag_version

DIRECTORY = Path(__file__).parent / "runs"
LIFECYCLE = Path(__file__).parent / "lifecycle.json"


async def chain_stumbles(recorder: Recorder) -> None:
    """Six tasks in a row; the third fails once and is tried again."""
    names = [f"step-{number}" for number in range(1, 7)]
    tasks = [task(name, *names[:place][-1:], retries=2) for place, name in enumerate(names)]
    run, attempts = await begin(recorder, dag("chain", *tasks))
    for name in names:
        if name == "step-3":
            await recorder.take(attempts.started(name))
            await recorder.take(attempts.failed(name))
            await recorder.wait(run, 60)
        await attempts.done(name, 2 if name == "step-3" else 1)


async def fan_of_fifty(recorder: Recorder) -> None:
    """One task, fifty that need it, one that needs all of those; they end in another order than they start."""
    names = [f"part-{number:02d}" for number in range(50)]
    tasks = (task("split"), *(task(name, "split") for name in names), task("join", *names))
    _, attempts = await begin(recorder, dag("fan", *tasks))
    await attempts.done("split")
    for some in (names[:20], names[20:]):
        await recorder.take(*(attempts.started(name) for name in some))
        await recorder.take(*(attempts.succeeded(name) for name in reversed(some)))
    await attempts.done("join")


async def lost_too_often(recorder: Recorder) -> None:
    """What kills its workers fails as lost, and takes with it a row of tasks behind it."""
    tasks = (task("killer", retries=5), task("next", "killer"), task("after", "next"), task("last", "after", "apart"))
    run, attempts = await begin(recorder, dag("lost-often", *tasks, task("apart")))
    await attempts.done("apart")
    for attempt in (1, 2, 3):
        await recorder.take(attempts.started("killer", attempt))
        await recorder.take(attempts.lost("killer", attempt))
        if attempt == 1:
            await recorder.take(attempts.succeeded("killer", attempt))  # too late
    await recorder.take(e.RunCancelled(run_id=run))


async def cancelled_at_once(recorder: Recorder) -> None:
    """Cancelled before anything was done for it."""
    definition = dag("unwanted", task("a"), task("b", "a"))
    await recorder.register(definition)
    requested = e.RunRequested(run_id=run_id(1), dag_id="unwanted", version=dag_version(definition))
    await recorder.take(requested, e.RunCancelled(run_id=run_id(1)))


async def cancelled_while_failing(recorder: Recorder) -> None:
    """Attempts that fail, are lost and are given back after the cancellation are not tried again."""
    names = ("fails", "lost", "returned", "succeeds")
    run, attempts = await begin(
        recorder, dag("stopped", *(task(name, retries=3) for name in names), task("b", "fails"))
    )
    await recorder.take(*(attempts.started(name) for name in names))
    await recorder.take(e.RunCancelled(run_id=run))
    await recorder.take(attempts.failed("fails"), attempts.lost("lost"))
    await recorder.take(attempts.returned("returned"), attempts.succeeded("succeeds", output=["kept"]))


async def clock_is_set_back(recorder: Recorder) -> None:
    """The server's clock goes back between the events: no time of the state runs backwards."""
    tasks = (task("a"), task("b", "a", retries=1), task("c", "b"))
    run, attempts = await begin(recorder, dag("clock", *tasks))
    await recorder.take(attempts.started("a"))
    recorder.now -= 20_000
    await recorder.take(attempts.succeeded("a"))
    await recorder.take(attempts.started("b"))
    recorder.now += 60_000
    await recorder.take(attempts.failed("b"))
    await recorder.wait(run, 60)
    recorder.now -= 300_000
    await recorder.take(attempts.started("b", 2))
    await recorder.take(attempts.succeeded("b", 2))
    await attempts.done("c")


SCENARIOS: Sequence[Callable[[Recorder], Awaitable[None]]] = (
    scenarios.diamond_succeeds,
    scenarios.retries_are_spent,
    scenarios.cancelled_in_the_middle,
    scenarios.worker_is_lost,
    scenarios.upstream_fails,
    scenarios.runs_interleave,
    chain_stumbles,
    fan_of_fifty,
    lost_too_often,
    cancelled_at_once,
    cancelled_while_failing,
    clock_is_set_back,
)

PLAYS: Sequence[tuple[str, Temper]] = (
    ("played_with_mishaps", Temper(seed=3, failing=0.2, losing=0.15, returning=0.15, noise=0.25)),
    ("played_and_cancelled", Temper(seed=11, failing=0.2, losing=0.1, returning=0.1, noise=0.25, cancelling=0.01)),
)
"""Lives as chance has them, determined by their seeds."""


def random_dag(chance: Random, size: int) -> DagSpec:
    """Return a DAG whose tasks each depend on a few of those before."""
    names = [f"t{number}" for number in range(size)]
    return dag("played", *(_random_task(chance, name, names[:number]) for number, name in enumerate(names)))


def _random_task(chance: Random, name: str, earlier: Sequence[str]) -> TaskSpec:
    wanted = chance.randrange(4) if earlier else 0
    dependencies = dict.fromkeys(chance.choice(earlier) for _ in range(wanted))
    return task(name, *dependencies, retries=chance.randrange(3))


async def recorded() -> dict[Path, bytes]:
    """Return every file as this version of the core makes it."""
    files = {LIFECYCLE: described_lifecycle()}
    for scenario in SCENARIOS:
        recorder = Recorder()
        await scenario(recorder)
        log = [decode_event(data) for data in recorder.log]
        files[DIRECTORY / f"{scenario.__name__}.json"] = described_run(log, run_id(1))
    for name, temper in PLAYS:
        life = Life([random_dag(Random(temper.seed), 24)], 1, temper).live()
        files[DIRECTORY / f"{name}.json"] = described_run(life.log, "r0")
    return files


async def main() -> None:
    DIRECTORY.mkdir(exist_ok=True)
    for path, content in (await recorded()).items():
        path.write_bytes(content)


if __name__ == "__main__":
    asyncio.run(main())
