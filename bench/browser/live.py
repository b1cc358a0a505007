"""Scenes: how long it takes from an event in the log until the page shows it.

An event's ``at`` is the clock of the scheduler before it writes, the time in the page is that after the frame which
shows it, on the same machine: what is measured is a little more than what is promised.
"""

import asyncio
import random
from bisect import bisect_left
from collections.abc import AsyncIterator

from playwright.async_api import Page

from browser.figures import Figure, percentile_of
from browser.pages import HOME, ROWS
from browser.stage import Stage
from browser.window import opening, there, until
from penstock.core.dag import DagSpec
from suite import shapes

BUDGET_MS = 250
LOAD = 1000
"""Events per second."""
PROBES = 30
PROBE = "probe"
WALK = 60
WIDE = 5000
MOMENT = there('[data-testid="scrubber"][data-moment]')

_DRAWN = """
  const drawn = (tell) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => tell(Date.now());
    channel.port2.postMessage(0);
  });
"""

_SEE_RUNS = f"""() => {{
  {_DRAWN}
  window.seen = {{}};
  const look = () => {{
    const fresh = [...document.querySelectorAll('[data-run]')].map((one) => one.dataset.run)
      .filter((run) => !(run in window.seen));
    for (const run of fresh) window.seen[run] = null;
    if (fresh.length) drawn((now) => {{ for (const run of fresh) window.seen[run] = now; }});
  }};
  look();
  const watched = {{ subtree: true, childList: true, attributeFilter: ['data-run'] }};
  new MutationObserver(look).observe(document.body, watched);
}}"""

_SEE_MOMENTS = f"""() => {{
  {_DRAWN}
  window.seen = [];
  const scrubber = document.querySelector('[data-testid="scrubber"]');
  const look = () => {{
    const moment = Number(scrubber.dataset.moment);
    drawn((now) => window.seen.push([moment, now]));
  }};
  new MutationObserver(look).observe(scrubber, {{ attributeFilter: ['data-moment'] }});
}}"""


async def live(stage: Stage) -> AsyncIterator[Figure]:
    """Runs that appear on Home and on the runs page; every event of a run on its own page."""
    await stage.register(shapes.dag(PROBE, shapes.independent(1), shapes.napping(1.5)))
    for rate, how in ((0, "idle"), (LOAD, f"{LOAD:,} events/s")):
        for what, path, ready in (("home", "/", HOME), ("runs page", "/ui/runs", ROWS)):
            yield await _appearing(stage, f"event to pixel, {what}, {how}: p95", path, ready, rate)
    # Every slot is taken, and a task has three events.
    seconds = 3 * stage.deployment.size.slots / LOAD
    walk = shapes.dag("walk", shapes.chain(WALK), shapes.napping(0.08))
    wide = shapes.dag("wide", shapes.independent(WIDE), shapes.napping(seconds))
    for dag, how in ((walk, "idle"), (wide, f"{LOAD:,} events/s of its own")):
        delays = [delay for _ in range(stage.repeats) for delay in await _moments(stage, dag)]
        yield percentile_of(f"event to pixel, run page, {how}: p95", delays, 0.95, "ms", BUDGET_MS)


async def _appearing(stage: Stage, name: str, path: str, ready: str, rate: float) -> Figure:
    """Start runs at odd moments while a page is open; return how long after its request each is on the page."""
    delays: list[float] = []
    for _ in range(stage.repeats):
        async with stage.window() as page, stage.busy(rate):
            await opening(page, stage.url(path), ready)
            await page.evaluate(_SEE_RUNS)
            runs = [await _probe(stage) for _ in range(PROBES)]
            await until(page, f"window.seen[{runs[-1]!r}]")
            seen: dict[str, float | None] = await page.evaluate("window.seen")
            for run_id in runs:
                at = (await stage.events(run_id))[0].at
                shown = seen.get(run_id)
                # One that never came, since others pushed it out of sight: worse than any budget.
                delays.append(float("inf") if shown is None else shown - at)
    return percentile_of(name, delays, 0.95, "ms", BUDGET_MS)


async def _probe(stage: Stage) -> str:
    await asyncio.sleep(random.uniform(0.05, 0.25))  # noqa: S311  # no secret
    return await stage.start(PROBE)


async def _moments(stage: Stage, dag: DagSpec) -> list[float]:
    """Watch a run from its beginning; return how long after each event its page stands there."""
    await stage.register(dag)
    async with stage.window() as page:
        run_id = await stage.start(dag.id)
        await opening(page, stage.url(f"/ui/runs/{run_id}"), f"{MOMENT} && {there('[role=slider]')}")
        await page.evaluate(_SEE_MOMENTS)
        seen = await _until(stage, page, run_id)
    events = await stage.events(run_id)
    begun = seen[0][1]
    moments = [moment for moment, _ in seen]
    delays = []
    for number, event in enumerate(events, 1):
        place = bisect_left(moments, number)
        if event.at > begun and place < len(seen):
            delays.append(seen[place][1] - event.at)
    return delays


async def _until(stage: Stage, page: Page, run_id: str) -> list[tuple[int, float]]:
    await stage.end(run_id)
    total = len(await stage.events(run_id))
    await until(page, f"window.seen.some(([moment]) => moment >= {total})")
    seen: list[tuple[int, float]] = await page.evaluate("window.seen")
    return seen
