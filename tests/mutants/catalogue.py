"""Mutants: ways in which the product could be wrong, and the test that notices.

Each replaces a text that stands exactly once in a file. ``killed_by`` is what pytest is given, or ``seeds a-b`` for the
simulation.
"""

import msgspec

SCRIPTS = "libs/common/src/penstock/store/valkey/scripts"
CORE = "libs/common/src/penstock/core"
MEMORY = "libs/common/src/penstock/store/memory"
SCHEDULER = "services/scheduler/src/penstock_scheduler"
WORKER = "services/worker/src/penstock_worker"


class Mutant(msgspec.Struct, frozen=True):
    """One change that must not go unnoticed."""

    name: str
    file: str
    before: str
    after: str
    killed_by: str


MUTANTS = (
    Mutant(
        "commit without a check of the term",
        f"{SCRIPTS}/commit.lua",
        "if head[1] ~= commit.term then",
        "if false then",
        "tests/conformance/test_store_commits.py",
    ),
    Mutant(
        "commit without a check of the hash",
        f"{SCRIPTS}/commit.lua",
        "or head[3] ~= commit.hash or",
        "or",
        "tests/conformance/test_store_commits.py",
    ),
    Mutant(
        "commit without a check of the seq",
        f"{SCRIPTS}/commit.lua",
        "if head[2] ~= commit.seq or",
        "if",
        "tests/conformance/test_store_commits.py",
    ),
    Mutant(
        "commit that writes before it knows that it can write everything",
        f"{SCRIPTS}/commit.lua",
        "    if found[key] ~= kind and found[key] ~= 'none' then",
        "    if false then",
        "tests/conformance/test_store_server.py",
    ),
    Mutant(
        "a commit of unknown outcome that is taken for applied",
        f"{SCHEDULER}/committing.py",
        "            head = await head_of(store, commit.partition)\n",
        "            return await still_owner(store, commit.partition, owner, commit.term, commit.lease_ms)\n",
        "seeds 0-8",
    ),
    Mutant(
        "a commit of unknown outcome that is taken for refused, though the head has its hash",
        f"{SCHEDULER}/committing.py",
        "        if _applied(commit, head):",
        "        if False:",
        "tests/integration/test_faults.py",
    ),
    Mutant(
        "commit without a check of the cursor",
        f"{MEMORY}/scheduling.py",
        "        if (head.seq, head.hash, head.cursor) != (commit.seq, commit.hash, commit.after):",
        "        if (head.seq, head.hash) != (commit.seq, commit.hash):",
        "tests/conformance/test_store_commits.py",
    ),
    Mutant(
        "an owner that does not notice that its partition was set back",
        f"{SCHEDULER}/tenure.py",
        "        await self._compare(engine)\n\n    async def _compare",
        "\n    async def _compare",
        "tests/unit/test_scheduler_set_back.py",
    ),
    Mutant(
        "commit that is not atomic: the head moves, the projections do not",
        f"{MEMORY}/scheduling.py",
        "            _write_run(state, run)\n",
        "            pass\n",
        "seeds 0-8",
    ),
    Mutant(
        "take over while another's lease lasts",
        f"{SCRIPTS}/take_over.lua",
        "if holder and holder ~= ARGV[1] then",
        "if false then",
        "tests/conformance/test_store_scheduling.py",
    ),
    Mutant(
        "a client that repeats a write whose answer was lost",
        "libs/common/src/penstock/store/valkey/connection.py",
        "retry=Retry(NoBackoff(), 0)",
        "retry=Retry(NoBackoff(), 3)",
        "tests/integration/test_lost_answers.py",
    ),
    Mutant(
        "report without a check of the acknowledgement",
        f"{SCRIPTS}/report.lua",
        "  if held(id, run, task, attempt) then",
        "  if true then",
        "tests/conformance/test_store_claims.py",
    ),
    Mutant(
        "report that trusts the entry's id after a failover",
        f"{MEMORY}/working.py",
        "    return (claim.worker, claim.entry) == (worker, entry)",
        "    return claim.worker == worker",
        "tests/conformance/test_store_upkeep.py",
    ),
    Mutant(
        "heartbeat without a check of the owner",
        f"{SCRIPTS}/heartbeat.lua",
        "local entry = claim and claim[2] == ARGV[1] and",
        "local entry = claim and",
        "tests/conformance/test_store_upkeep.py",
    ),
    Mutant(
        "sweep without a check of the idle time",
        f"{SCRIPTS}/sweep.lua",
        "if claim[3] >= tonumber(ARGV[2]) then",
        "if true then",
        "tests/conformance/test_store_upkeep.py",
    ),
    Mutant(
        "sweep that does not notice that the clock was set",
        f"{MEMORY}/scheduling.py",
        "        if abs(now - shown) > tolerance_ms:",
        "        if False:",
        "tests/simulation/test_simulation.py::test_a_clock_that_is_set_loses_no_claim_and_keeps_no_run_waiting",
    ),
    Mutant(
        "a worker's name that is forgotten with the claims it holds",
        f"{SCRIPTS}/retire.lua",
        "field['pending'] == 0 and ",
        "",
        "tests/conformance/test_store_upkeep.py",
    ),
    Mutant(
        "a timer that outlives its reason",
        f"{MEMORY}/scheduling.py",
        "        state.timers.pop(run.run_id, None)\n",
        "        pass\n",
        "seeds 0-8",
    ),
    Mutant(
        "request that forgets its idempotency key",
        f"{SCRIPTS}/request.lua",
        "if keyed then\n  local prior",
        "if false then\n  local prior",
        "tests/conformance/test_store_requests.py",
    ),
    Mutant(
        "request that takes a repetition for another request",
        f"{MEMORY}/requests.py",
        "        used = partition.keys.get((dag_id, key)) if key else None",
        "        used = None",
        "seeds 0-8",
    ),
    Mutant(
        "a worker that does not look for claims whose answer was lost",
        f"{WORKER}/claimer.py",
        "        self._doubtful.update(self._all)",
        "        return",
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
        f"{WORKER}/service.py",
        "                    running.kill(Kill.GONE)",
        "                    continue",
        "tests/integration/test_frozen_worker.py",
    ),
    Mutant(
        "a cancelled run's ready attempt stays on the queue",
        f"{SCHEDULER}/step.py",
        "        if task.status is TaskStatus.READY:",
        "        if False:",
        "tests/integration/test_stack.py",
    ),
    Mutant(
        "react that forgets tasks whose dependency failed",
        f"{CORE}/react.py",
        "(_start_run, _cancel_unstarted, _fail_blocked, _make_ready, _finish_run)",
        "(_start_run, _cancel_unstarted, _make_ready, _finish_run)",
        "tests/unit/test_core_react.py",
    ),
    Mutant(
        "react that forgets retries",
        f"{CORE}/react.py",
        "numbers = chain(run.frontier.due_retries(now, count), run.frontier.startable)",
        "numbers = chain(run.frontier.startable)",
        "seeds 0-8",
    ),
    Mutant(
        "timers that are not kept",
        f"{CORE}/react.py",
        "    return run.frontier.next_retry() if room else None",
        "    return None",
        "seeds 0-8",
    ),
    Mutant(
        "a task that starts before all its dependencies have succeeded",
        f"{CORE}/frontier.py",
        "            if not self._open_dependencies[dependent]:",
        "            if True:",
        "tests/unit/test_core_states.py",
    ),
    Mutant(
        "a stale report is accepted",
        f"{CORE}/accept.py",
        "    if fact.attempt != task.attempt:",
        "    if False:",
        "tests/unit/test_core_accept.py",
    ),
    Mutant(
        "losses without a bound",
        f"{CORE}/accept.py",
        "        return at if task.losses + 1 < MAX_LOSSES else 0",
        "        return at",
        "tests/unit/test_core_accept.py",
    ),
    Mutant(
        "a loss counts as a failure",
        f"{CORE}/run.py",
        "    task.losses += 1",
        "    task.failures += 1",
        "tests/integration/test_faults.py",
    ),
    Mutant(
        "a clock set back makes a run's wait negative",
        f"{CORE}/run.py",
        "    run.summary.started_at = _not_before_run(run, event.at)",
        "    run.summary.started_at = event.at",
        "tests/unit/test_core_evolve.py",
    ),
    Mutant(
        "a report about a task that does not run is accepted",
        f"{CORE}/accept.py",
        "    if task.status is not expected:",
        "    if False:",
        "tests/unit/test_core_machine.py",
    ),
    Mutant(
        "a chain that does not cover the position",
        f"{CORE}/chain.py",
        'place + number.to_bytes(8, "big") + link + event',
        "place + link + event",
        "tests/unit/test_core_golden.py",
    ),
    Mutant(
        "a fork that is forgotten when it could not be declared at once",
        f"{SCHEDULER}/tenure.py",
        "        if seen is None or await self._holds(head, seen):\n",
        "        self._seen[self._number] = head\n        if seen is None or await self._holds(head, seen):\n",
        "tests/unit/test_scheduler_set_back.py",
    ),
    Mutant(
        "a forked log that nobody declares",
        f"{SCHEDULER}/tenure.py",
        "        if seen is None or await self._holds(head, seen):",
        "        if True:",
        "tests/simulation/test_simulation.py::test_a_forked_log_is_declared",
    ),
)
