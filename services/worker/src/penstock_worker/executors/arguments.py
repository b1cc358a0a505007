"""How a task's metadata becomes the arguments of its callable: decided from the signature alone."""

import inspect
from collections.abc import Mapping
from typing import NamedTuple

_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class ArgumentsError(Exception):
    """The callable cannot be called with this metadata, in none of the ways there are."""


class Arguments(NamedTuple):
    """What to call a callable with."""

    args: tuple[object, ...]
    kwargs: dict[str, object]


def choose_arguments(signature: inspect.Signature | None, metadata: Mapping[str, object]) -> Arguments:
    """Return the arguments for a call, by the first rule that fits.

    1. Every key of the metadata is the name of a parameter (or ``**kwargs`` takes it), and no other parameter is
       required: keyword arguments.
    2. The callable can be called with exactly one positional argument: the metadata as one dict.
    3. Nothing is required: no arguments.

    A builtin may have no signature (None); it gets the metadata as one dict if there is any, else no arguments.

    Raises:
        ArgumentsError: No rule fits; the message says what is required and what was there.
    """
    given = dict(metadata)
    if signature is None:
        return Arguments((given,), {}) if given else Arguments((), {})
    parameters = list(signature.parameters.values())
    required = [p for p in parameters if p.default is p.empty and p.kind not in _VARIADIC]
    if _take_by_name(parameters, given) and all(p.name in given and p.kind in _BY_NAME for p in required):
        return Arguments((), given)
    if _take_one(parameters, required):
        return Arguments((given,), {})
    if not required:
        return Arguments((), {})
    raise ArgumentsError(
        f"the callable requires {', '.join(p.name for p in required)}; "
        f"metadata has {', '.join(given) if given else 'nothing'}"
    )


def _take_by_name(parameters: list[inspect.Parameter], given: Mapping[str, object]) -> bool:
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
        return True
    return given.keys() <= {p.name for p in parameters if p.kind in _BY_NAME}


def _take_one(parameters: list[inspect.Parameter], required: list[inspect.Parameter]) -> bool:
    first = next((p for p in parameters if p.kind in (*_BY_POSITION, inspect.Parameter.VAR_POSITIONAL)), None)
    return first is not None and all(p is first for p in required)
