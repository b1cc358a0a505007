"""How the three services run: probes, ends, code, numbers."""

import inspect
from typing import Any

import pytest

from helm_kit import BASE, SERVICES, Manifest, environment, of_kind, one, pod_of, refusal, rendered
from penstock_api.routes import metrics
from penstock_api.schemas import Metrics


def with_auto(**autoscaling: object) -> list[Manifest]:
    return rendered({**BASE, "autoscaling": {"enabled": True, **autoscaling}})


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
    assert environment(manifests, "worker")["PYTHONPATH"] == "/dags"
    copying = [each["command"] for each in pod.get("initContainers", [])]
    assert copying == ([["cp", "-R", "/src/.", "/dags/"]] if "image" in code else [])


def test_two_places_for_code_are_refused() -> None:
    message = refusal({**BASE, "worker": {"code": {"files": {"a.py": ""}, "configMap": "mine"}}})
    assert "worker.code" in message
    assert "files and configMap" in message


def test_whoever_scales_the_workers_is_not_overruled() -> None:
    def said(values: dict[str, Any]) -> object:
        return one(rendered({**BASE, **values}), "Deployment", "worker")["spec"].get("replicas")

    assert said({}) == 2
    assert said({"worker": {"replicas": None}}) is None
    assert said({"autoscaling": {"enabled": True}}) is None


def test_workers_follow_what_is_ready_or_running() -> None:
    spec = one(with_auto(), "ScaledObject", "worker")["spec"]
    assert spec["scaleTargetRef"] == {"name": "demo-penstock-worker"}
    assert spec["advanced"]["scalingModifiers"]["formula"] == "ready + claimed"
    assert spec["advanced"]["scalingModifiers"]["target"] == "8"
    read = {trigger["name"]: trigger["metadata"] for trigger in spec["triggers"]}
    assert set(read) == {"ready", "claimed"}
    for trigger in read.values():
        assert trigger["url"] == "http://demo-penstock-api.flows.svc:8000/metrics"
        # They are numbers in the API's answer.
        assert Metrics.__annotations__[trigger["valueLocation"]] is int
    assert {trigger["valueLocation"] for trigger in read.values()} == {"queue_depth", "tasks_claimed"}


def test_prometheus_is_asked_for_metrics_that_exist() -> None:
    manifests = with_auto(trigger="prometheus", prometheus={"serverAddress": "http://prom:9090"}, tasksPerWorker=20)
    (trigger,) = one(manifests, "ScaledObject", "worker")["spec"]["triggers"]
    labels = '{namespace="flows",service="demo-penstock-api"}'
    query = f"max(penstock_queue_depth{labels}) + max(penstock_tasks_claimed{labels})"
    assert trigger["metadata"]["query"] == query
    assert trigger["metadata"]["threshold"] == "20"
    for name in ("penstock_queue_depth", "penstock_tasks_claimed"):
        assert f'"{name}"' in inspect.getsource(metrics)


def test_prometheus_has_to_be_named() -> None:
    assert "serverAddress" in refusal({**BASE, "autoscaling": {"enabled": True, "trigger": "prometheus"}})


def test_no_more_workers_are_told_to_go_before_those_told_have_gone() -> None:
    def down(config: dict[str, Any]) -> Manifest:
        manifests = rendered({**BASE, "autoscaling": {"enabled": True}, "config": config})
        spec = one(manifests, "ScaledObject", "worker")["spec"]
        behavior: Manifest = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        return behavior

    assert {policy["periodSeconds"] for policy in down({})["policies"]} == {50}
    assert {policy["periodSeconds"] for policy in down({"drainGraceSeconds": 600})["policies"]} == {620}
    # The most that Kubernetes takes.
    assert {policy["periodSeconds"] for policy in down({"drainGraceSeconds": 7200})["policies"]} == {1800}
    assert down({})["stabilizationWindowSeconds"] == 300


def test_fewest_workers_above_most_are_refused() -> None:
    assert "minReplicas" in refusal({**BASE, "autoscaling": {"enabled": True, "minReplicas": 11}})


def test_every_service_is_scraped() -> None:
    manifests = rendered({**BASE, "monitoring": {"enabled": True, "labels": {"release": "prom"}}})
    monitors = [*of_kind(manifests, "ServiceMonitor"), *of_kind(manifests, "PodMonitor")]
    found = {each["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] for each in monitors}
    assert found == set(SERVICES)
    assert {each["metadata"]["labels"]["release"] for each in monitors} == {"prom"}


def test_a_budget_can_be_of_either_kind_or_none() -> None:
    values = {
        "api": {"disruptionBudget": {"minAvailable": 1, "maxUnavailable": None}},
        "worker": {"disruptionBudget": None},
    }
    budgets = of_kind(rendered({**BASE, **values}), "PodDisruptionBudget")
    limits = {each["metadata"]["name"]: each["spec"].get("minAvailable") for each in budgets}
    assert limits == {"demo-penstock-api": 1, "demo-penstock-scheduler": None}
