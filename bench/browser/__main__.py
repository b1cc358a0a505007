"""How fast the dashboard is, in a headless Chromium on a real deployment: ``python -m browser``, in ``bench``.

Every figure is the median of some repeats, or what its name says, and is printed beside its budget. The history that
the pages show is made first by running it: 100,000 runs take a minute or two.
"""

import argparse
import asyncio
import os
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from playwright.async_api import Browser, async_playwright

from browser.figures import Figure
from browser.scenes import SCENES
from browser.soak import soak
from browser.stage import Stage
from browser.window import chromium_options
from suite.deployment import Deployment, Size, deployed


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help=f"scenes by name, of {','.join(SCENES)}; by default all")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--runs", type=int, default=100_000, help="how many runs the history holds")
    parser.add_argument("--soak-minutes", type=float, default=0, help="also watch what pages hold for so long")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    wanted = [name for name in options.only.split(",") if name] or list(SCENES)
    if unknown := set(wanted) - set(SCENES) - {"soak"}:
        parser.error(f"there is no scene {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    figures = asyncio.run(_measure(options, wanted))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures)))


async def _measure(options: argparse.Namespace, wanted: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    async for figure in _played(options, wanted):
        print(figure.line(), flush=True)
        figures.append(figure)
    over = sum(not figure.kept for figure in figures)
    print(f"{over} over budget" if over else "All budgets are kept.")
    return figures


async def _played(options: argparse.Namespace, wanted: list[str]) -> AsyncIterator[Figure]:
    async with _stage() as (deployment, browser):
        machine = f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, Chromium {browser.version}"
        print(f"{machine}, medians of {options.repeats}", flush=True)
        stage = Stage(deployment, browser, options.repeats, options.runs)
        await stage.prepare()
        for name in SCENES:
            if name in wanted:
                async for figure in SCENES[name](stage):
                    yield figure
        if options.soak_minutes:
            async for figure in soak(stage, options.soak_minutes):
                yield figure


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
