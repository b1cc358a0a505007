"""What a task sees of the world: its environment variables.

The worker's own settings (its store's URL above all) are never among them: what a task inherits is an allow-list.
"""

import os
from collections.abc import Mapping

from penstock.tracing import TRACEPARENT
from penstock_worker.executors.base import Execution
from penstock_worker.warden import MARK

_INHERITED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "USER", "SHELL", "VIRTUAL_ENV", "PYTHONPATH", MARK)
_INHERITED_PREFIX = "LC_"


def inherited(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables of the worker that its tasks inherit."""
    return {key: value for key, value in environ.items() if key in _INHERITED or key.startswith(_INHERITED_PREFIX)}


def identity(execution: Execution) -> dict[str, str]:
    """Return the variables that tell a task who it is."""
    return {
        "PENSTOCK_RUN_ID": execution.run_id,
        "PENSTOCK_TASK_ID": execution.task.id,
        "PENSTOCK_ATTEMPT": str(execution.attempt),
        "PENSTOCK_DAG_ID": execution.dag_id,
    }


def of_attempt(execution: Execution) -> dict[str, str]:
    """Return what an attempt adds to the inherited variables; a task cannot take another identity or trace."""
    trace = {TRACEPARENT: execution.traceparent} if execution.traceparent else {}
    return {**execution.task.env, **trace, **identity(execution)}


def marks(execution: Execution) -> frozenset[bytes]:
    """Return the entries by which a process of this attempt is known in ``/proc``."""
    return frozenset(f"{key}={value}".encode() for key, value in identity(execution).items())
