"""What a release may do, who reaches it, and where secrets stand."""

import base64
import json
from typing import Any

import pytest

from helm_kit import BASE, EVERYTHING, SERVICES, Manifest, containers, of_kind, one, pods, refusal, rendered

CODE_IMAGE = {**BASE, "worker": {"code": {"image": {"reference": "registry.example.org/dags:7"}}}}


@pytest.mark.parametrize("values", [EVERYTHING, CODE_IMAGE])
def test_every_pod_meets_the_restricted_pod_security_standard(values: dict[str, Any]) -> None:
    for _, pod in pods(rendered(values)):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not pod.keys() & {"hostNetwork", "hostPID", "hostIPC"}
        assert {kind for volume in pod.get("volumes", []) for kind in volume.keys() - {"name"}} <= {
            "emptyDir",
            "configMap",
        }
        for container in containers(pod):
            context = container["securityContext"]
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True


def test_no_pod_has_a_token_or_the_addresses_of_all_services_in_its_environment() -> None:
    manifests = rendered(EVERYTHING)
    for name, pod in pods(manifests):
        assert pod["automountServiceAccountToken"] is False, name
        # A Service penstock-api would otherwise set PENSTOCK_API_PORT to something that is no port.
        assert pod["enableServiceLinks"] is False, name
    assert one(manifests, "ServiceAccount", "")["automountServiceAccountToken"] is False


@pytest.mark.parametrize("values", [BASE, EVERYTHING])
def test_passwords_stand_in_the_secret_alone(values: dict[str, Any]) -> None:
    manifests = rendered(values)
    coded = base64.b64encode(b"sesame").decode().rstrip("=")
    for manifest in manifests:
        text = json.dumps(manifest)
        if manifest["kind"] == "Secret":
            assert any("sesame" in base64.b64decode(value).decode() for value in manifest["data"].values())
        else:
            assert "sesame" not in text
            assert coded not in text


def test_a_secret_of_ones_own_is_used_and_none_is_made() -> None:
    manifests = rendered({"redis": {"existingSecret": {"name": "mine", "key": "address"}}})
    assert not of_kind(manifests, "Secret")
    for service in SERVICES:
        (container,) = one(manifests, "Deployment", service)["spec"]["template"]["spec"]["containers"]
        (url,) = [each for each in container["env"] if each["name"] == "PENSTOCK_REDIS_URL"]
        assert url["valueFrom"] == {"secretKeyRef": {"name": "mine", "key": "address"}}


def test_the_password_that_is_made_is_the_one_in_the_address() -> None:
    (secret,) = of_kind(rendered({"valkey": {"enabled": True}}), "Secret")
    password, url = (base64.b64decode(secret["data"][key]).decode() for key in ("password", "url"))
    assert len(password) == 32
    assert url == f"redis://:{password}@demo-penstock-valkey:6379/0"


@pytest.mark.parametrize(
    "values", [{"redis": {"url": "sesame@host"}}, {"valkey": {"enabled": True, "password": "ses ame"}}]
)
def test_a_refusal_does_not_repeat_the_secret(values: dict[str, Any]) -> None:
    message = refusal(values)
    assert "must" in message
    assert "ses" not in message


def test_without_a_server_it_says_what_to_give() -> None:
    message = refusal({})
    for way in ("redis.existingSecret.name", "redis.url", "valkey.enabled"):
        assert way in message


def selected(policy: Manifest, service: str) -> bool:
    """Return whether a policy is about the pods of a service."""
    selector = policy["spec"]["podSelector"]
    labels = {
        "app.kubernetes.io/name": "penstock",
        "app.kubernetes.io/instance": "demo",
        "app.kubernetes.io/component": service,
    }
    expressions = selector.get("matchExpressions", [])
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        labels[each["key"]] in each["values"] for each in expressions
    )


def allowed(manifests: list[Manifest], service: str, direction: str) -> list[Manifest]:
    """Return the rules of all policies about a service."""
    policies = [each for each in of_kind(manifests, "NetworkPolicy") if selected(each, service)]
    assert any(direction.capitalize() in each["spec"]["policyTypes"] for each in policies)
    return [rule for each in policies for rule in each["spec"].get(direction, [])]


