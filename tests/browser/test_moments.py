"""The time machine of a run: at every moment of its history the page shows what the log says of that moment."""

import re
from collections import Counter

from playwright.sync_api import Locator, Page, expect

from browser_kit import Gates, definition, task
from browser_story import ENDINGS, Story, moments
from penstock.client import Client


def scrubber(page: Page) -> Locator:
    return page.get_by_role("region", name="History of the run")


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Moment of the run")


def expect_states(page: Page, states: dict[str, str]) -> None:
    """The list of tasks and the counts show these states; a task that is not named has not moved yet."""
    all_states = {task_id: states.get(task_id, "Waiting") for task_id in ENDINGS}
    rows = page.get_by_role("grid", name="Tasks").get_by_role("row").filter(has=page.get_by_role("gridcell"))
    expect(rows).to_contain_text([f"{state}{task_id}" for task_id, state in all_states.items()])
    for state, number in Counter(all_states.values()).items():
        expect(page.get_by_role("button", name=f"{number} {state.lower()}", exact=True)).to_be_visible()


def test_a_link_to_a_moment_shows_the_run_as_it_was_then_and_now_leads_back(
    window: Page, client: Client, story: Story
) -> None:
    seq = next(
        event.seq
        for event in client.events(story.run_id)
        if event.type == "TaskStarted" and event.data["task_id"] == "broken"
    )
    states = dict(moments(client.events(story.run_id)))[seq]
    assert states["broken"] == "Running"
    window.goto(f"/ui/runs/{story.run_id}?tab=tasks&at={seq}")
    expect_states(window, states)
    expect(scrubber(window).get_by_text(re.compile("^You see .* the run went on"))).to_be_visible()
    scrubber(window).get_by_role("button", name="Now").click()
    expect(window.get_by_role("grid", name="Tasks").get_by_role("row").filter(has_text="broken")).to_contain_text(
        "Failed"
    )
    expect(scrubber(window).get_by_text("The present, live")).to_be_visible()
    expect(window).not_to_have_url(re.compile("at="))


def test_keys_walk_through_the_history_event_by_event_and_every_moment_is_what_the_log_says(
    window: Page, client: Client, story: Story
) -> None:
    window.goto(f"/ui/runs/{story.run_id}?tab=tasks")
    expect(scrubber(window).get_by_text("The present, live")).to_be_visible()
    window.keyboard.press("Home")
    told = list(moments(client.events(story.run_id)))
    for number, (seq, states) in enumerate(told, start=1):
        expect(slider(window)).to_have_attribute("aria-valuenow", str(number))
        expect_states(window, states)
        if number == 5:
            expect(window).to_have_url(re.compile(f"at={seq}$"))
        window.keyboard.press("ArrowRight")
    expect(scrubber(window).get_by_text("The present, live")).to_be_visible()
    window.keyboard.press("ArrowLeft")
    expect(slider(window)).to_have_attribute("aria-valuenow", str(len(told) - 1))
    window.keyboard.press("End")
    expect(scrubber(window).get_by_text("The present, live")).to_be_visible()


def test_the_strip_is_dragged_to_a_moment(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?tab=tasks")
    box = slider(window).bounding_box()
    assert box is not None
    window.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    window.mouse.down()
    window.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2, steps=8)
    window.mouse.up()
    expect(slider(window)).to_have_attribute("aria-valuenow", "1")
    expect(window.get_by_role("button", name=f"{len(ENDINGS)} waiting", exact=True)).to_be_visible()


def test_the_graph_and_the_gantt_show_the_moment_too(window: Page, client: Client, story: Story) -> None:
    seq = next(event.seq for event in client.events(story.run_id) if event.type == "RunStarted")
    window.goto(f"/ui/runs/{story.run_id}?tab=graph&at={seq}")
    expect(window.get_by_role("button", name=re.compile("^broken, waiting"))).to_be_visible()
    window.goto(f"/ui/runs/{story.run_id}?tab=gantt&at={seq}")
    bars = window.get_by_role("listbox", name="Tasks over time").get_by_role("option")
    expect(bars.filter(has_text=": Waiting")).to_have_count(len(ENDINGS))


def test_a_play_of_the_history_comes_to_its_end(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"one": task(), "two": task("true", "one")}), "one.json")
    run_id = client.wait(client.run(dag_id).run_id, 60).run_id
    window.goto(f"/ui/runs/{run_id}?tab=tasks")
    expect(scrubber(window).get_by_text("The run as it ended")).to_be_visible()
    window.keyboard.press("Home")
    expect(scrubber(window).get_by_text(re.compile("^You see"))).to_be_visible()
    window.keyboard.press("Space")
    expect(scrubber(window).get_by_text("The run as it ended")).to_be_visible()


def test_a_moment_that_is_looked_at_stays_while_the_run_goes_on(
    window: Page, client: Client, gates: Gates, dag_id: str
) -> None:
    client.register(definition(dag_id, {"held": task(gates.wait("held")), "next": task("true", "held")}), "one.json")
    run_id = client.run(dag_id).run_id
    window.goto(f"/ui/runs/{run_id}?tab=tasks")
    held = window.get_by_role("grid", name="Tasks").get_by_role("row").filter(has_text="held")
    expect(held).to_contain_text("Running")
    # The run is told before its history is here, and without that there is no moment to go to.
    expect(slider(window)).to_have_attribute("aria-valuemax", re.compile("^[1-9]"))
    window.keyboard.press("Home")
    expect(held).to_contain_text("Waiting")
    gates.open("held")
    client.wait(run_id, 60)
    expect(slider(window)).to_have_attribute("aria-valuemax", str(len(list(client.events(run_id)))))
    expect(held).to_contain_text("Waiting")
    scrubber(window).get_by_role("button", name="Now").click()
    expect(held).to_contain_text("Succeeded")
