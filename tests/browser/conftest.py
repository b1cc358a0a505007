"""A real Chromium on a real stack: one of each for all tests of the dashboard, a window of its own for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser_kit import Watched, chromium_options
from penstock.client import Client
from up_kit import Up, up


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The whole stack, with short waits so that a retry is seen while a test looks."""
    with up(tmp_path_factory.mktemp("dashboard") / "data", "--slots", "16") as running:
        yield running


@pytest.fixture
def client(stack: Up) -> Iterator[Client]:
    with stack.client() as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser, stack: Up) -> Iterator[Page]:
    """A window on the dashboard. Whatever goes wrong in it, unseen, fails the test."""
    context = browser.new_context(base_url=stack.url, viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    watched = Watched(page)
    yield page
    context.close()
    assert watched.complaints == []
