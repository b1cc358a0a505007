"""The file of targets, as an operator meets it: tried out, refused with its line, and its secrets kept."""

import asyncio
from pathlib import Path

from fault_kit import service
from receiver_kit import Receiver, noted
from stack import Stack, dag
from up_kit import environment, penstock

FAILS = dag("fails", {"load": ()}, "exit 3")


def targets_file(folder: Path, receiver: Receiver, more: str = "") -> dict[str, str]:
    """Write a file of targets; return an environment that names it."""
    (folder / "targets.yaml").write_text(f"- name: ops\n  url: {receiver.url}\n  secret: topsecret\n{more}")
    return environment(folder / "data", PENSTOCK_NOTIFICATIONS=str(folder / "targets.yaml"))


async def test_a_target_is_tried_out_from_the_command_line(receiver: Receiver, tmp_path: Path) -> None:
    named = targets_file(tmp_path, receiver, f"- {{name: chat, url: '{receiver.url}', format: slack}}\n")
    done = await asyncio.to_thread(penstock, "notifications", "test", "ops", env=named, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ops was told.\n", "")
    done = await asyncio.to_thread(penstock, "notifications", "test", "chat", env=named, cwd=tmp_path)
    assert done.returncode == 0
    first, second = receiver.requests
    assert (first.json["type"], first.json["id"], first.json["deployment"]) == ("test", first.id, "pk")
    assert first.headers["webhook-signature"].startswith("v1,")
    assert second.json == {"text": "Penstock (pk) reaches this channel."}


async def test_a_target_that_does_not_take_a_test_is_said_with_the_reason(receiver: Receiver, tmp_path: Path) -> None:
    receiver.answer = lambda _request: "403 Forbidden"
    named = targets_file(tmp_path, receiver)
    done = await asyncio.to_thread(penstock, "notifications", "test", "ops", env=named, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "error: ops was not told: the answer was 403\n")
    done = await asyncio.to_thread(penstock, "notifications", "test", "nobody", env=named, cwd=tmp_path)
    assert done.returncode == 2
    assert "has no target 'nobody'; it has ops" in done.stderr
    assert len(receiver.requests) == 1


async def test_a_mistake_in_the_file_of_targets_ends_the_start_with_its_line(
    receiver: Receiver, tmp_path: Path
) -> None:
    named = targets_file(tmp_path, receiver, "- {name: ops2, url: nowhere}\n")
    for command, code in ((("up",), 2), (("scheduler",), 1), (("notifications", "test", "ops"), 2)):
        done = await asyncio.to_thread(penstock, *command, env=named, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        assert f"{tmp_path}/targets.yaml:4: 1.url: url must look like https://" in done.stderr
        assert "topsecret" not in done.stderr


async def test_no_address_and_no_secret_is_logged(stack: Stack, receiver: Receiver, tmp_path: Path) -> None:
    targets = tmp_path / "targets.yaml"
    url = receiver.url.replace("/hook", "/topsecret")
    targets.write_text(f"- {{name: ops, url: '{url}', secret: topsecret, headers: {{X-Key: topsecret}}}}\n")
    answers = iter(["500 So", "403 So"])
    receiver.answer = lambda _request: next(answers)
    log = tmp_path / "log"
    settings = {"PENSTOCK_NOTIFICATIONS": str(targets), "PENSTOCK_LOG_LEVEL": "debug"}
    await stack.worker()
    with log.open("wb") as stderr:
        async with service(stack, "penstock_scheduler", stderr=stderr, **settings):
            run = await stack.start(FAILS)
            await noted(stack, run)
    logged = log.read_text()
    assert "notification not delivered" in logged
    assert "notification refused by its target" in logged
    assert "topsecret" not in logged
    assert receiver.requests[0].headers["x-key"] == "topsecret"
