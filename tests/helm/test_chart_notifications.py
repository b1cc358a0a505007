"""The example of docs/kubernetes.md by which schedulers of a release get the file of targets."""

import re
from typing import Any

import yaml

from helm_kit import BASE, ROOT, environment, of_kind, pod_of, problems, rendered

TEXT = (ROOT / "docs/kubernetes.md").read_text()


def example() -> dict[str, Any]:
    """Return the values that the page tells to give."""
    blocks = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)]
    (found,) = [block for block in blocks if "scheduler" in block]
    values: dict[str, Any] = found
    return values


def test_schedulers_find_the_file_of_targets_where_it_is_mounted() -> None:
    manifests = rendered({**BASE, **example()})
    (container,) = pod_of(manifests, "scheduler")["containers"]
    (mount,) = [each for each in container["volumeMounts"] if each["name"] == "config"]
    file = environment(manifests, "scheduler")["PENSTOCK_NOTIFICATIONS"]
    assert file.startswith(f"{mount['mountPath']}/")
    (volume,) = [each for each in pod_of(manifests, "scheduler")["volumes"] if each["name"] == "config"]
    made = f"create secret generic {volume['secret']['secretName']} --from-file={file.removeprefix('/config/')} "
    assert made in TEXT
    assert "PENSTOCK_NOTIFICATIONS" not in environment(manifests, "worker"), "nobody else has the secrets"
    assert problems(manifests, "1.37") == []


def test_schedulers_and_nobody_else_reach_the_receivers() -> None:
    values = example()
    before = of_kind(rendered(), "NetworkPolicy")
    (added,) = [each for each in of_kind(rendered({**BASE, **values}), "NetworkPolicy") if each not in before]
    assert added["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "scheduler"
    assert added["spec"]["egress"] == values["networkPolicy"]["schedulerEgress"]
