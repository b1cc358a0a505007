"""Names, notes and logs that are written to take the page over stay what they are: text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from adversarial_cases import CASES, Case
from browser_kit import definition, drop, task
from penstock.client import Client
from up_kit import Up

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"

# The title of a page has such names in it, as text: only who sets it to the one word has run them.
WATCH = """
const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, "title");
Object.defineProperty(document, "title", {
  get,
  set(text) {
    if (text === "owned") window.owned = true;
    set.call(this, text);
  },
});
"""


def case(name: str) -> Case:
    return next(case for case in CASES if case.case == name)


@dataclass
class Hostile:
    """A window, and whatever in it did more than be text."""

    page: Page
    dialogs: list[str] = field(default_factory=list)

    def opened(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def expect_harmless(self) -> None:
        assert self.dialogs == []
        assert self.page.evaluate("window.owned") is None
        # Elements that no page of ours has.
        assert self.page.locator("img[src='x'], [onerror], script:not([src])").count() == 0


@pytest.fixture
def hostile(window: Page) -> Iterator[Hostile]:
    hostile = Hostile(window)
    window.add_init_script(WATCH)
    window.on("dialog", hostile.opened)
    yield hostile
    hostile.expect_harmless()


@pytest.fixture(scope="module")
def run_id(stack: Up) -> str:
    """A run whose DAG, task, metadata and log are all markup."""
    attack = case("html_names")
    with stack.client() as client:
        dag_id = client.register(attack.read(), attack.upload_as).dag_id
        return str(client.wait(client.run(dag_id).run_id, 60).run_id)


def named(page: Page) -> Locator:
    """Where the page shows the hostile name, whole."""
    return page.get_by_role("main").get_by_text(MARKUP).first


PLACES = [
    "/",
    "/ui/dags",
    "/ui/dags/html_names?tab=grid",
    "/ui/dags/html_names?tab=graph",
    "/ui/dags/html_names?tab=durations",
    "/ui/dags/html_names?tab=durations&task=a",
    "/ui/runs/{run}?tab=graph&task=a",
    "/ui/runs/{run}?tab=tasks",
    "/ui/runs/{run}/tasks/a",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_name_is_shown_as_the_text_that_it_is(hostile: Hostile, run_id: str, place: str) -> None:
    hostile.page.goto(place.format(run=run_id))
    expect(named(hostile.page)).to_be_visible()


def in_definition(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("^Definition"))


ELSEWHERE: dict[str, Callable[[Page], Locator]] = {
    "/ui/runs?dag=html_names": lambda page: page.get_by_role("row").filter(has_text="html_names"),
    "/ui/dags/html_names?tab=definition": in_definition,
    "/ui/dags/html_names?tab=versions": lambda page: page.get_by_role("row").filter(has_text="current"),
    "/ui/runs/{run}?tab=gantt&task=a": lambda page: page.get_by_role("listbox", name="Tasks over time"),
    "/ui/runs/{run}?tab=events": lambda page: page.get_by_role("grid", name="Events of the run"),
    "/ui/runs/{run}?tab=definition": in_definition,
    "/ui/events?dag=html_names": lambda page: page.get_by_role("heading", level=1),
}


@pytest.mark.parametrize("place", ELSEWHERE)
def test_no_page_about_a_hostile_dag_runs_any_of_it(hostile: Hostile, run_id: str, place: str) -> None:
    hostile.page.goto(place.format(run=run_id))
    expect(ELSEWHERE[place](hostile.page).first).to_be_visible()


def test_messages_and_dialogs_show_a_hostile_name_as_text(hostile: Hostile, run_id: str) -> None:
    page = hostile.page
    page.goto("/ui/dags?q=html_names")
    page.get_by_role("button", name=f"Run {MARKUP}", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text=f"{MARKUP} is started")).to_be_visible()
    page.get_by_role("button", name=f"Run {MARKUP} with a key").click()
    expect(page.get_by_role("dialog", name=f"Run {MARKUP}")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_placeholder("A page, a DAG, a run").fill("html_names")
    expect(page.get_by_role("option", name=re.compile("html_names")).first).to_contain_text(MARKUP)


def test_a_log_of_markup_is_shown_line_by_line_as_it_was_printed(hostile: Hostile, client: Client, dag_id: str) -> None:
    lines = [
        MARKUP,
        "<script>alert(1)</script>",
        "<svg onload=alert(2)>",
        "</pre></div><iframe src=javascript:alert(3)>",
    ]
    printed = "\n".join(lines)
    client.register(definition(dag_id, {"only": task(f"cat <<'END'\n{printed}\nEND")}), "one.json")
    run_id = client.wait(client.run(dag_id).run_id, 60).run_id
    for place in (f"/ui/runs/{run_id}/tasks/only", f"/ui/runs/{run_id}?task=only"):
        hostile.page.goto(place)
        for text in lines:
            expect(hostile.page.get_by_role("log").get_by_text(text, exact=True)).to_be_visible()
        hostile.expect_harmless()
    assert hostile.page.locator("svg[onload], iframe").count() == 0


def test_a_hostile_error_is_shown_as_text(hostile: Hostile, client: Client, dag_id: str) -> None:
    missing = '<img src=x onerror="alert(1)">'
    tasks = {"only": {"callable": "importlib:import_module", "metadata": {"name": missing}}}
    client.register(definition(dag_id, tasks), "one.json")
    run_id = client.wait(client.run(dag_id).run_id, 60).run_id
    hostile.page.goto(f"/ui/runs/{run_id}/tasks/only")
    expect(hostile.page.get_by_role("region", name="Error")).to_contain_text(f"No module named '{missing}'")


def test_a_hostile_file_that_is_refused_is_shown_as_text(hostile: Hostile, tmp_path: Path) -> None:
    file = tmp_path / "attack.json"
    file.write_bytes(msgspec.json.encode({"id": MARKUP, "name": MARKUP, "tasks": {MARKUP: {"name": MARKUP}}}))
    hostile.page.goto("/ui/dags")
    expect(hostile.page.get_by_role("heading", level=1)).to_be_visible()
    drop(hostile.page, file)
    expect(hostile.page.get_by_role("dialog").get_by_role("list", name="Problems")).to_be_visible()
    expect(hostile.page.get_by_role("dialog").get_by_role("textbox")).to_contain_text("<script>")


def test_names_that_every_object_has_are_names_like_any_other(window: Page, client: Client) -> None:
    tricky = case("id_prototype")
    assert tricky.run
    dag_id = client.register(tricky.read(), tricky.upload_as).dag_id
    run_id = client.wait(client.run(dag_id).run_id, 60).run_id
    window.goto(f"/ui/runs/{run_id}?tab=tasks")
    for task_id in tricky.run.state:
        row = window.get_by_role("grid", name="Tasks").get_by_role("row").filter(has_text=task_id)
        expect(row).to_contain_text("Succeeded")
    window.goto(f"/ui/dags/{dag_id}")
    expect(window.get_by_role("grid").get_by_role("link", name=re.compile("Succeeded, run"))).to_have_count(
        len(tricky.run.state)
    )
