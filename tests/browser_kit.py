"""What the tests of the dashboard share: how Chromium is started, what a page must not do, what axe finds on it, how
files are dropped on it, and definitions whose tasks go on when the test says so."""

import json
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request, Response, Route

from up_kit import ROOT, wait_until

AXE = ROOT / "services/api/dashboard/node_modules/axe-core/axe.min.js"
SERIOUS = frozenset({"serious", "critical"})
PATIENCE_MS = 20_000
"""How long a page may take for a thing before it counts as missing: the machine may be busy with much else."""


def chromium_options() -> dict[str, Any]:
    """How to start the Chromium of this machine; Playwright's own where there is no other."""
    names = ("chromium", "google-chrome-stable", "google-chrome", "chromium-browser")
    path = next((found for name in names if (found := shutil.which(name))), None)
    quiet = ("quic", "gpu", "background-networking", "component-update", "sync")
    arguments = ["--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    return {"args": arguments} | ({"executable_path": path} if path else {})


class Watched:
    """Collects what goes wrong in a page without anybody seeing it: errors, and answers of 500 and above."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", self._failed)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        # The browser itself reports every answer of 400 and above here; whether that is wrong, a test knows.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _failed(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")


class Asked:
    """Counts what a page asks the API for, by path; a question mark and what follows it is left out."""

    def __init__(self, page: Page) -> None:
        self.paths: list[str] = []
        page.on("request", self._sent)

    def _sent(self, request: Request) -> None:
        self.paths.append(request.url.partition("?")[0].partition("://")[2].partition("/")[2])

    def times(self, path: str) -> int:
        return self.paths.count(path.removeprefix("/"))


class Held:
    """Keeps the answers to what a page asks of an address from it, until they are let go."""

    def __init__(self, page: Page, address: str) -> None:
        self._page = page
        self._address = address
        self._routes: list[Route] = []
        page.route(address, self._hold)

    def let_go(self) -> None:
        for route in self._routes:
            route.continue_()
        self._page.unroute(self._address)

    def _hold(self, route: Route) -> None:
        self._routes.append(route)


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[tuple[Page, Watched]]:
    """A window of its own on the dashboard, and what goes wrong in it."""
    context = browser.new_context(base_url=url, viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page, Watched(page)
    context.close()


def serious_violations(page: Page) -> list[str]:
    """What axe finds to be seriously wrong for people who cannot see, or use no mouse."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


X, Y = 640, 320
"""Where files are held over a page."""


class Hand:
    """Holds files over a page, and lets go of them: through the browser itself, as a mouse does."""

    def __init__(self, page: Page, *files: Path) -> None:
        self._page = page
        self._browser = page.context.new_cdp_session(page)
        self._data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
        page.evaluate(_NOTE_DRAGS)

    def hold(self) -> None:
        wait_until("the page sees the files", lambda: self._try("dragEnter", "dragOver"))

    def drop(self) -> None:
        wait_until("the page gets the files", lambda: self._try("dragEnter", "dragOver", "dragOver", "drop"))

    def leave(self) -> None:
        """Go on a little, to what is under the files now, and out of the window. Only the page is told of the latter:
        the browser cannot be."""
        self._page.evaluate("() => { window.drags = []; }")
        wait_until("the page sees the files again", lambda: self._try("dragOver", "dragOver"))
        self._page.evaluate(_LEAVE, [X, Y])

    def _try(self, *kinds: str) -> bool:
        """Return whether the page saw the last of these. The browser forgets a move while it waits for what the page
        said to the one before, and drops nothing then; where a mouse would move on, the hand begins again."""
        for kind in kinds:
            self._send(kind)
            self._page.evaluate("() => new Promise(requestAnimationFrame)")
        return kinds[-1].lower() in self._page.evaluate("() => window.drags")

    def _send(self, kind: str) -> None:
        where = {"type": kind, "x": X, "y": Y, "data": self._data}
        self._browser.send("Input.dispatchDragEvent", where)


_LEAVE = """([x, y]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([], "any.yaml"));
    const last = window.over.isConnected ? window.over : document.elementFromPoint(x, y);
    last.dispatchEvent(new DragEvent("dragleave", {dataTransfer, bubbles: true}));
}"""

_NOTE_DRAGS = """() => {
    window.drags = [];
    for (const kind of ["dragenter", "dragover", "drop"]) {
        addEventListener(kind, ({target}) => {
            window.drags.push(kind);
            window.over = target;
        }, {capture: true});
    }
}"""


def drop(page: Page, *files: Path) -> None:
    """Drag files over the page and drop them there."""
    hand = Hand(page, *files)
    hand.hold()
    hand.drop()


class Gates:
    """Tasks that wait until the test lets them go on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: list[str] = []

    def wait(self, gate: str) -> str:
        """A shell command that ends once the gate is open."""
        self._known.append(gate)
        return f"until [ -e {shlex.quote(str(self._folder / gate))} ]; do sleep 0.1; done"

    def open(self, gate: str) -> None:
        (self._folder / gate).touch()

    def open_all(self) -> None:
        for gate in self._known:
            self.open(gate)


Task = Mapping[str, object]


def task(command: str = "true", *dependencies: str, **settings: object) -> Task:
    """A task of a definition, named after its id where ``name`` is not given."""
    return {"command": command, "dependencies": list(dependencies), **settings}


def definition(
    dag_id: str, tasks: Mapping[str, Task], *, name: str = "", tags: Sequence[str] = (), late_after: float | None = None
) -> bytes:
    """A definition as JSON, from its tasks by id; its runs are late after so many seconds."""
    named = {task_id: {"name": task_id, **one} for task_id, one in tasks.items()}
    written: dict[str, Any] = {"id": dag_id, "name": name or dag_id, "tasks": named} | (
        {"tags": list(tags)} if tags else {}
    )
    written |= {"late_after_seconds": late_after} if late_after else {}
    return json.dumps(written).encode()


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=name)


def run_row(page: Page, run_id: str) -> Locator:
    """The line of a run on the page of all runs."""
    return page.get_by_role("table", name="Runs").get_by_role("row").filter(has_text=run_id)
