"""Mutants of what tells operators how a deployment fares."""

from mutants.mutant import CLI, SCRIPTS, VALKEY, Mutant

OPERATION = (
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
)
