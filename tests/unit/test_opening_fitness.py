"""Which servers a store is opened on, judged from what each of them has told."""

import msgspec
import pytest

from penstock.errors import StoreUnavailableError, UnfitServerError
from penstock.store.valkey.opening import refuse_unfit
from penstock.store.valkey.preflight import parse_settings
from penstock.store.valkey.survey import SILENT, Seen

INFO = b"valkey_version:9.0.0\r\nrole:master\r\naof_enabled:1\r\naof_last_write_status:ok\r\n"
FIT = Seen("a:1", parse_settings(INFO, "always", "a:1"), "", answers=True)
SILENT_ONE = Seen("c:3", None, SILENT, answers=False)


def but(server: str, **said: str) -> Seen:
    assert FIT.settings is not None
    settings = msgspec.structs.replace(FIT.settings, servers=[server], **said)
    return Seen(server, settings, "", answers=True)


FULL_DISK = but("b:2", aof_last_write_status="err")
REPLICA = but("b:2", role="slave")


@pytest.mark.parametrize("stopped", [FULL_DISK, REPLICA, SILENT_ONE])
def test_one_of_several_servers_that_takes_no_writes_at_present_keeps_nobody_from_starting(stopped: Seen) -> None:
    refuse_unfit([FIT, stopped])


@pytest.mark.parametrize(("stopped", "why"), [(FULL_DISK, "look at its disk"), (REPLICA, "connect to the primary")])
def test_where_no_server_takes_writes_it_is_said_why(stopped: Seen, why: str) -> None:
    with pytest.raises(UnfitServerError, match=why):
        refuse_unfit([stopped])
    with pytest.raises(UnfitServerError, match=f"b:2: .*{why}"):
        refuse_unfit([stopped, SILENT_ONE])


def test_one_of_several_servers_that_may_lose_what_it_acknowledges_is_refused() -> None:
    with pytest.raises(UnfitServerError, match="b:2: it never syncs its file"):
        refuse_unfit([FIT, but("b:2", appendfsync="no")])


def test_without_a_server_that_answers_nothing_is_judged() -> None:
    with pytest.raises(StoreUnavailableError, match=f"c:3: {SILENT}"):
        refuse_unfit([SILENT_ONE])
