"""How fast the dashboard is, in a headless Chromium on a real deployment: ``python -m browser`` in the folder ``bench``.

Every figure is the median of some repeats and is printed beside its budget. The history the pages show is made first
by running it: 100,000 runs take a minute or two.
"""

import argparse
import asyncio
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from browser.soak import soak
from playwright.async_api import Browser, async_playwright

from browser import scenes
from browser.figures import Figure
from browser.window import chromium_options
from suite.deployment import Deployment, Size, deployed


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="scenes by name, as home,run; by default all")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--runs", type=int, default=100_000, help="how many runs the history holds")
    parser.add_argument("--soak-minutes", type=float, default=0, help="also watch a page's memory for so long")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    figures = asyncio.run(_measure(options))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures)))


async def _measure(options: argparse.Namespace) -> list[Figure]:
    figures: list[Figure] = []
    wanted = set(options.only.split(",")) if options.only else set(scenes.SCENES)
    async with _stage() as (deployment, browser):
        print(f"{platform.machine()}, Chromium {browser.version}, appendfsync everysec, medians of {options.repeats}")
        stage = scenes.Stage(deployment, browser, options.repeats, options.runs)
        for name, scene in scenes.SCENES.items():
            if name not in wanted:
                continue
            async for figure in scene(stage):
                print(figure.line(), flush=True)
                figures.append(figure)
        if options.soak_minutes:
            async for figure in soak(stage, options.soak_minutes):
                print(figure.line(), flush=True)
                figures.append(figure)
    return figures


@asynccontextmanager
async def _stage() -> AsyncIterator[tuple[Deployment, Browser]]:
    async with deployed("everysec", Size(slots=64)) as deployment, async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium_options())
        try:
            yield deployment, browser
        finally:
            await browser.close()


if __name__ == "__main__":
    main()
