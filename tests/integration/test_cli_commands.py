"""Every command against a live stack: what it answers when all is well, and what it says when it is not."""

import json
import re
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.client import Client
from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.status import RunStatus
from up_kit import PENSTOCK, ROOT, Up, environment, free_port, invoke, penstock, up

QUICK = """\
id: quick
name: Quick
tasks:
  first: {name: First, command: "echo one; echo two >&2"}
  then: {name: Then, command: "echo three", dependencies: [first]}
"""
BROKEN = "id: broken\nname: Broken\ntasks:\n  a:\n    name: A\n    comand: echo\n"
FAILING = """\
id: failing
name: Failing
tasks:
  a: {name: A, command: exit 4}
  b: {name: B, command: "true", dependencies: [a]}
"""
LONG = "id: long\nname: Long\ntasks: {a: {name: A, command: 'echo begun; exec sleep 600'}}\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("cli")
    shutil.copytree(ROOT / "examples", folder / "examples")
    for name, text in (("quick", QUICK), ("broken", BROKEN), ("failing", FAILING), ("long", LONG)):
        (folder / f"{name}.yaml").write_text(text)
    with up(folder / "data", cwd=folder, PENSTOCK_KILL_GRACE_SECONDS="0.2") as running:
        yield running


@pytest.fixture(scope="module")
def folder(live: Up) -> Path:
    return live.errors.parent


@pytest.fixture(scope="module")
def run_id(live: Up) -> str:
    """A run of the quick DAG that has succeeded."""
    with live.client() as client:
        client.register(QUICK.encode())
        return client.wait(client.run("quick").run_id, 30).run_id


def said(live: Up, *arguments: str, code: int = 0) -> str:
    """What a command prints; on standard error where it is to fail, and then without a traceback."""
    done = invoke(*arguments, env=live.env, cwd=live.errors.parent)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code == 2 else done.stdout + done.stderr


def test_a_dag_made_in_python_is_registered_and_runs(live: Up) -> None:
    with Client(live.url) as client:
        made = DagSpec(id="made", name="made", tasks={"a": TaskSpec(id="a", name="a", command="true")})
        assert client.register(made).created
        assert client.wait(client.run("made").run_id, timeout_seconds=20).status is RunStatus.SUCCEEDED


def test_a_file_is_registered_listed_and_shown(live: Up, folder: Path) -> None:
    assert re.match(r"sample version [0-9a-f]{12} registered\n", said(live, "dag", "register", "examples/sample.yaml"))
    assert "registered before" in said(live, "dag", "register", "examples/sample.yaml")
    assert "Sample DAG" in said(live, "dag", "ls")
    shown = said(live, "dag", "show", "sample")
    assert "task_b, task_c" in shown
    assert "tags: example\n" in shown
    listed = json.loads(said(live, "dag", "ls", "--json"))
    assert ("sample", 4) in [(dag["dag_id"], dag["task_count"]) for dag in listed]
    assert set(json.loads(said(live, "dag", "show", "sample", "--json"))["tasks"]) == {f"task_{x}" for x in "abcd"}


@pytest.mark.parametrize("command", [("dag", "register"), ("dag", "validate"), ("run",)])
def test_a_bad_file_is_refused_with_file_line_column_and_field(live: Up, command: tuple[str, ...]) -> None:
    errors = said(live, *command, "broken.yaml", code=2)
    assert "broken.yaml:6:5: tasks.a.comand:" in errors
    assert "did you mean" in errors


@pytest.mark.parametrize("command", [("dag", "register"), ("dag", "validate"), ("run",)])
def test_a_file_that_is_not_there_is_said(live: Up, command: tuple[str, ...]) -> None:
    assert said(live, *command, "none.yaml", code=2) == "error: cannot read none.yaml: No such file or directory\n"


def test_validating_needs_nothing_running(tmp_path: Path) -> None:
    (tmp_path / "quick.yaml").write_text(QUICK)
    done = invoke("dag", "validate", "quick.yaml", env=environment(tmp_path / "none"), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "quick.yaml: quick with 2 tasks is valid\n")


def test_a_file_is_run_and_waited_for(live: Up) -> None:
    shown = said(live, "run", "quick.yaml", "--wait")
    run_id = shown.split()[0]
    assert f"{run_id} of quick: succeeded" in shown
    assert re.search(r"then +succeeded +1 +worker-\S+ +[\d.]+ s +exit code 0", said(live, "status", run_id))


def test_a_run_that_fails_is_exit_code_1_when_waited_for(live: Up) -> None:
    shown = said(live, "run", "failing.yaml", "--wait", code=1)
    assert "of failing: failed" in shown
    assert "a did not succeed" in shown


def test_without_waiting_only_the_id_is_printed_and_a_key_gives_the_same_run(live: Up, run_id: str) -> None:
    first = said(live, "run", "quick", "--idempotency-key", "once")
    assert first == said(live, "run", "quick", "--idempotency-key", "once")
    assert re.fullmatch(r"[0-9a-z]{26}-\d+\n", first)


