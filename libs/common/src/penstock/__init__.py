"""Penstock: an event-sourced workflow orchestrator over Redis Streams.

This package is the kernel that the services share. ``penstock.core`` is pure (state machines and decisions);
``penstock.definition`` reads what people write; ``penstock.store`` keeps the log, the queues and the projections.
"""

__version__ = "0.1.0"
