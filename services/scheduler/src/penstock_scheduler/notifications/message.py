"""The words of a notification: the body of the request, in the format that a target understands."""

from collections.abc import Callable
from typing import Any

import msgspec

from penstock.core.notify import Occasion
from penstock.times import rfc3339, rfc3339_or_none
from penstock_scheduler.notifications.news import News
from penstock_scheduler.notifications.target import Format

Body = dict[str, Any]

_ICONS = {
    Occasion.FAILED: ":red_circle:",
    Occasion.LATE: ":large_orange_circle:",
    Occasion.SUCCEEDED: ":large_green_circle:",
    Occasion.CANCELLED: ":white_circle:",
}
_WORDS = {
    Occasion.FAILED: "failed",
    Occasion.LATE: "is late",
    Occasion.SUCCEEDED: "succeeded",
    Occasion.CANCELLED: "was cancelled",
}


def body_of(news: News, format: Format) -> bytes:  # noqa: A002  the word that operators know it by
    """Return the JSON that a target is sent."""
    return msgspec.json.encode(_FORMATS[format](news))


def test_body_of(format: Format, message_id: str, deployment: str, at: int) -> bytes:  # noqa: A002  as above
    """Return what a target is sent to try it out, ``at`` (ms since the epoch)."""
    if format is Format.SLACK:
        return msgspec.json.encode({"text": f"Penstock ({_escaped(deployment)}) reaches this channel."})
    return msgspec.json.encode({"id": message_id, "type": "test", "deployment": deployment, "at": rfc3339(at)})


def penstock_body(news: News) -> Body:
    """Return a notification in our own words; `docs/notifications.md` describes them."""
    run = news.run
    return {
        "id": news.id,
        "type": f"run.{news.occasion}",
        "deployment": news.deployment,
        "partition": news.partition,
        "seq": news.seq,
        "at": rfc3339(news.at),
        "run": {
            "run_id": run.run_id,
            "dag_id": run.dag_id,
            "version": run.version,
            "status": run.status,
            "requested_at": rfc3339(run.created_at),
            "started_at": rfc3339_or_none(run.started_at),
            "ended_at": rfc3339_or_none(run.finished_at),
            "late_at": rfc3339_or_none(run.late_at),
            "task_counts": run.counts,
        },
        "reason": news.reason,
        "url": news.url or None,
    }


def slack_body(news: News) -> Body:
    """Return a notification as Slack's incoming webhooks take it: a line for alerts, and the same with a link."""
    headline = f"{_escaped(news.run.dag_id)} {_WORDS[news.occasion]}"
    reason = ""
    if news.reason is not None:
        reason = f"{_escaped(news.reason.task_id)}: {_escaped(news.reason.message) or news.reason.kind}"
    run_id = _escaped(news.run.run_id)
    run = f"<{_escaped(news.url)}|{run_id}>" if news.url else run_id
    text = f"{_ICONS[news.occasion]} *{headline}*" + (f"\n{reason}" if reason else "")
    return {
        "text": f"{headline} ({reason})" if reason else headline,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": f"{run} · {_escaped(news.deployment)}"}]},
        ],
    }


def _escaped(text: str) -> str:
    """Return a text that Slack shows as it is: these three characters have a meaning of their own there.

    See https://docs.slack.dev/messaging/formatting-message-text, "Escaping text".
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_FORMATS: dict[Format, Callable[[News], Body]] = {Format.PENSTOCK: penstock_body, Format.SLACK: slack_body}
