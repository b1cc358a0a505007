"""Pages stay true by themselves: from one answer and one stream, also over a restart of the API."""

import os
import re
import signal
from collections.abc import Sized

from playwright.sync_api import APIResponse, Page, Route, expect

from browser_kit import Asked, Gates, definition, run_row, tab, task
from penstock.client import Client
from up_kit import Up, wait_until


def test_home_follows_a_run_from_its_request_to_its_end_without_asking_for_it(
    window: Page, client: Client, gates: Gates, dag_id: str
) -> None:
    client.register(definition(dag_id, {"only": task(gates.wait("only") + "; exit 1")}), "one.json")
    asked = Asked(window)
    window.goto("/")
    figures = window.get_by_role("region", name="Figures")
    expect(figures.get_by_role("link", name=re.compile("active runs"))).to_be_visible()
    failed = int(figures.get_by_role("link", name=re.compile("failed runs")).inner_text())
    run_id = client.run(dag_id).run_id
    running = window.get_by_role("region", name="Running now").get_by_role("link", name=re.compile(dag_id))
    expect(running).to_be_visible()
    expect(running).to_have_attribute("href", f"/ui/runs/{run_id}")
    gates.open("only")
    expect(running).to_be_hidden()
    expect(
        window.get_by_role("region", name="Failed lately").get_by_role("link", name=re.compile(dag_id))
    ).to_be_visible()
    expect(figures.get_by_role("link", name=f"{failed + 1} failed runs")).to_be_visible()
    assert asked.times("/runs") == asked.times(f"/runs/{run_id}") == 0


def is_caught(page: Page, held: Sized) -> bool:
    page.wait_for_timeout(50)  # requests are caught while Playwright waits for something
    return len(held) > 0


def test_an_answer_that_arrives_late_does_not_bring_back_what_the_stream_has_overtaken(
    window: Page, client: Client, gates: Gates, dag_id: str
) -> None:
    client.register(definition(dag_id, {"only": task(gates.wait("only") + "; exit 1")}), "one.json")
    run_id = client.run(dag_id).run_id
    window.goto("/")
    running = window.get_by_role("region", name="Running now").locator(f"a[href='/ui/runs/{run_id}']")
    failed = window.get_by_role("region", name="Failed lately").locator(f"a[href='/ui/runs/{run_id}']")
    expect(running).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []
    window.route("**/overview", lambda route: held.append((route, route.fetch())))
    # A DAG that is registered has the page ask again; so the answer is one in which the run goes on.
    newer = f"{dag_id}_newer"
    client.register(definition(newer, {"only": task()}), "newer.json")
    wait_until("the page has asked again", lambda: is_caught(window, held))
    assert next(run["status"] for run in held[0][1].json()["active"] if run["run_id"] == run_id) == "running"
    gates.open("only")
    expect(failed).to_be_visible()
    expect(running).to_be_hidden()
    held[0][0].fulfill(response=held[0][1])
    # Only the answer tells of the DAG: once that is shown, the answer has been taken.
    expect(window.get_by_role("link", name=newer).first).to_be_visible()
    assert (running.count(), failed.count()) == (0, 1)


def test_the_feed_tells_events_of_the_whole_deployment_as_they_happen(
    window: Page, client: Client, dag_id: str
) -> None:
    client.register(definition(dag_id, {"only": task("exit 9")}), "one.json")
    window.goto(f"/ui/events?dag={dag_id}&types=TaskFailed")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    expect(window.get_by_text("Live", exact=True)).to_be_visible()
    client.run(dag_id)
    expect(window.get_by_text(re.compile("only.*exit code 9"))).to_be_visible()


def restarted(stack: Up, client: Client, meanwhile: str, gates: Gates) -> None:
    """End the API as an update would, let a task end while it is away, and wait until it is back."""
    gone = stack.pid_of("penstock_api")
    os.kill(gone, signal.SIGTERM)
    wait_until("the API has ended", lambda: gone not in stack.tree())
    gates.open(meanwhile)
    wait_until("the API is back", lambda: _answers(client))


def _answers(client: Client) -> bool:
    try:
        client.dags()
    except Exception:  # noqa: BLE001 - whatever it is, it has no answer yet
        return False
    return True


def test_after_a_restart_of_the_api_the_list_of_runs_goes_on_without_a_gap_or_a_double(
    window: Page, stack: Up, client: Client, gates: Gates, dag_id: str
) -> None:
    client.register(definition(dag_id, {"only": task(gates.wait("only"))}), "one.json")
    run_ids = [client.run(dag_id).run_id]
    asked = Asked(window)
    window.goto(f"/ui/runs?dag={dag_id}")
    expect(run_row(window, run_ids[0])).to_contain_text("Running")
    restarted(stack, client, "only", gates)
    run_ids += [client.run(dag_id).run_id for _ in range(3)]
    rows = window.get_by_role("table", name="Runs").get_by_role("row").filter(has_text=dag_id)
    expect(rows).to_contain_text([f"Succeeded{dag_id}{run_id}" for run_id in reversed(run_ids)])
    expect(window.get_by_text("Live", exact=True)).to_be_visible()
    assert asked.times("/runs") == 1


def test_after_a_restart_of_the_api_a_run_has_all_its_events_once(
    window: Page, stack: Up, client: Client, gates: Gates, dag_id: str
) -> None:
    tasks = {"first": task(gates.wait("first")), "second": task(gates.wait("second"), "first")}
    client.register(definition(dag_id, tasks), "one.json")
    run_id = client.run(dag_id).run_id
    window.goto(f"/ui/runs/{run_id}?tab=tasks")
    expect(window.get_by_role("row").filter(has_text="first")).to_contain_text("Running")
    restarted(stack, client, "first", gates)
    expect(window.get_by_role("row").filter(has_text="second")).to_contain_text("Running")
    gates.open("second")
    expect(window.get_by_test_id("run-status")).to_contain_text("Succeeded")
    tab(window, "Events").click()
    expect(window.get_by_text(f"{len(list(client.events(run_id)))} events", exact=True)).to_be_visible()
