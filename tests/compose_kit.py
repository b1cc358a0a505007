"""docker-compose.yml at the top, as a deployment of its own: for tests that treat it as its operator would."""

import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from up_kit import free_port

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ("valkey", "scheduler", "api", "worker")
PATIENCE_S = 120.0
OURS = ("scheduler", "api", "worker", "cli")


def engine() -> str | None:
    """Return why there is no engine to run containers with; None when there is one."""
    if shutil.which("docker") is None:
        return "no docker on the PATH"
    if compose_command() is None:
        return "neither `docker compose` nor docker-compose"
    asked = subprocess.run(["docker", "version"], capture_output=True, text=True, check=False)
    return None if asked.returncode == 0 else "no Docker engine answers"


def compose_command() -> list[str] | None:
    """Return how Compose is called here."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if plugin.returncode == 0:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


def docker(*arguments: str) -> str:
    """Run a command of the engine; return what it prints."""
    return _run(["docker", *arguments], os.environ)


def _run(command: list[str], env: Mapping[str, str]) -> str:
    ran = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert ran.returncode == 0, f"{' '.join(command)}: {ran.stderr[-4000:] or ran.stdout[-4000:]}"
    return ran.stdout


class Deployment:
    """A project of Compose with images, a port, a password and a folder of modules of its own."""

    def __init__(self, dags: Path, **settings: str) -> None:
        self.project = f"penstock-test-{secrets.token_hex(3)}"
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._settings = {
            **settings,
            "COMPOSE_PROJECT_NAME": self.project,
            "PENSTOCK_VERSION": self.project,
            "PENSTOCK_PORT": str(port),
            "PENSTOCK_DAGS": str(dags),
            "VALKEY_PASSWORD": secrets.token_hex(16),
        }

    def compose(self, *arguments: str) -> str:
        """Run a command of Compose; return what it prints."""
        command = compose_command()
        assert command is not None
        return _run([*command, *arguments], {**os.environ, **self._settings})

    def _start(self, *arguments: str, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> int:
        """Run a command of Compose that reads or writes bytes; return its exit code."""
        command = compose_command()
        assert command is not None
        env = {**os.environ, **self._settings}
        ran = subprocess.run(
            [*command, *arguments], env=env, cwd=ROOT, stdin=stdin, stdout=stdout, timeout=300, check=False
        )
        return ran.returncode

    def containers(self, service: str) -> list[str]:
        """Return the containers of a service, those that have ended too."""
        labels = {"project": self.project, "service": service}
        filters = [f"--filter=label=com.docker.compose.{key}={value}" for key, value in labels.items()]
        return docker("ps", "--all", "--quiet", *filters).split()

    def inspect(self, service: str) -> list[dict[str, Any]]:
        """Return what the engine knows of each container of a service."""
        found: list[dict[str, Any]] = json.loads(docker("inspect", *self.containers(service)))
        return found

    def await_health(self) -> None:
        """Wait until every container of every service runs and its health check passes."""
        deadline = time.monotonic() + PATIENCE_S
        while waiting := [one for service in SERVICES for one in self.inspect(service) if not _is_healthy(one)]:
            said = {one["Name"]: one["State"] for one in waiting}
            assert time.monotonic() < deadline, f"never healthy: {json.dumps(said, indent=1)}\n{self.logs()}"
            time.sleep(0.2)

    def verdict(self) -> list[dict[str, Any]]:
        """Audit every partition, with the command line inside the network."""
        verdict: list[dict[str, Any]] = json.loads(
            self.compose("run", "--rm", "-T", "cli", "verify", "--all", "--json")
        )
        return verdict

    def back_up(self, file: Path) -> None:
        """Copy the data while everything runs, as docs/deploy.md says."""
        rewriting = ["exec", "-T", "valkey", "valkey-cli", "config", "set", "auto-aof-rewrite-percentage"]
        self.compose(*rewriting, "0")
        with file.open("wb") as archive:
            code = self._start("exec", "-T", "valkey", "tar", "-C", "/data", "-cz", ".", stdout=archive)
        assert code in {0, 1}, "1: the log has grown meanwhile"
        self.compose(*rewriting, "100")

    def restore(self, file: Path) -> None:
        """Put the data back, as docs/deploy.md says."""
        self.compose("stop")
        with file.open("rb") as archive:
            script = "rm -rf /data/* && tar -C /data -xz"
            code = self._start("run", "--rm", "-T", "--entrypoint", "sh", "valkey", "-c", script, stdin=archive)
        assert code == 0
        self.compose("start")

    def release(self, tag: str) -> None:
        """Make the images of another version: the same, but for a label. From now on Compose takes these."""
        for service in OURS:
            made = f"FROM penstock-{service}:{self._settings['PENSTOCK_VERSION']}\nLABEL release={tag}\n"
            name = f"penstock-{service}:{self.project}-{tag}"
            command = ["docker", "build", "--quiet", "--tag", name, "-"]
            subprocess.run(command, input=made, text=True, capture_output=True, check=True)
        self._settings["PENSTOCK_VERSION"] = f"{self.project}-{tag}"

    def logs(self) -> str:
        """Return what the containers said last."""
        return self.compose("logs", "--no-color", "--tail=60")

    def remove(self) -> None:
        """Remove containers, network, volumes and the images' names."""
        self.compose("down", "--volumes", "--timeout", "5")
        names = ["--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference=penstock-*:{self.project}*"]
        docker("rmi", *docker("images", *names).split())


def _is_healthy(container: dict[str, Any]) -> bool:
    state = container["State"]
    return bool(state["Running"] and state["Health"]["Status"] == "healthy")


@contextmanager
def deployed(dags: Path, *options: str, **settings: str) -> Iterator[Deployment]:
    """Build the images and start them; what was started is removed afterwards."""
    deployment = Deployment(dags, **settings)
    try:
        deployment.compose("build", *OURS)
        deployment.compose("up", "--detach", *options)
        deployment.await_health()
        yield deployment
    finally:
        deployment.remove()
