"""What the golden logs tell of: one scenario for each way in which runs go."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from golden.recorder import Attempts, Recorder, begin, dag, run_id, task
from penstock.core import events as e
from penstock.core.notify import NotifySpec, Occasion

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def diamond_succeeds(recorder: Recorder) -> None:
    """Two branches, of which the second ends last; one task has an output."""
    _, attempts = await begin(recorder, dag("diamond", task("a"), task("b", "a"), task("c", "a"), task("d", "b", "c")))
    await attempts.done("a")
    await recorder.take(attempts.started("b"), attempts.started("c"))
    await recorder.take(attempts.succeeded("c", output={"rows": [1, 2.5, None, "größer"]}))
    await recorder.take(attempts.succeeded("b"))
    await attempts.done("d")


async def retries_are_spent(recorder: Recorder) -> None:
    """Three failures, two waits, and the end, later than the definition allows for."""
    told = (NotifySpec("ops"), NotifySpec("everybody", (Occasion.LATE, Occasion.SUCCEEDED)))
    stubborn = dag("stubborn", task("a", retries=2))
    stubborn = msgspec.structs.replace(stubborn, late_after_seconds=90.5, notify=told)
    run, attempts = await begin(recorder, stubborn)
    for attempt in (1, 2, 3):
        await recorder.take(attempts.started("a", attempt))
        await recorder.take(attempts.failed("a", attempt))
        if attempt < 3:
            await recorder.wait(run, 60)


async def cancelled_in_the_middle(recorder: Recorder) -> None:
    """Cancelled while tasks run, wait, retry and lie ready; a claim and a second cancellation come too late."""
    definition = dag("cancelled", task("runs"), task("retries", retries=1), task("ready"), task("waits", "runs"))
    run, attempts = await begin(recorder, definition)
    await recorder.take(attempts.started("runs"), attempts.started("retries"))
    await recorder.take(attempts.failed("retries"))
    await recorder.take(e.RunCancelled(run_id=run), e.RunCancelled(run_id=run))
    await recorder.take(attempts.started("ready"))
    await recorder.take(attempts.killed("runs"))
    await recorder.take(e.RunCancelled(run_id=run))


async def worker_is_lost(recorder: Recorder) -> None:
    """The first worker falls silent and reports too late, the second gives the attempt back, the third finishes it."""
    run, first = await begin(recorder, dag("lost", task("a"), task("b", "a")))
    second, third = Attempts(recorder, run, "worker-2"), Attempts(recorder, run, "worker-3")
    await recorder.take(first.started("a"))
    await recorder.take(first.lost("a"))
    await recorder.take(second.started("a", 2), first.succeeded("a", 1))
    await recorder.take(second.returned("a", 2))
    await third.done("a", 3)
    await third.done("b")


async def upstream_fails(recorder: Recorder) -> None:
    """One branch fails and takes its dependents with it; the other is done."""
    tasks = (task("a"), task("b", "a"), task("c", "b", "x"), task("x"), task("y", "x"))
    _, attempts = await begin(recorder, dag("broken", *tasks))
    await recorder.take(attempts.started("a"), attempts.started("x"))
    await recorder.take(attempts.failed("a"))
    await recorder.take(attempts.succeeded("x"))
    await attempts.done("y")


async def runs_interleave(recorder: Recorder) -> None:
    """Runs of two DAGs and two versions side by side, one in a trace, and a request for a version that is none."""
    one, two = dag("one", task("a"), task("b", "a")), dag("two", task("a"), task("b"))
    newer = msgspec.structs.replace(
        dag("one", task("a"), task("b", "a"), task("c", "b")), tags=("golden", "größer als zuvor")
    )
    _, first = await begin(recorder, one, 1)
    await recorder.register(two)
    await recorder.request(run_id(2), two, traceparent=TRACEPARENT)
    second = Attempts(recorder, run_id(2))
    await recorder.take(first.started("a"), second.started("b"))
    _, third = await begin(recorder, newer, 3)
    await recorder.take(second.succeeded("b"), first.succeeded("a"), third.started("a"), second.started("a"))
    await recorder.request(run_id(4), dag("one", task("unregistered")))
    await recorder.take(third.succeeded("a"), second.failed("a"), first.started("b"))
    await third.done("b")
    await recorder.take(first.succeeded("b"), third.started("c"), third.succeeded("c"))


async def log_forks(recorder: Recorder) -> None:
    """The log loses its last events in the middle of a run and goes on as another branch."""
    _, attempts = await begin(recorder, dag("forked", task("a"), task("b", "a")))
    await recorder.take(attempts.started("a"))
    recorder.fork()
    await recorder.take(attempts.succeeded("a"))
    await attempts.done("b")


SCENARIOS: Sequence[Callable[[Recorder], Awaitable[None]]] = (
    diamond_succeeds,
    retries_are_spent,
    cancelled_in_the_middle,
    worker_is_lost,
    upstream_fails,
    runs_interleave,
    log_forks,
)
