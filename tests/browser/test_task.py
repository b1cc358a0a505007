"""The page of a task: its attempts and how they ended, and its log: live, searched, coloured, taken home."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser_kit import Gates, definition, task
from browser_story import Story
from penstock.client import Client


@pytest.fixture
def started(client: Client, dag_id: str) -> "Started":
    return Started(client, dag_id)


class Started:
    """Registers a DAG of one task and starts it."""

    def __init__(self, client: Client, dag_id: str) -> None:
        self._client = client
        self._dag_id = dag_id

    def __call__(self, command: str, **settings: object) -> str:
        """Return the address of the task's page."""
        self._client.register(definition(self._dag_id, {"only": task(command, **settings)}), "one.json")
        return f"/ui/runs/{self._client.run(self._dag_id).run_id}/tasks/only"

    def ended(self, command: str, **settings: object) -> str:
        """Return the address of the task's page once it has ended."""
        address = self(command, **settings)
        self._client.wait(address.split("/")[3], 60)
        return address


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def line(page: Page, number: int) -> Locator:
    """The line of the log that has this number, without it."""
    return log(page).locator(f"[data-line='{number}'] > span:last-child")


def test_every_attempt_is_shown_with_its_own_log_and_end(window: Page, started: Started) -> None:
    command = 'echo "this is try $PENSTOCK_ATTEMPT"; [ $PENSTOCK_ATTEMPT -gt 1 ] || exit 4'
    window.goto(started.ended(command, retries=1, retry_delay_seconds=0))
    attempts = window.get_by_role("group", name="Attempts")
    expect(attempts.get_by_role("button", name=re.compile("^Attempt 1 failed"))).to_be_visible()
    expect(attempts.get_by_role("button", name=re.compile("^Attempt 2 succeeded"), pressed=True)).to_be_visible()
    expect(log(window)).to_contain_text("this is try 2")
    attempts.get_by_role("button", name=re.compile("^Attempt 1")).click()
    for _ in range(2):
        expect(log(window)).to_contain_text("this is try 1")
        expect(window.get_by_role("region", name="Error")).to_contain_text("exit code 4")
        expect(window.get_by_role("region", name="Attempt 1 of 2")).to_contain_text(re.compile("Exit code.*4"))
        expect(window).to_have_url(re.compile("attempt=1"))
        window.reload()


def test_a_next_attempt_appears_by_itself(window: Page, started: Started, gates: Gates) -> None:
    address = started(f"{gates.wait('go')}; exit 5", retries=1, retry_delay_seconds=0)
    window.goto(address)
    facts = window.get_by_role("region", name="Attempt 1 of 1")
    expect(facts.get_by_text("Running")).to_be_visible()
    gates.open("go")
    expect(window.get_by_role("region", name="Attempt 2 of 2").get_by_text("Failed", exact=True)).to_be_visible()
    expect(window.get_by_role("region", name="Error")).to_contain_text("exit code 5")


def test_an_error_of_a_callable_is_shown_with_its_traceback(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}/tasks/raises")
    expect(window.get_by_role("region", name="Error")).to_contain_text("JSONDecodeError")
    expect(window.get_by_role("region", name="Traceback")).to_contain_text("decoder.py")


def test_what_a_callable_returned_and_was_given_is_shown(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}/tasks/data")
    expect(window.get_by_role("region", name="Output", exact=True).first).to_contain_text("rows")
    expect(window.get_by_role("region", name="Definition")).to_contain_text("json:loads")


def test_a_task_that_never_ran_says_why_and_names_the_task_that_is_to_blame(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}/tasks/blocked")
    expect(window.get_by_text("It will not run")).to_be_visible()
    window.get_by_role("main").get_by_role("link", name="broken").first.click()
    expect(window).to_have_url(re.compile("/tasks/broken"))


def test_the_log_is_followed_to_its_last_line(window: Page, started: Started, gates: Gates) -> None:
    window.goto(started(f"seq 1 300; {gates.wait('go')}; seq 301 600; echo the end"))
    expect(line(window, 300)).to_have_text("300")
    expect(line(window, 300)).to_be_in_viewport()
    expect(window.get_by_role("button", name="Follow", pressed=True)).to_be_visible()
    gates.open("go")
    expect(line(window, 601)).to_have_text("the end")
    expect(line(window, 601)).to_be_in_viewport()


def test_who_reads_above_is_not_dragged_to_the_end(window: Page, started: Started, gates: Gates) -> None:
    window.goto(started(f"seq 1 300; {gates.wait('go')}; seq 301 600"))
    expect(line(window, 300)).to_be_in_viewport()
    log(window).press("Home")
    expect(line(window, 1)).to_be_in_viewport()
    gates.open("go")
    expect(window.get_by_role("region", name="Attempt 1 of 1").get_by_text("Succeeded")).to_be_visible()
    expect(line(window, 1)).to_be_in_viewport()


def test_a_search_finds_a_line_far_away_and_the_url_remembers_it(window: Page, started: Started) -> None:
    window.goto(started.ended("seq 1 4000; echo the Needle here; seq 4002 9000"))
    expect(line(window, 8999)).to_have_text("8999")
    window.get_by_role("searchbox", name="Search the log").fill("needle")
    for _ in range(2):
        expect(line(window, 4001)).to_be_in_viewport()
        expect(line(window, 4001).get_by_text("Needle", exact=True)).to_be_visible()
        expect(window.get_by_text("1 of 1 match")).to_be_visible()
        expect(window).to_have_url(re.compile("q=needle"))
        window.reload()


def test_a_link_to_a_line_opens_the_log_there(window: Page, started: Started) -> None:
    address = started.ended("seq 1 2000")
    window.goto(f"{address}?attempt=1&line=700")
    expect(line(window, 700)).to_have_text("700")
    expect(line(window, 700)).to_be_in_viewport()


def test_colours_of_a_terminal_are_shown_as_colours_and_not_as_codes(window: Page, started: Started) -> None:
    window.goto(started.ended(r"printf '\033[31mred\033[0m and \033[1;32mgreen\033[0m plain\n'"))
    expect(line(window, 1)).to_have_text("red and green plain")
    colours = {
        word: line(window, 1).get_by_text(word, exact=True).evaluate("element => getComputedStyle(element).color")
        for word in ("red", "green")
    }
    plain = line(window, 1).evaluate("element => getComputedStyle(element).color")
    assert len({*colours.values(), plain}) == 3


def test_standard_error_is_told_apart(window: Page, started: Started) -> None:
    window.goto(started.ended("echo wrong >&2"))
    expect(log(window)).to_contain_text("wrong")
    expect(log(window).get_by_title("Standard error")).to_be_visible()


def test_a_log_is_downloaded_whole(window: Page, started: Started, tmp_path: Path) -> None:
    window.goto(started.ended("seq 1 3000"))
    expect(line(window, 3000)).to_be_visible()
    with window.expect_download() as download:
        window.get_by_role("link", name="Download the log").click()
    download.value.save_as(tmp_path / "log")
    assert (tmp_path / "log").read_text().split() == [str(number) for number in range(1, 3001)]


def test_a_task_that_printed_nothing_says_so(window: Page, started: Started) -> None:
    window.goto(started.ended("true"))
    expect(window.get_by_text("Nothing was printed", exact=True)).to_be_visible()
