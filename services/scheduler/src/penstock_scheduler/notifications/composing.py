"""From an event to the news for a target: what the projections say of the run beside it."""

from urllib.parse import quote

import structlog
from msgspec.structs import replace

from penstock.core import events as e
from penstock.core.notify import NotifySpec, Occasion
from penstock.store.notifying import NotificationStore
from penstock_scheduler.notifications.book import Subject
from penstock_scheduler.notifications.news import News, event_id, reason_of
from penstock_scheduler.notifications.selection import is_told, occasion_of
from penstock_scheduler.notifications.target import Target

KEPT = 1000
"""Versions of which it is remembered whom they want to be told."""

_log = structlog.get_logger()


class Composer:
    """Makes the news of one partition."""

    def __init__(self, partition: int, store: NotificationStore, deployment: str, public_url: str) -> None:
        self._partition = partition
        self._store = store
        self._deployment = deployment
        self._public_url = public_url
        self._wishes: dict[str, tuple[NotifySpec, ...]] = {}

    async def compose(self, target: Target, event: e.AnyEvent, seq: int, incarnation: int) -> News | None:
        """Return what the target is to be told of an event, None for nothing."""
        occasion = occasion_of(event)
        if occasion is None or not isinstance(event, e.RunEvent):
            return None
        view = await self._store.run(event.run_id, ())
        if view is None:
            _log.error("a run of the log has no projection: nobody is told", run=event.run_id, seq=seq)
            return None
        if not await self.is_told(target, Subject(occasion, view.summary.dag_id, view.summary.version)):
            return None
        news = News(
            id=event_id(self._partition, incarnation, seq),
            occasion=occasion,
            deployment=self._deployment,
            partition=self._partition,
            seq=seq,
            at=event.at,
            run=view.summary,
            url=f"{self._public_url}/ui/runs/{quote(event.run_id)}" if self._public_url else "",
        )
        return await self._explained(news) if occasion is Occasion.FAILED else news

    async def is_told(self, target: Target, subject: Subject) -> bool:
        """Return whether the target is to be told of this; a definition is read only where the DAG may decide it."""
        occasion, dag_id = subject.occasion, subject.dag_id
        if is_told(target, occasion, dag_id, ()):
            return True
        return is_told(target, occasion, dag_id, await self._notify(subject.version))

    async def _notify(self, version: str) -> tuple[NotifySpec, ...]:
        """Return whom a version wants to be told; this is kept, definitions are large."""
        if version not in self._wishes:
            dag = await self._store.definition(self._partition, version)
            if dag is None:
                return ()
            if len(self._wishes) >= KEPT:
                self._wishes.clear()
            self._wishes[version] = dag.notify
        return self._wishes[version]

    async def _explained(self, news: News) -> News:
        view = await self._store.run(news.run.run_id)
        dag = await self._store.definition(self._partition, news.run.version)
        return news if view is None or dag is None else replace(news, reason=reason_of(view, dag))
