"""What the tests of the ``python`` executor call; resolved in child processes whose working directory is this one."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

counter = 0


class OddError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text either")


class Shop:
    @staticmethod
    def sell(item: str) -> str:
        return f"sold {item}"


def pid() -> int:
    return os.getpid()


def count() -> int:
    global counter  # noqa: PLW0603 - shows that a process is used again
    counter += 1
    return counter


def echo(**metadata: object) -> dict[str, object]:
    return metadata


def echo_one(metadata: dict[str, object]) -> list[dict[str, object]]:
    return [metadata]


async def echo_async(message: str) -> str:
    await asyncio.sleep(0)
    return message


def meet(folder: str, name: str, other: str) -> int:
    """Return once the other has come too, which takes two processes."""
    Path(folder, name).write_text(str(os.getpid()))
    while not Path(folder, other).exists():
        time.sleep(0.005)
    return os.getpid()


def talk() -> None:
    print("print")
    os.write(1, b"os.write\n")
    subprocess.run(["echo", "child"], check=True)
    print("to stderr", file=sys.stderr)
    sys.stdout.write("no line end")


def shout(size: int) -> None:
    sys.stdout.write("x" * size)


def fail() -> None:
    help_to_fail()


def help_to_fail() -> None:
    raise ValueError("bad input")


async def fail_async() -> None:
    await asyncio.sleep(0)
    help_to_fail()


def fail_from_another() -> None:
    try:
        help_to_fail()
    except ValueError as error:
        raise LookupError("wrapped") from error


def fail_oddly() -> None:
    raise OddError


def fail_at_length() -> None:
    raise ValueError("é" * 100_000)


def exit_politely() -> None:
    sys.exit("enough")


def interrupt() -> None:
    raise KeyboardInterrupt


def segfault() -> None:
    ctypes.string_at(0)


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave(code: int) -> None:
    os._exit(code)


def long_text(size: int) -> str:
    return "x" * size


def nested(levels: int, width: int) -> list[object]:
    value: list[object] = ["[[{{ in a text"]
    for _ in range(levels - 1):
        value = [value]
    return value + [[] for _ in range(width)]


def not_json() -> object:
    return {"when": object()}


def generate() -> Iterator[int]:
    yield 1


def half_a_character() -> str:
    return "\ud800"


def sleep_forever() -> None:
    print(os.getpid())
    time.sleep(1000)


async def sleep_forever_async() -> None:
    try:
        print(os.getpid())
        await asyncio.sleep(1000)
    finally:
        print("cleaned up")


def clean_up() -> None:
    try:
        print(os.getpid())
        time.sleep(1000)
    finally:
        print("cleaned up")


def ignore_everything() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen(["sleep", "1000"])
    print(os.getpid())
    time.sleep(1000)


def swallow_the_end() -> str:
    print(os.getpid())
    try:
        time.sleep(1000)
    except SystemExit:
        return "went on regardless"
    return ""


def leave_a_process(command: str) -> int:
    return subprocess.Popen(["sh", "-c", command], stdout=subprocess.DEVNULL).pid


def litter() -> None:
    os.environ["LITTER"] = "1"
    os.environ.pop("PATH")
    os.chdir("/")
    sys.stdout = None


def look_around() -> dict[str, object]:
    print("heard")
    return {"cwd": str(Path.cwd()), "environ": dict(os.environ), "path": sys.path[0]}


def close_stdout() -> None:
    os.close(1)
    sys.stdout.close()


async def meet_async(folder: str, name: str, other: str) -> int:
    """Return once the other has come too."""
    Path(folder, name).write_text(str(os.getpid()))
    while not Path(folder, other).exists():
        await asyncio.sleep(0.005)
    return os.getpid()


async def pid_async() -> int:
    return os.getpid()


async def talk_async(folder: str, name: str, other: str) -> str:
    """Print in turn with another, which sees none of it, and say who one is."""
    print(name, "begins")
    os.environ["MINE"] = name
    await meet_async(folder, name, other)
    sys.stdout.buffer.write(name.encode())
    await asyncio.to_thread(print, " in a thread")
    print(name, "to stderr", file=sys.stderr)
    assert os.environ.pop("MINE") == name
    return os.environ["PENSTOCK_RUN_ID"] + str("MINE" in os.environ)


async def print_past_python() -> None:
    os.write(1, b"past\n")


async def block(seconds: float) -> int:
    print(os.getpid())
    time.sleep(seconds)  # noqa: ASYNC251 - that is its fault
    return os.getpid()


async def crash_if(folder: str, name: str) -> int:
    """Crash where the file is, which is taken away."""
    try:
        Path(folder, name).unlink()
    except FileNotFoundError:
        return os.getpid()
    os._exit(7)


async def leave_a_task(folder: str) -> int:
    async def tell() -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            Path(folder, "ended").touch()

    asyncio.create_task(tell())  # noqa: RUF006 - left behind on purpose
    await asyncio.sleep(0)
    return os.getpid()


async def leave_a_process_async() -> list[int]:
    process = await asyncio.create_subprocess_exec("setsid", "sleep", "1000")
    return [os.getpid(), process.pid]
