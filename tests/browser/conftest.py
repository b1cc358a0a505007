"""A real Chromium on a real stack: a window of its own for each test."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browser_kit import PATIENCE_MS, Gates, chromium_options, opened
from browser_story import Story, story_definition
from penstock.client import Client
from up_kit import ROOT, Up, up, wait_until


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The whole stack, with short waits so that a retry is seen while a test looks."""
    with up(tmp_path_factory.mktemp("dashboard") / "data", "--slots", "24", cwd=ROOT) as running:
        yield running


@pytest.fixture
def client(stack: Up) -> Iterator[Client]:
    with stack.client() as client:
        yield client


@pytest.fixture
def dag_id(request: pytest.FixtureRequest) -> str:
    """The id of a DAG that belongs to this test alone."""
    return re.sub(r"\W+", "_", request.node.name).strip("_")


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[Gates]:
    """Tasks that the test holds back; none of them outlives it."""
    gates = Gates(tmp_path)
    yield gates
    gates.open_all()


@pytest.fixture(scope="session")
def story(stack: Up, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A run in which everything has happened that can happen to a task, and that goes on; for tests that only look."""
    gates = Gates(tmp_path_factory.mktemp("story"))
    with stack.client() as client:
        dag_id = client.register(story_definition(gates), "story.json").dag_id
        run_id = client.run(dag_id).run_id
        story = Story(dag_id, run_id)
        wait_until("everything has happened", lambda: story.is_told(client))
        yield story
        client.cancel(run_id)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for longer: while Playwright is there, its event loop is, and tests that bring their own could not run.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser, stack: Up) -> Iterator[Page]:
    """A window on the dashboard. Whatever goes wrong in it, unseen, fails the test."""
    with opened(browser, stack.url) as (page, watched):
        yield page
    assert watched.complaints == []
