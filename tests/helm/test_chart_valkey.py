"""The Valkey server of the chart, as far as it runs without a cluster."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api_kit import open_api
from helm_kit import EVERYTHING, containers, of_kind, one, rendered
from penstock.embedded import _binary
from penstock.settings import Settings
from penstock.store import await_store
from up_kit import free_port

PASSWORD = "sesame"


@contextmanager
def started(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start the server by the script and with the settings of the chart, in other folders."""
    script, config = (
        one(rendered(EVERYTHING), "ConfigMap", "valkey")["data"][key] for key in ("start.sh", "valkey.conf")
    )
    (tmp_path / "valkey.conf").write_text(config.replace("/data", str(tmp_path)) + f"port {port}\nbind 127.0.0.1\n")
    (tmp_path / "start.sh").write_text(script.replace("/etc/valkey", str(tmp_path)))
    (tmp_path / "valkey-server").symlink_to(_binary())
    shell = shutil.which("dash") or "/bin/sh"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "VALKEY_PASSWORD": PASSWORD}
    process = subprocess.Popen([shell, str(tmp_path / "start.sh")], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


async def test_its_settings_are_what_penstock_asks_for_and_its_password_is_needed(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, port) as process:
        store = await await_store(Settings(redis_url=f"redis://:{PASSWORD}@127.0.0.1:{port}/0"))
        try:
            assert (await store.condition()).sentences() == []
            server = await store.server()
            assert (server.appendfsync, server.maxmemory_policy) == ("always", "noeviction")
            async with open_api(store) as client:
                assert (await client.get("/readyz")).status_code == 200
        finally:
            await store.close()
        # Kubernetes' signal reaches the server: no shell stands in between.
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_its_data_outlive_the_release_and_a_full_memory_is_refused_before_the_limit() -> None:
    manifests = rendered(EVERYTHING)
    (server,) = of_kind(manifests, "StatefulSet")
    assert server["spec"]["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    (container,) = containers(server["spec"]["template"]["spec"])
    assert container["resources"]["limits"]["memory"] == "1Gi"
    assert "maxmemory 384mb" in one(manifests, "ConfigMap", "valkey")["data"]["valkey.conf"]
    assert PASSWORD not in str(container)


@pytest.mark.parametrize("kind", ["StatefulSet", "PersistentVolumeClaim"])
def test_there_is_none_unless_it_is_asked_for(kind: str) -> None:
    assert not of_kind(rendered(), kind)
