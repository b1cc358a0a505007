"""`penstock demo` with real processes: it shows what it promises, ends with the right exit code, and leaves nothing."""

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from executor_kit import alive
from penstock.core.status import RunStatus
from penstock.data_dir import running_server_url
from up_kit import PENSTOCK, ROOT, descendants, environment, free_port, penstock, up, wait_until

ENDED = re.compile(r"The run has (\w+) after")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A directory with the examples in it, as the root of a checkout has."""
    shutil.copytree(ROOT / "examples", tmp_path / "checkout" / "examples")
    return tmp_path / "checkout"


def own_environment(checkout: Path) -> dict[str, str]:
    return environment(checkout / ".penstock", PENSTOCK_API_PORT=str(free_port()))


def test_it_runs_the_sample_shows_result_and_history_and_stops_everything(checkout: Path) -> None:
    shown = penstock("demo", env=own_environment(checkout), cwd=checkout)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert ENDED.findall(shown.stdout) == ["succeeded"]
    assert re.search(r'task_b returned \{"message": "hello", "at": "[^"]+"\}', shown.stdout)
    for task, line in (("task_a", "A"), ("task_c", "C"), ("task_d", "done")):
        assert re.search(rf"^ *{task} +succeeded +1 +worker-\S+ +[\d.]+ s +{line} *$", shown.stdout, re.MULTILINE)
    history = shown.stdout.partition("Its history")[2]
    for event in ("RunRequested", "RunStarted", "TaskReady", "TaskStarted", "TaskSucceeded", "RunFinished"):
        assert event in history
    assert "waited for task_a" in history
    assert "Where to go next" in shown.stdout
    assert running_server_url(checkout / ".penstock") is None


def test_in_a_terminal_the_tasks_are_drawn_anew_as_they_change(checkout: Path) -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*PENSTOCK, "demo"],
        env=own_environment(checkout) | {"TERM": "xterm", "COLUMNS": "120", "LINES": "50"},
        cwd=checkout,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    ) as process:
        os.close(follower)
        shown = read_to_the_end(leader)
        assert process.wait(60) == 0
    assert "running" in shown.partition("The run has")[0], "a task was seen while it ran"
    assert "\x1b[1A" in shown, "the cursor went up to draw again"
    assert ENDED.findall(shown) == ["succeeded"]


def read_to_the_end(terminal: int) -> str:
    shown = b""
    with open(terminal, "rb", buffering=0) as screen:
        try:
            while piece := screen.read(4096):
                shown += piece
        except OSError:  # Linux says so when the last process has left the terminal
            pass
    return shown.decode()


def test_a_run_that_fails_is_exit_code_1(checkout: Path) -> None:
    sample = checkout / "examples" / "sample.yaml"
    sample.write_text(sample.read_text().replace("sleep 1 && ", "").replace('echo "done"', "exit 3"))
    shown = penstock("demo", env=own_environment(checkout), cwd=checkout)
    assert shown.returncode == 1
    assert ENDED.findall(shown.stdout) == ["failed"]
    assert "task_d failed:" in shown.stdout


def test_where_there_are_no_examples_it_says_where_to_run_it(tmp_path: Path) -> None:
    refused = penstock("demo", env=environment(tmp_path / "data"), cwd=tmp_path)
    assert refused.returncode == 2
    assert "root of a checkout" in refused.stderr


def test_a_penstock_that_is_up_on_the_directory_is_used_and_left_up(checkout: Path) -> None:
    with up(checkout / ".penstock", cwd=checkout) as running:
        shown = penstock("demo", env=running.env, cwd=checkout)
        assert shown.returncode == 0, shown.stderr
        assert f"Using the Penstock that is up at {running.url}" in shown.stdout
        with running.client() as client:
            assert [run.status for run in client.runs().runs] == [RunStatus.SUCCEEDED]


def test_ctrl_c_in_the_middle_stops_everything(checkout: Path) -> None:
    sample = checkout / "examples" / "sample.yaml"
    sample.write_text(sample.read_text().replace("sleep 1", "exec sleep 600"))
    with subprocess.Popen(
        [*PENSTOCK, "demo"], env=own_environment(checkout), cwd=checkout, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while "TaskSucceeded  task_b" not in process.stdout.readline():
            assert process.poll() is None
        seen = descendants(process.pid)
        process.send_signal(2)
        assert process.wait(60) == 130
    assert len(seen) >= 4
    wait_until("all descendants have ended", lambda: not any(map(alive, seen)))
