"""Why a task stands where it stands: what it waits for, what released it, why it failed, where that began."""

import re

from playwright.sync_api import Locator, Page, expect

from browser_story import Story
from penstock.client import Client

AT = r"\d\d:\d\d:\d\d\.\d{3}"


def why(page: Page) -> Locator:
    """The reasons that the panel of a task gives."""
    return page.get_by_role("complementary", name=re.compile("^Task ")).get_by_test_id("why").get_by_role("listitem")


def reason(page: Page, words: str) -> Locator:
    return why(page).filter(has_text=re.compile(words))


def test_a_waiting_task_names_the_dependency_that_it_waits_for(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?task=next")
    expect(reason(window, f"It waits for held, which has been running since {AT}")).to_be_visible()


def test_a_retrying_task_tells_its_failure_and_when_it_is_tried_again(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?task=flaky")
    expect(reason(window, f"Attempt 1 failed at {AT} on .*: exit code 3")).to_be_visible()
    expect(reason(window, f"It is tried again at {AT}: 2 attempts left")).to_be_visible()


def test_a_failed_task_tells_that_it_is_not_tried_again(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?task=broken")
    expect(reason(window, f"Attempt 1 failed at {AT} on .*: exit code 7")).to_be_visible()
    expect(reason(window, "It is not tried again: it failed once and has no retries")).to_be_visible()


def test_a_task_whose_upstream_failed_names_where_that_began_and_leads_there(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?task=far")
    expect(reason(window, "blocked will not run either")).to_be_visible()
    began = reason(window, f"broken failed at {AT}: that is where it began")
    expect(began).to_be_visible()
    began.get_by_role("button", name="broken").click()
    expect(window).to_have_url(re.compile("task=broken"))
    expect(reason(window, "exit code 7")).to_be_visible()


def test_a_task_that_is_done_tells_what_released_it(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?task=after")
    expect(reason(window, f"It could start when fine ended at {AT}, the last of what it waited for")).to_be_visible()


def test_the_reasons_are_those_of_the_moment_that_is_shown(window: Page, client: Client, story: Story) -> None:
    events = list(client.events(story.run_id))
    started = next(e for e in events if e.type == "TaskStarted" and e.data["task_id"] == "broken")
    window.goto(f"/ui/runs/{story.run_id}?task=blocked&at={started.seq}")
    expect(reason(window, f"It waits for broken, which has been running since {AT}")).to_be_visible()
    window.keyboard.press("End")
    expect(reason(window, f"broken failed at {AT}: that is where it began")).to_be_visible()


def test_a_time_in_a_reason_leads_to_its_moment_and_back(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?task=blocked")
    reason(window, "that is where it began").get_by_role("button", name=re.compile(AT)).click()
    expect(window).to_have_url(re.compile("at="))
    expect(window.get_by_text(re.compile("^You see"))).to_be_visible()
    window.go_back()
    expect(window.get_by_text("The present, live")).to_be_visible()
