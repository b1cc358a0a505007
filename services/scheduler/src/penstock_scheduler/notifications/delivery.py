"""The loop that tells one target what happens in one partition, in order, and notes how far it has come."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import structlog

from penstock.backoff import Backoff
from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.errors import NewerSchemaError, SchemaError, StoreUnavailableError
from penstock.store import records as r
from penstock.store.notifying import NotificationStore
from penstock_scheduler.notifications.book import STRIDE, Book, Place
from penstock_scheduler.notifications.composing import Composer
from penstock_scheduler.notifications.counters import AGE, EXPIRED, INTERRUPTED, NOTIFICATIONS
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.message import body_of
from penstock_scheduler.notifications.news import News
from penstock_scheduler.notifications.posting import Answer, Outcome
from penstock_scheduler.notifications.selection import is_notable
from penstock_scheduler.notifications.target import Target

BATCH = 500
"""Events read at once."""

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 300.0

_log = structlog.get_logger()


class Scope(msgspec.Struct, frozen=True):
    """A tenure, as far as its deliveries need it; ``now`` is the server's clock (ms)."""

    head: r.Head
    partition: int
    store: NotificationStore
    book: Book
    composer: Composer
    now: Callable[[], int]


class Delivery:
    """One target in one tenure; ``stop`` lets a request that is under way come to its end."""

    def __init__(self, scope: Scope, target: Target, courier: Courier) -> None:
        self._scope = scope
        self._target = target
        self._courier = courier
        self._log = _log.bind(target=target.name)
        self._stopping = False
        self._sending = False
        self._away = Backoff()
        self._mistakes = Backoff(LONGEST_RETRY_SECONDS)
        self._task = asyncio.create_task(self._run(), name=f"notify-{scope.partition}-{target.name}")

    def stop(self) -> asyncio.Task[None]:
        """Ask the loop to end as soon as what was sent is noted; return its task."""
        self._stopping = True
        if not self._sending:
            self._task.cancel()
        return self._task

    def _may_end(self) -> None:
        """Where nothing is under way, the loop that was told to stop ends at its next wait."""
        self._sending = False
        if self._stopping:
            self._task.cancel()

    async def _run(self) -> None:
        """Follow the log until told to stop or another term rules. The store's failures are waited out."""
        while True:
            try:
                await self._follow()
                return  # noqa: TRY300  # an else clause would put it far from what it belongs to
            except StoreUnavailableError as error:
                self._log.warning("notifications wait for the store", error=str(error))
                backoff = self._away
            except Exception as error:  # noqa: BLE001  # it must cost neither the partition nor other targets anything
                self._log.error("notifications interrupted: unexpected error", exc_info=error)
                NOTIFICATIONS.labels(self._target.name, INTERRUPTED).inc()
                backoff = self._mistakes
            self._may_end()
            await backoff.wait()

    async def _follow(self) -> None:
        """Tell what is in the log, and go on as it grows; return when another term rules."""
        place = noted = await self._beginning()
        while True:
            entries, end = await self._next(place.seq)
            for entry in entries:
                told, incarnation = await self._handle(entry, place.incarnation)
                place = r.Notified(entry.seq, incarnation)
                if told:
                    if not await self._note(place):
                        return
                    noted = place
                    self._may_end()
            place = r.Notified(max(place.seq, end), place.incarnation)
            if place.seq - noted.seq >= STRIDE:
                if not await self._note(place):
                    return
                noted = place
            if place.seq >= self._scope.book.end:
                await self._scope.book.grown()

    async def _beginning(self) -> r.Notified:
        """Return how far the target has come; a new one begins at the end of the log."""
        head = self._scope.head
        known = (await self._scope.store.notified(self._scope.partition)).get(self._target.name)
        if known is not None and known.seq <= head.seq:
            return known
        beginning = r.Notified(head.seq, head.incarnation)
        await self._note(beginning)
        return beginning

    async def _note(self, place: r.Notified) -> bool:
        """Note how far the target has come, which is progress; return False when another term rules."""
        scope = self._scope
        done = await scope.store.set_notified(scope.partition, scope.head.term, self._target.name, place)
        if done:
            self._away.reset()
            self._mistakes.reset()
        return done

    async def _next(self, after: int) -> tuple[Sequence[r.LogEntry], int]:
        """Return events to look at that follow ``after``, and up to which seq there are no others."""
        scope = self._scope
        if after < scope.book.since:
            entries = await scope.store.log(scope.partition, after, BATCH)
            # Where the log holds nothing any more, a failover took it; the tenure is about to notice.
            seen = entries[-1].seq if entries else scope.book.since
            return [entry for entry in entries if is_notable(entry.data)], seen
        places, end = scope.book.after(after, BATCH), scope.book.end
        for place in places:
            if await self._may_matter(place):
                return await scope.store.log(scope.partition, place.seq - 1, 1), place.seq
        return [], places[-1].seq if len(places) == BATCH else end

    async def _may_matter(self, place: Place) -> bool:
        """Return whether the event has to be read: most runs end as no target wants to be told."""
        if place.subject is None:
            return True
        try:
            return await self._scope.composer.is_told(self._target, place.subject)
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  # composing meets it again, and knows when it is too old to matter
            self._log.warning("who wants to be told cannot be found out", seq=place.seq, error=str(error))
            return True

    async def _handle(self, entry: r.LogEntry, incarnation: int) -> tuple[bool, int]:
        """Tell what an event gives occasion to; return whether it did, and the log's incarnation from there on."""
        try:
            event = decode_event(entry.data)
        except NewerSchemaError:
            raise
        except SchemaError as error:
            self._log.error("an event cannot be read: nobody is told", seq=entry.seq, reason=str(error))
            return False, incarnation
        if isinstance(event, e.LogForked):
            return False, event.incarnation
        try:
            news = await self._scope.composer.compose(self._target, event, entry.seq, incarnation)
            body = b"" if news is None else body_of(news, self._target.format)
        except StoreUnavailableError:
            raise
        except Exception as error:
            if not self._is_old(event.at):
                raise
            self._expired(event.at, self._log.bind(seq=entry.seq, reason=f"{type(error).__name__}: {error}"))
            return True, incarnation
        if news is not None:
            await self._deliver(news, body)
        return news is not None, incarnation

    async def _deliver(self, news: News, body: bytes) -> None:
        """Return when the target has been told, has refused, or the news is too old to be any."""
        log = self._log.bind(notification=news.id, run=news.run.run_id)
        backoff = Backoff(LONGEST_RETRY_SECONDS, first_seconds=FIRST_RETRY_SECONDS)
        while (answer := await self._attempt(news, body)) is not None:
            if answer.outcome is Outcome.DELIVERED:
                AGE.labels(self._target.name).observe(max(0, self._scope.now() - news.at) / 1000)
                return
            if answer.outcome is Outcome.REFUSED:
                log.error("notification refused by its target", reason=answer.reason)
                return
            wait = max(answer.retry_after, backoff.seconds())
            log.warning("notification not delivered: it is tried again", reason=answer.reason, in_s=round(wait, 1))
            self._may_end()
            await asyncio.sleep(wait)
        self._expired(news.at, log)

    async def _attempt(self, news: News, body: bytes) -> Answer | None:
        """Send one request once there is a slot for it; None, and nothing is sent, for what is too old by then."""
        if self._is_old(news.at):
            return None
        async with self._courier.slot(self._target):
            if self._is_old(news.at):
                return None
            self._sending = True
            answer = await self._courier.send(self._target, news.id, body, self._scope.now())
        NOTIFICATIONS.labels(self._target.name, answer.outcome).inc()
        return answer

    def _is_old(self, at: int) -> bool:
        """Return whether what happened ``at`` (ms) is news to the target no more."""
        return self._scope.now() >= at + int(self._target.give_up_after_seconds * 1000)

    def _expired(self, at: int, log: structlog.stdlib.BoundLogger) -> None:
        NOTIFICATIONS.labels(self._target.name, EXPIRED).inc()
        log.error("notification given up: it is too old", age_s=(self._scope.now() - at) // 1000)
