"""Ways in which runs could be late, and others be told, wrongly."""

from mutants.mutant import CORE, MEMORY, NOTIFICATIONS, SCRIPTS, Mutant

NOTIFYING = (
    Mutant(
        "a run that becomes late again and again",
        f"{CORE}/run.py",
        "after = 0 if self.summary.late_at else self.plan.late_after_ms",
        "after = self.plan.late_after_ms",
        "tests/unit/test_core_react.py",
    ),
    Mutant(
        "a run that becomes late only when something else happens",
        f"{CORE}/react.py",
        "wakes = [run.late_due or None, ",
        "wakes = [",
        "tests/unit/test_core_react.py",
    ),
    Mutant(
        "a former owner that moves the place of a target",
        f"{SCRIPTS}/notified.lua",
        "if head[1] ~= ARGV[1] or tonumber",
        "if tonumber",
        "tests/conformance/test_store_notified.py",
    ),
    Mutant(
        "a place of a target beyond the end of the log",
        f"{MEMORY}/notifying.py",
        " or state.head.seq < done.seq",
        "",
        "tests/conformance/test_store_notified.py",
    ),
    Mutant(
        "a new target that is told of all history",
        f"{NOTIFICATIONS}/delivery.py",
        "beginning = r.Notified(head.seq, head.incarnation)",
        "beginning = r.Notified(0, 0)",
        "tests/integration/test_notifications.py",
    ),
    Mutant(
        "a notification that is tried once",
        f"{NOTIFICATIONS}/delivery.py",
        "if answer.outcome is Outcome.REFUSED:",
        "if answer.outcome is not Outcome.DELIVERED:",
        "tests/integration/test_notification_misfortunes.py",
    ),
    Mutant(
        "a notification that is not noted when the scheduler stops",
        f"{NOTIFICATIONS}/delivery.py",
        "        if not self._sending:\n            self._task.cancel()",
        "        self._task.cancel()",
        "tests/integration/test_notification_misfortunes.py",
    ),
    Mutant(
        "an id that two branches of a log share",
        f"{NOTIFICATIONS}/news.py",
        'f"{partition}-{incarnation}-{seq}"',
        'f"{partition}-0-{seq}"',
        "tests/unit/test_notification_delivery.py",
    ),
    Mutant(
        "a redirect that is followed",
        f"{NOTIFICATIONS}/courier.py",
        "follow_redirects=False",
        "follow_redirects=True",
        "tests/integration/test_notification_misfortunes.py",
    ),
    Mutant(
        "addresses of targets in the log",
        f"{NOTIFICATIONS}/courier.py",
        "setLevel(logging.WARNING)",
        "setLevel(logging.DEBUG)",
        "tests/integration/test_notification_targets.py",
    ),
    Mutant(
        "a target that waits for minutes after the store was away",
        f"{NOTIFICATIONS}/delivery.py",
        "backoff = self._away",
        "backoff = self._mistakes",
        "tests/unit/test_notification_troubles.py",
    ),
    Mutant(
        "a message that was too old when its turn came, and is sent",
        f"{NOTIFICATIONS}/delivery.py",
        "            if self._is_old(news.at):\n                return None",
        "            pass",
        "tests/unit/test_notification_turns.py",
    ),
    Mutant(
        "a run read for every target, wanted or not",
        f"{NOTIFICATIONS}/delivery.py",
        "if await self._may_matter(place):",
        "if True:",
        "tests/unit/test_notification_delivery.py",
    ),
)
