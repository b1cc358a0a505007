"""What `helm test` asks: is every partition served, and does a run end? Needs nothing but Python."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

URL = os.environ["CHECK_URL"]
SECONDS = 120.0
STEP_SECONDS = 1.0


class NotYetError(Exception):
    """Not as it should be, so far; says what is wrong."""


def ask(path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the answer to a GET, or to a POST where there is a body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        raise NotYetError(f"{path}: {error.code} {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise NotYetError(f"{path}: {error}") from error


def served() -> str:
    """Raise unless the API is ready and every partition has a scheduler."""
    ask("/readyz")
    unserved = [one["partition"] for one in ask("/metrics")["by_partition"] if not one["lease_seconds"]]
    if unserved:
        raise NotYetError(f"no scheduler serves the partitions {unserved}")
    return "every partition is served"


def started() -> str:
    """Start a run of a DAG of its own and return its id."""
    ask("/dags", {"id": "helm-test", "tasks": {"hello": {"name": "Hello", "command": "echo hello"}}})
    return str(ask("/dags/helm-test/run", {})["run_id"])


def succeeded(run_id: str) -> str:
    """Raise unless a run has succeeded."""
    status = ask("/runs/" + run_id)["status"]
    if status in {"failed", "cancelled"}:
        raise SystemExit(f"run {run_id} of helm-test has {status}")
    if status != "succeeded":
        raise NotYetError(f"run {run_id} of helm-test is {status}: is there a worker?")
    return f"run {run_id} of helm-test has succeeded"


def eventually(step: Callable[[], str], deadline: float) -> str:
    """Return what a step returns once it no longer says that something is wrong."""
    while True:
        try:
            return step()
        except NotYetError as error:
            if time.monotonic() > deadline:
                raise SystemExit(str(error)) from error
        time.sleep(STEP_SECONDS)


def main() -> None:
    """Check; the process fails with what is wrong."""
    deadline = time.monotonic() + SECONDS
    print(eventually(served, deadline))
    if os.environ.get("CHECK_RUN"):
        run_id = eventually(started, deadline)
        print(eventually(lambda: succeeded(run_id), deadline))


main()
