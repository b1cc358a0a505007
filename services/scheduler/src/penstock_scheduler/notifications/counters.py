"""What is counted of notifications, in the registry of the process."""

from prometheus_client import Counter, Histogram

from penstock_scheduler.notifications.posting import Outcome

NOTIFICATIONS = Counter(
    "penstock_notifications",
    "Notifications by target and outcome: delivered, refused by the target, or expired; failed counts single requests,"
    " interrupted unexpected errors of the scheduler's own, after which it begins again.",
    ["target", "outcome"],
)

AGE = Histogram(
    "penstock_notification_age_seconds",
    "From the event to the moment at which its target had been told.",
    ["target"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400),
)

EXPIRED = "expired"
"""The outcome of what had become too old to be told."""

INTERRUPTED = "interrupted"
"""Counted once for each unexpected error on our side, from which the loop of a target begins again."""


def expect(target: str) -> None:
    """Show the counts of a target from the start: what appears with its first failure has not risen by it."""
    for outcome in (*Outcome, EXPIRED, INTERRUPTED):
        NOTIFICATIONS.labels(target, outcome)
    AGE.labels(target)
