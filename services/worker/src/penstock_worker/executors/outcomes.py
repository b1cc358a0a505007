"""How ends are worded: the outcomes that every executor has in common."""

import signal

from penstock.core.events import TaskError
from penstock_worker.executors.base import Execution, Outcome, Verdict

_SIGNAL_BASE = 128
"""A shell's convention: the exit code of a process that signal n ended is 128 + n."""


def exit_code_of(returncode: int | None) -> int | None:
    """Return the exit code for a return code as ``subprocess`` has it (-n where signal n ended the process)."""
    if returncode is None or returncode >= 0:
        return returncode
    return _SIGNAL_BASE - returncode


def signal_name(number: int) -> str:
    """Return ``SIGKILL`` for 9, and ``signal 99`` for what has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def of_command(returncode: int | None) -> Outcome:
    """Return the outcome of a command that ended by itself."""
    if returncode == 0:
        return Outcome("succeeded", exit_code=0)
    if returncode is None:
        return failed("crashed", "the process was collected by somebody else; how it ended is unknown")
    code = exit_code_of(returncode)
    if returncode < 0:
        return failed("signal", f"killed by {signal_name(-returncode)}", code)
    hint = f" (128 + {signal_name(returncode - _SIGNAL_BASE)})" if _is_signal(returncode - _SIGNAL_BASE) else ""
    return failed("exit", f"exit code {returncode}{hint}", code)


def of_crash(returncode: int | None) -> Outcome:
    """Return the outcome of a callable whose process ended under it."""
    if returncode is None:
        how = "was lost"
    elif returncode < 0:
        how = f"was killed by {signal_name(-returncode)}"
    else:
        how = f"exited with code {returncode}"
    return failed("crashed", f"the process of the callable {how} before it returned", exit_code_of(returncode))


def of_verdict(verdict: Verdict, execution: Execution, returncode: int | None) -> Outcome:
    """Return the outcome of an attempt that was ended from outside, by its timeout or by request."""
    code = exit_code_of(returncode)
    if verdict is Verdict.TIMED_OUT:
        return failed("timeout", f"timed out after {execution.task.timeout_seconds or 0:g} s", code)
    return cancelled(code)


def cancelled(exit_code: int | None = None) -> Outcome:
    """Return the outcome of an attempt that was cancelled by request."""
    return Outcome("cancelled", exit_code=exit_code, error=TaskError("cancelled", "cancelled by request"))


def returned() -> Outcome:
    """Return the outcome of an attempt that was ended because of another."""
    return Outcome("returned")


def not_started(error: OSError | ValueError) -> Outcome:
    """Return the outcome of an attempt whose process the system refused to start."""
    return failed("start", f"could not be started: {error}")


def failed(kind: str, message: str, exit_code: int | None = None) -> Outcome:
    """Return the outcome of an attempt that failed."""
    return Outcome("failed", exit_code=exit_code, error=TaskError(kind, message))


def _is_signal(number: int) -> bool:
    return number in {known.value for known in signal.Signals}
