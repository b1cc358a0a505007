"""One call of a callable, inside a warm child process: resolve, choose the arguments, call, encode the result."""

import functools
import importlib
import inspect
import re
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, cast

import msgspec

from penstock.core.events import TaskError
from penstock_worker.executors.arguments import ArgumentsError, choose_arguments
from penstock_worker.executors.protocol import OUTPUT_LIMIT_BYTES, Call, Reply

MESSAGE_LIMIT = 2048
"""Characters of an error's message."""

TRACEBACK_LIMIT_BYTES = 16 * 1024

MAX_LEVELS = 64
"""Lists and maps inside each other in a return value: far below what makes a reader of the log give up."""

_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]')

_STDLIB = Path(inspect.__file__).parent
_AROUND_THE_CALL = tuple(f"{path}/" for path in (Path(__file__).parent, _STDLIB / "asyncio", _STDLIB / "importlib"))


class Stopped(SystemExit):
    """SIGTERM arrived: the attempt has been given up, and this process with it."""


def stop(_number: int, _frame: object) -> NoReturn:
    """Handle the first SIGTERM: leave the callable through its ``finally`` blocks. A second one ends the process."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Stopped(143)


def invoke(call: Call) -> Reply:
    """Make the call, wait for it, and return how it ended, whatever it did.

    Raises:
        Stopped: The process is to end.
    """
    function = _resolved(call.callable)
    if isinstance(function, Reply):
        return function
    try:
        result = _begin(function, call)
        if inspect.isawaitable(result):
            result = _run(result)
    except Stopped:
        raise
    except BaseException as error:  # noqa: BLE001 - sys.exit and the like fail the attempt, not this process
        return _failed(call.callable, error)
    return msgspec.structs.replace(_encode(result), shareable=_traits(function).is_coroutine_function)


async def invoke_async(call: Call) -> Reply | None:
    """Make the call of a coroutine function and return how it ended; None, and no call, where it names another kind."""
    function = _resolved(call.callable)
    if isinstance(function, Reply):
        return function
    if not _traits(function).is_coroutine_function:
        return None
    try:
        result = await _begin(function, call)
    except BaseException as error:  # noqa: BLE001 - as above, and whatever comes of being cancelled
        return _failed(call.callable, error)
    return _encode(result)


def _resolved(name: str) -> Callable[..., Any] | Reply:
    try:
        return _resolve(name)
    except Stopped:
        raise
    except BaseException as error:  # noqa: BLE001 - importing runs the user's code, which may raise anything
        return Reply(error=_not_found(name, error))


def _begin(function: Callable[..., Any], call: Call) -> Any:  # noqa: ANN401  # what the user's function returns
    chosen = choose_arguments(_traits(function).signature, call.metadata)
    return function(*chosen.args, **chosen.kwargs)


def _failed(name: str, error: BaseException) -> Reply:
    if isinstance(error, ArgumentsError):
        return Reply(error=TaskError("exception", _short(f"{name}: {error}")))
    return Reply(error=TaskError("exception", _describe(error), _traceback(error)))


def _resolve(name: str) -> Callable[..., Any]:
    module_name, _, path = name.partition(":")
    if module_name not in sys.modules:
        importlib.invalidate_caches()  # the file may be younger than this process
    function: object = functools.reduce(getattr, path.split("."), importlib.import_module(module_name))
    if not callable(function):
        raise TypeError(f"{name} is not callable")
    return cast("Callable[..., Any]", function)


def _not_found(name: str, error: BaseException) -> TaskError:
    message = _short(f"cannot resolve {name}: {_describe(error)}")
    return TaskError("not_found", message, _traceback(error))


class _Traits(NamedTuple):
    """What is known of a callable beforehand; ``signature`` is None where it does not tell."""

    signature: inspect.Signature | None
    is_coroutine_function: bool


def _traits(function: Callable[..., Any]) -> _Traits:
    try:
        return _cached_traits(function)
    except TypeError:  # it cannot be hashed
        return _traits_of(function)


def _traits_of(function: Callable[..., Any]) -> _Traits:
    try:
        signature: inspect.Signature | None = inspect.signature(function)
    except ValueError:
        signature = None
    return _Traits(signature, inspect.iscoroutinefunction(function))


_cached_traits = functools.lru_cache(maxsize=256)(_traits_of)  # to look costs more than many a call


def _run(result: Awaitable[object]) -> object:
    import asyncio  # noqa: PLC0415 - doubles the start of a child; most never need it

    async def wait() -> object:
        return await result

    return asyncio.run(wait())


def _encode(result: object) -> Reply:
    if result is None:
        return Reply()
    try:
        encoded = msgspec.json.encode(result)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        return Reply(error=TaskError("not_serialisable", _short(f"the return value is not JSON: {error}")))
    if len(encoded) > OUTPUT_LIMIT_BYTES:
        message = f"the return value is {len(encoded)} bytes of JSON; the limit is {OUTPUT_LIMIT_BYTES}"
        return Reply(error=TaskError("output_too_large", message))
    if _levels(encoded) > MAX_LEVELS:
        message = f"the return value has more than {MAX_LEVELS} lists and maps inside each other"
        return Reply(error=TaskError("not_serialisable", message))
    return Reply(output=msgspec.Raw(encoded))


def _levels(encoded: bytes) -> int:
    if encoded.count(b"[") + encoded.count(b"{") <= MAX_LEVELS:
        return 0
    level = deepest = 0
    for token in _NESTING.findall(encoded):
        if token in (b"[", b"{"):
            level += 1
            deepest = max(deepest, level)
        elif token in (b"]", b"}"):
            level -= 1
    return deepest


def _describe(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - __str__ is the user's code too
        text = "(its text cannot be read)"
    name = type(error).__name__
    return _short(f"{name}: {text}" if text else name)


def _short(text: str) -> str:
    text = writable(text)
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def writable(text: str) -> str:
    """Return the text with escapes for what no encoding takes."""
    # Python strings may hold half of a surrogate pair, which no encoding takes.
    return text.encode("utf-8", "backslashreplace").decode()


def _traceback(error: BaseException) -> str:
    """Return the traceback from the user's first frame on, its end where it is too long."""
    lines = traceback.format_exception(type(error), error, _users_frames(error.__traceback__))
    data = "".join(lines).encode("utf-8", "backslashreplace")
    if len(data) > TRACEBACK_LIMIT_BYTES:
        mark = "… (beginning left out)\n".encode()
        data = mark + data[len(mark) - TRACEBACK_LIMIT_BYTES :]
    return data.decode("utf-8", "ignore")


def _users_frames(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and _is_ours(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return frames


def _is_ours(filename: str) -> bool:
    return filename.startswith((*_AROUND_THE_CALL, "<frozen "))
