"""The listener of schedulers and workers: probes that tell the truth, metrics, and an end that it does not delay."""

import signal
import socket
from pathlib import Path

import pytest

from listener_kit import Probed, probed
from penstock.embedded import EmbeddedServer
from stack import Stack, dag, eventually, open_stack

SERVICES = ["penstock_scheduler", "penstock_worker"]


async def becomes(service: Probed, path: str, status: int) -> None:
    async def answered() -> bool:
        assert service.process.returncode is None, "the service has ended"
        return await service.status(path) == status

    await eventually(answered, f"{path} to answer {status}")


@pytest.mark.parametrize("module", SERVICES)
async def test_a_service_tells_its_metrics_and_that_it_is_alive_and_ready(module: str, stack: Stack) -> None:
    async with probed(module, stack) as service:
        await becomes(service, "/readyz", 200)
        assert await service.status("/healthz") == 200
        assert await service.status("/nothing") == 404
        assert (await service.http.post("/metrics")).status_code == 405
        answer = await service.http.get("/metrics", headers={"accept": "application/openmetrics-text"})
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        metrics = await service.metrics()
        (build,) = [labels for name, *labels in metrics if name == "penstock_build_info"]
        assert module.removeprefix("penstock_") in build
        assert metrics["process_resident_memory_bytes",] > 0


@pytest.mark.parametrize("module", SERVICES)
async def test_without_its_server_a_service_is_alive_but_not_ready_and_says_why(module: str, tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "data", appendfsync="everysec") as server:
        async with (
            open_stack(server.redis_url) as stack,
            probed(module, stack, SCHEDULER_LEASE_SECONDS="1", WORKER_LEASE_SECONDS="1") as service,
        ):
            await becomes(service, "/readyz", 200)
            server.stop()
            await becomes(service, "/readyz", 503)
            assert "store" in (await service.http.get("/readyz")).json()["error"]["message"]
            assert await service.status("/healthz") == 200
            server.start()
            await becomes(service, "/readyz", 200)


@pytest.mark.parametrize("module", SERVICES)
async def test_a_service_that_waits_for_its_server_is_alive_but_not_ready(module: str, stack: Stack) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        async with probed(module, stack, REDIS_URL=url) as service:
            await becomes(service, "/healthz", 200)
            assert await service.status("/readyz") == 503


async def test_a_worker_that_drains_is_alive_but_not_ready(stack: Stack, tmp_path: Path) -> None:
    await stack.scheduler()
    begun = tmp_path / "begun"
    async with probed("penstock_worker", stack) as service:
        run_id = await stack.start(dag("long", {"a": ()}, f"touch {begun}; while [ -e {begun} ]; do sleep 0.05; done"))

        async def runs() -> bool:
            return begun.exists()

        await eventually(runs, "the task to begin")
        service.process.send_signal(signal.SIGTERM)
        await becomes(service, "/readyz", 503)
        assert "draining" in (await service.http.get("/readyz")).text
        assert await service.status("/healthz") == 200
        begun.unlink()
        assert await service.process.wait() == 0
    assert await stack.ended(run_id) == "succeeded"


@pytest.mark.parametrize("module", SERVICES)
async def test_a_port_that_is_taken_is_said_plainly_at_the_start(module: str, stack: Stack) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with probed(module, stack, METRICS_PORT=port) as service:
            _, errors = await service.process.communicate()
            assert service.process.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port} (PENSTOCK_METRICS_HOST, PENSTOCK_METRICS_PORT)" in errors.decode()
    assert "Traceback" not in errors.decode()


@pytest.mark.parametrize("module", SERVICES)
async def test_a_connection_that_is_kept_open_does_not_hold_up_the_end(module: str, stack: Stack) -> None:
    async with probed(module, stack) as service:
        await becomes(service, "/readyz", 200)  # the client keeps its connection
        service.process.send_signal(signal.SIGTERM)
        _, errors = await service.process.communicate()
        assert service.process.returncode == 0
    assert "Traceback" not in errors.decode()


async def test_without_a_port_nobody_listens_and_beyond_loopback_it_is_said(stack: Stack) -> None:
    async with probed("penstock_scheduler", stack, METRICS_HOST="0.0.0.0") as service:
        await becomes(service, "/healthz", 200)
        service.process.send_signal(signal.SIGTERM)
        _, errors = await service.process.communicate()
    assert "nobody has to log in" in errors.decode()
    async with probed("penstock_scheduler", stack, METRICS_PORT="") as service:
        assert service.process.stderr
        lines = []
        while "scheduler started" not in (line := (await service.process.stderr.readline()).decode()):
            lines.append(line)
            assert line
    assert not [line for line in lines if "metrics" in line]
