"""The alert rules and the dashboard of Grafana, held against what real services expose."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from api_kit import SAMPLE, open_api
from listener_kit import Probed, probed
from stack import Stack, dag, eventually

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = DEPLOY / "grafana" / "penstock.json"
RULES = DEPLOY / "prometheus" / "alerts.yml"
TEXT = {"accept": "text/plain"}

OTHERS = re.compile(r"up|ALERTS|kubelet_\w+")
"""Metrics that somebody else exposes: Prometheus itself, Kubernetes."""
APART = {"namespace", "deployment"}
"""Labels that tell deployments apart: from the Prometheus operator, and from the chart's monitors."""
GIVEN = {"job", "instance"} | APART
"""Labels that Prometheus gives to everything it scrapes."""
WORDS = {"and", "or", "by", "without", "sum", "max", "min", "rate", "increase", "changes", "delta", "absent", "topk"}
WORDS |= {"histogram_quantile", "label_values", "group", "unless"}

Exposed = dict[str, set[str]]
"""The names of the labels of every sample, by its name."""


def expressions(found: object) -> Iterator[str]:
    """Yield every expression that stands somewhere in a file."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key in {"expr", "definition"}:
                yield value
            else:
                yield from expressions(value)
    elif isinstance(found, list):
        for one in found:
            yield from expressions(one)


def dashboard() -> Any:  # noqa: ANN401  # whatever Grafana likes
    return json.loads(DASHBOARD.read_text())


def rules() -> Any:  # noqa: ANN401
    return yaml.safe_load(RULES.read_text())


def used(expression: str) -> dict[str, set[str]]:
    """Return the metrics of an expression with the labels by which it selects them; grouping labels belong to all."""
    bare = re.sub(r'"[^"]*"', '""', expression.replace("$__rate_interval", "5m"))
    grouped = {label.strip() for labels in re.findall(r"by \(([^)]*)\)", bare) for label in labels.split(",")} - {"le"}
    bare = re.sub(r"by \([^)]*\)", "", bare)
    bare = re.sub(r"label_values\((\w+(?:\{[^}]*\})?), \w+\)", r"\1", bare)
    found: dict[str, set[str]] = {}
    for name, selector in re.findall(r"([a-zA-Z_]\w*)(?![\w(])\s*(?:\{([^}]*)\})?", re.sub(r"\[[^]]*\]", "", bare)):
        if name not in WORDS:
            found[name] = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector)) | grouped
    return found


async def exposed(stack: Stack, tmp_path: Path) -> Exposed:
    """Run one of each service until all have something to tell; return what they do."""
    targets = tmp_path / "targets.yaml"
    targets.write_text("- {name: ops, url: 'http://127.0.0.1:9/'}\n")
    async with (
        probed("penstock_scheduler", stack, NOTIFICATIONS=str(targets)) as scheduler,
        probed("penstock_worker", stack) as worker,
        open_api(stack.store) as api,
    ):
        await api.post("/dags", json=SAMPLE)
        await stack.ended(await stack.start(dag("two", {"a": (), "b": ("a",)})))
        await eventually(lambda: _counted(worker), "the worker to have been answered")
        pages = [(await api.get("/metrics", headers=TEXT)).text]
        pages += [(await one.http.get("/metrics")).text for one in (scheduler, worker)]
    labels: Exposed = {}
    for page in pages:
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


def _family(name: str) -> str:
    return re.sub(r"_(bucket|sum|count)$", "", name)


async def _counted(worker: Probed) -> bool:
    return (await worker.metrics())["penstock_worker_reports_total", "accepted"] == 2


async def test_whatever_the_dashboard_and_the_alerts_ask_for_is_exposed_and_nothing_is_left_out(
    stack: Stack, tmp_path: Path
) -> None:
    told = await exposed(stack, tmp_path)
    shown: set[str] = set()
    for expression in [*expressions(dashboard()), *expressions(rules())]:
        metrics = used(expression)
        assert metrics, f"no metric in {expression}"
        for name, labels in metrics.items():
            if not OTHERS.fullmatch(name):
                assert name in told, f"nobody exposes {name}, asked for in {expression}"
                assert labels <= told[name] | GIVEN, f"{name} has {told[name]}, not {labels}: {expression}"
    for expression in expressions(dashboard()):
        shown |= {_family(name) for name in used(expression)}
    ours = {_family(name) for name in told if name.startswith("penstock_")}
    assert ours <= shown, f"the dashboard does not show {sorted(ours - shown)}"


def test_deployments_are_told_apart_by_namespace_and_name() -> None:
    for expression in [*expressions(dashboard()["panels"]), *expressions(rules())]:
        # Both say of themselves where they are: what is absent is nowhere, and this one names each target.
        if expression.startswith(("absent(", "up{")):
            continue
        for name, labels in used(expression).items():
            # The volume of a server is Kubernetes' own: its claim has a name, but it belongs to no deployment of ours.
            apart = {"namespace", "persistentvolumeclaim"} if name.startswith("kubelet_") else APART
            assert apart <= labels, f"{name} of all deployments together: {expression}"


def test_the_dashboard_shows_one_deployment_at_a_time_also_where_no_label_tells_them_apart() -> None:
    chosen = {one["name"]: one for one in dashboard()["templating"]["list"]}
    for name in APART:
        assert not chosen[name]["multi"], "sums and tables of several deployments mean nothing"
        assert not chosen[name]["includeAll"]
    for expression in expressions(dashboard()["panels"]):
        # Not =~: without any such label the choice is empty, and = finds exactly what has none.
        chooses = [set(re.findall(r'(\w+)="\$(\w+)"', selector)) for selector in re.findall(r"\{([^}]*)\}", expression)]
        assert chooses
        assert all({(name, name) for name in APART} <= one for one in chooses), expression


def test_the_panels_are_told_apart_have_units_and_a_datasource() -> None:
    panels = [panel for panel in dashboard()["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "prometheus"}
        if panel["type"] in {"timeseries", "stat"}:
            assert panel["fieldConfig"]["defaults"]["unit"]
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text())
    assert [one["uid"] for one in source["datasources"]] == ["prometheus"]


def test_every_alert_says_how_urgent_it_is_what_happened_and_what_to_do() -> None:
    alerts = [rule for group in rules()["groups"] for rule in group["rules"]]
    assert len({alert["alert"] for alert in alerts}) == len(alerts) > 20
    for alert in alerts:
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert len(alert["annotations"]["summary"]) > 20
        assert len(alert["annotations"]["description"]) > 80


def test_every_alert_is_documented_and_has_cases_in_which_it_fires_and_in_which_it_does_not() -> None:
    cases = yaml.safe_load((RULES.parent / "alerts.test.yml").read_text())["tests"]
    text = (DEPLOY.parent / "docs" / "observability.md").read_text()
    for rule in (rule for group in rules()["groups"] for rule in group["rules"]):
        fires = {
            bool(one["exp_samples"])
            for case in cases
            for one in case["promql_expr_test"]
            if f'"{rule["alert"]}"' in one["expr"]
        }
        assert fires == {True, False}, rule["alert"]
        severity = rule["labels"]["severity"]
        documented = rf"^\| `{rule['alert']}` \| {severity} \| .{{20,}} \| .{{20,}} \|$"
        assert re.search(documented, text, re.MULTILINE), (
            f"docs/observability.md says when {rule['alert']} fires, and what to look at first"
        )


def test_prometheus_accepts_the_files_and_the_alerts_fire_when_they_should() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("needs promtool (on Debian: the package prometheus)")
    for arguments in (["check", "config", "prometheus.yml"], ["test", "rules", "alerts.test.yml"]):
        done = subprocess.run(
            [promtool, *arguments], cwd=RULES.parent, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
