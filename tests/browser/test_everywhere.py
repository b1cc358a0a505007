"""What holds on every page: keys lead there, the palette finds it, the theme is kept, a wrong address says so."""

import re

from playwright.sync_api import Locator, Page, expect

from browser_kit import Held, definition, run_row, task
from penstock.client import Client
from up_kit import ROOT

PAGES = {"d": "DAGs", "r": "Runs", "w": "Workers", "s": "System", "e": "Events", "h": "Home"}
"""The heading of each page by the key that opens it after `g`."""


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", level=1, name=name)


def test_keys_lead_to_every_page(window: Page) -> None:
    window.goto("/")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    for key, title in PAGES.items():
        window.keyboard.press("g")
        window.keyboard.press(key)
        expect(heading(window, title)).to_be_focused()
        expect(window).to_have_title(re.compile(f"^{title}.* · Penstock$"))


def test_the_focus_comes_to_the_heading_of_another_page_and_stays_where_a_page_is_only_narrowed(
    window: Page, client: Client, dag_id: str
) -> None:
    client.register(definition(dag_id, {"only": task()}, name="The one"), "one.json")
    run_id = client.wait(client.run(dag_id).run_id, 60).run_id
    window.goto(f"/ui/runs?dag={dag_id}")
    status = window.get_by_role("button", name="Succeeded", exact=True)
    status.press("Enter")
    expect(window).to_have_url(re.compile("status=succeeded"))
    expect(status).to_be_focused()
    run_row(window, run_id).get_by_role("link", name="Succeeded").press("Enter")
    expect(heading(window, "The one")).to_be_focused()
    expect(window).to_have_title("The one: Succeeded · Penstock")
    window.get_by_role("tab", name="Tasks").click()
    expect(window).to_have_url(re.compile("tab=tasks"))
    expect(window.get_by_role("tab", name="Tasks")).to_be_focused()


def test_the_focus_waits_for_the_heading_of_a_page_that_is_still_read(
    window: Page, client: Client, dag_id: str
) -> None:
    client.register(definition(dag_id, {"only": task()}, name="The one"), "one.json")
    run_id = client.run(dag_id).run_id
    held = Held(window, f"**/runs/{run_id}")
    window.goto(f"/ui/runs?dag={dag_id}")
    run_row(window, run_id).get_by_role("link", name=run_id).first.click()
    expect(window.get_by_text("Reading the run")).to_be_visible()
    expect(window.get_by_role("main")).to_be_focused()
    held.let_go()
    expect(heading(window, "The one")).to_be_focused()


def test_a_page_that_the_palette_leads_to_gets_the_focus(window: Page) -> None:
    window.goto("/ui/runs")
    expect(heading(window, "Runs")).to_be_visible()
    window.keyboard.press("Control+k")
    window.get_by_placeholder("A page, a DAG, a run").fill("page system")
    window.keyboard.press("Enter")
    expect(heading(window, "System")).to_be_focused()


def test_the_command_palette_finds_a_dag_and_starts_it(window: Page, client: Client) -> None:
    client.register((ROOT / "examples/sample.yaml").read_bytes())
    window.goto("/ui/runs")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    window.keyboard.press("Control+k")
    window.get_by_placeholder("A page, a DAG, a run").fill("run sample")
    window.get_by_role("option", name="Run Sample DAG").click()
    expect(window).to_have_url(re.compile(r"/ui/runs/[0-9a-z]{26}-\d+$"))


def test_a_chosen_theme_outlives_the_page(window: Page) -> None:
    window.emulate_media(color_scheme="light")
    window.goto("/ui/runs")
    window.get_by_role("button", name="Theme: as the system").click()
    window.get_by_role("button", name="Theme: light").click()
    window.reload()
    expect(window.locator("html")).to_have_class(re.compile("dark"))


def test_an_address_that_does_not_exist_says_so_and_leads_home(window: Page) -> None:
    window.goto("/ui/nothing/here")
    expect(heading(window, "There is no such page")).to_be_visible()
    expect(window).to_have_title("There is no such page · Penstock")
    window.get_by_role("link", name="Go home").click()
    expect(window).to_have_url(re.compile("/$"))
