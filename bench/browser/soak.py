"""A long look at pages that are live: what they hold must not grow."""

import asyncio
import time
from collections.abc import AsyncIterator
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
RUN = "page of a run that goes on"
FRESH = "the same page, opened late"


async def soak(stage: Stage, minutes: float) -> AsyncIterator[Figure]:
    """Watch Home, the runs page and the page of a run that goes on, all at once.

    What counts is how much more a page holds in the last third of the time than in the first, medians. The page of a
    run keeps the history of that run: it may hold no more than one that was opened when two thirds were over.
    """
    steps = int(minutes * 60 / STEP_SECONDS) + 60
    await stage.register(shapes.dag("endless", shapes.chain(steps), shapes.napping(STEP_SECONDS)))
    run_id = await stage.start("endless")
    run = (f"/ui/runs/{run_id}", there('[role="slider"]'))
    places = {"home": ("/", HOME), "runs page": ("/ui/runs", ROWS), RUN: run, FRESH: run}
    held: dict[str, list[float]] = {name: [] for name in places}
    async with AsyncExitStack() as windows, stage.busy(LOAD):
        pages: dict[str, Page] = {}
        begun = time.monotonic()
        for sample in range(SAMPLES):
            for name, (path, ready) in places.items():
                if name not in pages and (name != FRESH or sample >= SAMPLES * 2 // 3):
                    pages[name] = await windows.enter_async_context(stage.window())
                    await opening(pages[name], stage.url(path), ready)
            await asyncio.sleep(max(0.0, begun + (sample + 1) * minutes * 60 / SAMPLES - time.monotonic()))
            for name, page in pages.items():
                held[name].append(await heap_mebibytes(page))
    await stage.cancel(run_id)
    fresh = held.pop(FRESH)
    for name, sizes in held.items():
        yield of(f"{name}, {minutes:g} minutes: memory held", sizes, "MiB")
        third = len(sizes) // 3
        before = fresh[third // 2 :] if name == RUN else sizes[:third]
        after = sizes[-third // 2 :] if name == RUN else sizes[-third:]
        than = "one that was opened late" if name == RUN else "in the first third"
        grown = 100 * (median(after) / median(before) - 1)
        yield of(f"the same: more in the end than {than}", [grown], "%", FLAT_PERCENT)
