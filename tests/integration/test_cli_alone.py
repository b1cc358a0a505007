"""The command line where nothing runs, or where what runs is not as it should be."""

import asyncio
import itertools
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from penstock import __version__
from penstock.audit import verify as audit
from penstock.embedded import EmbeddedServer
from penstock.store.valkey import open_valkey
from penstock.store.valkey.keys import PartitionKeys
from penstock_cli import address
from penstock_cli.failures import INTERRUPTED
from up_kit import PENSTOCK, environment, free_port, invoke, penstock


@pytest.fixture
def nothing(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "data", PENSTOCK_API_PORT=str(free_port()))


@pytest.mark.parametrize("command", [("runs",), ("dag", "ls"), ("run", "x", "--wait"), ("events", "-f"), ("logs", "x")])
def test_without_an_api_a_command_says_how_to_start_one(
    nothing: dict[str, str], command: tuple[str, ...], tmp_path: Path
) -> None:
    done = invoke(*command, env=nothing, cwd=tmp_path)
    port = nothing["PENSTOCK_API_PORT"]
    assert done.returncode == 1
    assert done.stderr == f"error: no Penstock at http://127.0.0.1:{port}: start one with `penstock up`\n"


@pytest.mark.parametrize("command", ["verify", "doctor"])
def test_without_a_server_an_inspection_says_how_to_name_one(
    nothing: dict[str, str], command: str, tmp_path: Path
) -> None:
    done = invoke(command, env=nothing, cwd=tmp_path)
    assert done.returncode == 1
    assert "PENSTOCK_REDIS_URL" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_address_that_is_none_is_bad_input(nothing: dict[str, str], tmp_path: Path) -> None:
    done = invoke("runs", env=nothing | {"PENSTOCK_API_URL": "nonsense"}, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: 'nonsense' is not the address of an API")


def test_a_bad_setting_is_bad_input_and_named(nothing: dict[str, str], tmp_path: Path) -> None:
    done = invoke("up", env=nothing | {"PENSTOCK_PARTITIONS": "many"}, cwd=tmp_path)
    assert done.returncode == 2
    assert "PENSTOCK_PARTITIONS" in done.stderr


def test_version_and_help_answer_without_importing_what_only_commands_need(
    nothing: dict[str, str], tmp_path: Path
) -> None:
    assert penstock("--version", env=nothing).stdout == f"penstock {__version__}\n"
    assert "examples/sample.yaml" in penstock("--help", env=nothing).stdout
    heavy = "{'httpx', 'redis', 'pydantic', 'structlog', 'yaml', 'fastapi', 'asyncio'}"
    check = f"import sys, penstock_cli.main; sys.exit(str({heavy} & sys.modules.keys() or '') or 0)"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, check=False).stderr == b""


def test_a_port_that_is_free_is_kept_and_one_that_is_taken_is_evaded() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        assert address.free_port("127.0.0.1", taken) != taken
    assert address.free_port("127.0.0.1", taken) == taken


class Alone:
    """A server that holds an empty deployment, without any service."""

    def __init__(self, server: EmbeddedServer, env: dict[str, str]) -> None:
        self.env = env | {"PENSTOCK_REDIS_URL": server.redis_url}
        self.client = redis.Redis.from_url(server.redis_url, decode_responses=True)
        self.first_partition = PartitionKeys("pk", 0, 8).base.removesuffix(":")
        asyncio.run(_create(server.redis_url))


async def _create(url: str) -> None:
    await (await open_valkey(url, prefix="pk", partitions=8)).close()


@pytest.fixture
def alone(tmp_path: Path, nothing: dict[str, str]) -> Iterator[Alone]:
    with EmbeddedServer(tmp_path / "server", appendfsync="everysec") as server:
        found = Alone(server, nothing)
        with found.client:
            yield found


def test_the_doctor_finds_that_no_scheduler_lives_to_read_an_inbox(alone: Alone, tmp_path: Path) -> None:
    assert invoke("doctor", env=alone.env, cwd=tmp_path).returncode == 0
    alone.client.xadd(f"{alone.first_partition}:inbox", {"fact": "{}"})
    found = invoke("doctor", "--json", env=alone.env, cwd=tmp_path)
    assert found.returncode == 1
    (finding,) = json.loads(found.stdout)["findings"]
    assert "no scheduler is alive" in finding["what"]
    assert "penstock scheduler" in finding["advice"]


def test_the_doctor_finds_a_server_that_may_lose_data(alone: Alone, tmp_path: Path) -> None:
    alone.client.config_set("appendonly", "no")
    found = invoke("doctor", env=alone.env, cwd=tmp_path)
    assert found.returncode == 1
    assert "append-only" in found.stdout
    alone.client.config_set("appendonly", "yes")
    alone.client.config_set("appendfsync", "no")
    found = invoke("doctor", "--json", env=alone.env, cwd=tmp_path)
    assert found.returncode == 1
    (finding,) = json.loads(found.stdout)["findings"]
    assert "an acknowledged write may be lost" in finding["what"]


def test_the_doctor_shows_how_the_server_is_configured(alone: Alone, tmp_path: Path) -> None:
    alone.client.config_set("maxmemory", 123456789)
    shown = invoke("doctor", env=alone.env, cwd=tmp_path).stdout
    assert re.search(r"^server redis://.*: Valkey \d+\.\d+", shown)
    assert re.search(r"^ *master +123456789 bytes +noeviction +yes +everysec", shown, re.MULTILINE)


