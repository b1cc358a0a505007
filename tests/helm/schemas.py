"""Check manifests against schemas: ``python schemas.py VERSION…``, a JSON list of them on stdin, problems on stdout.

A program of its own, since what it is made of is not installed beside Penstock (tests/helm_kit.py says where it is).
"""

import importlib
import json
import sys
from functools import cache
from typing import Any

import kubernetes_validate

# Otherwise it reads megabytes of definitions anew for each manifest.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)

OTHERS = {
    "ScaledObject": "cloudcoil.models.keda.v1alpha1",
    "ServiceMonitor": "cloudcoil.models.prometheus_operator.v1",
    "PodMonitor": "cloudcoil.models.prometheus_operator.v1",
    "PrometheusRule": "cloudcoil.models.prometheus_operator.v1",
}
"""Kinds that Kubernetes itself does not know, and the modules (imported slowly, where needed) that do."""


def problem(manifest: dict[str, Any], version: str) -> str:
    """Return what is wrong with a manifest; nothing where nothing is."""
    kind = manifest["kind"]
    if kind not in OTHERS:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            return f"{'.'.join(str(part) for part in error.path)}: {error.message}"
        return ""
    model = getattr(importlib.import_module(OTHERS[kind]), kind)
    try:
        known = model.model_validate(manifest).model_dump(mode="json", by_alias=True, exclude_unset=True)
    except ValueError as error:
        return str(error)
    # The models pass over what they do not know: it is missing in what they give back.
    return "" if known == manifest else f"has fields that do not exist: {manifest}"


def main() -> None:
    """Check what comes."""
    found = [
        f"{version}: {one['kind']} {one['metadata']['name']} {wrong}"
        for one in json.load(sys.stdin)
        for version in sys.argv[1:]
        if (wrong := problem(one, version))
    ]
    json.dump(found, sys.stdout)


main()
