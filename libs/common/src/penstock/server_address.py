"""Where the server is: one server, a Cluster, or a service that Sentinels know the primary of; all in one address."""

import msgspec

_KINDS = {"redis": "single", "unix": "single", "redis+cluster": "cluster", "redis+sentinel": "sentinel"}
_DEFAULT_PORTS = {"cluster": 6379, "sentinel": 26379}

SHAPES = (
    "must look like redis://[[user]:password@]host[:port][/database], unix://path, "
    "redis+cluster://[[user]:password@]host[:port][,host[:port]…] or "
    "redis+sentinel://[[user]:password@]host[:port][,host[:port]…]/service[/database] (with TLS: rediss…)"
)


class ServerAddress(msgspec.Struct, frozen=True):
    """An address taken apart.

    ``kind`` is ``single``, ``cluster`` or ``sentinel``. ``hosts`` are where to begin: nodes of the Cluster, or
    Sentinels; none for a single server, whose address is ``url`` as it was given. ``service`` is what the Sentinels
    call the primary. ``credentials`` (with the ``@``), ``database`` and ``options`` (with the ``?``) are as given.
    """

    kind: str
    url: str
    tls: bool = False
    credentials: str = ""
    hosts: tuple[tuple[str, int], ...] = ()
    service: str = ""
    database: int = 0
    options: str = ""

    def url_of(self, host: str, port: int) -> str:
        """Return the address of one of several servers, in the form for a single one."""
        return self._url(host, port, self.credentials, self.database)

    def url_of_sentinel(self, host: str, port: int, *, credentials: bool) -> str:
        """Return the address of a Sentinel, in the form for a single server. It has no databases."""
        return self._url(host, port, self.credentials if credentials else "", 0)

    def _url(self, host: str, port: int, credentials: str, database: int) -> str:
        name = f"[{host}]" if ":" in host else host
        return f"{'rediss' if self.tls else 'redis'}://{credentials}{name}:{port}/{database}{self.options}"


def parse_address(url: str) -> ServerAddress:
    """Take an address apart.

    Raises:
        ValueError: it is none; the message says what one looks like, and never repeats it: it may hold a password.
    """
    scheme, separator, rest = url.partition("://")
    tls = scheme.startswith("rediss")
    kind = _KINDS.get(scheme.replace("rediss", "redis", 1) if tls else scheme)
    if not separator or kind is None:
        raise ValueError(SHAPES)
    rest, question, options = rest.partition("?")
    place, _, path = rest.partition("/")
    credentials, at, listed = place.rpartition("@")
    if kind == "single":
        if (not path) if scheme == "unix" else not _host(listed, 6379)[0]:
            raise ValueError(SHAPES)
        if "," in listed:
            raise ValueError(f"{SHAPES}; several hosts are a Cluster or Sentinels")
        return ServerAddress(kind, url, tls)
    if "@" in credentials:
        raise ValueError(f"{SHAPES}; user and password stand once, before the first host, with %40 for an @")
    hosts = tuple(_host(one, _DEFAULT_PORTS[kind]) for one in listed.split(","))
    if not all(host for host, _ in hosts):
        raise ValueError(SHAPES)
    service, database = _service(path) if kind == "sentinel" else ("", _no_database(path))
    return ServerAddress(kind, url, tls, credentials + at, hosts, service, database, question + options)


def _host(text: str, default: int) -> tuple[str, int]:
    """Return host and port; an IPv6 address stands in brackets."""
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        if not closed:
            raise ValueError(SHAPES)
        port = port.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    if not port:
        return host, default
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(SHAPES)
    return host, int(port)


def _no_database(path: str) -> int:
    if path.strip("/") not in {"", "0"}:
        raise ValueError(f"{SHAPES}; a Cluster has no databases but 0")
    return 0


def _service(path: str) -> tuple[str, int]:
    service, _, database = path.rstrip("/").partition("/")
    if not service:
        raise ValueError(f"{SHAPES}; the service is missing that the Sentinels watch over")
    if database and not (database.isascii() and database.isdigit()):
        raise ValueError(f"{SHAPES}; a database is a number")
    return service, int(database or 0)
