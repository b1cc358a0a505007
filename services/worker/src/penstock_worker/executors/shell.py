"""The ``shell`` executor: a command line, run by ``/bin/sh``."""

from contextlib import closing

from penstock_worker.executors import environment, outcomes, prctl, strays
from penstock_worker.executors.base import (
    Cancellation,
    Execution,
    ExecutorSettings,
    Outcome,
    OutputSink,
    Verdict,
    first_of,
)
from penstock_worker.executors.process import Process

_SHELL = "/bin/sh"


class ShellExecutor:
    """Runs each command in a session and process group of its own, in the worker's working directory.

    The end of an attempt is the end of everything it started. When the command has ended, its background children get a
    moment to finish their output (``linger_s``) and are then killed: ``sleep 1000 &`` does not outlive its task, and a
    service cannot be started this way. Timeout and cancel ask the whole tree to end and kill it after ``grace_s``.
    """

    def __init__(self, settings: ExecutorSettings | None = None) -> None:
        self._settings = settings or ExecutorSettings()
        self._inherited = environment.inherited()
        prctl.adopt_orphans()

    async def execute(self, execution: Execution, sink: OutputSink, cancel: Cancellation) -> Outcome:
        """Run the task's command; see :class:`Executor`."""
        if cancel.is_set():
            return outcomes.cancelled()
        env = self._inherited | environment.of_attempt(execution)
        try:
            process = Process((_SHELL, "-c", execution.task.command or ""), env, sink.write)
        except (OSError, ValueError) as error:
            return outcomes.not_started(error)
        with closing(process):
            try:
                verdict = await first_of(process.ended, cancel, execution.task.timeout_seconds)
                if verdict is Verdict.DONE:
                    await process.linger(self._settings.linger_s)
                else:
                    await process.terminate(self._settings.grace_s)
            finally:
                await process.kill()
                await strays.kill_strays(environment.marks(execution))
        if verdict is Verdict.DONE:
            return outcomes.of_command(process.returncode)
        return outcomes.of_verdict(verdict, execution, process.returncode)

    async def close(self) -> None:
        """Nothing is kept between attempts."""
