"""Is this server fit to keep a log? What is wrong is said in words an operator can act upon."""

from collections.abc import Sequence

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TryAgainError,
)

from penstock.store import views as v

LEAST_REDIS = (7, 0)
LEAST_VALKEY = (7, 2)


UNKNOWN = "unknown"
"""A setting that the server does not tell."""


def parse_settings(answer: bytes, appendfsync: str, server: str = "") -> v.ServerSettings:
    """Return the settings of the ``server`` that answers INFO so; when it syncs its file, INFO does not say."""
    info = dict(line.split(":", 1) for line in answer.decode().splitlines() if ":" in line)
    valkey = info.get("valkey_version")
    # While a server loads its file it does not write to it, and says that it keeps none.
    kept = "yes" if info.get("aof_enabled") == "1" else UNKNOWN if info.get("loading") == "1" else "no"
    return v.ServerSettings(
        software=f"Valkey {valkey}" if valkey else f"Redis {info.get('redis_version', '0')}",
        role=info.get("role", UNKNOWN),
        maxmemory=int(info.get("maxmemory", 0)),
        maxmemory_policy=info.get("maxmemory_policy", UNKNOWN),
        appendonly=kept,
        appendfsync=appendfsync,
        used_memory=int(info.get("used_memory", 0)),
        system_memory=int(info.get("total_system_memory", 0)),
        aof_last_write_status=info.get("aof_last_write_status", UNKNOWN),
        servers=[server] if server else [],
    )


def combined(all_settings: Sequence[v.ServerSettings]) -> v.ServerSettings:
    """Return what holds for several servers together: the worst of each, and the sum of their memory."""
    unlimited = not all(settings.maxmemory for settings in all_settings)
    return v.ServerSettings(
        software=", ".join(sorted({settings.software for settings in all_settings})),
        role=_worst([settings.role for settings in all_settings], ["master"]),
        maxmemory=0 if unlimited else sum(settings.maxmemory for settings in all_settings),
        maxmemory_policy=_worst([settings.maxmemory_policy for settings in all_settings], ["noeviction"]),
        appendonly=_worst([settings.appendonly for settings in all_settings], ["yes", UNKNOWN]),
        appendfsync=_worst([settings.appendfsync for settings in all_settings], ["always", "everysec", UNKNOWN]),
        used_memory=sum(settings.used_memory for settings in all_settings),
        system_memory=sum(settings.system_memory for settings in all_settings),
        aof_last_write_status=_worst([settings.aof_last_write_status for settings in all_settings], ["ok", UNKNOWN]),
        servers=[server for settings in all_settings for server in settings.servers],
    )


def _worst(said: list[str], best_first: list[str]) -> str:
    """Return the one that stands last in the list; what does not stand there is worse than all."""
    return max(said, key=lambda one: best_first.index(one) if one in best_first else len(best_first))


def faults(settings: v.ServerSettings) -> list[str]:
    """Return what forbids using a server with these settings; empty when it is fit."""
    return unfit(settings) + stopped(settings)


def unfit(settings: v.ServerSettings) -> list[str]:
    """Return why what a server with these settings acknowledges may be lost, or not understood."""
    found = []
    name, _, version = settings.software.partition(" ")
    least = LEAST_VALKEY if name == "Valkey" else LEAST_REDIS
    if tuple(int(part) for part in version.split(".")[:2]) < least:
        found.append(f"{settings.software} is too old: {least[0]}.{least[1]} or newer is needed")
    if settings.maxmemory and settings.maxmemory_policy != "noeviction":
        found.append("it may evict data: set maxmemory-policy to noeviction")
    if settings.appendonly == "no":
        found.append("it does not keep an append-only file: set appendonly to yes")
    elif settings.appendfsync == "no":
        found.append("it never syncs its file, an acknowledged write may be lost: set appendfsync to always")
    return found


def stopped(settings: v.ServerSettings) -> list[str]:
    """Return why a server with these settings takes no writes at present: none that it acknowledged are in danger."""
    found = []
    if settings.role != "master":
        found.append(f"its role is {settings.role}: connect to the primary")
    if settings.aof_last_write_status == "err":
        found.append("it could not write to its append-only file: look at its disk")
    return found


def refusal(error: RedisError) -> str:
    """Return why a server that answers so cannot be used at present: it will be, by itself, once that has changed."""
    for kind, said in _REFUSALS.items():
        if isinstance(kind, str) and str(error).startswith(kind):
            return f"{said} ({error})"
        if isinstance(kind, type) and isinstance(error, kind):
            return said
    return f"it refuses what it is asked for: {error}"


_REFUSALS: dict[type[RedisError] | str, str] = {
    OutOfMemoryError: "it is out of memory: raise maxmemory, or free some",
    ReadOnlyError: "it is read-only: connect to the primary",
    BusyLoadingError: "it is loading its data: wait until it is done",
    ClusterDownError: "a primary of the cluster is away, and nobody has taken its place yet",
    TryAgainError: "a slot of the cluster is being moved: wait until it is done",
    "MISCONF": "it cannot save to its disk",
    "NOREPLICAS": "it has too few replicas in reach",
    "BUSY ": "a script keeps it busy",
}
