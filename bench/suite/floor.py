"""The floor: the stream operations that the product cannot do without, in a bare loop without any product logic.

Per task: its entry on the queue; a claim, which is reported to the inbox; the end of the claim, and its outcome in the
inbox; three events in the log and in the index of the run's events; its fields in the projection of its run. Per run: a
request, which shows it among the runs and is put into the inbox, its start and its end. One loop plays the client, one
the worker, one the scheduler, and all take as much at a time as there is, as the product does. What is left out is
everything that decides, checks or remembers: no state, no hash chain, no definition, no execution, no partitions.
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

_REQUEST = """
redis.call('HSET', KEYS[4] .. ARGV[1], 'run', ARGV[2])
redis.call('ZADD', 'floor:runs', 0, ARGV[1])
redis.call('ZADD', 'floor:requested', 0, ARGV[1])
redis.call('XADD', KEYS[2], '*', 'run', ARGV[1])
"""
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
redis.call('XTRIM', KEYS[2], 'MINID', ARGV[1])
for index = 2, #ARGV, 4 do
  local kind, run, task, event = ARGV[index], ARGV[index + 1], ARGV[index + 2], ARGV[index + 3]
  redis.call('XADD', KEYS[3], '*', 'event', event)
  redis.call('XADD', KEYS[5] .. run, '*', '', '')
  redis.call('HSET', KEYS[4] .. run, task, event)
  if kind == 'ready' then
    redis.call('XADD', KEYS[1], '*', 'task', task)
  elseif kind == 'run' then
    redis.call('ZREM', 'floor:requested', run)
    redis.call('ZADD', 'floor:ended', 0, run)
  end
end
"""
_NAMES = ("queue", "inbox", "log", "run:", "events:")
_KEYS = [f"floor:{name}" for name in _NAMES]


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
    """Which tasks follow which, by number, over all runs; how many of each run are left."""

    def __init__(self, tasks: Mapping[str, Sequence[str]], runs: int) -> None:
        names = {name: number for number, name in enumerate(tasks)}
        self.size = len(names)
        self.runs = runs
        self._left = [self.size] * runs
        self._open = [len(upstream) for upstream in tasks.values()] * runs
        self._downstream: list[list[int]] = [[] for _ in names]
        for number, upstream in enumerate(tasks.values()):
            for name in upstream:
                self._downstream[names[name]].append(number)
        self._first = [number for number, upstream in enumerate(tasks.values()) if not upstream]

    def begun(self, run: int) -> list[int]:
        """Return the tasks that a run begins with."""
        return [run * self.size + number for number in self._first]

    def ended(self, number: int) -> tuple[list[int], bool]:
        """Return the tasks that the end of one has made ready, and whether its run is over."""
        base = number - number % self.size
        self._left[number // self.size] -= 1
        ready = []
        for downstream in self._downstream[number % self.size]:
            self._open[base + downstream] -= 1
            if not self._open[base + downstream]:
                ready.append(base + downstream)
        return ready, not self._left[number // self.size]


class _Loop:
    def __init__(self, url: str, work: _Work) -> None:
        self._work = work
        self._left = work.runs
        self._clients = [Redis.from_url(url) for _ in range(4)]
        self._client, self._scheduler, self._worker, self._waiting = self._clients
        self._request = self._client.register_script(_REQUEST)
        self._claim = self._worker.register_script(_CLAIM)
        self._report = self._worker.register_script(_REPORT)
        self._commit = self._scheduler.register_script(_COMMIT)

    async def play(self) -> float:
        await self._scheduler.xgroup_create(_KEYS[0], "workers", id="0", mkstream=True)
        begun = time.monotonic()
        await asyncio.gather(self._ask(), self._schedule(), self._execute())
        return time.monotonic() - begun

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    async def _ask(self) -> None:
        for first in range(0, self._work.runs, SLOTS):
            batch = range(first, min(first + SLOTS, self._work.runs))
            await asyncio.gather(*(self._request(keys=_KEYS, args=[run, _EVENT % ("run", run)]) for run in batch))

    async def _schedule(self) -> None:
        cursor: bytes | str = "0-0"
        while self._left:
            answer: Any = await self._waiting.xread({_KEYS[1]: cursor}, count=BATCH, block=1000)
            entries = answer[0][1] if answer else []
            cursor = entries[-1][0] if entries else cursor
            ready: list[int] = []
            written: list[str | int] = []
            for _, fields in entries:
                ((kind, number),) = fields.items()
                ready += self._take(kind, int(number), written)
            for start in range(0, len(ready) or 1, BATCH):
                await self._apply(cursor, ready[start : start + BATCH], written if not start else [])
        await self._worker.rpush("floor:bell", "end")

    def _take(self, kind: bytes, number: int, written: list[str | int]) -> list[int]:
        """Note what is written of a fact; return the tasks that it has made ready."""
        if kind == b"run":
            written += ("run", number, "run", _EVENT % ("RunRequested", number))
            written += ("run", number, "run", _EVENT % ("RunStarted", number))
            return self._work.begun(number)
        run = number // self._work.size
        written += ("task", run, number, _EVENT % ("TaskEnded", number))
        if kind == b"started":
            return []
        ready, over = self._work.ended(number)
        if over:
            self._left -= 1
            written += ("run", run, "run", _EVENT % ("RunFinished", run))
        return ready

    async def _apply(self, cursor: bytes | str, ready: list[int], written: list[str | int]) -> None:
        for number in ready:
            written += ("ready", number // self._work.size, number, _EVENT % ("TaskReady", number))
        await self._commit(keys=_KEYS, args=[cursor, *written])
        if ready:
            await self._scheduler.rpush("floor:bell", "work")

    async def _execute(self) -> None:
        while self._left:
            entries = await self._claim(keys=_KEYS, args=[SLOTS])
            if entries:
                outcomes = [item for place, fields in entries for item in (place, fields[1])]
                await self._report(keys=_KEYS, args=outcomes)
            else:
                await self._worker.blpop(["floor:bell"], 1)
