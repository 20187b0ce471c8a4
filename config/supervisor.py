"""Keeps the processes of one installation on one machine running: broker, workers, scheduler, web.

They are started in that order, stopped in the opposite one, and started again when they end by themselves. Each runs
on a leash (leash.py), so that none outlives this process, however it ends.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import IO

LEASH = Path(__file__).with_name("leash.py")
MAX_LOG_BYTES = 5 * 1024 * 1024
LOOK_EVERY = 0.2  # seconds
STEADY_AFTER = 30.0  # who ran so long is started again at once; who did not waits longer each time
LONGEST_PAUSE = 30.0
ALONE_SECONDS = 3.0  # for who cannot be expected to stop by itself; what it was at is found again, as after a kill


def say(text: str) -> None:
    print(text, flush=True)


class FirstStepFailed(Exception):
    """A child that has to succeed before the next one is started did not."""


@dataclass
class Child:
    name: str
    command: list[str]
    stop_seconds: float  # after SIGTERM; then it is killed
    stage: str = ""  # neighbours of one stage are stopped at the same time
    # Whether it can be expected to stop by itself: a worker whose broker is gone or silent waits for that first.
    can_stop: Callable[[], bool] = lambda: True
    ready: Callable[[], bool] = lambda: True  # the next one is started when this says so
    once: bool = False  # does its work and ends; the next one is started then. It speaks to the terminal, not to a log
    pass_fds: tuple[int, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = 0.0

    def start(self, leash_fd: int, logs: Path) -> None:
        if self.once:
            self.process = on_leash(self.command, leash_fd)
        else:
            with log_file(logs / f"{self.name}.log").open("ab") as log:
                self.process = on_leash(self.command, leash_fd, output=log, pass_fds=self.pass_fds)
        self.started_at = time.monotonic()

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def clear(self) -> None:
        """Kill what is left of the group: the leash itself may have been killed, or the web server's master."""
        assert self.process
        kill_group(self.process)
        self.process.wait()
        self.process = None

    def plan_restart(self) -> float:
        """When to start again: at once the first time, later and later when it keeps ending. Returns the pause."""
        steady = time.monotonic() - self.started_at > STEADY_AFTER
        pause = 0.0 if steady else self.pause
        self.pause = 1.0 if pause == 0 else min(pause * 2, LONGEST_PAUSE)
        self.start_at = time.monotonic() + pause
        return pause

    def ask_to_stop(self) -> None:
        if self.process is not None and not self.ended():
            self.process.terminate()

    def stop(self, seconds: float | None = None) -> None:
        """Asked before or not; `seconds` in place of its own patience."""
        if self.process is None:
            return
        patience = self.stop_seconds if seconds is None else seconds
        self.ask_to_stop()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not stop within {patience:.0f} s and is killed")
        self.clear()


@dataclass
class Supervisor:
    children: list[Child]  # in the order of starting
    logs: Path
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        # The write end stays with this process alone (Python's descriptors are not inherited).
        self.leash_fd, self._leash_held = os.pipe()
        self.logs.mkdir(parents=True, exist_ok=True)

    def run(self, when_started: Callable[[], None]) -> None:
        """Until a signal to stop comes."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        try:
            for child in self.children:
                if not self.stopping.is_set():
                    child.start(self.leash_fd, self.logs)
                    self._wait_until_ready(child)
            if not self.stopping.is_set():
                when_started()
            while not self.stopping.wait(LOOK_EVERY):
                self._look_after()
        finally:
            self._stop()

    def _stop(self) -> None:
        """In the order opposite to that of starting."""
        for _stage, found in groupby(reversed(self.children), key=lambda child: child.stage or child.name):
            together = list(found)
            for child in together:
                child.ask_to_stop()
            for child in together:
                child.stop(None if child.can_stop() else ALONE_SECONDS)

    def _wait_until_ready(self, child: Child) -> None:
        while not (child.ended() if child.once else child.ready()) and not self.stopping.wait(0.05):
            self._look_after()
        if child.once and child.ended():
            assert child.process
            if child.process.returncode:
                raise FirstStepFailed(f"{child.name} failed (status {child.process.returncode})")

    def _look_after(self) -> None:
        for child in (child for child in self.children if not child.once):
            if child.ended():
                assert child.process
                status = child.process.returncode
                child.clear()
                pause = child.plan_restart()
                say(
                    f"{child.name} ended (status {status}), starts again {f'in {pause:.0f} s' if pause else 'now'};"
                    f" see {self.logs / child.name}.log"
                )
            if child.process is None and child.started_at and time.monotonic() >= child.start_at:
                child.start(self.leash_fd, self.logs)


def on_leash(
    command: list[str], leash_fd: int, output: IO[bytes] | None = None, pass_fds: tuple[int, ...] = ()
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(LEASH), *command],
        stdin=leash_fd,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,  # a group to end as a whole; and a Ctrl-C in the terminal is the supervisor's business
        pass_fds=pass_fds,
    )


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # PermissionError: macOS, for a group of ended processes
        pass


def log_file(path: Path) -> Path:
    """A log that has grown is put aside when its process starts; one older one is kept."""
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path
