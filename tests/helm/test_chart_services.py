"""How the three services run: probes, ends, code, numbers."""

import json
from typing import Any

import pytest
import yaml

from helm_kit import BASE, EVERYTHING, ROOT, SERVICES, Manifest, environment, of_kind, one, pod_of, refusal, rendered


@pytest.mark.parametrize(("service", "port"), [("api", 8000), ("scheduler", 9464), ("worker", 9464)])
def test_probes_ask_the_port_on_which_the_service_listens(service: str, port: int) -> None:
    manifests = rendered()
    (container,) = pod_of(manifests, service)["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": port}]
    paths = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert paths["startup"] == paths["liveness"] == {"path": "/healthz", "port": "http"}
    assert paths["readiness"] == {"path": "/readyz", "port": "http"}
    said = environment(manifests, service)
    prefix = "PENSTOCK_API" if service == "api" else "PENSTOCK_METRICS"
    assert (said[f"{prefix}_HOST"], said[f"{prefix}_PORT"]) == ("0.0.0.0", str(port))


def test_the_server_of_the_chart_may_read_its_file_for_an_hour() -> None:
    server = one(rendered(EVERYTHING), "StatefulSet", "valkey")["spec"]["template"]["spec"]
    probe = server["containers"][0]["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 3600


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_runs_its_own_module_and_writes_to_tmp_only(service: str) -> None:
    pod = pod_of(rendered(), service)
    (container,) = pod["containers"]
    assert container["command"][-1] == f"penstock_{service}"
    assert container["image"] == f"penstock-{service}:0.1.0"
    assert container["workingDir"] == "/tmp"
    writable = [each["mountPath"] for each in container["volumeMounts"] if not each.get("readOnly")]
    assert writable == ["/tmp"]


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        ({}, 50),
        ({"drainGraceSeconds": 3600, "killGraceSeconds": 0.5, "workerLeaseSeconds": 30}, 3636),
        ({"drainGraceSeconds": 0, "killGraceSeconds": 0}, 15),
    ],
)
def test_a_worker_is_not_killed_while_it_drains(config: dict[str, Any], seconds: int) -> None:
    pod = pod_of(rendered({**BASE, "config": config}), "worker")
    assert pod["terminationGracePeriodSeconds"] == seconds


def test_a_new_chart_alone_rolls_nothing() -> None:
    for workload in (*of_kind(rendered(EVERYTHING), "Deployment"), *of_kind(rendered(EVERYTHING), "StatefulSet")):
        assert "0.1.0" not in str(workload["spec"]["template"]["metadata"])


def test_each_service_can_be_upgraded_by_itself() -> None:
    manifests = rendered({**BASE, "image": {"tag": "1"}, "worker": {"image": {"tag": "2"}}})
    tags = {service: pod_of(manifests, service)["containers"][0]["image"] for service in SERVICES}
    assert tags == {"api": "penstock-api:1", "scheduler": "penstock-scheduler:1", "worker": "penstock-worker:2"}


def test_a_rollout_takes_nobody_away_before_the_next_is_ready() -> None:
    for deployment in of_kind(rendered(), "Deployment"):
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_a_change_of_settings_or_code_rolls_the_pods_that_it_concerns() -> None:
    def sums(values: dict[str, Any]) -> dict[str, dict[str, str]]:
        manifests = rendered({**BASE, **values})
        templates = {service: one(manifests, "Deployment", service)["spec"]["template"] for service in SERVICES}
        return {service: template["metadata"]["annotations"] for service, template in templates.items()}

    before = sums({})
    settings = sums({"config": {"logLevel": "debug"}})
    assert all(before[service] != settings[service] for service in SERVICES)
    url = sums({"redis": {"url": "redis://other:6379/0"}})
    assert all(before[service] != url[service] for service in SERVICES)
    code = sums({"worker": {"code": {"files": {"a.py": "1"}}}})
    assert [service for service in SERVICES if before[service] != code[service]] == ["worker"]


@pytest.mark.parametrize(
    ("code", "volume"),
    [
        ({"files": {"reports.py": "x = 1"}}, {"configMap": {"name": "demo-penstock-code"}}),
        ({"configMap": "mine"}, {"configMap": {"name": "mine"}}),
        (
            {"volume": {"persistentVolumeClaim": {"claimName": "dags"}}},
            {"persistentVolumeClaim": {"claimName": "dags"}},
        ),
        ({"image": {"reference": "dags:7", "path": "/src/"}}, {"emptyDir": {}}),
    ],
)
def test_modules_of_callables_come_from_one_place_to_where_python_looks(code: dict[str, Any], volume: Manifest) -> None:
    manifests = rendered({**BASE, "worker": {"code": code}})
    pod = pod_of(manifests, "worker")
    assert {"name": "code", **volume} in pod["volumes"]
    (container,) = pod["containers"]
    assert {"name": "code", "mountPath": "/dags", "readOnly": True} in container["volumeMounts"]
    copying = [each["command"] for each in pod.get("initContainers", [])]
    assert copying == ([["cp", "-R", "/src/.", "/dags/"]] if "image" in code else [])


def test_two_places_for_code_are_refused() -> None:
    message = refusal({**BASE, "worker": {"code": {"files": {"a.py": ""}, "configMap": "mine"}}})
    assert "worker.code" in message
    assert "files and configMap" in message


def test_every_service_is_scraped() -> None:
    manifests = rendered({**BASE, "monitoring": {"enabled": True, "labels": {"release": "prom"}}})
    monitors = [*of_kind(manifests, "ServiceMonitor"), *of_kind(manifests, "PodMonitor")]
    found = {each["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] for each in monitors}
    assert found == set(SERVICES)
    assert {each["metadata"]["labels"]["release"] for each in monitors} == {"prom"}


def test_what_is_scraped_has_the_job_and_the_deployment_by_which_alerts_and_dashboard_find_it() -> None:
    manifests = rendered({**BASE, "fullnameOverride": "other", "monitoring": {"enabled": True}})
    told = {}
    for monitor in (*of_kind(manifests, "ServiceMonitor"), *of_kind(manifests, "PodMonitor")):
        spec = monitor["spec"]
        (endpoint,) = spec.get("endpoints") or spec["podMetricsEndpoints"]
        service = spec["selector"]["matchLabels"]["app.kubernetes.io/component"]
        told[service] = {each["targetLabel"]: each["replacement"] for each in endpoint["relabelings"]}
    assert told == {service: {"job": f"penstock-{service}", "deployment": "demo"} for service in SERVICES}
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    assert {each["job_name"] for each in scraped} == {each["job"] for each in told.values()}, "and so has compose's"


def test_alerts_and_dashboard_arrive_as_they_are_written() -> None:
    manifests = rendered(EVERYTHING)
    alerts = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    assert one(manifests, "PrometheusRule", "")["spec"] == alerts
    dashboard = json.loads((ROOT / "deploy/grafana/penstock.json").read_text())
    config = one(manifests, "ConfigMap", "dashboard")
    assert json.loads(config["data"]["penstock.json"]) == dashboard
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_a_budget_can_be_of_either_kind_or_none() -> None:
    values = {
        "api": {"disruptionBudget": {"minAvailable": 1, "maxUnavailable": None}},
        "worker": {"disruptionBudget": None},
    }
    budgets = of_kind(rendered({**BASE, **values}), "PodDisruptionBudget")
    limits = {each["metadata"]["name"]: each["spec"].get("minAvailable") for each in budgets}
    assert limits == {"demo-penstock-api": 1, "demo-penstock-scheduler": None}
