"""What unit tests share: who notifies."""

from collections.abc import AsyncIterator

import pytest

from penstock.core.notify import Occasion
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.target import Target
from receiver_kit import Receiver


@pytest.fixture
async def courier(receiver: Receiver) -> AsyncIterator[Courier]:
    """A courier whose only target is the receiver; it wants to know of everything."""
    courier = Courier([Target(name="ops", url=receiver.url, on=frozenset(Occasion))])
    yield courier
    await courier.close()
