"""Check manifests against schemas: ``python schemas.py VERSION…``, a JSON list of them on stdin, problems on stdout.

A program of its own, since what it is made of is not installed beside Penstock (tests/helm_kit.py says where it is).
"""

import json
import sys
from functools import cache
from typing import Any

import kubernetes_validate
from cloudcoil.models.keda import v1alpha1 as keda
from cloudcoil.models.prometheus_operator import v1 as prometheus

# Otherwise it reads megabytes of definitions anew for each manifest.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)

OTHERS = {
    model.__name__: model
    for model in (keda.ScaledObject, prometheus.ServiceMonitor, prometheus.PodMonitor, prometheus.PrometheusRule)
}
"""Kinds that Kubernetes itself does not know."""


def problem(manifest: dict[str, Any], version: str) -> str:
    """Return what is wrong with a manifest; nothing where nothing is."""
    model = OTHERS.get(manifest["kind"])
    if model is None:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            return f"{'.'.join(str(part) for part in error.path)}: {error.message}"
        return ""
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
