"""What processes take of the machine while they live, sampled: memory and open files; and how many runs are open."""

import asyncio
import os
from pathlib import Path
from statistics import median

import msgspec
from redis.exceptions import RedisError

from chaos.deployment import Deployment
from chaos.rest import open_runs
from chaos.server_use import ServerSample, ServerUse, server_use
from penstock.core.status import RUN_ENDED
from penstock.errors import StoreUnavailableError
from penstock.store.base import Store

SAMPLE_SECONDS = 1.0
LEAST_SAMPLES = 120
"""So often a process must have been looked at before its use is judged."""

MOST_GROWTH_MEBIBYTES = 4.0
MOST_GROWTH_RATIO = 1.05
MOST_MORE_FILES = 8

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Use(msgspec.Struct, frozen=True):
    """What a process took in the second quarter of its life and in the last: MiB resident and open files, medians."""

    mebibytes: tuple[float, float]
    files: tuple[float, float]

    @property
    def grows(self) -> bool:
        """Whether it takes more in the end than the noise explains."""
        early, late = self.mebibytes
        bound = max(early * MOST_GROWTH_RATIO, early + MOST_GROWTH_MEBIBYTES)
        return late > bound or self.files[1] > self.files[0] + MOST_MORE_FILES


class Vitals:
    """Samples a deployment until :meth:`watch` is cancelled."""

    def __init__(self, deployment: Deployment, store: Store) -> None:
        self.most_open_runs = 0
        self._deployment = deployment
        self._store = store
        self._samples: dict[tuple[str, int], list[tuple[float, int]]] = {}
        self._server_samples: list[ServerSample] = []

    async def watch(self) -> None:
        """Take a sample each second."""
        while True:
            for name, service in self._deployment.services.items():
                if service.alive and (sample := _sample(service.pids[-1])):
                    self._samples.setdefault((name, service.pids[-1]), []).append(sample)
            await self._look_at_server()
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _look_at_server(self) -> None:
        try:
            figures = await self._store.figures()
            memory = await self._deployment.admin.info("memory")
        except (StoreUnavailableError, RedisError, OSError):  # the server is down just now
            return
        self.most_open_runs = max(self.most_open_runs, open_runs(figures))
        if resident := _sample(self._deployment.server.pid):
            finished = sum(figures.runs.get(status, 0) for status in RUN_ENDED)
            sample = ServerSample(memory["used_memory"], resident[0], figures.events, finished)
            self._server_samples.append(sample)

    def uses(self) -> dict[str, Use]:
        """Return the use of each process that lived for long, by the name of its service and its pid."""
        return {
            f"{name} ({pid})": _use(samples)
            for (name, pid), samples in self._samples.items()
            if len(samples) >= LEAST_SAMPLES
        }

    def server_use(self) -> ServerUse | None:
        """Return the use of the server, None when too little was seen of it."""
        return server_use(self._server_samples)


def _sample(pid: int) -> tuple[float, int] | None:
    folder = Path(f"/proc/{pid}")
    try:
        pages = int((folder / "statm").read_text().split()[1])
        return pages * PAGE_BYTES / 2**20, sum(1 for _ in (folder / "fd").iterdir())
    except OSError:  # gone meanwhile
        return None


def _use(samples: list[tuple[float, int]]) -> Use:
    quarter = len(samples) // 4
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]
    return Use(
        mebibytes=(median(memory for memory, _ in early), median(memory for memory, _ in late)),
        files=(median(files for _, files in early), median(files for _, files in late)),
    )
