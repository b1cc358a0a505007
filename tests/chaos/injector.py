"""Does to a deployment what a timetable says."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from os import kill

from redis.exceptions import RedisError

from chaos.deployment import Deployment
from chaos.faults import Fault
from chaos.proxy import Link, Way
from chaos.service import seconds_survived
from chaos.takeovers import Takeovers

LOSS_RATES = (0.02, 0.2)
DELAYS_SECONDS = (0.02, 0.2)

_BUSY = """
local function now() local time = redis.call('TIME') return time[1] * 1000 + time[2] / 1000 end
local till = now() + tonumber(ARGV[1])
while now() < till do end
return 1
"""

_Act = Callable[[str, float], Awaitable[bool]]


class Injector:
    """Injects faults and counts those that took place: what is dead already cannot be killed."""

    def __init__(self, deployment: Deployment, takeovers: Takeovers, chance: random.Random) -> None:
        self.takeovers = takeovers
        self.injected: Counter[str] = Counter()
        self.longest_survival = 0.0
        self._deployment = deployment
        self._chance = chance
        self._watches: list[asyncio.Task[None]] = []
        self._acts: dict[str, _Act] = {
            **{f"kill {role}": self._kill for role in ("scheduler", "worker", "api")},
            **{f"freeze {role}": self._freeze for role in ("scheduler", "worker", "api")},
            "kill server": self._kill_server,
            "cut connections": self._cut,
            "cut off": lambda target, seconds: self._hold(target, seconds, *Way),
            "cut off, there": lambda target, seconds: self._hold(target, seconds, Way.THERE),
            "cut off, back": lambda target, seconds: self._hold(target, seconds, Way.BACK),
            "unplug": self._unplug,
            "lose replies": lambda target, seconds: self._lose(self._deployment.links[target], seconds),
            "lose replies of the api": lambda target, seconds: self._lose(self._deployment.doors[target], seconds),
            "slow network": self._slow,
            "flush scripts": lambda _target, _amount: self._tell("SCRIPT", "FLUSH"),
            "kill clients": lambda _target, _amount: self._tell("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
            "busy server": lambda _target, seconds: self._tell("EVAL", _BUSY, 0, seconds * 1000),
        }

    async def inject(self, faults: Sequence[Fault]) -> None:
        """Inject the faults in their time; return when the last one is over and everything is healed."""
        begun = asyncio.get_running_loop().time()
        try:
            async with asyncio.TaskGroup() as group:
                for fault in faults:
                    await asyncio.sleep(begun + fault.at - asyncio.get_running_loop().time())
                    group.create_task(self._one(fault))
        finally:
            await self._deployment.heal()
        await asyncio.gather(*self._watches)

    async def _one(self, fault: Fault) -> None:
        if await self._acts[fault.kind](fault.target, fault.amount):
            self.injected[fault.kind] += 1

    async def _kill(self, target: str, down_seconds: float) -> bool:
        service = self._deployment.services[target]
        if not service.alive:
            return False
        pid = service.kill(down_seconds)
        if target.startswith("worker"):
            self._watches.append(asyncio.create_task(self._watch(pid)))
        if target.startswith("scheduler"):
            self._watches.append(asyncio.create_task(self.takeovers.watch(pid)))
        return True

    async def _watch(self, pid: int) -> None:
        self.longest_survival = max(self.longest_survival, await seconds_survived(pid))

    async def _freeze(self, target: str, seconds: float) -> bool:
        service = self._deployment.services[target]
        if not service.alive:
            return False
        service.signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        service.signal(signal.SIGCONT)
        return True

    async def _kill_server(self, _target: str, down_seconds: float) -> bool:
        server = self._deployment.server
        running = server.running
        if not running:
            return False
        kill(server.pid, signal.SIGKILL)
        await asyncio.sleep(down_seconds)
        while server.running:
            await asyncio.sleep(0.01)
        await server.start_async()
        return True

    async def _cut(self, target: str, _amount: float) -> bool:
        self._deployment.links[target].cut()
        return True

    async def _hold(self, target: str, seconds: float, *ways: Way) -> bool:
        link = self._deployment.links[target]
        link.hold(*ways)
        await asyncio.sleep(seconds)
        link.release(*ways)
        return True

    async def _unplug(self, target: str, seconds: float) -> bool:
        network = self._deployment.networks.get(target)
        if network is None:
            return False
        await asyncio.to_thread(network.unplug)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(network.plug)
        return True

    async def _lose(self, link: Link, seconds: float) -> bool:
        link.loss_rate = self._chance.uniform(*LOSS_RATES)
        await asyncio.sleep(seconds)
        link.loss_rate = 0.0
        return True

    async def _slow(self, target: str, seconds: float) -> bool:
        link = self._deployment.links[target]
        link.delay_seconds = self._chance.uniform(*DELAYS_SECONDS)
        await asyncio.sleep(seconds)
        link.delay_seconds = 0.0
        return True

    async def _tell(self, *command: str | float) -> bool:
        try:
            await self._deployment.admin.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py's
        except (RedisError, OSError):  # the server is down just now
            return False
        return True
