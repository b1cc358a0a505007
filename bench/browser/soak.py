"""A long look at pages that are live: what they hold must not grow."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from statistics import median

from playwright.async_api import Page

from browser.figures import Figure, of
from browser.pages import HOME, ROWS
from browser.stage import Stage
from browser.window import heap_mebibytes, opening, there
from suite import shapes

SAMPLES = 30
LOAD = 100
"""Events per second: a busy day of a team."""
STEP_SECONDS = 2.0
FLAT_PERCENT = 10
KIBIBYTES_PER_EVENT = 1
"""What the page of a run may keep of each event, to go back to its moment."""
RUN = "page of a run that goes on"


async def soak(stage: Stage, minutes: float) -> AsyncIterator[Figure]:
    """Watch Home, the runs page and the page of a run that goes on, all at once.

    What counts is how much more a page holds in the last third than in the first, medians. The page of a run keeps the
    history of that run, and may grow with it.
    """
    steps = int(minutes * 60 / STEP_SECONDS) + 60
    await stage.register(shapes.dag("endless", shapes.chain(steps), shapes.napping(STEP_SECONDS)))
    run_id = await stage.start("endless")
    places = {
        "home": ("/", HOME),
        "runs page": ("/ui/runs", ROWS),
        RUN: (f"/ui/runs/{run_id}", there('[role="slider"]')),
    }
    async with AsyncExitStack() as windows, stage.busy(LOAD):
        pages: dict[str, Page] = {}
        for name, (path, ready) in places.items():
            pages[name] = await windows.enter_async_context(stage.window())
            await opening(pages[name], stage.url(path), ready)
        held: dict[str, list[float]] = {name: [] for name in pages}
        events: list[int] = []
        begun = time.monotonic()
        for sample in range(SAMPLES):
            await asyncio.sleep(max(0.0, begun + (sample + 1) * minutes * 60 / SAMPLES - time.monotonic()))
            events.append(len(await stage.events(run_id)))
            for name, page in pages.items():
                held[name].append(await heap_mebibytes(page))
    await stage.cancel(run_id)
    for name, sizes in held.items():
        yield of(f"{name}, {minutes:g} minutes: memory held", sizes, "MiB")
        grown = _grown(sizes)
        if name == RUN:
            yield of(
                "the same: grown, for each event that came", [grown * 1024 / _grown(events)], "KiB", KIBIBYTES_PER_EVENT
            )
        else:
            yield of("the same: the last third above the first", [100 * grown / median(sizes)], "%", FLAT_PERCENT)


def _grown(values: Sequence[float]) -> float:
    third = len(values) // 3
    return median(values[-third:]) - median(values[:third])
