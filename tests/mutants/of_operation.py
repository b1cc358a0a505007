"""Mutants of what tells operators how a deployment fares."""

from mutants.mutant import API, CLI, SCHEDULER, SCRIPTS, VALKEY, WORKER, Mutant

OPERATION = (
    Mutant(
        "a scheduler that takes nothing over without the list of those alive",
        f"{SCHEDULER}/service.py",
        "        if degraded:\n",
        "        if False:\n",
        "tests/integration/test_cluster_schedulers.py",
    ),
    Mutant(
        "a service that is not ready because one of several servers is away",
        "libs/common/src/penstock/listener.py",
        "([] if degraded else unanswered)",
        "unanswered",
        "tests/integration/test_cluster_server_away.py",
    ),
    Mutant(
        "a client that repeats a write whose answer was lost",
        f"{VALKEY}/node.py",
        "retry=Retry(NoBackoff(), 0)",
        "retry=Retry(NoBackoff(), 3)",
        "tests/integration/test_lost_answers.py",
    ),
    Mutant(
        "health that a server which takes no writes refuses",
        f"{SCRIPTS}/health.lua",
        "#!lua flags=no-writes",
        "#!lua",
        "tests/integration/test_store_opening.py",
    ),
    Mutant(
        "a server that is fit without syncing its writes",
        f"{VALKEY}/preflight.py",
        'elif settings.appendfsync == "no":',
        'elif settings.appendfsync == "never":',
        "tests/unit/test_preflight.py",
    ),
    Mutant(
        "a busy deployment that is called ill",
        f"{CLI}/findings.py",
        "if oldest_ms > patience.waiting_ms and",
        "if oldest_ms and",
        "tests/unit/test_findings.py",
    ),
    Mutant(
        "a partition that moved and is called whole",
        f"{CLI}/verify.py",
        "raise typer.Exit(UNDECIDED)",
        "raise typer.Exit(0)",
        "tests/integration/test_cli_alone.py",
    ),
    Mutant(
        "a look that makes what it looks for",
        f"{CLI}/looking.py",
        "create=False",
        "create=True",
        "tests/integration/test_cli_alone.py",
    ),
    Mutant(
        "a worker that drains and says that it takes work",
        f"{WORKER}/service.py",
        '            return ["This worker is draining: it takes nothing more."]',
        "            return []",
        "tests/integration/test_listener.py",
    ),
    Mutant(
        "a scheduler cut off from its store that says all is well",
        f"{SCHEDULER}/service.py",
        "        if silent > self._lease_ms / 1000:",
        "        if silent > 1e9:",
        "tests/integration/test_listener.py",
    ),
    Mutant(
        "a request id that is taken as it comes",
        f"{API}/envelope.py",
        "_WELL_FORMED.fullmatch(told)",
        "told",
        "tests/integration/test_api_requests.py",
    ),
    Mutant(
        "a metric by address, of which there is no end",
        f"{API}/access.py",
        'path: str = scope["route"].path',
        'path: str = scope["path"]',
        "tests/integration/test_api_requests.py",
    ),
    Mutant(
        "a loss without a cause that is put down to a silent worker",
        f"{SCHEDULER}/observing.py",
        'else "vanished"',
        'else "silent"',
        "tests/unit/test_scheduler_observing.py",
    ),
)
