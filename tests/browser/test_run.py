"""The page of a run: live in its graph, its tasks and over time, cancelled, started again, told in words."""

import re

from playwright.sync_api import Locator, Page, expect

from browser_kit import Asked, Gates, definition, task
from browser_story import ENDINGS, Story
from penstock.client import Client
from penstock.core.status import RunStatus


def status(page: Page) -> Locator:
    return page.get_by_test_id("run-status")


def row(page: Page, task_id: str) -> Locator:
    """The line of a task in the list of tasks."""
    return page.get_by_role("grid", name="Tasks").get_by_role("row").filter(has_text=task_id)


def node(page: Page, words: str) -> Locator:
    """The card of a task in the graph: its name and its state."""
    return page.get_by_role("button", name=re.compile(f"^{words}"))


def test_the_graph_follows_the_tasks_of_a_run_live(window: Page, client: Client, gates: Gates, dag_id: str) -> None:
    tasks = {
        "load": task(gates.wait("load")),
        "clean": task(gates.wait("clean"), "load"),
        "tell": task("true", "clean"),
    }
    client.register(definition(dag_id, tasks), "one.json")
    run_id = client.run(dag_id).run_id
    asked = Asked(window)
    window.goto(f"/ui/runs/{run_id}?tab=graph")
    expect(node(window, "load, running")).to_be_visible()
    expect(node(window, "clean, waiting")).to_be_visible()
    gates.open("load")
    expect(node(window, "load, succeeded")).to_be_visible()
    expect(node(window, "clean, running")).to_be_visible()
    gates.open("clean")
    expect(node(window, "tell, succeeded")).to_be_visible()
    expect(status(window)).to_contain_text("Succeeded")
    assert asked.times(f"/runs/{run_id}") == 1


def test_the_list_of_tasks_and_the_counts_follow_live(window: Page, client: Client, gates: Gates, dag_id: str) -> None:
    tasks = {"load": task(gates.wait("load")), "clean": task("exit 1", "load"), "tell": task("true", "clean")}
    client.register(definition(dag_id, tasks), "one.json")
    window.goto(f"/ui/runs/{client.run(dag_id).run_id}?tab=tasks")
    expect(row(window, "load")).to_contain_text("Running")
    expect(window.get_by_role("button", name="2 waiting")).to_be_visible()
    gates.open("load")
    for task_id, state in {"load": "Succeeded", "clean": "Failed", "tell": "Upstream failed"}.items():
        expect(row(window, task_id)).to_contain_text(state)
        expect(window.get_by_role("button", name=f"1 {state.lower()}", exact=True)).to_be_visible()
    expect(status(window)).to_contain_text("Failed")


def test_a_run_that_becomes_late_gets_a_mark_while_somebody_looks(
    window: Page, client: Client, gates: Gates, dag_id: str
) -> None:
    spec = definition(dag_id, {"load": task(gates.wait("load"))}, late_after=2)
    client.register(spec, "one.json")
    window.goto(f"/ui/runs/{client.run(dag_id).run_id}?tab=timeline")
    expect(status(window)).to_contain_text("Running")
    expect(window.get_by_test_id("run-late")).to_be_visible()
    gates.open("load")
    expect(status(window)).to_contain_text("Succeeded")
    expect(window.get_by_test_id("run-late")).to_be_visible()


def test_a_count_narrows_the_list_to_the_tasks_that_it_counts(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}")
    window.get_by_role("button", name="2 upstream failed").click()
    expect(window.get_by_text(f"2 of {len(ENDINGS)} tasks")).to_be_visible()
    expect(row(window, "blocked")).to_be_visible()
    expect(row(window, "far")).to_be_visible()
    window.reload()
    expect(window.get_by_text(f"2 of {len(ENDINGS)} tasks")).to_be_visible()


