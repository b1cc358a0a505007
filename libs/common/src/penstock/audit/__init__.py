"""The auditor: is the log of a partition whole, and is everything that Penstock shows what the log says?

It reads and never writes, so it may run beside a live system. It stands above store and core and decides nothing anew:
it folds the log with the scheduler's own ``evolve`` and holds the outcome against what is stored.
"""

from penstock.audit.verdict import Problem, Verdict
from penstock.audit.verify import Auditor, verify_partition

__all__ = ["Auditor", "Problem", "Verdict", "verify_partition"]
