"""What the tests of the command line share: real `penstock` processes, and what becomes of their descendants."""

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from executor_kit import alive
from penstock.client import Client
from penstock_cli.main import app

PENSTOCK = [sys.executable, "-m", "penstock_cli.main"]
PATIENCE_S = 30.0
ROOT = Path(__file__).parent.parent


def wait_until(described: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {described}"
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of a deployment of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    return kept | {"PENSTOCK_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"} | settings


def penstock(
    *arguments: str, env: Mapping[str, str], cwd: Path | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*PENSTOCK, *arguments], env=env, cwd=cwd, timeout=timeout, capture_output=True, text=True, check=False
    )


def invoke(*arguments: str, env: Mapping[str, str], cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command in this process, which is ten times as quick."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        patch.dict(os.environ, env, clear=True),
        patch.object(sys, "argv", ["penstock", *arguments]),
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            app()
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def descendants(pid: int) -> dict[int, str]:
    """The command lines of all processes below a process, by pid."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(folder.name))
    found: dict[int, str] = {}
    todo = [pid]
    while todo:
        for child in parents.get(todo.pop(), []):
            todo.append(child)
            try:
                found[child] = (Path(f"/proc/{child}") / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
    return found


def processes_about(folder: Path) -> set[int]:
    """Living processes that work in a folder, or were told of it by their environment, and so belong to its stack."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = str(folder).encode() in (process / "environ").read_bytes()
            if told or (process / "cwd").resolve().is_relative_to(folder):
                found.add(int(process.name))
        except OSError:  # it has ended meanwhile, or is another user's
            continue
    return found


class Up:
    """A running `penstock up`, leader of a process group as it would be in a terminal."""

    def __init__(self, process: "subprocess.Popen[str]", errors: Path, port: int, env: Mapping[str, str]) -> None:
        self.process = process
        self.errors = errors
        self.url = f"http://127.0.0.1:{port}"
        self.env = env
        self.seen: set[int] = set()

    def say(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def pid_of(self, module: str) -> int:
        """The process of a service."""
        return next(pid for pid, command in self.tree().items() if f"-m {module}" in command)

    def tree(self) -> dict[int, str]:
        """Its descendants now; all that were ever looked at are remembered."""
        tree = descendants(self.process.pid)
        self.seen |= tree.keys()
        return tree

    def ctrl_c(self) -> None:
        """What a terminal does: SIGINT to every process of the foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def assert_nothing_left(self) -> None:
        assert len(self.seen) >= 4, "look at the tree before the end"
        wait_until("all descendants have ended", lambda: not any(map(alive, self.seen)))

    def client(self) -> Client:
        return Client(self.url)


@contextmanager
def up(data_dir: Path, *options: str, cwd: Path | None = None, **settings: str) -> Iterator[Up]:
    """Start `penstock up`; it is ready when the block begins, and killed if it still runs after it."""
    port = free_port()
    env = environment(data_dir, PENSTOCK_API_PORT=str(port), **settings)
    errors = data_dir.parent / f"up-{port}.log"
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [*PENSTOCK, "up", *options],
            env=env,
            cwd=cwd or data_dir.parent,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    running = Up(process, errors, port, env)
    try:
        assert "Penstock is up at" in running.say(), errors.read_text()
        running.tree()
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout is not None:
            process.stdout.close()
