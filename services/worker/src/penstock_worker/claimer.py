"""Where a worker looks for work: in partitions that rang, or that may have more; never in all of them all the time.

A server that is silent is left out of the round: what it may have given, and whether it is back, is asked beside it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import structlog

from penstock.backoff import Backoff
from penstock.errors import StoreUnavailableError
from penstock.store.base import WorkerStore
from penstock.store.records import QueueEntry
from penstock_worker.lanes import Lanes, Task
from penstock_worker.turns import Turns
from penstock_worker.unanswered import Unanswered

DUTY = "claims"

PATIENCE_SECONDS = 1.0
"""How long the round waits for one of several servers. Its answer still counts when it comes later."""

_log = structlog.get_logger()


class Claimer:
    """Knows in which partitions there may be work, and where this worker is registered to be rung.

    A claim that yields less than was asked for registers the worker; the partition is left alone until it rings.
    """

    def __init__(
        self,
        store: WorkerStore,
        worker: str,
        partitions: int,
        *,
        start: Callable[[QueueEntry], None],
        changed: Callable[[], None],
        ended: Callable[[Task], None],
        unanswered: Unanswered,
    ) -> None:
        """What is claimed is handed to ``start``, perhaps not for the first time; a claim may come at any time.

        ``changed`` is called when there is more to look for, ``ended`` with every question that has ended: one that
        raised anything will not be asked again.
        """
        self._store = store
        self._worker = worker
        self._all = range(partitions)
        self._start = start
        self._changed = changed
        self._ended = ended
        self._unanswered = unanswered
        self._turns = Turns(self._all, asyncio.get_running_loop().time)
        self._registered: set[int] = set()
        # Partitions that are left out of the round, and the server because of which they are.
        self._aside: dict[int, str] = {}
        # Where there may be claims whose answer was lost: that is asked before anything more is claimed there.
        self._doubtful: dict[int, object] = {}
        self._questions: set[Task] = set()
        self._returning = Lanes(ended)
        # How long each server that is left out is let alone: longer each time, until it answers in the round.
        self._backoffs: dict[str, Backoff] = {}
        # For each question for claims that is under way, what was answered for since: its answer may still list it.
        self._settled: dict[object, set[QueueEntry]] = {}
        self.answered = False
        """Whether a claim was ever answered."""

    @property
    def promising(self) -> bool:
        """Whether there is anywhere to look."""
        return self._turns.next(self._aside) is not None

    def rung(self, partition: int) -> None:
        """Take note that there is work in a partition."""
        self._registered.discard(partition)
        self._turns.promise([partition])

    def look_everywhere(self) -> None:
        """Look into every partition the next time: what a lost bell announced must not wait for ever."""
        self._turns.promise(self._all)

    def settled(self, claim: QueueEntry) -> None:
        """Take note that a claim has been answered for."""
        for since in self._settled.values():
            since.add(claim)

    async def claim(self, free: int, suspects: int) -> None:
        """Claim at most ``free`` attempts, ``suspects`` of them suspects, from the next promising partition."""
        partition = self._turns.next(self._aside)
        if partition is None:
            return
        server = self._store.server_of(partition)
        await self._round({server: self._ask(server, [partition], self._claim(partition, free, suspects))})

    async def withdraw(self) -> None:
        """With no slot free, let others be rung."""
        places: dict[str, list[int]] = {}
        for partition in sorted(self._registered - self._aside.keys()):
            places.setdefault(self._store.server_of(partition), []).append(partition)
        if places:
            self._registered &= self._aside.keys()
            await self._round({one: self._ask(one, there, self._withdraw(there)) for one, there in places.items()})

    async def close(self) -> None:
        """Ask no more. What an exchange that is under way has brought is not ours to execute any longer."""
        for question in self._questions:
            question.cancel()
        await asyncio.gather(*self._questions, return_exceptions=True)
        await self._returning.close()

    async def _round(self, questions: dict[str, Coroutine[Any, Any, None]]) -> None:
        """Ask servers at the same time; go on without those that let us wait, if there are others."""
        asked = {asyncio.create_task(question): server for server, question in questions.items()}
        for task in asked:
            self._questions.add(task)
            task.add_done_callback(self._questions.discard)
            task.add_done_callback(self._ended)
        _, late = await asyncio.wait(asked, timeout=PATIENCE_SECONDS)
        if late and len({self._store.server_of(partition) for partition in self._all}) == 1:
            await asyncio.wait(late)
            return
        for task in late:
            _log.warning("a server keeps us waiting: its partitions are left out", server=asked[task])
            self._leave_out(asked[task], [])

    async def _ask(self, server: str, partitions: Sequence[int], question: Awaitable[None]) -> None:
        """Ask a server something: by whether it answers, its partitions are in the round or out of it."""
        try:
            await question
        except StoreUnavailableError as error:
            _log.warning("cannot claim", server=server, error=str(error))
            self._leave_out(server, partitions)
        else:
            self._backoffs.pop(server, None)
            self._take_in(server)

    async def _claim(self, partition: int, free: int, suspects: int) -> None:
        # A bell that is heard before the answer that it followed brings it back.
        self._turns.remove(partition)
        try:
            count = await self._take(self._store.claim(partition, self._worker, free, suspects))
        except StoreUnavailableError:
            self._doubtful[partition] = object()
            self._turns.promise([partition])
            raise
        self.answered = True
        if count < free:
            self._registered.add(partition)
        else:
            self._turns.promise([partition])

    async def _recover(self, partition: int) -> None:
        """Ask for what is ours; that takes no free slot, and may exceed them."""
        doubt = self._doubtful.get(partition)
        await self._take(self._store.claimed(partition, self._worker))
        self._turns.promise([partition])
        if doubt is not None and self._doubtful[partition] is doubt:  # and no new one has come up meanwhile
            del self._doubtful[partition]

    async def _withdraw(self, partitions: Sequence[int]) -> None:
        self._turns.lose_sight(partitions)
        await self._store.withdraw(partitions, self._worker)

    async def _take(self, question: Awaitable[Sequence[QueueEntry]]) -> int:
        """Start what the store names, but for what was answered for while it was asked; return how many it named."""
        asked = object()
        settled = self._settled[asked] = set()
        try:
            claims = await question
            for claim in claims:
                if claim not in settled:
                    self._start(claim)
        finally:
            del self._settled[asked]
        return len(claims)

    def _leave_out(self, server: str, partitions: Sequence[int]) -> None:
        """Leave partitions out of the round, and with them all others of the server, until each has answered."""
        others = [one for one in self._all if one not in partitions and self._store.server_of(one) == server]
        for partition in (*partitions, *others):  # an answer for one of which there is doubt brings back all
            self._aside.setdefault(partition, server)
        self._unanswered.failed(DUTY, server)
        self._returning.begin(server, self._bring_back)

    def _take_in(self, server: str) -> None:
        """Take the partitions of a server that has answered into the round, but for those of which there is doubt."""
        self._unanswered.answered(DUTY, server)
        back = [one for one, why in self._aside.items() if why == server and one not in self._doubtful]
        for partition in back:
            del self._aside[partition]
        if back:
            self._changed()

    async def _bring_back(self, server: str) -> None:
        """Ask the partitions that are left out because of a server, in turn: perhaps it is only one that is away."""
        backoff = self._backoffs.setdefault(server, Backoff())
        while (partition := next((one for one, why in self._aside.items() if why == server), None)) is not None:
            # Also after an answer: where claims are refused, one partition is left out as another one is brought back.
            await backoff.wait()
            try:
                await self._recover(partition)
            except StoreUnavailableError as error:
                _log.warning("a partition is still left out", partition=partition, server=server, error=str(error))
                if partition in self._aside:
                    self._aside[partition] = self._aside.pop(partition)  # the others come first
            else:
                self._take_in(server)