def test_the_gantt_shows_every_task_with_its_state_and_time(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?tab=gantt")
    bars = window.get_by_role("listbox", name="Tasks over time").get_by_role("option")
    expect(bars).to_have_count(len(ENDINGS))
    expect(bars.filter(has_text="broken: Failed, ran")).to_be_visible()
    expect(bars.filter(has_text="flaky: Retrying, ran")).to_be_visible()
    bars.filter(has_text="broken").get_by_text("broken", exact=True).click()
    expect(window.get_by_test_id("task-panel")).to_have_attribute("data-task", "broken")


def test_how_the_gantt_is_arranged_stands_in_the_url(window: Page, client: Client, dag_id: str) -> None:
    tasks = {"quick": task(), "slow": task("sleep 1"), "last": task("true", "quick")}
    client.register(definition(dag_id, tasks), "one.json")
    window.goto(f"/ui/runs/{client.run(dag_id).run_id}?tab=gantt")
    expect(status(window)).to_contain_text("Succeeded")
    order = window.get_by_role("combobox", name="Order of the tasks")
    path = window.get_by_role("button", name="Critical path")
    order.select_option("Longest first")
    path.click()
    expect(window.get_by_text("1 of 3 tasks on the path")).to_be_visible()
    window.reload()
    expect(order).to_have_value("longest")
    expect(path).to_have_attribute("aria-pressed", "true")
    expect(window.get_by_role("listbox", name="Tasks over time").get_by_role("option").first).to_contain_text("slow")
    path.click()
    order.select_option("First activity")
    expect(window).to_have_url(re.compile(r"\?tab=gantt$"))


def test_over_time_and_in_the_events_tasks_go_by_their_names(window: Page, client: Client, dag_id: str) -> None:
    tasks = {"t1": task(name="Fetch <b>sales</b>"), "t2": task("true", "t1", name="Add up")}
    client.register(definition(dag_id, tasks), "one.json")
    run_id = client.run(dag_id).run_id
    window.goto(f"/ui/runs/{run_id}?tab=gantt")
    bars = window.get_by_role("listbox", name="Tasks over time")
    expect(bars.get_by_role("option").filter(has_text="Fetch <b>sales</b>")).to_be_visible()
    window.get_by_test_id("gantt-bars").hover(position={"x": 40, "y": 10})
    expect(window.get_by_role("tooltip")).to_contain_text("Fetch <b>sales</b>t1")
    window.goto(f"/ui/runs/{run_id}?tab=events&types=TaskReady")
    events = window.get_by_role("grid", name="Events of the run")
    expect(events).to_contain_text(
        "Add up (attempt 1) is ready on queue default: it waited for Fetch <b>sales</b> last."
    )
    window.get_by_role("searchbox", name="Find in events").fill("add up")
    expect(window.get_by_text(re.compile("^1 of .* events$"))).to_be_visible()
    window.get_by_role("searchbox", name="Find in events").fill("t1")
    expect(window.get_by_text(re.compile("^2 of .* events$"))).to_be_visible()
    window.get_by_role("button", name="Clear filters").click()
    expect(window).to_have_url(re.compile(r"\?tab=events$"))


def test_a_run_is_cancelled_and_shows_how_it_ends(window: Page, client: Client, gates: Gates, dag_id: str) -> None:
    client.register(definition(dag_id, {"held": task(gates.wait("never")), "next": task("true", "held")}), "one.json")
    run_id = client.run(dag_id).run_id
    window.goto(f"/ui/runs/{run_id}?tab=tasks")
    expect(row(window, "held")).to_contain_text("Running")
    window.get_by_role("button", name="Cancel", exact=True).click()
    dialog = window.get_by_role("dialog", name="Cancel this run?")
    dialog.get_by_role("button", name="Cancel the run").click()
    expect(dialog).to_be_hidden()
    for task_id in ("held", "next"):
        expect(row(window, task_id)).to_contain_text("Cancelled")
    expect(status(window)).to_contain_text("Cancelled")
    expect(window.get_by_role("button", name="Cancel", exact=True)).to_be_hidden()
    assert client.get_run(run_id).status is RunStatus.CANCELLED


def test_a_run_is_started_again_and_the_new_one_is_shown(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"only": task()}), "one.json")
    first = client.wait(client.run(dag_id).run_id, 60).run_id
    window.goto(f"/ui/runs/{first}")
    window.get_by_role("button", name="Rerun").click()
    expect(window).not_to_have_url(re.compile(first))
    expect(status(window)).to_contain_text("Succeeded")
    assert [run.run_id for run in client.runs(dag_id).runs] == [window.url.rpartition("/")[2], first]


