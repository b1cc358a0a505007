"""Reads that go on at the same time, and none of which outlives the wait for all of them."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")


@overload
async def together(a: Awaitable[A], b: Awaitable[B], /) -> tuple[A, B]: ...
@overload
async def together(a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], /) -> tuple[A, B, C]: ...
@overload
async def together(a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], d: Awaitable[D], /) -> tuple[A, B, C, D]: ...
@overload
async def together(
    a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], d: Awaitable[D], e: Awaitable[E], /
) -> tuple[A, B, C, D, E]: ...
@overload
async def together(
    a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], d: Awaitable[D], e: Awaitable[E], f: Awaitable[F], /
) -> tuple[A, B, C, D, E, F]: ...
@overload
async def together(*some: Awaitable[A]) -> tuple[A, ...]: ...
async def together(*some: Awaitable[Any]) -> tuple[Any, ...]:
    """Await all at the same time; return what each has brought, in their order.

    ``asyncio.gather`` leaves the others to themselves once one has failed or the caller is told to stop; they would go
    on to ask a store that is being closed. Here they are told to stop, and have ended before anybody hears of it.

    Raises:
        What the first that failed has raised.
    """
    tasks = [asyncio.ensure_future(one) for one in some]
    try:
        return tuple(await asyncio.gather(*tasks))
    finally:
        left = [task for task in tasks if not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
