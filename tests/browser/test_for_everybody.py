"""Every page, tab, panel and dialog: nobody is shut out of it, in either theme, and on a phone it fits the screen."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser_kit import Watched, opened, serious_violations
from browser_story import Story
from up_kit import Up


class View(NamedTuple):
    """Something to look at: where it is, what opens it there, and what shows that it is complete."""

    path: str
    shows: Callable[[Page], Locator]
    open: Callable[[Page], None] = lambda page: None


@pytest.fixture(scope="module")
def onlooker(browser: Browser, stack: Up) -> Iterator[tuple[Page, Watched]]:
    """One window for all these tests, which only look: to open it anew each time takes longer than to look."""
    with opened(browser, stack.url) as onlooker:
        yield onlooker


@pytest.fixture
def window(onlooker: tuple[Page, Watched]) -> Iterator[Page]:
    page, watched = onlooker
    yield page
    complaints, watched.complaints = watched.complaints, []
    assert complaints == []


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def write_a_dag(page: Page) -> None:
    page.get_by_role("button", name="New", exact=True).click()
    expect(dialog(page).get_by_role("textbox", name="Text of new.yaml")).to_be_visible()


def write_a_wrong_dag(page: Page) -> None:
    write_a_dag(page)
    dialog(page).get_by_role("textbox", name="Text of new.yaml").press("x")


def run_with_a_key(page: Page) -> None:
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Run with a key").click()


def open_the_palette(page: Page) -> None:
    expect(heading(page)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_placeholder("A page, a DAG, a run").fill("story")


def open_the_keys(page: Page) -> None:
    expect(heading(page)).to_be_visible()
    page.keyboard.press("?")


VIEWS = {
    "home": View("/", lambda page: page.get_by_role("region", name="Figures")),
    "DAGs": View("/ui/dags", lambda page: page.get_by_role("button", name="Run A story", exact=True)),
    "runs": View("/ui/runs", lambda page: page.get_by_role("row").nth(1)),
    "workers": View("/ui/workers", heading),
    "system": View("/ui/system", heading),
    "events": View("/ui/events", heading),
    "DAG, grid": View("/ui/dags/story?tab=grid", lambda page: page.get_by_role("gridcell").first),
    "DAG, graph": View(
        "/ui/dags/story?tab=graph&task=broken", lambda page: page.get_by_role("button", name=re.compile("^broken, "))
    ),
    "DAG, durations": View("/ui/dags/story?tab=durations", lambda page: page.get_by_role("heading", name="Whole runs")),
    "DAG, definition": View(
        "/ui/dags/story?tab=definition", lambda page: page.get_by_role("textbox", name="Definition of story")
    ),
    "DAG, versions": View("/ui/dags/story?tab=versions", lambda page: page.get_by_role("row").nth(1)),
    "run, graph": View(
        "/ui/runs/{run}?tab=graph", lambda page: page.get_by_role("button", name=re.compile("^broken, "))
    ),
    "run, Gantt": View("/ui/runs/{run}?tab=gantt", lambda page: page.get_by_role("option", name=re.compile("^broken"))),
    "run, tasks": View("/ui/runs/{run}?tab=tasks", lambda page: page.get_by_role("row").filter(has_text="broken")),
    "run, events": View(
        "/ui/runs/{run}?tab=events", lambda page: page.get_by_role("row").filter(has_text="broken").first
    ),
    "run, definition": View(
        "/ui/runs/{run}?tab=definition", lambda page: page.get_by_role("textbox", name="Definition as YAML")
    ),
    "run, a task that is done": View(
        "/ui/runs/{run}?tab=tasks&task=fine", lambda page: page.get_by_role("log").get_by_text("all is well")
    ),
    "run, a task beside it": View(
        "/ui/runs/{run}?tab=tasks&task=broken", lambda page: page.get_by_role("log").get_by_text("boom")
    ),
    "run, in the past": View(
        "/ui/runs/{run}?tab=graph&task=far&at=1", lambda page: page.get_by_role("button", name="Now")
    ),
    "task": View("/ui/runs/{run}/tasks/broken", lambda page: page.get_by_role("log").get_by_text("boom")),
    "task, failed in Python": View(
        "/ui/runs/{run}/tasks/raises", lambda page: page.get_by_role("region", name="Traceback")
    ),
    "editor, with mistakes": View(
        "/ui/dags", lambda page: dialog(page).get_by_role("list", name="Problems"), write_a_wrong_dag
    ),
    "run dialog": View("/ui/dags/story", dialog, run_with_a_key),
    "palette": View(
        "/ui/runs", lambda page: page.get_by_role("option", name=re.compile("A story")).first, open_the_palette
    ),
    "keys": View("/ui/runs", dialog, open_the_keys),
    "nothing": View("/ui/nothing", lambda page: page.get_by_text("There is no such page")),
}


def see(page: Page, view: View, story: Story) -> None:
    page.goto(view.path.format(run=story.run_id))
    view.open(page)
    expect(view.shows(page)).to_be_visible()


@pytest.mark.parametrize("name", VIEWS)
def test_nobody_is_shut_out_in_either_theme(window: Page, story: Story, name: str) -> None:
    found = {}
    window.set_viewport_size({"width": 1400, "height": 900})
    window.emulate_media(color_scheme="light", reduced_motion="reduce")
    see(window, VIEWS[name], story)
    for theme in ("light", "dark"):
        window.emulate_media(color_scheme=theme)
        expect(window.locator("html")).to_have_class(
            re.compile("dark") if theme == "dark" else re.compile("^(?!.*dark)")
        )
        found[theme] = serious_violations(window)
    assert found == {"light": [], "dark": []}


@pytest.mark.parametrize("name", VIEWS)
def test_it_is_not_wider_than_a_phone_a_tablet_or_a_small_window(window: Page, story: Story, name: str) -> None:
    window.set_viewport_size({"width": 390, "height": 844})
    see(window, VIEWS[name], story)
    assert window.evaluate("document.documentElement.scrollWidth") <= 390
    for width in (780, 1030):
        window.set_viewport_size({"width": width, "height": 844})
        # What depends on the width is drawn anew a moment later.
        window.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
