"""Play chaos by hand: ``python -m chaos --minutes 5 --seed 7``; the folder it names keeps all that was written."""

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

import msgspec

from chaos.load import sizes
from chaos.report import Report
from chaos.scenario import Scenario, play


def main() -> int:
    """Play one scenario; return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long there is trouble")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", type=int, help="how many small runs instead of what fits the time")
    parser.add_argument("--large", type=int, help="how many runs of 1,000 tasks")
    parser.add_argument("--no-faults", action="store_true", help="the same load in peace, and nothing may grow")
    parser.add_argument("--json", type=Path, help="also write the report to this file")
    options = parser.parse_args()
    small, large = sizes(options.minutes)
    runs = (small if options.small is None else options.small, large if options.large is None else options.large)
    peace = options.no_faults
    scenario = Scenario(options.seed, options.minutes * 60, runs, faults=not peace, soak=peace)
    folder = Path(tempfile.mkdtemp(prefix="penstock-chaos-"))
    print(f"everything is kept in {folder}", flush=True)
    report = asyncio.run(_play(scenario, folder))
    print(report.table())
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return 1 if report.violations else 0


async def _play(scenario: Scenario, folder: Path) -> Report:
    playing = asyncio.current_task()
    assert playing is not None
    # SIGTERM ends everything in order, as Ctrl-C does by itself.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)
    return await play(scenario, folder)


if __name__ == "__main__":
    sys.exit(main())
