"""What the tests of the dashboard share: how Chromium is started, what a page must not do, and what axe finds on it."""

import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Page, Response

ROOT = Path(__file__).parent.parent
AXE = ROOT / "services/api/dashboard/node_modules/axe-core/axe.min.js"
SERIOUS = frozenset({"serious", "critical"})


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


def serious_violations(page: Page) -> list[str]:
    """What axe finds to be seriously wrong for people who cannot see, or use no mouse."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
