"""The patterns of ids and names; valid in Python and in ECMAScript, so that the JSON Schema has the very same."""

DAG_ID = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"
"""A DAG's id is part of URLs, keys and file names."""

TASK_ID = r"^(?!\.\.?$)[^\s/\\?#%&\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]+$"
"""A task's id may be in any script, but stands in URLs and log lines.

So it has no white space, no control characters (those that turn the direction of text included), nothing with a meaning
inside a URL's path, and is not one of the two names that URLs resolve away.
"""

TAG = r"^(?!\s)(?!.*\s$)[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]+$"
"""A tag is read by people and compared letter by letter: nothing in it is invisible at its ends."""

TARGET = r"^[A-Za-z0-9_.-]{1,64}$"
"""A target of notifications is named in definitions, in logs and in metrics."""

CALLABLE = r"^(?!.*(?:^|[.:])__)[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*$"
"""``module:function``. Names with two leading underscores are Python's own and never a task."""

ENV_NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"

ENV_RESERVED = "PENSTOCK_"
"""Variables that begin with it tell a task who it is."""
