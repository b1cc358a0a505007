"""What holds on every page: keys lead there, the palette finds it, the theme is kept, a wrong address says so."""

import re

from playwright.sync_api import Page, expect

from penstock.client import Client
from up_kit import ROOT

PAGES = {"d": "DAGs", "r": "Runs", "w": "Workers", "s": "System", "e": "Events", "h": "Home"}
"""The heading of each page by the key that opens it after `g`."""


def test_keys_lead_to_every_page(window: Page) -> None:
    window.goto("/")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    for key, title in PAGES.items():
        window.keyboard.press("g")
        window.keyboard.press(key)
        expect(window.get_by_role("heading", level=1, name=title)).to_be_visible()


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
    expect(window.get_by_text("There is no such page")).to_be_visible()
    window.get_by_role("link", name="Go home").click()
    expect(window).to_have_url(re.compile("/$"))
