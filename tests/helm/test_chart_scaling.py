"""The number of workers follows what there is to do, and never overrules whoever else decides it."""

from typing import Any

from api_kit import open_api
from helm_kit import BASE, Manifest, one, refusal, rendered
from stack import dag, eventually, open_stack

READ = {"ready": "queue_depth", "claimed": "tasks_claimed"}
"""What KEDA reads of the API, by the names in its formula."""


def with_auto(**autoscaling: object) -> list[Manifest]:
    return rendered({**BASE, "autoscaling": {"enabled": True, **autoscaling}})


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
    assert {name: each["valueLocation"] for name, each in read.items()} == READ
    assert {each["url"] for each in read.values()} == {"http://demo-penstock-api.flows.svc:8000/metrics"}


def test_prometheus_is_asked_for_metrics_that_exist() -> None:
    manifests = with_auto(trigger="prometheus", prometheus={"serverAddress": "http://prom:9090"}, tasksPerWorker=20)
    (trigger,) = one(manifests, "ScaledObject", "worker")["spec"]["triggers"]
    labels = '{namespace="flows",service="demo-penstock-api"}'
    query = f"max(penstock_queue_depth{labels}) + max(penstock_tasks_claimed{labels})"
    assert trigger["metadata"]["query"] == query
    assert trigger["metadata"]["threshold"] == "20"


async def test_what_is_read_is_in_the_answers_of_the_api(server_url: str) -> None:
    async with open_stack(server_url) as stack, open_api(stack.store) as client:
        await stack.start(dag("waiting", {"a": ()}))
        await stack.scheduler()

        async def numbers() -> list[int] | None:
            # Without a word about what is wanted, as KEDA asks.
            counts = (await client.get("/metrics", headers={"accept": ""})).json()
            return found if any(found := [counts[field] for field in READ.values()]) else None

        assert await eventually(numbers, "a task that waits for a worker") == [1, 0]
        text = (await client.get("/metrics", headers={"accept": "text/plain"})).text
        assert "penstock_queue_depth 1.0" in text
        assert "penstock_tasks_claimed 0.0" in text


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
