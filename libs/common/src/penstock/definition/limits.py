"""Every bound on a definition, in one place; ``docs/definition.md`` repeats them for users."""

MAX_BYTES = 10 * 1024 * 1024
"""Bytes of one definition file, and characters of its text once YAML aliases are written out."""

MAX_NODES = 2_000_000
"""Keys, values, lists and maps of one definition once YAML aliases are written out.

Bounds memory: a text of MAX_BYTES could hold five million of the smallest values.
"""

MAX_DEPTH = 64
"""Levels of lists and maps inside each other, counted before anything is built."""

MAX_TASKS = 50_000
MAX_EDGES = 1_000_000
"""Dependencies of all tasks of a DAG together."""

MAX_ID_LENGTH = 128
MAX_NAME_LENGTH = 256
MAX_DESCRIPTION_LENGTH = 8 * 1024
MAX_CALLABLE_LENGTH = 256
"""These four count characters."""

MAX_TAGS = 20
MAX_TAG_LENGTH = 50
"""Characters of a tag."""

MAX_NOTIFY = 20
"""Targets that a DAG names."""

MAX_ARGUMENT_BYTES = 128 * 1024 - 1
"""Bytes of UTF-8 of a command, and of an environment entry ``NAME=value``.

Linux refuses to start a process with a single argument or environment entry above 128 KiB, closing NUL included.
"""

MAX_RETRIES = 100
MAX_RETRY_DELAY_SECONDS = 24 * 60 * 60
MAX_TIMEOUT_SECONDS = 30 * 24 * 60 * 60
MAX_LATE_AFTER_SECONDS = 30 * 24 * 60 * 60

MAX_METADATA_DEPTH = 32
"""Levels of lists and maps in metadata, the metadata itself being the first."""

MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**63 - 1
"""Whole numbers in metadata: 64 bits with a sign, which every JSON reader that Penstock uses keeps exact."""

MAX_PROBLEMS = 50
"""Problems told at once; reading stops there."""
