"""A service that cannot start says why in one line of its log, not in a traceback."""

import asyncio
import json
import os
import sys

import pytest

from stack import Stack

SERVICES = ["penstock_api", "penstock_scheduler", "penstock_worker"]


async def ended(module: str, **settings: str) -> tuple[int | None, dict[str, str]]:
    """Run a service until it ends; return its exit code and the last line of its log."""
    environment = {**os.environ, **{f"PENSTOCK_{name}": value for name, value in settings.items()}}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(60):
            _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    line: dict[str, str] = json.loads(errors.decode().splitlines()[-1])
    return process.returncode, line


@pytest.mark.parametrize("module", SERVICES)
async def test_a_setting_that_is_not_allowed_is_named(module: str) -> None:
    code, line = await ended(module, WORKER_SLOTS="none", REDIS_URL="redis://:hunter2@")
    assert (code, line["service"]) == (1, module.removeprefix("penstock_"))
    assert "PENSTOCK_WORKER_SLOTS" in line["reason"]
    assert "PENSTOCK_REDIS_URL" in line["reason"]
    assert "hunter2" not in str(line)


@pytest.mark.parametrize("module", SERVICES)
async def test_a_server_that_must_not_be_used_is_refused_with_the_reason(module: str, stack: Stack) -> None:
    command = stack.store._db.command
    await command("CONFIG", "SET", "appendfsync", "no")
    try:
        code, line = await ended(module, REDIS_URL=stack.url, KEY_PREFIX=stack.prefix)
    finally:
        await command("CONFIG", "SET", "appendfsync", "everysec")
    assert (code, line["event"]) == (1, "cannot start")
    assert "set appendfsync to always" in line["reason"]
