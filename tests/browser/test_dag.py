"""The pages of DAGs: runs are started, the grid shows and follows them, the definition is changed and compared."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from browser_kit import Gates, definition, drop, tab, task
from penstock.client import Client

RUN_URL = re.compile(r"/ui/runs/[0-9a-z]{26}-\d+")


def cell(page: Page, name: str) -> Locator:
    """The cells of the grid whose name, `task: state, run`, begins like this."""
    return page.get_by_role("grid", name="Runs and tasks").get_by_role("link", name=re.compile(f"^{name}"))


def test_a_run_is_started_from_the_list_without_leaving_it(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"only": task()}), "one.json")
    window.goto(f"/ui/dags?q={dag_id}")
    window.get_by_role("button", name=f"Run {dag_id}", exact=True).click()
    row = window.get_by_role("row").filter(has_text=dag_id)
    expect(row.get_by_text("Succeeded")).to_be_visible()
    window.get_by_role("button", name="Open the run").click()
    expect(window).to_have_url(RUN_URL)


def test_a_run_is_started_from_the_page_of_its_dag_and_shown(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"only": task()}), "one.json")
    window.goto(f"/ui/dags/{dag_id}")
    window.get_by_role("button", name="Run", exact=True).click()
    expect(window).to_have_url(RUN_URL)
    expect(window.get_by_test_id("run-status")).to_contain_text("Succeeded")
    assert [run.run_id for run in client.runs(dag_id).runs] == [window.url.rpartition("/")[2]]


def test_the_same_key_again_opens_the_same_run(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"only": task()}), "one.json")
    opened = []
    for _ in range(2):
        window.goto(f"/ui/dags/{dag_id}")
        window.get_by_role("button", name="More").click()
        window.get_by_role("menuitem", name="Run with a key").click()
        dialog = window.get_by_role("dialog", name=f"Run {dag_id}")
        dialog.get_by_label("Idempotency key").fill("today")
        dialog.get_by_role("button", name="Run", exact=True).click()
        expect(window).to_have_url(RUN_URL)
        opened.append(window.url)
    assert len(set(opened)) == 1


def test_dags_are_found_by_name_tag_and_last_run_and_the_url_remembers_it(
    window: Page, client: Client, dag_id: str
) -> None:
    for number, tags in enumerate([["nightly"], ["hourly"]]):
        client.register(definition(f"{dag_id}_{number}", {"only": task()}, tags=tags), "one.json")
    window.goto("/ui/dags")
    window.get_by_role("searchbox", name="Search DAGs").fill(dag_id)
    rows = window.get_by_role("row").filter(has_text=dag_id)
    expect(rows).to_have_count(2)
    window.get_by_label("Tag", exact=True).select_option("hourly")
    expect(rows).to_have_count(1)
    window.get_by_label("Last run", exact=True).select_option("never")
    expect(window).to_have_url(re.compile(rf"(?=.*q={dag_id})(?=.*tag=hourly)(?=.*status=never)"))
    window.reload()
    expect(window.get_by_role("searchbox", name="Search DAGs")).to_have_value(dag_id)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(f"{dag_id}_1")


def test_dags_by_last_run_stay_where_they_stand_until_the_list_is_sorted_again(
    window: Page, client: Client, dag_id: str
) -> None:
    first, second = (f"{dag_id}_{number}" for number in (1, 2))
    for one in (first, second):
        client.register(definition(one, {"only": task()}), "one.json")
        client.run(one)
    window.goto(f"/ui/dags?q={dag_id}&sort=last")
    rows = window.get_by_role("row").filter(has_text=dag_id)
    expect(rows).to_contain_text([second, first])
    run_id = client.run(first).run_id
    expect(window.locator(f"[data-dag='{first}'] a[href='/ui/runs/{run_id}']")).to_be_visible()
    expect(window.get_by_role("button", name="Sort again")).to_be_visible()
    assert [second in text for text in rows.all_inner_texts()] == [True, False]
    window.get_by_role("button", name="Sort again").click()
    expect(rows).to_contain_text([first, second])
    expect(window.get_by_role("button", name="Sort again")).to_be_hidden()


def test_the_grid_shows_the_state_of_every_task_and_goes_on_live(
    window: Page, client: Client, gates: Gates, dag_id: str
) -> None:
    tasks = {
        "fine": task(),
        "wrong": task("exit 1"),
        "blocked": task("true", "wrong"),
        "held": task(gates.wait("held")),
        "after": task("true", "held"),
    }
    client.register(definition(dag_id, tasks), "one.json")
    client.run(dag_id)
    window.goto(f"/ui/dags/{dag_id}")
    states = {"fine": "Succeeded", "wrong": "Failed", "blocked": "Upstream failed", "held": "Running"}
    for name, state in states.items():
        expect(cell(window, f"{name}: {state}")).to_be_visible()
    expect(cell(window, "after: Waiting")).to_be_visible()
    gates.open("held")
    expect(cell(window, "after: Succeeded")).to_be_visible()
    client.run(dag_id)
    expect(cell(window, "after: ")).to_have_count(2)
    expect(cell(window, "after: Succeeded")).to_have_count(2)


def test_a_cell_of_the_grid_is_reached_by_keys_and_opens_its_task(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"first": task(), "second": task("true", "first")}), "one.json")
    run_id = client.run(dag_id).run_id
    client.wait(run_id, 60)
    window.goto(f"/ui/dags/{dag_id}")
    cell(window, "first: Succeeded").focus()
    window.keyboard.press("ArrowDown")
    expect(cell(window, "second: Succeeded")).to_be_focused()
    window.keyboard.press("Enter")
    expect(window).to_have_url(re.compile(f"/ui/runs/{run_id}/tasks/second"))


def test_the_graph_shows_the_tasks_in_the_states_of_the_latest_run(
    window: Page, client: Client, gates: Gates, dag_id: str
) -> None:
    tasks = {"load": task(gates.wait("load")), "report": task("true", "load")}
    client.register(definition(dag_id, tasks), "one.json")
    client.run(dag_id)
    window.goto(f"/ui/dags/{dag_id}?tab=graph")
    expect(window.get_by_role("button", name=re.compile("^load, running"))).to_be_visible()
    expect(window.get_by_role("button", name=re.compile("^report, waiting"))).to_be_visible()
    gates.open("load")
    expect(window.get_by_role("button", name=re.compile("^report, succeeded"))).to_be_visible()


def test_durations_tell_how_long_runs_and_tasks_took(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"quick": task(), "slow": task("sleep 0.3")}), "one.json")
    for _ in range(2):
        client.wait(client.run(dag_id).run_id, 60)
    window.goto(f"/ui/dags/{dag_id}?tab=durations")
    expect(window.get_by_role("heading", name="Whole runs")).to_be_visible()
    expect(window.get_by_text("2 runs")).to_be_visible()
    window.get_by_role("button", name="slow").click()
    expect(window.get_by_role("heading", name="slow")).to_be_visible()
    expect(window).to_have_url(re.compile("task=slow"))


def edited(page: Page, dag_id: str, before: str, after: str) -> None:
    """Replace some words of the definition that is open in the editor."""
    text = page.get_by_role("textbox", name=f"Definition of {dag_id}")
    expect(text).to_contain_text(before)
    text.fill("\n".join(text.locator(".cm-line").all_inner_texts()).replace(before, after))


def test_an_edited_definition_shows_what_changes_and_becomes_the_next_version(
    window: Page, client: Client, dag_id: str
) -> None:
    client.register(definition(dag_id, {"only": task("echo one")}), "one.json")
    window.goto(f"/ui/dags/{dag_id}?tab=definition")
    edited(window, dag_id, "echo one", "echo two")
    window.get_by_role("button", name="Review and save").click()
    dialog = window.get_by_role("dialog", name="Save as a new version")
    expect(dialog).to_contain_text("echo one")
    expect(dialog).to_contain_text("echo two")
    dialog.get_by_role("button", name="Save").click()
    expect(tab(window, "Versions (2)")).to_be_visible()
    expect(dialog).to_be_hidden()
    assert client.dag(dag_id).tasks["only"].command == "echo two"


def test_an_invalid_edit_shows_its_place_and_cannot_be_saved(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"only": task("echo one")}), "one.json")
    window.goto(f"/ui/dags/{dag_id}?tab=definition")
    edited(window, dag_id, "command:", "comand:")
    problems = window.get_by_role("list", name="Problems")
    expect(problems.get_by_role("button", name=re.compile(r"^5:5 .*comand"))).to_be_visible()
    expect(window.get_by_role("button", name="Review and save")).to_be_disabled()


def test_nobody_leaves_an_edited_definition_without_being_asked(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"only": task("echo one")}), "one.json")
    window.goto(f"/ui/dags/{dag_id}?tab=definition")
    edited(window, dag_id, "echo one", "echo two")
    window.get_by_role("link", name="Runs", exact=True).click()
    dialog = window.get_by_role("dialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Keep writing").click()
    expect(window.get_by_role("textbox", name=f"Definition of {dag_id}")).to_contain_text("echo two")
    window.get_by_role("link", name="Runs", exact=True).click()
    dialog.get_by_role("button", name="Leave").click()
    expect(window).to_have_url(re.compile("/ui/runs$"))


def test_two_versions_are_compared_and_the_url_says_which(window: Page, client: Client, dag_id: str) -> None:
    versions = [
        client.register(definition(dag_id, {"only": task(f"echo {word}")}), "one.json").version
        for word in ("one", "two", "three")
    ]
    window.goto(f"/ui/dags/{dag_id}?tab=versions")
    expect(window.get_by_role("textbox", name="Before")).to_contain_text("echo two")
    expect(window.get_by_role("textbox", name="After")).to_contain_text("echo three")
    window.get_by_role("radio", name=f"Before: {versions[0][:12]}").check()
    window.get_by_role("radio", name=f"After: {versions[1][:12]}").check()
    for _ in range(2):
        expect(window.get_by_role("textbox", name="Before")).to_contain_text("echo one")
        expect(window.get_by_role("textbox", name="After")).to_contain_text("echo two")
        window.reload()


def test_a_version_that_is_dropped_on_its_page_shows_there_at_once(
    window: Page, client: Client, dag_id: str, tmp_path: Path
) -> None:
    client.register(definition(dag_id, {"only": task()}, name="Before"), "one.json")
    window.goto(f"/ui/dags/{dag_id}")
    expect(window.get_by_role("heading", level=1, name="Before")).to_be_visible()
    file = tmp_path / "next.json"
    file.write_bytes(definition(dag_id, {"only": task()}, name="After"))
    drop(window, file)
    expect(window.get_by_role("heading", level=1, name="After")).to_be_visible()
    expect(tab(window, "Versions (2)")).to_be_visible()
