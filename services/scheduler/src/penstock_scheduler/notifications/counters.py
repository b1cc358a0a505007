"""What is counted of notifications, in the registry of the process."""

from prometheus_client import Counter, Histogram

from penstock_scheduler.notifications.posting import Outcome

NOTIFICATIONS = Counter(
    "penstock_notifications",
    "Notifications by target and outcome: delivered, refused by the target, or expired; failed counts single requests.",
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


def expect(target: str) -> None:
    """Show the counts of a target from the start: what appears with its first failure has not risen by it."""
    for outcome in (*Outcome, EXPIRED):
        NOTIFICATIONS.labels(target, outcome)
    AGE.labels(target)
