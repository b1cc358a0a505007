"""A warm child process as seen from the worker: started, spoken to, ended. What is said is not known here."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack

import msgspec

from penstock_worker.executors import environment, protocol
from penstock_worker.executors.base import Stream
from penstock_worker.executors.pipes import PipeReader, PipeWriter
from penstock_worker.executors.process import Process
from penstock_worker.executors.protocol import Answer, Request


class Channel:
    """A Python process and two pipes: one carries requests to it, the other its answers.

    ``heard`` gets each answer, and None once when no more can follow: the process has ended, or talks nonsense.
    """

    def __init__(
        self,
        module: str,
        write: Callable[[Stream, bytes], None],
        heard: Callable[[Answer | None], None],
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start ``python -m module REQUESTS ANSWERS PARENT``; it may be spoken to at once.

        ``env`` adds to the variables that every child inherits.

        Raises:
            OSError: The system cannot start it.
        """
        with ExitStack() as theirs, ExitStack() as undo:
            requests_end, requests = os.pipe()
            theirs.callback(os.close, requests_end)
            undo.callback(os.close, requests)
            answers, answers_end = os.pipe()
            undo.callback(os.close, answers)
            theirs.callback(os.close, answers_end)
            # -P: the working directory is put on sys.path by the child, after its own imports.
            argv = (sys.executable, "-P", "-m", module, str(requests_end), str(answers_end), str(os.getpid()))
            self._process = Process(
                argv, {**environment.inherited(), **(env or {})}, write, inherit=(requests_end, answers_end)
            )
            undo.pop_all()
        self._heard = heard
        self._requests = PipeWriter(requests)
        self._answers = PipeReader(answers, self._feed)
        self._answers.listen()
        self._buffer = protocol.answers()
        self._process.ended.add_done_callback(lambda _ended: self._end())

    @property
    def fit(self) -> bool:
        """True if the process is there and what it prints can be heard."""
        return not self._process.output_ended and not self.has_ended

    @property
    def has_ended(self) -> bool:
        """True if the process is gone."""
        return self._process.has_ended

    @property
    def returncode(self) -> int | None:
        """How the process ended; known after :meth:`kill` or :meth:`terminate`."""
        return self._process.returncode

    def send(self, *messages: Request) -> None:
        """Send requests."""
        self._requests.write(b"".join(map(protocol.frame, messages)))

    def send_framed(self, data: bytes) -> None:
        """Send what :func:`protocol.frame` has made."""
        self._requests.write(data)

    def drain(self) -> None:
        """Deliver now what has been printed so far."""
        self._process.drain()

    async def terminate(self, grace_s: float) -> None:
        """Ask the process and its group to end; kill after ``grace_s`` seconds what has not."""
        await self._process.terminate(grace_s)

    async def kill(self) -> None:
        """Kill the process and its group."""
        await self._process.kill()

    def close(self) -> None:
        """Let go of what the worker holds of the process; call it after that is gone."""
        self._process.close()
        self._requests.close()
        self._answers.close()

    def _feed(self, data: bytes) -> None:
        try:
            answers = self._buffer.feed(data)
        except msgspec.DecodeError:  # a callable found the pipe and wrote to it
            self._answers.close()
            self._heard(None)
            return
        for answer in answers:
            self._heard(answer)

    def _end(self) -> None:
        self._answers.drain()
        self._heard(None)
