"""What the tests of the Helm chart share: how it is rendered, and what is found in what comes out."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CHART = ROOT / "deploy/helm/penstock"
TOOLS = ROOT / "tests/helm/.tools"

Manifest = dict[str, Any]

URL = "redis://:sesame@server.example.org:6379/0"
BASE: Mapping[str, Any] = {"redis": {"url": URL}}
"""The least that has to be said."""

SERVICES = ("api", "scheduler", "worker")

EVERYTHING: Mapping[str, Any] = {
    "valkey": {"enabled": True, "password": "sesame"},
    "autoscaling": {"enabled": True},
    "monitoring": {"enabled": True, "rules": True, "dashboard": True, "labels": {"release": "prometheus"}},
    "api": {"ingress": {"enabled": True, "className": "nginx", "hosts": ["penstock.example.org"]}},
    "worker": {"code": {"files": {"reports.py": "def monthly(): ..."}}},
}
"""What is optional, all of it that goes together."""


@cache
def program(name: str) -> str:
    """Return where helm or kubectl is; skip the test where there is none that runs here."""
    for path in (str(TOOLS / "bin" / name), shutil.which(name)):
        if path and _runs(path):
            return path
    pytest.skip(f"there is no {name}: make test-helm fetches it for Linux on x86-64")


def _runs(path: str) -> bool:
    try:
        return subprocess.run([path, "--help"], capture_output=True, check=False, timeout=60).returncode == 0
    except OSError:  # missing, or of another machine
        return False


def helm(*arguments: str, values: Mapping[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
    """Run helm with the chart; the values come by standard input."""
    command = [program("helm"), *arguments, "--values", "-"]
    given = json.dumps(BASE if values is None else values)
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)


def rendered(values: Mapping[str, Any] | None = None, *arguments: str) -> list[Manifest]:
    """Return what a release named ``demo`` in the namespace ``flows`` consists of."""
    command = ("template", "demo", str(CHART), "--namespace", "flows", *arguments)
    answer = helm(*command, values=values)
    assert answer.returncode == 0, answer.stderr
    return [one for one in yaml.safe_load_all(answer.stdout) if one]


def refusal(values: Mapping[str, Any]) -> str:
    """Return how helm refuses values."""
    answer = helm("template", "demo", str(CHART), values=values)
    assert answer.returncode != 0, "these values were to be refused"
    return answer.stderr


def one(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """Return the one manifest of a kind and a name (without the release's)."""
    full = f"demo-penstock-{name}" if name else "demo-penstock"
    (found,) = [each for each in manifests if each["kind"] == kind and each["metadata"]["name"] == full]
    return found


def of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    """Return the manifests of a kind."""
    return [each for each in manifests if each["kind"] == kind]


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Yield the name and the specification of every pod that would run."""
    for manifest in manifests:
        if manifest["kind"] == "Pod":
            yield manifest["metadata"]["name"], manifest["spec"]
        elif manifest["kind"] in {"Deployment", "StatefulSet"}:
            yield manifest["metadata"]["name"], manifest["spec"]["template"]["spec"]


def containers(pod: Manifest) -> list[Manifest]:
    """Return all containers of a pod."""
    return [*pod.get("initContainers", []), *pod["containers"]]


def pod_of(manifests: list[Manifest], service: str) -> Manifest:
    """Return the pod of one of the three services."""
    spec: Manifest = one(manifests, "Deployment", service)["spec"]["template"]["spec"]
    return spec


def environment(manifests: list[Manifest], service: str) -> dict[str, str]:
    """Return the variables that are said in the clear to a service, those of the ConfigMap included."""
    (container,) = pod_of(manifests, service)["containers"]
    own = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    shared: dict[str, str] = one(manifests, "ConfigMap", "")["data"]
    return {**shared, **own}


def problems(manifests: list[Manifest], *versions: str) -> list[str]:
    """Return what a Kubernetes of these versions, KEDA and the Prometheus operator would not take."""
    if not (TOOLS / "kubernetes_validate").is_dir():
        pytest.skip("the schemas of Kubernetes are missing: make test-helm fetches them")
    command = [sys.executable, "-W", "ignore", str(ROOT / "tests/helm/schemas.py"), *versions]
    given = os.environ | {"PYTHONPATH": str(TOOLS)}
    answer = subprocess.run(
        command, input=json.dumps(manifests), capture_output=True, text=True, check=True, env=given, timeout=100
    )
    found: list[str] = json.loads(answer.stdout)
    return found
