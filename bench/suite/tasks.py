"""The callables of the workloads. Their module is found by the worker's working directory, which is ``bench/``."""

import asyncio
import time


def noop() -> None:
    """Do nothing."""


async def noop_async() -> None:
    """Do nothing, on an event loop."""


async def fail_async() -> None:
    """Fail."""
    raise RuntimeError("on purpose")


def fib(n: int) -> int:
    """Return a Fibonacci number, the slow way."""
    return n if n < 2 else fib(n - 1) + fib(n - 2)


async def fib_async(n: int) -> int:
    """Return a Fibonacci number, the slow way, on an event loop."""
    return fib(n)


def now_ms() -> float:
    """Return the time, ms since the epoch."""
    return time.time() * 1000


async def nap(seconds: float) -> None:
    """Take a while, on an event loop, at no cost."""
    await asyncio.sleep(seconds)
