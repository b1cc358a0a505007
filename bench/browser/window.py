"""A window of Chromium that says when something appeared, and how long its frames took."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

PATIENCE_MS = 60_000

_FRAMES = """() => {
  window.frameTimes = [];
  let last = performance.now();
  const note = (now) => { window.frameTimes.push(now - last); last = now; window.noting = requestAnimationFrame(note); };
  window.noting = requestAnimationFrame((now) => { last = now; window.noting = requestAnimationFrame(note); });
}"""


def chromium_options() -> dict[str, Any]:
    """Return how to start the Chromium of this machine."""
    names = ("chromium", "google-chrome-stable", "google-chrome", "chromium-browser")
    path = next((found for name in names if (found := shutil.which(name))), None)
    quiet = ("quic", "gpu", "background-networking", "component-update", "sync")
    arguments = ["--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    return {"args": [*arguments, "--enable-precise-memory-info"]} | ({"executable_path": path} if path else {})


@asynccontextmanager
async def opened(browser: Browser) -> AsyncIterator[Page]:
    """Open a window with an empty cache."""
    context = await browser.new_context(viewport={"width": 1400, "height": 900})
    try:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page
    finally:
        await context.close()


async def appears(page: Page, url: str, selector: str) -> float:
    """Go to a page; return ms from the request until the element is there, two frames after it was put there."""
    await page.goto(url, wait_until="commit")
    await page.wait_for_selector(selector, state="visible")
    return float(
        await page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
        )
    )


async def watch_frames(page: Page) -> None:
    """Begin to note how long each frame takes."""
    await page.evaluate(_FRAMES)


async def frames(page: Page) -> list[float]:
    """Return how long each frame took since, ms."""
    times: list[float] = await page.evaluate("() => { cancelAnimationFrame(window.noting); return window.frameTimes; }")
    return times


async def heap_mebibytes(page: Page) -> float:
    """Return what the page's JavaScript holds after its garbage was collected."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    used: float = (await session.send("Runtime.getHeapUsage"))["usedSize"]
    await session.detach()
    return used / 2**20