def test_every_pod_is_shut_in_both_directions_before_anything_is_allowed() -> None:
    manifests = rendered(EVERYTHING)
    deny = one(manifests, "NetworkPolicy", "deny")
    assert deny["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert not deny["spec"].keys() & {"ingress", "egress"}
    for workload in manifests:
        if workload["kind"] in {"Deployment", "StatefulSet", "Pod"}:
            labels = workload.get("spec", {}).get("template", workload)["metadata"]["labels"]
            assert selected(deny, labels["app.kubernetes.io/component"])
            assert deny["spec"]["podSelector"]["matchLabels"].items() <= labels.items()


def test_nothing_goes_in_or_out_but_what_is_needed() -> None:
    manifests = rendered(BASE)
    for service in SERVICES:
        ports = [port["port"] for rule in allowed(manifests, service, "egress") for port in rule.get("ports", [])]
        assert set(ports) == ({53, 6379, 8000} if service == "worker" else {53, 6379})
    assert allowed(manifests, "scheduler", "ingress") == []
    assert allowed(manifests, "worker", "ingress") == []
    (rule,) = allowed(manifests, "api", "ingress")
    assert [port["port"] for port in rule["ports"]] == [8000]
    assert all("podSelector" in peer and "namespaceSelector" not in peer for peer in rule["from"])


def test_tasks_do_not_reach_the_metadata_service_of_a_cloud() -> None:
    rules = [rule for rule in allowed(rendered(BASE), "worker", "egress") if "ports" not in rule]
    blocks = [peer["ipBlock"] for rule in rules for peer in rule["to"]]
    assert {block["cidr"] for block in blocks} == {"0.0.0.0/0", "::/0"}
    assert {away for block in blocks for away in block["except"]} == {"169.254.169.254/32", "fd00:ec2::254/128"}


def test_where_tasks_may_go_is_ones_own_choice() -> None:
    none = rendered({**BASE, "networkPolicy": {"workerEgress": []}})
    assert all("ports" in rule for rule in allowed(none, "worker", "egress"))


def test_keda_and_prometheus_get_in_only_where_they_are_used() -> None:
    def namespaces(values: dict[str, Any], service: str) -> set[str]:
        rules = allowed(rendered(values), service, "ingress")
        peers = [peer for rule in rules for peer in rule["from"] if "namespaceSelector" in peer]
        return {peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in peers}

    assert namespaces({**BASE, "autoscaling": {"enabled": True}}, "api") == {"keda"}
    assert namespaces({**BASE, "monitoring": {"enabled": True}}, "api") == {"monitoring"}
    assert namespaces({**BASE, "monitoring": {"enabled": True}}, "worker") == {"monitoring"}
    prometheus = {"enabled": True, "trigger": "prometheus", "prometheus": {"serverAddress": "http://p:9090"}}
    assert namespaces({**BASE, "autoscaling": prometheus}, "api") == set()


def test_the_server_of_the_chart_is_reached_by_the_services_alone() -> None:
    manifests = rendered(EVERYTHING)
    (rule,) = allowed(manifests, "valkey", "ingress")
    (peer,) = rule["from"]
    assert peer["podSelector"]["matchExpressions"][0]["values"] == list(SERVICES)
    assert allowed(manifests, "valkey", "egress") == []


def test_nothing_is_published_unless_it_is_asked_for() -> None:
    manifests = rendered(BASE)
    assert not of_kind(manifests, "Ingress")
    assert {each["spec"]["type"] for each in of_kind(manifests, "Service")} == {"ClusterIP"}


def test_an_ingress_needs_a_name_and_is_warned_about() -> None:
    assert "api.ingress.hosts" in refusal({**BASE, "api": {"ingress": {"enabled": True}}})
    (rule,) = one(rendered(EVERYTHING), "Ingress", "api")["spec"]["rules"]
    assert rule["host"] == "penstock.example.org"
