"""Mutants: ways in which the product could be wrong, and the test that notices each."""

from mutants.of_notifying import NOTIFYING
from mutants.of_operation import OPERATION
from mutants.of_scheduling import SCHEDULING
from mutants.of_store import STORE
from mutants.of_working import WORKING

MUTANTS = (*STORE, *SCHEDULING, *WORKING, *NOTIFYING, *OPERATION)
