"""Scenes: what moves under somebody's hand moves smoothly."""

from collections.abc import AsyncIterator, Sequence
from statistics import mean

from playwright.async_api import Locator, Page

from browser.figures import Figure, of
from browser.pages import GRAPH
from browser.stage import Stage
from browser.window import frames, opening, there, watch_frames
from suite import shapes

STEPS = 90
SETTLE_MS = 500
TIMELINE_TASKS = 13_330
"""Three events each, and a few of the run."""
TIMELINE_ROWS = there('[data-testid="timeline"] [role="row"]', 10)
SCRUBBER = there('[data-testid="scrubber"] [role="slider"]')
SLIDER = '[data-testid="scrubber"] [role="slider"]'


async def pan(stage: Stage) -> AsyncIterator[Figure]:
    """Pan and zoom the graph of a run."""
    [run_id] = await stage.ended_runs("layered-5000", shapes.layered(5000, 50))
    panned, zoomed = [], []
    for _ in range(stage.repeats):
        async with stage.window() as page:
            await opening(page, stage.url(f"/ui/runs/{run_id}"), f"{GRAPH} && {SCRUBBER}")
            box = page.locator('[data-graph="canvas"], [aria-label^="Graph of"]').first
            panned.append(_rate(await _drag(page, box)))
            zoomed.append(_rate(await _zoom(page, box)))
    yield of("graph of 5,000 tasks: panned", panned, "fps", 30, at_least=True)
    yield of("graph of 5,000 tasks: zoomed", zoomed, "fps", 30, at_least=True)


async def timeline(stage: Stage) -> AsyncIterator[Figure]:
    """Scroll the events of a long run; drag its scrubber, and that of a run of many tasks beside graph and Gantt."""
    [long] = await stage.ended_runs("long", shapes.fan(TIMELINE_TASKS))
    [large] = await stage.ended_runs("layered-5000", shapes.layered(5000, 50))
    scrolled, jumped, dragged = [], [], []
    for _ in range(stage.repeats):
        async with stage.window() as page:
            await opening(page, stage.url(f"/ui/runs/{long}?tab=events"), f"{TIMELINE_ROWS} && {SCRUBBER}")
            dragged.append(max(await _scrub(page)))
            scrolled.append(max(await _scroll(page)))
            jumped.append(max(await _jump(page)))
    events = len(await stage.events(long))
    yield of(f"timeline of {events:,} events scrolled by wheel: longest frame", scrolled, "ms", 50)
    yield of("the same, by its bar: longest frame", jumped, "ms", 50)
    yield of("the same, scrubber dragged: longest frame", dragged, "ms", 50)
    for tab, ready in (("graph", GRAPH), ("gantt", there('[data-testid="gantt"]'))):
        beside = []
        for _ in range(stage.repeats):
            async with stage.window() as page:
                await opening(page, stage.url(f"/ui/runs/{large}?tab={tab}"), f"{ready} && {SCRUBBER}")
                beside.append(max(await _scrub(page)))
        yield of(f"scrubber dragged beside the {tab} of 5,000 tasks: longest frame", beside, "ms", 50)


def _rate(times: Sequence[float]) -> float:
    return 1000 / mean(times)


async def _drag(page: Page, target: Locator) -> list[float]:
    x, y, width, height = await _box(target)
    await page.wait_for_timeout(SETTLE_MS)
    await page.mouse.move(x + width * 0.5, y + height * 0.5)
    await page.mouse.down()
    await watch_frames(page)
    for step in range(STEPS):
        swing = abs((step / 30) % 2 - 1) - 0.5
        await page.mouse.move(x + width * (0.5 + swing * 0.7), y + height * (0.5 + swing * 0.5))
    times = await frames(page)
    await page.mouse.up()
    return times


async def _zoom(page: Page, target: Locator) -> list[float]:
    x, y, width, height = await _box(target)
    await page.mouse.move(x + width * 0.4, y + height * 0.4)
    await page.wait_for_timeout(SETTLE_MS)
    await watch_frames(page)
    for step in range(STEPS):
        await page.mouse.wheel(0, -60 if step < STEPS // 2 else 60)
    return await frames(page)


async def _scroll(page: Page) -> list[float]:
    x, y, width, height = await _box(page.get_by_test_id("timeline"))
    await page.mouse.move(x + width / 2, y + height / 2)
    await page.wait_for_timeout(SETTLE_MS)
    await watch_frames(page)
    for step in range(STEPS):
        await page.mouse.wheel(0, 900 if step % 30 < 20 else -1500)
    return await frames(page)


async def _jump(page: Page) -> list[float]:
    """Scroll as the bar does: in each frame to quite another place."""
    await page.wait_for_timeout(SETTLE_MS)
    await watch_frames(page)
    await page.evaluate(
        """async (steps) => {
          const list = document.querySelector('[data-testid="timeline"]');
          for (let step = 0; step < steps; step += 1) {
            list.scrollTop = list.scrollHeight * (((step * 37) % steps) / steps);
            await new Promise(requestAnimationFrame);
          }
        }""",
        STEPS,
    )
    return await frames(page)


async def _scrub(page: Page) -> list[float]:
    """Drag the scrubber to its beginning and back, with jumps, as a hand does that looks for something."""
    x, y, width, height = await _box(page.locator(SLIDER))
    await page.wait_for_timeout(SETTLE_MS)
    await page.mouse.move(x + width - 2, y + height / 2)
    await page.mouse.down()
    await watch_frames(page)
    for step in range(STEPS):
        place = abs(1 - step * 2 / STEPS) if step % 10 else (step * 0.37) % 1
        await page.mouse.move(x + 2 + (width - 4) * place, y + height / 2)
    times = await frames(page)
    await page.mouse.up()
    return times


async def _box(target: Locator) -> tuple[float, float, float, float]:
    box = await target.bounding_box()
    if box is None:
        raise RuntimeError("what is to be moved is not on the page")
    return box["x"], box["y"], box["width"], box["height"]
