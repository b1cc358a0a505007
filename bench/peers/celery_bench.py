"""The workloads on Celery's canvas: ``python -m peers.celery_bench B4``, in the folder ``bench``.

Redis is broker and result backend; a prefork worker runs the tasks. Everything else is Celery's default: tasks are
acknowledged just before they run (so those of a worker that dies are lost), results are kept for a day, JSON.
"""

import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from celery import Celery, chain, chord, group
from celery.result import ResultSet

from peers import harness
from suite import tasks

app = Celery("bench", broker=harness.redis_url(), backend=harness.redis_url())
noop = app.task(name="noop")(tasks.noop)
fib = app.task(name="fib")(tasks.fib)
now_ms = app.task(name="now_ms")(tasks.now_ms)


def main() -> None:
    """Start a worker, measure one workload, stop the worker."""
    parser = harness.arguments(__doc__)
    parser.add_argument("--concurrency", type=int, default=2, help="child processes of the worker")
    parser.add_argument("--prefetch", type=int, default=4, help="worker_prefetch_multiplier; 4 is Celery's default")
    options = parser.parse_args()
    harness.report(
        peer="celery",
        version=version("celery"),
        settings=f"prefork, concurrency {options.concurrency}, prefetch multiplier {options.prefetch}, "
        "without gossip and mingle, early acknowledgement",
    )
    worker = [sys.executable, "-m", "celery", "--quiet", "--app", "peers.celery_bench", "worker", "--loglevel", "ERROR"]
    worker += ["--pool", "prefork", "--concurrency", str(options.concurrency), "--without-gossip", "--without-mingle"]
    worker += ["--prefetch-multiplier", str(options.prefetch)]
    with harness.children(worker, 1):
        noop.si().apply_async().get(timeout=harness.WAIT_SECONDS)
        if options.workload == "B6":
            _requests(options.repeats)
        else:
            harness.report_seconds(options.repeats, _WORKLOADS[options.workload])


def _chain() -> None:
    assert _last(chain(*(fib.si(harness.FIB) for _ in range(harness.CHAIN)))) == tasks.fib(harness.FIB)


def _fan() -> None:
    _last(_spread(harness.FAN))


def _diamonds(runs: int) -> None:
    ends = [_spread(3).apply_async() for _ in range(runs)]
    ResultSet(ends).join_native(timeout=harness.WAIT_SECONDS)


def _spread(width: int) -> Any:  # noqa: ANN401  # Celery has no types
    """Return one task, then ``width`` at once, then one."""
    return chain(noop.si(), chord(group(noop.si() for _ in range(width)), noop.si()))


def _last(canvas: Any) -> Any:  # noqa: ANN401  # likewise
    """Run a canvas and return the result of its last task."""
    return canvas.apply_async().get(timeout=harness.WAIT_SECONDS)


def _requests(repeats: int) -> None:
    for _ in range(repeats):
        started = []
        for number in range(harness.REQUESTS + 1):
            begun = time.time() * 1000
            at = now_ms.apply_async().get(timeout=harness.WAIT_SECONDS)
            if number:
                started.append(at - begun)
        harness.report(started_ms=started)


_WORKLOADS: dict[str, Callable[[], None]] = {
    "B1": _chain,
    "B4": _fan,
    "B5-200": lambda: _diamonds(harness.DIAMONDS["B5-200"]),
    "B5-2000": lambda: _diamonds(harness.DIAMONDS["B5-2000"]),
}


if __name__ == "__main__":
    main()
