"""The floor: the stream operations that every task needs, in a bare loop without any product logic.

Per task, as in the product: its entry on the queue; a claim, which is reported to the inbox; the end of the claim, and
its outcome in the inbox; three events in the log; its fields in the projection of its run. One loop plays the worker,
one the scheduler, on a connection each, and both take as much at a time as there is, as the product does. What it
leaves out is everything that decides, checks or remembers: no state, no hash chain, no definition, no execution.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from redis.asyncio import Redis

from penstock.embedded import Fsync, embedded_server

BATCH = 256
SLOTS = 64

_EVENT = (
    '{"type":"%s","v":1,"at":1700000000000,"cause":"inbox:1700000000000-0","run_id":"01m83z7mhs5fzsh1qm6xvm62kq-5",'
    '"task_id":"t%d","attempt":1,"worker":"worker-host-17074-ee9ce2"}'
)

_CLAIM = """
local reply = redis.call('XREADGROUP', 'GROUP', 'workers', 'w', 'COUNT', ARGV[1], 'STREAMS', KEYS[1], '>')
local entries = reply and reply[1][2] or {}
for _, entry in ipairs(entries) do
  redis.call('XADD', KEYS[2], '*', 'started', entry[2][2])
end
return entries
"""
_REPORT = """
for index = 1, #ARGV, 2 do
  redis.call('XACK', KEYS[1], 'workers', ARGV[index])
  redis.call('XDEL', KEYS[1], ARGV[index])
  redis.call('XADD', KEYS[2], '*', 'ended', ARGV[index + 1])
end
"""
_COMMIT = """
local ready, ended = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('XTRIM', KEYS[2], 'MINID', ARGV[1])
local place = 4
for index = 1, ready + ended do
  redis.call('XADD', KEYS[3], '*', 'event', ARGV[place])
  if index <= ready then
    redis.call('XADD', KEYS[1], '*', 'task', ARGV[place + 1])
  end
  redis.call('HSET', KEYS[4], ARGV[place + 1], ARGV[place])
  place = place + 2
end
redis.call('HSET', KEYS[5], 'cursor', ARGV[1])
"""
_KEYS = {name: f"floor:{name}" for name in ("queue", "inbox", "log", "run", "head")}


async def floor_seconds(fsync: Fsync, tasks: Mapping[str, Sequence[str]], runs: int = 1) -> float:
    """Return how long the floor takes for so many runs of tasks with these dependencies, all at once."""
    with TemporaryDirectory() as folder:
        async with embedded_server(Path(folder), appendfsync=fsync) as server:
            loop = _Loop(server.redis_url, _Work(tasks, runs))
            try:
                return await loop.play()
            finally:
                await loop.close()


class _Work:
    """Which tasks follow which, by number, over all runs."""

    def __init__(self, tasks: Mapping[str, Sequence[str]], runs: int) -> None:
        names = {name: number for number, name in enumerate(tasks)}
        self.size = len(names)
        self.total = self.size * runs
        self._open = [len(upstream) for upstream in tasks.values()] * runs
        self._downstream: list[list[int]] = [[] for _ in names]
        for number, upstream in enumerate(tasks.values()):
            for name in upstream:
                self._downstream[names[name]].append(number)
        self.first = [number for number, upstream in enumerate(self._open) if not upstream]

    def ended(self, number: int) -> list[int]:
        """Return the tasks that the end of one has made ready."""
        base = number - number % self.size
        ready = []
        for downstream in self._downstream[number % self.size]:
            self._open[base + downstream] -= 1
            if not self._open[base + downstream]:
                ready.append(base + downstream)
        return ready


class _Loop:
    def __init__(self, url: str, work: _Work) -> None:
        self._work = work
        self._left = work.total
        self._clients = [Redis.from_url(url) for _ in range(3)]
        self._scheduler, self._worker, self._waiting = self._clients
        self._claim = self._worker.register_script(_CLAIM)
        self._report = self._worker.register_script(_REPORT)
        self._commit = self._scheduler.register_script(_COMMIT)

    async def play(self) -> float:
        await self._scheduler.xgroup_create(_KEYS["queue"], "workers", id="0", mkstream=True)
        begun = time.monotonic()
        await asyncio.gather(self._schedule(), self._execute())
        return time.monotonic() - begun

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    async def _schedule(self) -> None:
        for start in range(0, len(self._work.first), BATCH):
            await self._apply("0-0", self._work.first[start : start + BATCH], [])
        cursor: bytes | str = "0-0"
        while self._left:
            answer: Any = await self._waiting.xread({_KEYS["inbox"]: cursor}, count=BATCH, block=1000)
            entries = answer[0][1] if answer else []
            ended, ready = [], []
            for _, fields in entries:
                ((kind, number),) = fields.items()
                ended.append(int(number))
                if kind == b"ended":
                    ready += self._work.ended(int(number))
                    self._left -= 1
            cursor = entries[-1][0] if entries else cursor
            for start in range(0, max(len(ready), 1), BATCH):
                await self._apply(cursor, ready[start : start + BATCH], ended if not start else [])
        await self._worker.rpush("floor:bell", "end")

    async def _apply(self, cursor: bytes | str, ready: list[int], ended: list[int]) -> None:
        events = [item for number in ready for item in (_EVENT % ("TaskReady", number), number)]
        events += [item for number in ended for item in (_EVENT % ("TaskEnded", number), number)]
        keys = [_KEYS[name] for name in ("queue", "inbox", "log", "run", "head")]
        await self._commit(keys=keys, args=[cursor, len(ready), len(ended), *events])
        if ready:
            await self._scheduler.rpush("floor:bell", "work")

    async def _execute(self) -> None:
        keys = [_KEYS["queue"], _KEYS["inbox"]]
        while self._left:
            entries = await self._claim(keys=keys, args=[SLOTS])
            if entries:
                outcomes = [item for place, fields in entries for item in (place, fields[1])]
                await self._report(keys=keys, args=outcomes)
            else:
                await self._worker.blpop(["floor:bell"], 1)
