"""What the services are told by environment variables."""

import re
from typing import Any

import pytest

from helm_kit import BASE, EVERYTHING, ROOT, SERVICES, Manifest, environment, pod_of, refusal, rendered

SERVICE_NAMES = ["demo-penstock-api", "demo-penstock-api.flows", "demo-penstock-api.flows.svc"]
SERVICE_NAMES += ["demo-penstock-api.flows.svc.cluster.local"]


def variables(manifests: list[Manifest], service: str) -> list[Manifest]:
    """Return the variables of a service, without those of the ConfigMap."""
    (container,) = pod_of(manifests, service)["containers"]
    found: list[Manifest] = container["env"]
    return found


@pytest.mark.parametrize(
    ("api", "more"),
    [
        ({}, []),
        ({"names": ["penstock.example.org", "proxy"]}, ["penstock.example.org", "proxy"]),
        ({"ingress": {"hosts": ["off.example.org"]}}, []),
        ({"ingress": {"enabled": True, "hosts": ["a.example.org"]}, "names": ["b"]}, ["a.example.org", "b"]),
        ({"ingress": {"enabled": True, "hosts": ["*.example.org"]}, "names": ["a.example.org"]}, ["a.example.org"]),
    ],
)
def test_the_api_answers_to_the_names_by_which_it_is_reached_and_to_no_others(
    api: dict[str, Any], more: list[str]
) -> None:
    names = environment(rendered({**BASE, "api": api}), "api")["PENSTOCK_API_NAMES"].split(",")
    assert names == ["localhost", *SERVICE_NAMES, *more]


def test_whoever_asks_the_api_in_the_cluster_asks_by_a_name_that_it_answers_to() -> None:
    manifests = rendered(EVERYTHING)
    names = environment(manifests, "api")["PENSTOCK_API_NAMES"].split(",")
    asked = set(re.findall(r"http://([a-z0-9.-]+):8000", str(manifests)))
    assert asked
    assert asked <= set(names)


def test_an_ingress_for_any_name_wants_to_know_which_ones() -> None:
    message = refusal({**BASE, "api": {"ingress": {"enabled": True, "hosts": ["*.example.org"]}}})
    assert "api.names" in message
    assert "*.example.org" in message


@pytest.mark.parametrize("service", SERVICES)
def test_a_variable_stands_once_and_as_the_most_particular_has_it(service: str) -> None:
    port = "PENSTOCK_API_PORT" if service == "api" else "PENSTOCK_METRICS_PORT"
    given = {"name": "PENSTOCK_REDIS_URL", "valueFrom": {"secretKeyRef": {"name": "vault", "key": "address"}}}
    values = {
        "extraEnv": [{"name": port, "value": "1"}, {"name": "COLOUR", "value": "red"}, given],
        service: {"extraEnv": [{"name": "COLOUR", "value": "blue"}, {"name": "MOOD", "value": "$(COLOUR)"}]},
    }
    found = variables(rendered({**BASE, **values}), service)
    assert len({each["name"] for each in found}) == len(found)
    assert [each for each in found if each["name"] in {port, "COLOUR", "MOOD", "PENSTOCK_REDIS_URL"}] == [
        {"name": port, "value": "1"},
        given,
        # What refers to another comes after it.
        {"name": "COLOUR", "value": "blue"},
        {"name": "MOOD", "value": "$(COLOUR)"},
    ]


def test_the_search_path_of_a_worker_is_that_of_its_image() -> None:
    assert "PYTHONPATH" not in environment(rendered(EVERYTHING), "worker")
    assert "ENV PYTHONPATH=/dags" in (ROOT / "deploy/Dockerfile").read_text()
