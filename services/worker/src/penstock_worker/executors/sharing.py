"""Calls of coroutine functions that share a process; who may share, and what happens when it goes wrong.

Whether a callable is a coroutine function is learnt from its first call, which has a process to itself. When a shared
process crashes, or falls silent because something in it blocks, nobody can tell which call it was: everything that was
under way runs by itself from then on, and what the crash has interrupted is given back, unless it was alone.
"""

from collections.abc import Sequence

from penstock_worker.executors import environment, outcomes
from penstock_worker.executors.base import (
    Cancellation,
    Execution,
    ExecutorSettings,
    Outcome,
    OutputSink,
    Verdict,
    first_of,
)
from penstock_worker.executors.protocol import Reply, Unshareable
from penstock_worker.executors.shared_child import SharedCall, SharedChild


class Sharing:
    """The process that is shared, and what is known of callables by name."""

    def __init__(self, settings: ExecutorSettings) -> None:
        self._grace_s = settings.grace_s
        self._shareable: set[str] = set()
        self._alone: set[str] = set()
        self._child: SharedChild | None = None

    def learn(self, target: str) -> None:
        """Take note that a callable is a coroutine function."""
        if target not in self._alone:
            self._shareable.add(target)

    def suits(self, execution: Execution) -> bool:
        """Tell whether the call may share a process: one with variables of its own has them to itself, in C too."""
        return execution.task.callable in self._shareable and not execution.task.env

    async def execute(self, execution: Execution, sink: OutputSink, cancel: Cancellation) -> Outcome | Reply | None:
        """Make the call; return how it ended, or its reply; None where it was not made because it must not share.

        Raises:
            OSError: The system cannot start a process.
        """
        task = execution.task
        child = await self._fit_child()
        call = child.begin(task.callable or "", task.metadata, environment.of_attempt(execution), sink)
        try:
            verdict = await first_of(call.answer, cancel, task.timeout_seconds)
            if verdict is not Verdict.DONE:
                await child.end(call, self._grace_s)
        finally:
            if not call.answer.done():
                await child.end(call, 0)
            await self._leave(child)
        if verdict is not Verdict.DONE:
            return outcomes.of_verdict(verdict, execution, child.returncode)
        return self._judge(child, call)

    async def close(self) -> None:
        """End the process if nothing runs in it; else it ends with its last call."""
        child, self._child = self._child, None
        if child is not None:
            await self._leave(child)

    async def _fit_child(self) -> SharedChild:
        child = self._child
        if child is not None and not child.fit:
            self._child = None
            await self._leave(child)
        if self._child is None:
            self._child = SharedChild()
        return self._child

    async def _leave(self, child: SharedChild) -> None:
        """Close the process if nothing runs in it any more and it takes no other call."""
        self._exclude(child.blocked)
        if child is self._child and child.spent:
            self._child = None
        if child is not self._child and child.idle:
            await child.close(self._grace_s)

    def _judge(self, child: SharedChild, call: SharedCall) -> Outcome | Reply | None:
        answer = call.answer.result()
        if isinstance(answer, Reply):
            return answer
        if isinstance(answer, Unshareable):
            self._exclude([call.call.callable])
            return None
        if child.guilty is not None:
            return outcomes.returned()
        self._exclude(child.fallen)
        return outcomes.returned() if len(child.fallen) > 1 else outcomes.of_crash(child.returncode)

    def _exclude(self, targets: Sequence[str]) -> None:
        self._alone.update(targets)
        self._shareable.difference_update(targets)