def test_the_doctor_finds_a_log_that_does_not_end_at_its_head(alone: Alone, tmp_path: Path) -> None:
    alone.client.xadd(f"{alone.first_partition}:log", {"event": "{}"}, "4-0")
    found = invoke("doctor", env=alone.env, cwd=tmp_path)
    assert found.returncode == 1
    assert "the log does not end where its head says" in found.stdout
    assert re.search(r"^ *0 +- +- +0 +0 +0 +4 ", found.stdout, re.MULTILINE)


def test_the_doctor_says_of_a_forked_log_that_some_of_it_was_lost_and_finds_nothing_wrong(
    alone: Alone, tmp_path: Path
) -> None:
    alone.client.hset(f"{alone.first_partition}:head", "incarnation", "2")
    found = invoke("doctor", env=alone.env, cwd=tmp_path)
    assert found.returncode == 0
    assert "partition 0: the server has lost a part of its log 2 times" in found.stdout


def test_the_doctor_finds_partitions_that_nobody_serves_if_that_lasts(
    alone: Alone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone.client.zadd("pk:schedulers", {"s": 9e15})
    found = invoke("doctor", "--json", env=alone.env | {"PENSTOCK_SCHEDULER_LEASE_SECONDS": "1"}, cwd=tmp_path)
    assert found.returncode == 1
    (finding,) = json.loads(found.stdout)["findings"]
    assert finding["what"].endswith("none serves it (partition 0, 1, 2, 3, 4, 5, 6, 7)")

    async def serve(_: float) -> None:
        for partition in range(8):
            base = PartitionKeys("pk", partition, 8)
            alone.client.hset(base.head, "owner", "s")
            alone.client.set(base.lease, "s", px=3_600_000)

    monkeypatch.setattr(asyncio, "sleep", serve)
    assert invoke("doctor", env=alone.env, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("command", ["verify", "doctor"])
def test_an_inspection_of_a_server_without_a_deployment_says_so_and_makes_none(
    alone: Alone, command: str, tmp_path: Path
) -> None:
    alone.client.flushall()
    done = invoke(command, env=alone.env, cwd=tmp_path)
    assert done.returncode != 0
    assert done.stderr == "error: There is no Penstock deployment with the prefix 'pk' on this server.\n"
    assert alone.client.dbsize() == 0


def test_verify_finds_counts_that_the_log_does_not_explain(alone: Alone, tmp_path: Path) -> None:
    assert invoke("verify", env=alone.env, cwd=tmp_path).returncode == 0
    alone.client.hset(f"{alone.first_partition}:counts", "running", "5")
    found = invoke("verify", env=alone.env, cwd=tmp_path)
    assert found.returncode == 1
    assert re.search(r"^ *0 .* 1 problems", found.stdout, re.MULTILINE)
    assert "whole" in found.stdout
    (verdict,) = json.loads(invoke("verify", "--partition", "0", "--json", env=alone.env, cwd=tmp_path).stdout)
    assert len(verdict["problems"]) == 1


def test_verify_takes_all_partitions_or_one_and_not_both(alone: Alone, tmp_path: Path) -> None:
    assert invoke("verify", "--all", env=alone.env, cwd=tmp_path).stdout.count("whole") == 8
    both = invoke("verify", "--all", "--partition", "0", env=alone.env, cwd=tmp_path)
    assert both.returncode == 2
    assert both.stderr == "error: --partition and --all exclude each other\n"


def test_verify_does_not_call_whole_what_it_could_not_compare(
    alone: Alone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = map(str, itertools.count())
    monkeypatch.setattr(audit, "_position", lambda _: next(places))
    monkeypatch.setattr(audit, "PAUSE_SECONDS", 0)
    moving = invoke("verify", "--all", env=alone.env, cwd=tmp_path)
    assert moving.returncode == 3
    assert moving.stdout.count("whole so far") == 8
    assert "lists, timers and counts were not compared: the partition did not stand still" in moving.stdout


def test_verify_tries_again_before_it_says_that_a_partition_did_not_stand_still(
    alone: Alone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = itertools.chain(map(str, range(2 * audit.ROUNDS)), itertools.repeat("still"))
    monkeypatch.setattr(audit, "_position", lambda _: next(places))
    monkeypatch.setattr(audit, "PAUSE_SECONDS", 0)
    assert invoke("verify", "--partition", "0", env=alone.env, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(("form", "sound"), [((), "whole: 8 partitions"), (("--json",), '"problems": []')])
def test_verify_watches_until_something_differs(alone: Alone, form: tuple[str, ...], sound: str) -> None:
    with _watching(alone, *form) as watch:
        assert watch.stdout is not None
        assert sound in watch.stdout.readline()
        alone.client.hset(f"{alone.first_partition}:counts", "running", "5")
        rest = watch.stdout.read()
        assert watch.wait() == 1
    assert "a count of tasks is wrong" in rest


def test_verify_watches_until_ctrl_c(alone: Alone) -> None:
    with _watching(alone) as watch:
        assert watch.stdout is not None
        lines = [watch.stdout.readline() for _ in range(2)]
        watch.send_signal(signal.SIGINT)
        assert watch.wait() == INTERRUPTED
    assert all(re.search(r"whole: 8 partitions, 0 events$", line) for line in lines)


@contextmanager
def _watching(alone: Alone, *options: str) -> Iterator["subprocess.Popen[str]"]:
    command = [*PENSTOCK, "verify", "--all", "--watch", "--interval", "0.05", *options]
    with subprocess.Popen(command, env=alone.env, stdout=subprocess.PIPE, text=True) as watch:
        try:
            yield watch
        finally:
            watch.kill()