def test_the_list_of_events_tells_a_failure_in_words(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?tab=events&types=TaskFailed,TaskUpstreamFailed")
    events = window.get_by_role("grid", name="Events of the run").get_by_role("row")
    told = [
        r"broken \(attempt 1\) failed on .* after .*exit code 7.* No attempt follows",
        r"flaky \(attempt 1\) failed on .* after .*exit code 3.* Another attempt follows in 1 h",
        r"blocked will not run: broken did not succeed",
        r"far will not run: blocked did not succeed",
    ]
    for words in told:
        expect(events.filter(has_text=re.compile(words))).to_have_count(1)


def test_events_are_found_by_words_and_by_task_and_the_url_remembers_it(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?tab=events")
    events = window.get_by_role("grid", name="Events of the run").get_by_role("row")
    window.get_by_role("searchbox", name="Find in events").fill("exit code 7")
    for _ in range(2):
        expect(events).to_have_count(1)
        expect(events).to_contain_text("broken")
        expect(window).to_have_url(re.compile("find=exit"))
        window.reload()


def test_an_event_opens_as_the_json_that_the_log_holds(window: Page, story: Story) -> None:
    window.goto(f"/ui/runs/{story.run_id}?tab=events&types=TaskFailed&find=broken")
    window.get_by_role("button", name=re.compile("^Event .* as JSON")).click()
    expect(window.get_by_role("region", name=re.compile("^Event .* as JSON"))).to_contain_text('"exit_code": 7')


def test_what_a_task_prints_stands_beside_it_live(window: Page, client: Client, gates: Gates, dag_id: str) -> None:
    command = f"echo first line; {gates.wait('go')}; echo second line"
    client.register(definition(dag_id, {"talk": task(command)}), "one.json")
    window.goto(f"/ui/runs/{client.run(dag_id).run_id}?task=talk")
    log = window.get_by_test_id("task-panel").get_by_role("log")
    expect(log).to_contain_text("first line")
    gates.open("go")
    expect(log).to_contain_text("second line")


def test_a_run_that_does_not_exist_says_so_and_leads_to_all_runs(window: Page) -> None:
    window.goto("/ui/runs/01jqz6x3v0c8f4m2t9s7k5hn1b-3")
    expect(window.get_by_text("There is no such run")).to_be_visible()
    window.get_by_role("link", name="See all runs").click()
    expect(window).to_have_url(re.compile("/ui/runs$"))


def test_the_list_of_tasks_names_the_row_that_is_picked_as_long_as_it_is_in_the_page(
    window: Page, client: Client, dag_id: str
) -> None:
    names = [f"task_{number:03}" for number in range(200)]
    client.register(definition(dag_id, {name: task() for name in names}), "many.json")
    run_id = client.run(dag_id).run_id
    window.goto(f"/ui/runs/{run_id}?tab=tasks")
    tasks = window.get_by_role("grid", name="Tasks")
    expect(tasks).to_have_attribute("aria-rowcount", "201")
    tasks.press("End")
    picked = tasks.get_by_role("row", selected=True)
    expect(picked).to_contain_text(names[-1])
    expect(picked).to_have_attribute("aria-rowindex", "201")
    expect(tasks).to_have_attribute("aria-activedescendant", picked.get_attribute("id") or "no id")
    tasks.hover()
    window.mouse.wheel(0, -20_000)
    expect(row(window, names[0])).to_be_visible()
    expect(tasks).not_to_have_attribute("aria-activedescendant", re.compile(""))
