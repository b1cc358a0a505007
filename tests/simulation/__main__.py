"""Run simulations by hand: ``python -m simulation --seeds 0-1000``; a failing seed is printed and replays exactly."""

import argparse
import sys
import time
from collections import Counter

from simulation.run import scenario, simulate


def main() -> int:
    """Run the seeds; return 1 if any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-200", help="first-last, or one seed")
    first, _, last = parser.parse_args().seeds.partition("-")
    begun = time.monotonic()
    failed = []
    totals: Counter[str] = Counter()
    for seed in range(int(first), int(last or first) + 1):
        try:
            result = simulate(seed, scenario(seed))
        except BaseException as error:  # noqa: BLE001  # whatever a seed does, it is reported and the next one runs
            failed.append(seed)
            print(f"seed {seed} failed: {type(error).__name__}: {error}", flush=True)
            continue
        for name in ("commits", "events", "faults", "deaths", "losses", "refused", "forks", "taken", "runs"):
            totals[name] += getattr(result, name)
    print(f"{int(last or first) - int(first) + 1} seeds, {len(failed)} failed, {time.monotonic() - begun:.0f} s")
    print(", ".join(f"{name} {count}" for name, count in totals.items()))
    if failed:
        print("failed seeds:", *failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
