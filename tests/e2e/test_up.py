"""`penstock up` with real processes: what it starts, what it starts again, and that nothing of it is left behind."""

import os
import signal
from pathlib import Path

import pytest

from executor_kit import alive
from penstock.client import Client
from penstock.core.status import RunStatus
from penstock.settings import Settings
from penstock_cli import supervisor
from penstock_cli.child import Service
from penstock_cli.supervisor import Stack, StackError
from up_kit import Up, environment, free_port, penstock, processes_about, up, wait_until


def definition(command: str) -> bytes:
    return f"id: job\nname: Job\ntasks:\n  work:\n    name: Work\n    command: {command}\n".encode()


def start(client: Client, command: str) -> str:
    client.register(definition(command))
    return client.run("job").run_id


def pid_of_task(running: Up, client: Client, run_id: str) -> int:
    """The pid that the task `echo $$; …` has printed."""
    wait_until("the task prints its pid", lambda: "".join(client.logs(run_id, "work")).strip().isdigit())
    running.tree()
    return int("".join(client.logs(run_id, "work")))


def test_ctrl_c_leaves_no_process_behind_and_a_second_start_finds_the_runs_of_the_first(tmp_path: Path) -> None:
    with up(tmp_path / "data", "--workers", "2", PENSTOCK_DRAIN_GRACE_SECONDS="0.2") as running:
        with running.client() as client:
            done = client.wait(start(client, "echo done"), 30).run_id
            interrupted = start(client, "'echo $$; exec sleep 600'")
            task = pid_of_task(running, client, interrupted)
        running.ctrl_c()
        assert running.process.wait(30) == 0
        running.assert_nothing_left()
        wait_until("the task has ended", lambda: not alive(task))
    with up(tmp_path / "data") as again, again.client() as client:
        assert client.get_run(done).status is RunStatus.SUCCEEDED
        assert [run.run_id for run in client.runs().runs] == [interrupted, done]
        client.cancel(interrupted)
        assert client.wait(interrupted, 30).status is RunStatus.CANCELLED


def test_a_second_ctrl_c_does_not_wait_for_running_tasks(tmp_path: Path) -> None:
    with up(tmp_path / "data", PENSTOCK_DRAIN_GRACE_SECONDS="600") as running:
        with running.client() as client:
            task = pid_of_task(running, client, start(client, "'trap \"\" TERM; echo $$; sleep 600'"))
        running.ctrl_c()
        assert "Ctrl-C again" in running.say()
        running.ctrl_c()
        assert running.process.wait(30) == 0
        running.assert_nothing_left()
        wait_until("the task has ended", lambda: not alive(task))


def test_what_a_killed_supervisor_started_ends_with_it(tmp_path: Path) -> None:
    with up(tmp_path / "data") as running:
        with running.client() as client:
            task = pid_of_task(running, client, start(client, "'echo $$; exec sleep 600'"))
        running.process.kill()
        running.process.wait()
        running.assert_nothing_left()
        wait_until("the task has ended", lambda: not alive(task))


def test_services_and_server_that_are_killed_are_started_again_and_the_run_ends(tmp_path: Path) -> None:
    with (
        up(tmp_path / "data", PENSTOCK_WORKER_LEASE_SECONDS="1", PENSTOCK_SCHEDULER_LEASE_SECONDS="1") as running,
        running.client() as client,
    ):
        run_id = start(client, "'echo $$; [ $PENSTOCK_ATTEMPT -gt 1 ] || exec sleep 600'")
        task = pid_of_task(running, client, run_id)
        server = next(pid for pid, command in running.tree().items() if "valkey-server" in command)
        victims = [running.pid_of(f"penstock_{name}") for name in ("worker", "scheduler", "api")]
        for victim in [*victims, server]:
            os.kill(victim, signal.SIGKILL)
        wait_until("the killed worker's task has ended", lambda: not alive(task))
        wait_until("the API is back", lambda: penstock("runs", env=running.env).returncode == 0)
        ended = client.wait(run_id, 60)
        assert (ended.status, ended.tasks[0].attempt) == (RunStatus.SUCCEEDED, 2)
        said = running.errors.read_text()
        assert "starting it again" in said
        assert "SIGKILL" in said


def test_a_named_server_that_does_not_answer_is_said_before_anything_starts(tmp_path: Path) -> None:
    env = environment(tmp_path / "data", PENSTOCK_REDIS_URL=f"redis://:secret@127.0.0.1:{free_port()}/0")
    refused = penstock("up", "--port", str(free_port()), env=env)
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: ")
    assert refused.stderr.count("\n") == 1
    assert "secret" not in refused.stderr


async def test_a_service_that_does_not_come_up_fails_the_start_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_core_services", lambda: [Service("api", "no_such_module", 1)])
    settings = Settings().model_copy(update={"data_dir": tmp_path / "data", "api_port": free_port()})
    with pytest.raises(StackError, match="the api ended while starting"):
        async with Stack(settings):
            pass
    assert not processes_about(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_sigterm_and_a_closed_terminal_stop_it_as_ctrl_c_does(tmp_path: Path, number: signal.Signals) -> None:
    with up(tmp_path / "data") as running:
        running.process.send_signal(number)
        assert running.process.wait(30) == 0
        running.assert_nothing_left()


def test_the_password_of_the_server_is_on_no_command_line_and_in_no_log(tmp_path: Path) -> None:
    with up(tmp_path / "data") as running:
        password = (tmp_path / "data" / "password").read_text()
        assert not any(password in command for command in running.tree().values())
        running.ctrl_c()
        assert running.process.wait(30) == 0
        assert password not in running.errors.read_text()
