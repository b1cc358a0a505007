"""What the tasks of the chaos do: they leave a trace of each execution in a file that all share, and little else.

One line is one write to a file opened for appending, so the order of the lines is the order in which things happened,
whatever the clocks say.
"""

import os
import time

TRACE = "CHAOS_TRACE"
"""The variable that names the file. Only tasks have it, so it also tells who is one."""

BEGIN, END = "begin", "end"

COMMAND = (
    'trace() { echo "$PENSTOCK_RUN_ID $PENSTOCK_TASK_ID $PENSTOCK_ATTEMPT $$ $1" >> "$CHAOS_TRACE"; }; '
    "trace begin; [ $SECONDS_ = 0 ] || sleep $SECONDS_; trace end; "
    "[ $PENSTOCK_ATTEMPT -gt $FAILURES_ ]"
)
"""The same as a shell command; its environment says what metadata says to the callable."""


class OnPurposeError(Exception):
    """This attempt was meant to fail."""


def work(seconds: float, failures: int) -> int:
    """Leave the trace of an execution; fail in the first attempts, as many as ``failures``."""
    attempt = int(os.environ["PENSTOCK_ATTEMPT"])
    _trace(BEGIN)
    if seconds:
        time.sleep(seconds)
    _trace(END)
    if attempt <= failures:
        raise OnPurposeError(f"attempt {attempt} of {failures} that fail")
    return attempt


def _trace(mark: str) -> None:
    who = (os.environ[name] for name in ("PENSTOCK_RUN_ID", "PENSTOCK_TASK_ID", "PENSTOCK_ATTEMPT"))
    line = f"{' '.join(who)} {os.getpid()} {mark}\n"
    trace = os.open(os.environ[TRACE], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(trace, line.encode())
    finally:
        os.close(trace)
