"""The leash and the pauses between restarts, without Django."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.supervisor import LONGEST_PAUSE, MAX_LOG_BYTES, Child, log_file

ROOT = Path(__file__).resolve().parents[2]
# An owner with one child on a leash, which starts a geometry job server; prints the two ids.
OWNER = """
import os, sys, time
from config.supervisor import on_leash
reader, writer = os.pipe()
code = "import time; from quoting.geometry import isolate; print(isolate._running_server().process.pid, flush=True); time.sleep(60)"
process = on_leash([sys.executable, "-c", code], reader)
print(process.pid, flush=True)
time.sleep(60)
"""


def alive(pid: int) -> bool:
    """Whether it still runs; a zombie that nobody has collected does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_grandchildren_end_with_a_killed_owner() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    with owner.stdout as output:
        pids = [int(output.readline()) for _ in range(2)]
        try:
            assert all(alive(pid) for pid in pids)
            owner.kill()
            owner.wait(5)
            assert within(5, lambda: not any(alive(pid) for pid in pids))
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def child(tmp_path: Path, code: str, stop_seconds: float = 5) -> tuple[Child, int]:
    reader, writer = os.pipe()
    made = Child("child", [sys.executable, "-c", code], stop_seconds)
    made.start(reader, tmp_path)
    os.close(reader)
    return made, writer


def test_a_child_is_asked_to_stop_before_it_is_killed(tmp_path: Path) -> None:
    code = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit('bye')); print('up', flush=True); time.sleep(60)"
    made, writer = child(tmp_path, code)
    assert within(5, lambda: "up" in (tmp_path / "child.log").read_text())
    made.stop()
    os.close(writer)
    assert "bye" in (tmp_path / "child.log").read_text()


def test_a_child_that_does_not_stop_is_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    made, writer = child(tmp_path, code, stop_seconds=0.5)
    assert within(5, lambda: "up" in (tmp_path / "child.log").read_text())
    assert made.process
    pid = made.process.pid
    made.stop()
    os.close(writer)
    assert not alive(pid)
    assert "is killed" in capsys.readouterr().out


def test_the_first_restart_is_at_once_and_the_next_ones_wait_longer() -> None:
    made = Child("child", [], 1)
    pauses = []
    for _ in range(8):
        made.started_at = time.monotonic()
        pauses.append(made.plan_restart())
    assert pauses == [0, 1, 2, 4, 8, 16, 30, LONGEST_PAUSE]
    made.started_at = time.monotonic() - 60
    assert made.plan_restart() == 0


def test_a_grown_log_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_bytes(b"x" * (MAX_LOG_BYTES + 1))
    assert log_file(path) == path
    assert not path.exists()
    assert (tmp_path / "web.log.1").exists()
