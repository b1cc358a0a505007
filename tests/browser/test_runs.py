"""The page of all runs: narrowed by the URL, live, endless, and the place to cancel many at once."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from browser_kit import Asked, Gates, definition, run_row, task
from penstock.client import Client
from penstock.core.status import RunStatus


def test_filters_stand_in_the_url_and_outlive_a_reload(window: Page, client: Client, gates: Gates, dag_id: str) -> None:
    held, failing = f"{dag_id}_held", f"{dag_id}_failing"
    client.register(definition(held, {"only": task(gates.wait("held"))}), "one.json")
    client.register(definition(failing, {"only": task("exit 1")}), "one.json")
    running = client.run(held).run_id
    failed = [client.wait(client.run(failing).run_id, 60).run_id for _ in range(2)]
    window.goto("/ui/runs")
    expect(run_row(window, running)).to_be_visible()
    window.get_by_role("button", name="Failed").click()
    expect(run_row(window, running)).to_be_hidden()
    window.get_by_role("combobox", name="DAG").fill(failing)
    window.get_by_role("searchbox", name="Run id begins with").fill(failed[1])
    expect(window).to_have_url(re.compile(f"status=failed.*dag={failing}.*q={failed[1]}"))
    window.reload()
    expect(window.get_by_role("button", name="Failed", pressed=True)).to_be_visible()
    expect(window.get_by_role("table", name="Runs")).to_have_attribute("aria-rowcount", "2")
    expect(run_row(window, failed[1])).to_contain_text("Failed")
    window.get_by_role("button", name="Clear").click()
    expect(run_row(window, running)).to_be_visible()


def test_a_new_run_appears_at_the_top_and_is_followed_to_its_end_without_asking_again(
    window: Page, client: Client, gates: Gates, dag_id: str
) -> None:
    client.register(definition(dag_id, {"only": task(gates.wait("only"))}), "one.json")
    first = client.run(dag_id).run_id
    asked = Asked(window)
    window.goto(f"/ui/runs?dag={dag_id}")
    expect(run_row(window, first)).to_contain_text("Running")
    second = client.run(dag_id).run_id
    expect(run_row(window, second)).to_contain_text("Running")
    rows = window.get_by_role("table", name="Runs").get_by_role("row")
    expect(rows.nth(1)).to_contain_text(second)
    expect(rows.nth(2)).to_contain_text(first)
    gates.open("only")
    expect(run_row(window, second)).to_contain_text("Succeeded")
    assert asked.times("/runs") == 1


def test_a_run_that_ends_leaves_a_list_of_running_ones(window: Page, client: Client, gates: Gates, dag_id: str) -> None:
    client.register(definition(dag_id, {"only": task(gates.wait("only"))}), "one.json")
    run_id = client.run(dag_id).run_id
    window.goto(f"/ui/runs?status=running&dag={dag_id}")
    expect(run_row(window, run_id)).to_be_visible()
    gates.open("only")
    expect(window.get_by_text("No run matches")).to_be_visible()


def test_many_runs_are_marked_and_cancelled_at_once(window: Page, client: Client, gates: Gates, dag_id: str) -> None:
    client.register(definition(dag_id, {"only": task(gates.wait("never"))}), "one.json")
    run_ids = [client.run(dag_id).run_id for _ in range(4)]
    window.goto(f"/ui/runs?dag={dag_id}")
    window.get_by_role("checkbox", name="Mark all runs that have not ended").check()
    window.get_by_role("checkbox", name=f"Mark run {run_ids[1]}").uncheck()
    window.get_by_role("button", name="Cancel 3 runs").click()
    dialog = window.get_by_role("dialog", name="Cancel 3 runs?")
    dialog.get_by_role("button", name="Cancel 3 runs").click()
    for run_id in run_ids:
        expect(run_row(window, run_id)).to_contain_text("Running" if run_id == run_ids[1] else "Cancelled")
    assert [client.get_run(run_id).status for run_id in run_ids].count(RunStatus.CANCELLED) == 3


def test_scrolling_down_loads_more_until_the_first_run_of_all(window: Page, client: Client, dag_id: str) -> None:
    client.register(definition(dag_id, {"only": task()}), "one.json")
    run_ids = [client.run(dag_id).run_id for _ in range(120)]
    window.goto(f"/ui/runs?dag={dag_id}")
    expect(window.get_by_text("100 loaded, more below")).to_be_visible()
    expect(window.get_by_role("table", name="Runs")).to_have_attribute("aria-rowcount", "-1")
    rows = window.get_by_role("table", name="Runs").get_by_role("rowgroup")
    rows.hover()
    seen = 0
    while not run_row(window, run_ids[0]).is_visible():
        window.mouse.wheel(0, 2000)
        expect(window.get_by_role("table", name="Runs")).to_be_visible()
        seen += 1
        assert seen < 500, "the first run never came"
    expect(window.get_by_text("120 in all")).to_be_visible()
    expect(window.get_by_role("table", name="Runs")).to_have_attribute("aria-rowcount", "121")


def test_a_list_that_nothing_matches_says_what_to_do(window: Page, dag_id: str) -> None:
    window.goto(f"/ui/runs?dag={dag_id}")
    expect(window.get_by_text("No run matches")).to_be_visible()
    window.get_by_role("button", name="Clear").click()
    expect(window).to_have_url(re.compile("/ui/runs$"))


def test_what_is_typed_is_looked_for_though_the_page_changes_meanwhile(window: Page, dag_id: str) -> None:
    window.clock.install()
    window.goto(f"/ui/runs?dag={dag_id}")
    expect(window.get_by_text("No run matches")).to_be_visible()
    window.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    window.get_by_role("searchbox", name="Run id begins with").fill("01m")
    window.clock.run_for(150)
    window.get_by_role("button", name="Failed").click()
    expect(window).to_have_url(re.compile("status=failed"))
    window.clock.run_for(100)
    expect(window).to_have_url(re.compile("q=01m"))
