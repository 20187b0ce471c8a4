"""What a child may do that has fallen to a hostile file. Named by test_isolate.py, run in children only."""

import ctypes
import os
import tempfile
import time
from pathlib import Path


def eat_memory() -> int:
    return len(bytearray(100 * 1024**3))


def burn_time() -> None:
    while True:
        pass


def sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def crash_in_c() -> None:
    ctypes.string_at(0)


def leave_files() -> str:
    folder = tempfile.mkdtemp()
    Path(folder, "left.bin").write_bytes(b"x" * 1000)
    Path("here.bin").write_bytes(b"x")
    return folder


def leave_files_and_crash() -> None:
    leave_files()
    crash_in_c()


def write_without_end() -> None:
    with open("large.bin", "wb") as file:
        while True:
            file.write(bytes(1024**2))


def answer_too_much() -> str:
    return "x" * 50 * 1024**2


def answer_with_pickle() -> None:
    os.write(3, b"\x80\x04\x95garbage\n")
    os._exit(0)


def pretend_to_be_the_server() -> None:
    os.write(3, b'{"value": 1}\n{"exit": 0, "timed_out": false}\n')
    crash_in_c()


def fork_and_stay() -> None:
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)


def environment() -> dict[str, str]:
    return dict(os.environ)


def process_ids() -> list[int]:
    return [os.getpid(), os.getppid()]


def raise_an_error() -> None:
    raise LookupError("what went wrong")


def start_a_file_then_sleep(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)
