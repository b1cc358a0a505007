"""The ``python`` executor: a callable ``module:function``, run in a warm child process."""

import asyncio
from contextlib import ExitStack

from penstock_worker.executors import environment, outcomes, prctl, protocol, strays
from penstock_worker.executors.base import (
    Cancellation,
    Execution,
    ExecutorSettings,
    Outcome,
    OutputSink,
    Verdict,
    first_of,
)
from penstock_worker.executors.protocol import Call, Reply
from penstock_worker.executors.sharing import Sharing
from penstock_worker.executors.warm_child import WarmChild


class CallableExecutor:
    """Runs callables in warm child processes, which are used again.

    Coroutine functions share one (see sharing). Any other callable has a process to itself while it runs: there are as
    many as attempts run at once, and ``max_idle_children`` are kept for the next. The worker's working directory comes
    first on their ``sys.path``. Modules are imported once per child, so edited code takes effect in children that start
    later. A child that crashes, is killed, or whose callable leaves processes of its own behind is not used again; what
    it left behind ends with it.

    At timeout and cancel the callable is left through its ``finally`` blocks (a coroutine is cancelled; elsewhere
    SIGTERM raises ``SystemExit``), and the child is killed if that takes longer than ``grace_s``.
    """

    def __init__(self, settings: ExecutorSettings | None = None) -> None:
        self._settings = settings or ExecutorSettings()
        self._sharing = Sharing(self._settings)
        self._idle: list[WarmChild] = []
        self._closed = False
        prctl.adopt_orphans()

    async def execute(self, execution: Execution, sink: OutputSink, cancel: Cancellation) -> Outcome:
        """Call the task's callable; see :class:`Executor`."""
        if cancel.is_set():
            return outcomes.cancelled()
        try:
            if self._sharing.suits(execution):
                shared = await self._sharing.execute(execution, sink, cancel)
                if shared is not None:
                    return shared if isinstance(shared, Outcome) else _of_reply(shared)
            call = protocol.frame(_call(execution))
            child = await self._idle_child() or WarmChild()
        except (OSError, ValueError) as error:
            return outcomes.not_started(error)
        return await self._execute_alone(child, call, execution, sink, cancel)

    async def close(self) -> None:
        """End the idle children; one that still runs ends with its attempt."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(self._sharing.close(), *(child.terminate(self._settings.grace_s) for child in idle))
        for child in idle:
            child.close()

    async def _execute_alone(
        self, child: WarmChild, call: bytes, execution: Execution, sink: OutputSink, cancel: Cancellation
    ) -> Outcome:
        try:
            answer = child.begin(call, sink)
            verdict = await first_of(answer, cancel, execution.task.timeout_seconds)
            if verdict is not Verdict.DONE:
                await child.terminate(self._settings.grace_s)
        finally:
            await self._put_back(child, environment.marks(execution))
        if verdict is not Verdict.DONE:
            return outcomes.of_verdict(verdict, execution, child.returncode)
        reply = answer.result()
        if reply is None:
            return outcomes.of_crash(child.returncode)
        if reply.shareable:
            self._sharing.learn(execution.task.callable or "")
        return _of_reply(reply)

    async def _idle_child(self) -> WarmChild | None:
        # The last one used comes first: its memory is warm, and the others' age shows who is superfluous.
        while self._idle:
            child = self._idle.pop()
            if child.fit:
                return child
            await child.kill()
            child.close()
        return None

    async def _put_back(self, child: WarmChild, marks: frozenset[bytes]) -> None:
        with ExitStack() as unless_kept:
            unless_kept.callback(child.close)
            if child.fit:
                await strays.kill_strays(marks)
                child.end_call()
                if not self._closed and len(self._idle) < self._settings.max_idle_children:
                    self._idle.append(child)
                    unless_kept.pop_all()
                    return
            await child.kill()
            await strays.kill_strays(marks)


def _call(execution: Execution) -> Call:
    return Call(execution.task.callable or "", execution.task.metadata, environment.of_attempt(execution))


def _of_reply(reply: Reply) -> Outcome:
    if reply.error is not None:
        return Outcome("failed", error=reply.error)
    return Outcome("succeeded", output=reply.output if bytes(reply.output) else None)
