"""Mutants of the worker and its executors."""

from mutants.mutant import WORKER, Mutant

WORKING = (
    Mutant(
        "a worker that does not look for claims whose answer was lost",
        f"{WORKER}/claimer.py",
        "            self._doubtful[partition] = object()\n",
        "            pass\n",
        "tests/integration/test_faults.py",
    ),
    Mutant(
        "a worker whose children survive it",
        f"{WORKER}/warden.py",
        "    end_all(sys.argv[1].encode(), leaders)",
        "    return",
        "tests/integration/test_faults.py",
    ),
    Mutant(
        "a worker that lives on without a warden when that is killed",
        f"{WORKER}/guard.py",
        "            self._replace(process)\n",
        "            return\n",
        "tests/integration/test_faults.py",
    ),
    Mutant(
        "a worker that goes on with a claim that is gone",
        f"{WORKER}/heartbeat.py",
        "                running.kill(Kill.GONE)",
        "                continue",
        "tests/integration/test_frozen_worker.py",
    ),
    Mutant(
        "a warden that knows its worker's tasks by their environment only",
        f"{WORKER}/warden.py",
        "session in leaders or ",
        "",
        "tests/integration/test_faults.py",
    ),
    Mutant(
        "a tether that nothing hangs on",
        f"{WORKER}/executors/tether.py",
        "fcntl.F_SETOWN, -group",
        "fcntl.F_SETOWN, 0",
        "tests/integration/test_faults.py",
    ),
    Mutant(
        "a new warden that is told of no task",
        f"{WORKER}/guard.py",
        "self._tell(leaders.known())",
        "pass",
        "tests/integration/test_guard.py",
    ),
    Mutant(
        "an outcome that the store chokes on and nobody hears of",
        f"{WORKER}/reporter.py",
        "                    _fail(batch, error)",
        "                    raise",
        "tests/unit/test_reporter.py",
    ),
    Mutant(
        "a timeout that is not waited for",
        f"{WORKER}/executors/base.py",
        "        await _woken(done, cancel, timeout_s)",
        "        await asyncio.wait((done,), timeout=timeout_s)",
        "tests/unit/test_executor_waiting.py",
    ),
    Mutant(
        "coroutines that go on sharing a process after a crash",
        f"{WORKER}/executors/sharing.py",
        "        self._exclude(child.fallen)\n",
        "",
        "tests/integration/test_executor_sharing.py",
    ),
    Mutant(
        "a neighbour that fails because another has crashed",
        f"{WORKER}/executors/sharing.py",
        "if len(child.fallen) > 1 else",
        "if False else",
        "tests/integration/test_executor_sharing.py",
    ),
    Mutant(
        "a blocked process that gets new calls",
        f"{WORKER}/executors/shared_child.py",
        "not self._reusable or bool(self.blocked)",
        "not self._reusable",
        "tests/integration/test_executor_sharing.py",
    ),
)
