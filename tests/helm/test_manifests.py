"""The plain manifests are what the chart renders, and can be used without helm."""

import subprocess
from pathlib import Path

import pytest
import yaml

from helm_kit import CHART, ROOT, of_kind, problems, program

MANIFESTS = ROOT / "deploy/kubernetes"
RENDERED = ("penstock.yaml", "autoscaling.yaml", "valkey.yaml")
COPIES = {"alerts.yml": "prometheus/alerts.yml", "dashboard.json": "grafana/penstock.json"}


def lines(path: Path) -> list[str]:
    """Return the lines that say something: helm 3 and 4 leave other ones empty."""
    return [line for line in path.read_text().splitlines() if line.strip()]


def test_the_manifests_are_what_the_chart_renders(tmp_path: Path) -> None:
    helm = program("helm")
    # The tools are as they are: fetching them is not this test's business.
    command = ["make", "--silent", "-o", "tests/helm/.tools/.done", "manifests", f"HELM={helm}"]
    elsewhere = [f"MANIFESTS={tmp_path}", f"COPIES={tmp_path}"]
    subprocess.run([*command, *elsewhere], cwd=ROOT, check=True, timeout=60)
    for name in RENDERED:
        assert lines(tmp_path / name) == lines(MANIFESTS / name), f"make manifests would change {name}"


@pytest.mark.parametrize("copy", COPIES)
def test_the_chart_carries_the_alerts_and_the_dashboard_as_they_are(copy: str) -> None:
    original = (ROOT / "deploy" / COPIES[copy]).read_text()
    assert (CHART / "files" / copy).read_text() == original, "make manifests brings them into step"


def test_kustomize_builds_what_kubernetes_takes() -> None:
    command = [program("kubectl"), "kustomize", str(MANIFESTS)]
    built = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    manifests = [one for one in yaml.safe_load_all(built) if one]
    assert {one["metadata"]["namespace"] for one in manifests} == {"penstock"}
    assert problems(manifests, "1.37") == []


def test_the_manifests_hold_no_secret_and_leave_the_number_of_workers_alone() -> None:
    manifests = [one for one in yaml.safe_load_all((MANIFESTS / "penstock.yaml").read_text()) if one]
    assert not of_kind(manifests, "Secret")
    (worker,) = [one for one in of_kind(manifests, "Deployment") if one["metadata"]["name"] == "penstock-worker"]
    assert "replicas" not in worker["spec"]
