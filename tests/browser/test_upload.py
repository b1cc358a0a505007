"""Definitions come in by drag and drop, on any page; what is wrong in one is mended where it was dropped."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser_kit import Hand, definition, drop, task
from penstock.client import Client
from up_kit import up

YAML = "id: {0}\nname: {0}\ntasks:\n  only:\n    name: Only\n    command: echo hi\n    retries: {1}\n"


def registered(page: Page, dag_id: str) -> Locator:
    """The message that says so."""
    return page.get_by_role("listitem").filter(has_text=f"{dag_id} is registered")


@pytest.mark.parametrize("path", ["/", "/ui/runs", "/ui/system"])
def test_a_yaml_file_dropped_anywhere_is_registered_and_the_message_leads_to_its_dag(
    window: Page, tmp_path: Path, dag_id: str, path: str
) -> None:
    file = tmp_path / "some.yaml"
    file.write_text(YAML.format(dag_id, 1))
    window.goto(path)
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    drop(window, file)
    registered(window, dag_id).get_by_role("button", name="Open").click()
    expect(window).to_have_url(re.compile(f"/ui/dags/{dag_id}$"))
    expect(window.get_by_role("heading", level=1, name=dag_id)).to_be_visible()


def test_a_json_file_is_registered_too(window: Page, client: Client, tmp_path: Path, dag_id: str) -> None:
    file = tmp_path / "some.json"
    file.write_bytes(definition(dag_id, {"only": task()}))
    window.goto("/ui/dags")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    drop(window, file)
    expect(registered(window, dag_id)).to_be_visible()
    assert list(client.dag(dag_id).tasks) == ["only"]


def test_a_page_says_what_a_drop_will_do_while_files_are_held_over_it(window: Page, tmp_path: Path) -> None:
    window.goto("/ui/runs")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    Hand(window, tmp_path / "any.yaml").hold()
    expect(window.get_by_text("Drop to register")).to_be_visible()


def test_what_it_says_goes_when_the_files_leave_though_the_page_changed_under_them(
    window: Page, tmp_path: Path
) -> None:
    window.goto("/ui/system")
    expect(window.get_by_role("row").nth(1)).to_be_visible()
    hand = Hand(window, tmp_path / "any.yaml")
    hand.hold()
    expect(window.get_by_text("Drop to register")).to_be_visible()
    window.keyboard.press("g")
    window.keyboard.press("r")
    expect(window.get_by_role("heading", level=1, name="Runs")).to_be_visible()
    hand.leave()
    expect(window.get_by_text("Drop to register")).to_be_hidden()


def test_what_it_says_goes_once_the_mouse_moves_though_the_page_was_not_told_that_the_files_have_left(
    window: Page, tmp_path: Path
) -> None:
    window.goto("/ui/runs")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    Hand(window, tmp_path / "any.yaml").hold()
    expect(window.get_by_text("Drop to register")).to_be_visible()
    window.mouse.move(10, 10)
    window.mouse.move(20, 20)
    expect(window.get_by_text("Drop to register")).to_be_hidden()


def test_a_file_with_a_mistake_opens_at_line_and_column_and_is_registered_once_it_is_mended(
    window: Page, client: Client, tmp_path: Path, dag_id: str
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(YAML.format(dag_id, "-12"))
    window.goto("/ui/runs")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    drop(window, file)
    dialog = window.get_by_role("dialog", name="wrong.yaml needs mending")
    expect(dialog.get_by_role("textbox", name="Text of wrong.yaml")).to_contain_text("retries: -12")
    expect(dialog.get_by_role("button", name="Register")).to_be_disabled()
    dialog.get_by_role("list", name="Problems").get_by_role("button", name=re.compile("^7:5 .*retries")).click()
    window.keyboard.press("End")
    for _ in "-12":
        window.keyboard.press("Backspace")
    window.keyboard.type("3")
    expect(dialog.get_by_text("Valid:")).to_be_visible()
    dialog.get_by_role("button", name="Register").click()
    expect(registered(window, dag_id)).to_be_visible()
    expect(dialog).to_be_hidden()
    assert client.dag(dag_id).tasks["only"].retries == 3


def test_a_json_file_that_cannot_be_read_says_where(window: Page, tmp_path: Path) -> None:
    file = tmp_path / "cut.json"
    file.write_text('{\n  "id": "cut",\n  "name": "Cut",\n  "tasks": {]\n}')
    window.goto("/")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    drop(window, file)
    dialog = window.get_by_role("dialog", name="cut.json needs mending")
    expect(dialog.get_by_role("list", name="Problems").get_by_role("button", name=re.compile("^4:13 "))).to_be_visible()


def test_of_several_files_the_good_ones_are_registered_and_the_wrong_ones_wait_to_be_mended(
    window: Page, client: Client, tmp_path: Path, dag_id: str
) -> None:
    files = [tmp_path / name for name in ("one.yaml", "two.yaml", "wrong.yaml", "worse.yaml", "picture.png")]
    for file in files:
        right = file.stem in {"one", "two"}
        file.write_text(YAML.format(f"{dag_id}_{file.stem}", 1 if right else "many"))
    window.goto("/ui/dags")
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    drop(window, *files)
    first = window.get_by_role("dialog", name="wrong.yaml needs mending")
    expect(first.get_by_text("1 more to mend after this one")).to_be_visible()
    first.get_by_role("button", name="Leave this one").click()
    window.get_by_role("dialog", name="worse.yaml needs mending").get_by_role("button", name="Cancel").click()
    expect(window.get_by_role("dialog")).to_be_hidden()
    for dag in (f"{dag_id}_one", f"{dag_id}_two"):
        expect(registered(window, dag)).to_be_visible()
    expect(window.get_by_role("listitem").filter(has_text="picture.png")).to_be_visible()
    assert {dag.dag_id for dag in client.dags() if dag.dag_id.startswith(dag_id)} == {f"{dag_id}_one", f"{dag_id}_two"}


def test_what_was_written_in_the_editor_is_not_thrown_away_without_asking(window: Page) -> None:
    window.goto("/ui/dags")
    window.get_by_role("button", name="New", exact=True).click()
    dialog = window.get_by_role("dialog", name="New DAG")
    dialog.get_by_role("textbox", name="Text of new.yaml").press("x")
    dialog.get_by_role("button", name="Cancel").click()
    dialog.get_by_role("button", name="Keep writing").click()
    expect(dialog.get_by_role("textbox", name="Text of new.yaml")).to_contain_text("x")
    dialog.get_by_role("button", name="Close").click()
    dialog.get_by_role("button", name="Throw away").click()
    expect(dialog).to_be_hidden()


def test_an_empty_deployment_offers_the_sample_which_runs_wherever_penstock_was_started(
    browser: Browser, tmp_path: Path
) -> None:
    with up(tmp_path / "data", cwd=tmp_path) as empty, browser.new_context(base_url=empty.url) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_text("No DAGs yet")).to_be_visible()
        page.get_by_role("button", name="Register the sample DAG").click()
        expect(page).to_have_url(re.compile("/ui/dags/sample"))
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page).to_have_url(re.compile("/ui/runs/"))
        expect(page.get_by_test_id("run-status")).to_contain_text("Succeeded")
