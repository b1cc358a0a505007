"""Suggestions: the key or id that somebody probably meant."""

import difflib
from collections.abc import Collection, Iterable
from itertools import islice

from penstock.definition.limits import MAX_ID_LENGTH
from penstock.definition.values import show

_CANDIDATES = 50
"""Ids compared closely for one suggestion; bounds the time that a large definition full of mistakes can take."""

_NEAR_LENGTH = 2


def _synonyms(**ours: str) -> dict[str, str]:
    return {theirs: our for our, words in ours.items() for theirs in words.split()}


DAG_WORDS = _synonyms(
    id="dag_id dagid workflow_id workflow pipeline",
    name="title label display_name",
    description="desc doc docs doc_md comment summary",
    tasks="steps jobs nodes task stages",
    tags="tag labels keywords categories",
    late_after_seconds="late_after sla deadline expected_duration max_expected_duration",
    notify="notifications notification alerts alert on_failure on_success on_failure_callback mail_on",
)
"""Other tools' words for our keys of a DAG, in lower case."""

TASK_WORDS = _synonyms(
    id="task_id taskid",
    name="title label display_name task_name",
    description="desc doc docs doc_md comment summary",
    command="run cmd script shell bash bash_command exec execute sh commands",
    callable="python python_callable function func handler entrypoint entry_point",
    dependencies=(
        "depends_on depends dependson needs after requires require upstream upstream_tasks deps run_after wait_for "
        "parents previous"
    ),
    retries="retry max_retries retry_count attempts max_attempts retry_limit retry_policy",
    retry_delay_seconds="retry_delay retrydelay backoff retry_backoff retry_interval interval_sec",
    timeout_seconds="timeout timeout_sec timeoutsec timeoutseconds execution_timeout timeout_minutes max_duration",
    metadata="meta params parameters kwargs op_kwargs args arguments inputs with",
    env="environment envs env_vars environ variables vars",
)
"""Other tools' words for our keys of a task, in lower case."""


def unknown_key(key: str, known: Collection[str], words: dict[str, str], of: str) -> str:
    """Return the message for a key that is not in the schema of a DAG or a task."""
    meant = words.get(key.lower().replace("-", "_")) or closest(key, known)
    if meant:
        return f"{show(key)} is not a key of {of}; did you mean `{meant}`?"
    return f"{show(key)} is not a key of {of}: remove it, or use one of {', '.join(known)}"


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is most like the word, or None if none is; looks closely at a bounded number."""
    if not word or len(word) > MAX_ID_LENGTH:
        return None
    near = (
        other
        for other in candidates
        if abs(len(other) - len(word)) <= _NEAR_LENGTH and (other[:2] == word[:2] or other[-2:] == word[-2:])
    )
    matches = difflib.get_close_matches(word, islice(near, _CANDIDATES), n=1)
    return matches[0] if matches else None