@pytest.mark.parametrize(
    "arguments",
    [("run", "no-such-dag"), ("dag", "show", "no-such-dag"), ("status", "x"), ("cancel", "x"), ("logs", "x", "task")],
)
def test_a_name_that_nothing_has_is_one_line_and_exit_code_2(live: Up, arguments: tuple[str, ...]) -> None:
    errors = said(live, *arguments, code=2)
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1


def test_runs_are_listed_and_narrowed(live: Up, run_id: str) -> None:
    assert run_id in said(live, "runs")
    assert json.loads(said(live, "runs", "--dag", "quick", "--status", "failed", "--json")) == []
    (newest,) = json.loads(said(live, "runs", "--dag", "quick", "--limit", "1", "--json"))
    assert newest["dag_id"] == "quick"
    assert "'no-such-status'" in said(live, "runs", "--status", "no-such-status", code=2)


def test_the_status_of_a_run_is_there_for_scripts(live: Up, run_id: str) -> None:
    status = json.loads(said(live, "status", run_id, "--json"))
    assert (status["run_id"], status["status"]) == (run_id, "succeeded")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", status["finished_at"])
    assert [task["status"] for task in status["tasks"]] == ["succeeded", "succeeded"]


def test_logs_are_those_of_a_task_or_of_all_with_their_names(live: Up, run_id: str) -> None:
    assert sorted(said(live, "logs", run_id, "first").splitlines()) == ["one", "two"]
    assert said(live, "logs", run_id, "then", "--attempt", "1") == "three\n"
    everything = said(live, "logs", run_id).splitlines()
    assert sorted(everything) == ["first | one", "first | two", "then | three"]
    assert sorted(said(live, "logs", "-f", run_id).splitlines()) == sorted(everything)
    assert "no attempt 7" in said(live, "logs", run_id, "then", "--attempt", "7", code=2)
    assert "name the task" in said(live, "logs", run_id, "--attempt", "1", code=2)


def test_logs_are_followed_while_the_task_runs_and_a_cancelled_run_ends_them(live: Up, folder: Path) -> None:
    run_id = said(live, "run", "long.yaml").strip()
    with subprocess.Popen(
        [*PENSTOCK, "logs", "-f", run_id], env=live.env, stdout=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None
        assert following.stdout.readline() == "a | begun\n"
        assert said(live, "cancel", run_id) == f"{run_id} is being cancelled\n"
        assert following.wait(30) == 0
    assert "of long: cancelled" in said(live, "status", run_id)
    assert "already cancelled" in said(live, "cancel", run_id, code=1)


def test_the_history_of_a_run_says_what_each_task_waited_for(live: Up, run_id: str) -> None:
    history = said(live, "events", "--run", run_id)
    assert re.search(r"TaskReady +then +event \d+ +waited for first", history)
    told = [json.loads(line) for line in said(live, "events", "--run", run_id, "--json").splitlines()]
    assert [told[0]["type"], told[-1]["type"]] == ["RunRequested", "RunFinished"]
    followed = said(live, "events", "--run", run_id, "-f", "--json").splitlines()
    assert [json.loads(line)["seq"] for line in followed] == [event["seq"] for event in told]
    assert "--run" in said(live, "events", code=2)


def test_the_live_feed_shows_what_happens_until_ctrl_c(live: Up, run_id: str) -> None:
    with subprocess.Popen(
        [*PENSTOCK, "events", "-f", "--dag", "quick", "--json"], env=live.env, stdout=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None
        with Client(live.url) as client:
            requested: set[str] = set()
            # The feed begins with what happens once it is open, so runs are started until one is seen.
            while not requested & (seen := _read_some(following, client, requested)):
                pass
        following.send_signal(signal.SIGINT)
        assert following.wait(30) == 130
    assert seen


def _read_some(following: "subprocess.Popen[str]", client: Client, requested: set[str]) -> set[str]:
    requested.add(client.run("quick").run_id)
    assert following.stdout is not None
    if not select.select([following.stdout], [], [], 0.2)[0]:
        return set()
    return {str(json.loads(following.stdout.readline()).get("run_id"))}


def test_all_partitions_verify(live: Up, run_id: str) -> None:
    assert said(live, "verify").count("whole") == 8
    (verdict,) = json.loads(said(live, "verify", "--partition", run_id.rpartition("-")[2], "--json"))
    assert verdict["problems"] == []
    assert verdict["runs"] >= 1
    assert "no partition 99" in said(live, "verify", "--partition", "99", code=2)


def test_the_doctor_finds_nothing_wrong_and_shows_no_password(live: Up, folder: Path) -> None:
    shown = said(live, "doctor")
    assert "nothing wrong" in shown
    assert (folder / "data" / "password").read_text() not in shown
    assert len(json.loads(said(live, "doctor", "--json"))["partitions"]) == 8


def test_a_second_stack_on_the_same_port_is_refused_before_anything_starts(live: Up, tmp_path: Path) -> None:
    taken = live.url.rpartition(":")[2]
    refused = penstock("up", "--port", taken, env=environment(tmp_path / "second"))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: cannot listen on 127.0.0.1 port {taken}")
    assert not (tmp_path / "second").exists()


def test_a_second_stack_on_the_same_data_is_refused_with_where_the_first_is(live: Up) -> None:
    refused = penstock("up", "--port", str(free_port()), env=live.env)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: a Penstock is up already at {live.url}")
