"""The values are documented, checked, and say the same as the settings of Penstock."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from annotated_types import Ge, Le

import penstock
from helm_kit import BASE, CHART, SERVICES, environment, refusal, rendered
from penstock.settings import Settings

VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())

KUBERNETES_OWN = {"resources", "podSecurityContext", "seccompProfile", "containerSecurityContext", "capabilities"}
"""Parts whose fields are explained elsewhere."""


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference within the schema means."""
    target = schema.get("$ref")
    found: dict[str, Any] = SCHEMA["$defs"][target.rpartition("/")[2]] if target else schema
    return found


def differences(schema: dict[str, Any], values: dict[str, Any], path: str = "") -> Iterator[str]:
    """Yield where the schema and the values have different keys."""
    schema = resolved(schema)
    if "properties" not in schema:  # a part that is Kubernetes' own
        return
    assert schema["additionalProperties"] is False, path
    known = schema["properties"].keys() - {"global"}
    yield from (f"{path}.{key}" for key in known ^ values.keys())
    for key in known & values.keys():
        if isinstance(values[key], dict):
            yield from differences(schema["properties"][key], values[key], f"{path}.{key}")


def test_the_schema_knows_every_value_and_no_other() -> None:
    assert list(differences(SCHEMA, VALUES)) == []


def test_every_value_has_a_comment_of_its_own_or_of_its_group() -> None:
    above = ""
    for line in (CHART / "values.yaml").read_text().splitlines():
        parent = re.fullmatch(r" *([A-Za-z]+):", above)
        if re.match(r" *[A-Za-z]+:", line) and parent and parent[1] not in KUBERNETES_OWN:
            raise AssertionError(f"no comment above: {parent[1]}.{line.strip()}")
        if re.match(r"[A-Za-z]+: ", line):
            assert above.startswith("#"), f"no comment above: {line}"
        above = line


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"typo": 1}, "typo"),
        ({"api": {"replcias": 3}}, "replcias"),
        ({"worker": {"slots": 0}}, "/worker/slots"),
        ({"worker": {"slots": "8"}}, "/worker/slots"),
        ({"worker": {"code": {"files": {"a/b.py": ""}}}}, "a/b.py"),
        ({"config": {"keyPrefix": "Has Space"}}, "/config/keyPrefix"),
        ({"config": {"logLevel": "loud"}}, "/config/logLevel"),
        ({"autoscaling": {"trigger": "cpu"}}, "/autoscaling/trigger"),
        ({"networkPolicy": {"redisPorts": []}}, "/networkPolicy/redisPorts"),
        ({"api": {"names": ["https://penstock.example.org"]}}, "/api/names/0"),
        ({"api": {"service": {"type": "LoadBalancer"}}}, "type"),
        ({"extraEnv": [{"value": "x"}]}, "/extraEnv/0"),
        ({"valkey": {"maxmemory": "much"}}, "/valkey/maxmemory"),
        ({"api": {"resources": {"limits": {"memory": "1 gig"}}}}, "/api/resources/limits/memory"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(values: dict[str, Any], field: str) -> None:
    assert field in refusal({**BASE, **values})


def snake(name: str) -> str:
    """Return the setting that a value of the chart is about."""
    return re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", name)


@pytest.mark.parametrize("key", sorted(VALUES["config"].keys() - {"listenHost"}))
def test_defaults_and_limits_are_those_of_penstock(key: str) -> None:
    field = Settings.model_fields[snake(key)]
    assert VALUES["config"][key] == field.default
    limits = SCHEMA["properties"]["config"]["properties"][key]
    lowest = [each.ge for each in field.metadata if isinstance(each, Ge)]
    highest = [each.le for each in field.metadata if isinstance(each, Le)]
    assert lowest == ([limits["minimum"]] if "minimum" in limits else [])
    assert highest == ([limits["maximum"]] if "maximum" in limits else [])


def test_what_is_said_to_the_services_is_read_by_them(monkeypatch: pytest.MonkeyPatch) -> None:
    config = {
        "schedulerLoadedTasks": 2_000_000,
        "outputCapBytes": 1024**3,
        "schedulerLeaseSeconds": 4.5,
        "keyPrefix": "a1",
    }
    manifests = rendered({**BASE, "config": config, "worker": {"slots": 1000}})
    for service in SERVICES:
        for name, value in environment(manifests, service).items():
            if name.startswith("PENSTOCK_"):
                assert name.removeprefix("PENSTOCK_").lower() in Settings.model_fields
                monkeypatch.setenv(name, value)
    read = Settings()
    assert {key: getattr(read, snake(key)) for key in config} == config
    assert read.worker_slots == 1000


def test_the_chart_is_of_the_version_that_it_installs() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["version"] == chart["appVersion"] == penstock.__version__
