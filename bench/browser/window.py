"""A window of Chromium that says when something was drawn, and how long its frames took."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

PATIENCE_SECONDS = 90
POLL_SECONDS = 0.05
COLLECTIONS = 3
"""What only dead elements of the page hold is free after the first, and gone after the next."""

_READY = """
window.readyAt = null;
(() => {
  const drawn = () => requestAnimationFrame(() => setTimeout(() => { window.readyAt = performance.now(); }));
  const look = () => ((%s) ? drawn() : requestAnimationFrame(look));
  requestAnimationFrame(look);
})();
"""
"""Looks once per frame; what is there then has been drawn when the next frame is over, and the page answers again."""

_FRAMES = """() => {
  window.frameTimes = [];
  let last = null;
  const note = (now) => {
    if (last !== null) window.frameTimes.push(now - last);
    last = now;
    window.noting = requestAnimationFrame(note);
  };
  window.noting = requestAnimationFrame(note);
}"""


def chromium_options() -> dict[str, Any]:
    """Return how to start the Chromium of this machine."""
    names = ("chromium", "google-chrome-stable", "google-chrome", "chromium-browser")
    path = next((found for name in names if (found := shutil.which(name))), None)
    quiet = ("quic", "gpu", "background-networking", "component-update", "sync")
    arguments = ["--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    return {"args": arguments} | ({"executable_path": path} if path else {})


@asynccontextmanager
async def opened(browser: Browser) -> AsyncIterator[Page]:
    """Open a window with an empty cache, of the size of a laptop's."""
    context = await browser.new_context(viewport={"width": 1400, "height": 900})
    try:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        yield page
    finally:
        await context.close()


def there(selector: str, count: int = 1) -> str:
    """Return the condition that so many elements are there."""
    return f"document.querySelectorAll({selector!r}).length >= {count}"


async def opening(page: Page, url: str, condition: str) -> float:
    """Go to a page; return ms from the start of the navigation until the condition holds and that is drawn."""
    await page.add_init_script(_READY % condition)
    await page.goto(url, wait_until="commit")
    return await _ready(page)


async def acting(page: Page, act: str, condition: str) -> float:
    """Do something in a page (JavaScript); return ms until the condition holds and that is drawn."""
    begun: float = await page.evaluate(
        f"() => {{ const at = performance.now(); {act}; {_READY % condition} return at; }}"
    )
    return await _ready(page) - begun


async def _ready(page: Page) -> float:
    await until(page, "window.readyAt !== null")
    at: float = await page.evaluate("window.readyAt")
    return at


async def until(page: Page, condition: str) -> None:
    """Wait until a condition (JavaScript) holds; Playwright's own way is forbidden by the policy of the page.

    Raises:
        TimeoutError: it does not come to hold.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await page.evaluate(condition):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_SECONDS} s at {page.url}: {condition}")
        await asyncio.sleep(POLL_SECONDS)


async def script_kibibytes(page: Page) -> float:
    """Return the size of the scripts that the page has loaded, as they came over the wire."""
    sizes: list[int] = await page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js'))"
        ".map((one) => one.encodedBodySize)"
    )
    return sum(sizes) / 1024


async def watch_frames(page: Page) -> None:
    """Begin to note how long each frame takes."""
    await page.evaluate(_FRAMES)


async def frames(page: Page) -> list[float]:
    """Return how long each frame has taken since, ms."""
    times: list[float] = await page.evaluate("() => { cancelAnimationFrame(window.noting); return window.frameTimes; }")
    return times


async def heap_mebibytes(page: Page) -> float:
    """Return what the page's JavaScript holds after its garbage was collected."""
    session = await page.context.new_cdp_session(page)
    for _ in range(COLLECTIONS):
        await session.send("HeapProfiler.collectGarbage")
    used: float = (await session.send("Runtime.getHeapUsage"))["usedSize"]
    await session.detach()
    return used / 2**20
