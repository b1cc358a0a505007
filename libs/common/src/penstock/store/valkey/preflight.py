"""Is this server fit to keep a log? What is wrong is said in words an operator can act upon."""

from redis.exceptions import BusyLoadingError, OutOfMemoryError, ReadOnlyError, RedisError

LEAST_REDIS = (7, 0)
LEAST_VALKEY = (7, 2)


def faults(answer: bytes) -> list[str]:
    """Return what forbids using the server that answers INFO so; empty when it is fit."""
    info = dict(line.split(":", 1) for line in answer.decode().splitlines() if ":" in line)
    found = []
    name, least = ("Valkey", LEAST_VALKEY) if "valkey_version" in info else ("Redis", LEAST_REDIS)
    version = info.get("valkey_version") or info.get("redis_version", "0")
    if tuple(int(part) for part in version.split(".")[:2]) < least:
        found.append(f"{name} {version} is too old: {least[0]}.{least[1]} or newer is needed")
    if info.get("role") != "master":
        found.append(f"its role is {info.get('role')}: connect to the primary")
    if int(info.get("maxmemory", 0)) and info.get("maxmemory_policy") != "noeviction":
        found.append("it may evict data: set maxmemory-policy to noeviction")
    # While a server loads its file it does not write to it, and says that it keeps none.
    if info.get("aof_enabled") != "1" and info.get("loading") != "1":
        found.append("it does not keep an append-only file: set appendonly to yes")
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
    "MISCONF": "it cannot save to its disk",
    "NOREPLICAS": "it has too few replicas in reach",
    "BUSY ": "a script keeps it busy",
}
