"""The page on notifications, followed to the letter: its receiver, with a whole stack from the command line."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from up_kit import free_port, penstock, up

PAGE = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text(encoding="utf-8")
DAG = """
id: stumbles
late_after_seconds: 0.01
notify: [everything]
tasks:
  a: {name: A, command: "sleep 0.3; exit 3"}
"""


def lines_of(process: "subprocess.Popen[str]") -> "Queue[str]":
    """Return what a process prints, line by line."""
    assert process.stdout is not None
    lines: Queue[str] = Queue()

    def read(stream: Iterator[str]) -> None:
        for line in stream:
            lines.put(line.rstrip())

    Thread(target=read, args=(iter(process.stdout),), daemon=True).start()
    return lines


@pytest.fixture
def receiver(tmp_path: Path) -> "Iterator[tuple[int, Queue[str]]]":
    """The receiver of the page, and what it prints."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "receiver.py").write_text(code)
    port = free_port()
    env = {"SECRET": "s3cret", "PORT": str(port)}
    command = [sys.executable, str(tmp_path / "receiver.py")]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield port, lines_of(process)
        process.kill()


def test_the_receiver_of_the_page_hears_of_a_run_and_believes_only_who_has_the_secret(
    receiver: "tuple[int, Queue[str]]", tmp_path: Path
) -> None:
    port, heard = receiver
    (tmp_path / "targets.yaml").write_text(
        f"- {{name: everything, url: 'http://127.0.0.1:{port}/', dags: [], secret_file: key}}\n"
        f"- {{name: forger, url: 'http://127.0.0.1:{port}/', dags: [], secret: guessed}}\n"
    )
    (tmp_path / "key").write_text("s3cret\n")
    (tmp_path / "dag.yaml").write_text(DAG)
    with up(tmp_path / "data", PENSTOCK_NOTIFICATIONS=str(tmp_path / "targets.yaml")) as running:
        done = penstock("notifications", "test", "everything", env=running.env)
        assert done.returncode == 0, done.stderr
        assert heard.get(timeout=30) == "test"
        done = penstock("notifications", "test", "forger", env=running.env)
        assert (done.returncode, done.stderr) == (1, "error: forger was not told: the answer was 401\n")
        done = penstock("run", str(tmp_path / "dag.yaml"), "--wait", env=running.env)
        assert done.returncode == 1
        told = {heard.get(timeout=30), heard.get(timeout=30)}
        assert told == {"run.late stumbles", "run.failed stumbles"}
        done = penstock("verify", "--all", env=running.env)
        assert done.returncode == 0, done.stdout
