"""docker-compose.yml as it is written, for machines without an engine; tests/containers has the walk with one."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {"api", "scheduler", "worker", "cli"}


def test_all_that_can_be_chosen_stands_in_the_example_with_its_default() -> None:
    chosen = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT))
    lines = (ROOT / ".env.example").read_text().splitlines()
    shown = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert shown == chosen
    assert TEXT.count("${") == len(re.findall(r"\$\{\w+:-", TEXT)), "a variable without a default"


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_has_rights_that_it_does_not_need(service: str) -> None:
    spec = SERVICES[service]
    assert spec["read_only"] is True
    assert spec["cap_drop"] == ["ALL"]
    assert spec["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in spec
    assert not any("docker.sock" in volume for volume in spec.get("volumes", []))
    # Our images say it themselves: see the Dockerfile.
    assert service in OURS or re.fullmatch(r"[1-9]\d*:\d+", spec["user"])


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_published_is_published_on_loopback(service: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service].get("ports", []))


@pytest.mark.parametrize("service", SERVICES)
def test_no_image_is_taken_as_whatever_is_the_latest(service: str) -> None:
    image = SERVICES[service]["image"]
    assert service in OURS or re.search(r":v?\d", image), image


def test_the_server_keeps_what_was_acknowledged() -> None:
    command = SERVICES["valkey"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--appendfsync"] == "always"
    assert options["--maxmemory-policy"] == "noeviction"
    assert SERVICES["valkey"]["volumes"] == ["data:/data"]


def test_the_command_line_tries_the_targets_that_schedulers_notify() -> None:
    scheduler, cli = SERVICES["scheduler"], SERVICES["cli"]
    assert "PENSTOCK_NOTIFICATIONS" in scheduler["environment"]
    assert cli["environment"] == scheduler["environment"]
    assert cli["volumes"] == scheduler["volumes"]


def test_a_worker_is_given_longer_to_stop_than_its_tasks() -> None:
    spec = SERVICES["worker"]
    drain = int(spec["environment"]["PENSTOCK_DRAIN_GRACE_SECONDS"].rpartition(":-")[2].rstrip("}"))
    stop = int(spec["stop_grace_period"].rpartition(":-")[2].rstrip("s}"))
    assert stop >= drain + 10


def test_images_run_as_a_numbered_user_that_is_not_root_and_end_on_sigterm() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    runtime = dockerfile[dockerfile.index("AS runtime") :]
    assert "USER 10001:10001" in runtime
    assert "USER 0" not in runtime
    assert "STOPSIGNAL SIGTERM" in runtime
    assert all(started.startswith("[") for started in re.findall(r"^(?:CMD|ENTRYPOINT) (.*)$", runtime, re.MULTILINE))


def test_what_the_dockerfile_copies_is_not_ignored() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sources
    assert all(any(source == one or source.startswith(f"{one}/") for one in sent) for source in sources)
