"""Executors by name: an entry-point group, so that a package installed beside the worker can add one."""

from importlib.metadata import entry_points
from typing import Literal

from penstock.core.dag import TaskSpec
from penstock.errors import PenstockError
from penstock_worker.executors.base import Executor, ExecutorFactory, ExecutorSettings

GROUP = "penstock.executors"
"""Entry points of this group name an ``ExecutorFactory``."""


def executor_name(task: TaskSpec) -> Literal["shell", "python"]:
    """Return the name of the executor that a task wants."""
    return "shell" if task.command is not None else "python"


def load_executors(settings: ExecutorSettings | None = None) -> dict[str, Executor]:
    """Return one executor for each installed entry point, by its name.

    Call it in the worker's main thread; close each executor in the end.

    Raises:
        PenstockError: One cannot be imported, or two have the same name.
    """
    executors: dict[str, Executor] = {}
    for entry in entry_points(group=GROUP):
        if entry.name in executors:
            raise PenstockError(f"two installed packages offer an executor named {entry.name!r}")
        try:
            factory: ExecutorFactory = entry.load()
        except (ImportError, AttributeError) as error:
            raise PenstockError(f"executor {entry.name!r} ({entry.value}) cannot be loaded: {error}") from error
        executors[entry.name] = factory(settings or ExecutorSettings())
    return executors
