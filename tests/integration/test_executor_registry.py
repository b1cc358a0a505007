from importlib.metadata import EntryPoint

import pytest

from penstock.core.dag import TaskSpec
from penstock.errors import PenstockError
from penstock_worker.executors import registry
from penstock_worker.executors.base import ExecutorSettings
from penstock_worker.executors.callables import CallableExecutor
from penstock_worker.executors.shell import ShellExecutor


def test_the_worker_comes_with_an_executor_for_each_kind_of_task() -> None:
    executors = registry.load_executors(ExecutorSettings(grace_s=1))
    assert isinstance(executors[registry.executor_name(TaskSpec("a", "A", command="true"))], ShellExecutor)
    assert isinstance(executors[registry.executor_name(TaskSpec("b", "B", callable="m:f"))], CallableExecutor)


def test_an_executor_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("http", "no_such_package:HttpExecutor", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [broken])
    with pytest.raises(PenstockError, match=r"'http'.*no_such_package"):
        registry.load_executors()


def test_two_executors_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = EntryPoint("shell", "penstock_worker.executors.shell:ShellExecutor", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [twice, twice])
    with pytest.raises(PenstockError, match="'shell'"):
        registry.load_executors()
