"""The chart renders what Kubernetes takes, whatever is chosen."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from helm_kit import BASE, CHART, EVERYTHING, URL, helm, problems, rendered

CHOICES: dict[str, Mapping[str, Any]] = {
    "the least": BASE,
    "everything": EVERYTHING,
    "a secret of one's own": {"redis": {"existingSecret": {"name": "mine", "key": "address"}}},
    "prometheus for KEDA": {
        **BASE,
        "autoscaling": {"enabled": True, "trigger": "prometheus", "prometheus": {"serverAddress": "http://prom:9090"}},
    },
    "nothing that can be left out": {
        **BASE,
        "serviceAccount": {"create": False},
        "topologySpread": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "api": {"disruptionBudget": None},
        "scheduler": {"disruptionBudget": None},
        "worker": {"disruptionBudget": None, "replicas": None},
    },
    "much of one's own": {
        **BASE,
        "image": {"registry": "registry.example.org/team", "pullSecrets": [{"name": "pull"}]},
        "extraEnv": [{"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://collector:4318"}],
        "extraEnvFrom": [{"configMapRef": {"name": "more"}}],
        "serviceAccount": {"annotations": {"example.org/role": "flows"}},
        "api": {
            "service": {"annotations": {"example.org/x": "y"}},
            "disruptionBudget": {"minAvailable": 1, "maxUnavailable": None},
        },
        "scheduler": {"priorityClassName": "high", "podLabels": {"team": "data"}, "podAnnotations": {"note": "x"}},
        "worker": {
            "nodeSelector": {"pool": "batch"},
            "tolerations": [{"key": "batch", "operator": "Exists"}],
            "affinity": {"nodeAffinity": {}},
            "extraEnv": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "token", "key": "t"}}}],
            "extraVolumes": [{"name": "data", "emptyDir": {}}],
            "extraVolumeMounts": [{"name": "data", "mountPath": "/data"}],
            "code": {"image": {"reference": "registry.example.org/dags:7", "path": "/src"}},
        },
        "networkPolicy": {
            "apiFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}],
            "redisTo": [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
            "redisPorts": [6379, 26379],
            "schedulerEgress": [{"ports": [{"port": 443}]}],
        },
    },
}


@pytest.mark.parametrize("choice", CHOICES)
def test_helm_finds_nothing_to_blame(choice: str) -> None:
    answer = helm("lint", str(CHART), "--strict", values=CHOICES[choice])
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_kubernetes_takes_what_is_rendered() -> None:
    manifests = [manifest for choice in CHOICES.values() for manifest in rendered(choice)]
    assert problems(manifests, "1.30", "1.37") == []


def test_a_field_that_does_not_exist_would_be_noticed() -> None:
    manifests = rendered(EVERYTHING)
    for kind in ("Deployment", "ScaledObject", "PodMonitor"):
        for manifest in (each for each in manifests if each["kind"] == kind):
            manifest["spec"]["replicaz"] = 2
    assert sorted({problem.split()[1] for problem in problems(manifests, "1.37")}) == [
        "Deployment",
        "PodMonitor",
        "ScaledObject",
    ]


@pytest.mark.parametrize("scheme", ["redis", "rediss", "redis+cluster", "rediss+cluster", "redis+sentinel"])
def test_every_kind_of_address_passes_through_as_it_is(scheme: str) -> None:
    url = URL.replace("redis", scheme, 1).replace("6379", "6379,other:6379")
    manifests = rendered({"redis": {"url": url}})
    (secret,) = [each for each in manifests if each["kind"] == "Secret"]
    assert base64.b64decode(secret["data"]["url"]).decode() == url


def test_an_old_kubernetes_is_refused() -> None:
    answer = helm("template", "demo", str(CHART), "--kube-version", "1.29.0")
    assert answer.returncode != 0
    assert "1.30.0" in answer.stderr
