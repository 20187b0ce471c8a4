"""Measure files that strangers send, in throw-away child processes: the front door of the geometry code.

    measure_file(path, unit, body)      -> Measurement
    render_thumbnail(path, unit, body)  -> PNG bytes, or the Reason why not
    make_preview(path, unit, body)      -> GLB bytes, or the Reason why not
    estimate_print(path, unit, text)    -> PrintForecast
    run(function, *args, limits)        -> Ok | Limit | Crash, for any function of plain values

Whatever a file does to its child (endless loops, all memory, a crash in a C library), the caller gets a value back,
within the limits. Works from any thread of any process; imports no numpy. Children are forked from one prepared
process, jobserver.py, which is started when first needed and ends with this one.
"""

import atexit
import base64
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from quoting.geometry.places import children_at_once
from quoting.geometry.values import UNIT_MM, Measurement, PrintForecast, Reason

logger = logging.getLogger(__name__)

GB = 1024**3
PROJECT_ROOT = Path(__file__).resolve().parents[2]
STARTUP_SECONDS = 60.0
GRACE_SECONDS = 3.0  # for the job server to report an overdue child; after that it is held to be stuck
MAX_RESULT_BYTES = 8 * 1024**2
MAX_DRAWN_BYTES = 6 * 1024**2  # of a picture or a preview
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
GLB_SIGNATURE = b"glTF\x02\0\0\0"


@dataclass(frozen=True)
class Limits:
    """What one child may use. The address space is more than the memory: libraries alone reserve about a GB."""

    memory_bytes: int = 3 * GB
    cpu_seconds: int = 14
    wall_seconds: float = 15.0
    file_bytes: int = 256 * 1024**2


class Ok(NamedTuple):
    value: Any  # plain JSON data from a process that is not trusted: validate it


class Limit(NamedTuple):
    which: str  # "memory" or "time"


class Crash(NamedTuple):
    detail: str  # for the log


Outcome = Ok | Limit | Crash


class _ServerLostError(Exception):
    """The job server ended while it had a job."""


def measure_file(path: str | Path, unit: str = "", body: int = 0, *, limits: Limits | None = None) -> Measurement:
    """The figures of the file at `path`, or the reason why there are none. Never raises because of the file.

    `unit`: what its numbers mean, a key of values.UNIT_MM; "" when nobody said.
    `body`: the number of a distinct body in it; 0 for the whole file.
    """
    started = time.perf_counter()
    outcome = _outcome_for("measure:job", path, unit, body, limits)
    measurement = outcome if isinstance(outcome, Reason) else _measurement(outcome)
    if isinstance(measurement, Reason):
        measurement = Measurement(reason=measurement)
    return measurement.model_copy(update={"seconds": time.perf_counter() - started})


def render_thumbnail(path: str | Path, unit: str = "", body: int = 0) -> bytes | Reason:
    """A picture (PNG) of the file at `path`, or the reason why there is none."""
    return _drawn("drawing:thumbnail_job", PNG_SIGNATURE, path, unit, body)


def make_preview(path: str | Path, unit: str = "", body: int = 0) -> bytes | Reason:
    """A light GLB of the file at `path` for the viewer, or the reason why there is none."""
    return _drawn("drawing:preview_job", GLB_SIGNATURE, path, unit, body)


def estimate_print(path: str | Path, unit: str, configuration: str, body: int = 0) -> PrintForecast:
    """What printing the file at `path` takes with a slicer's configuration (text). Raises nothing because of the file.

    Read the configuration with slicer_ini first: one that cannot be read ends here as a crash.
    """
    outcome = _outcome_for("forecast:job", path, unit, body, told=(configuration,))
    if isinstance(outcome, Reason):
        return PrintForecast(reason=outcome)
    try:
        return PrintForecast.model_validate_json(outcome["forecast"])
    except (ValidationError, TypeError, KeyError, ValueError) as error:
        return PrintForecast(reason=_crashed(f"result: {error}"))


def _drawn(job: str, signature: bytes, path: str | Path, unit: str, body: int) -> bytes | Reason:
    outcome = _outcome_for(job, path, unit, body)
    if isinstance(outcome, Reason):
        return outcome
    try:
        if "reason" in outcome:
            return Reason.model_validate_json(outcome["reason"])
        drawn = base64.b64decode(outcome["drawn"], validate=True)
        if not drawn.startswith(signature) or len(drawn) > MAX_DRAWN_BYTES:
            raise ValueError("not what was asked for")
    except (ValidationError, TypeError, KeyError, ValueError) as error:
        return _crashed(f"result: {error}")
    return drawn


def _measurement(value: Any) -> Measurement | Reason:
    try:
        return Measurement.model_validate_json(value["measurement"])
    except (ValidationError, TypeError, KeyError, ValueError) as error:
        return _crashed(f"result: {error}")


def _outcome_for(
    job: str, path: str | Path, unit: str, body: int, limits: "Limits | None" = None, told: tuple[Any, ...] = ()
) -> Any | Reason:
    """What a job of this package answers for a file, plain JSON that is not trusted; or the reason why nothing."""
    if unit and unit not in UNIT_MM:
        raise ValueError(f"unknown unit {unit!r}")
    path = Path(path).resolve()
    if not path.is_file():
        return Reason(code="no_such_file")
    match run(f"quoting.geometry.{job}", str(path), unit, body, *told, limits=limits):
        case Limit(which):
            return Reason(code=f"{which}_limit")
        case Ok(value):
            return value
        case Crash(detail):
            return _crashed(detail)


def _crashed(detail: str) -> Reason:
    logger.error("geometry child crashed: %s", detail)
    return Reason(code="crashed")


def run(function: str | Callable[..., Any], *args: Any, limits: Limits | None = None) -> Outcome:
    """Call a function, or "module:name", with plain JSON values in a child of its own; wait for what comes of it.

    The child works in a new folder that is removed afterwards. At most `children_at_once()` run; others wait.
    """
    limits = limits or Limits()
    name = function if isinstance(function, str) else f"{function.__module__}:{function.__qualname__}"
    with _free_places, tempfile.TemporaryDirectory(prefix="partwright-geometry-") as folder:
        request = {"function": name, "args": args, "limits": asdict(limits), "folder": folder}
        message = json.dumps(request).encode()
        try:
            received = _answer_to(message, limits.wall_seconds)
        except _ServerLostError:  # by the kernel, out of memory, or by hand: the file need not be to blame
            received = _answer_to(message, limits.wall_seconds, last_try=True)
    return _outcome(received)


def _answer_to(request: bytes, wall_seconds: float, last_try: bool = False) -> bytes:
    server, result_fd = _submit(request)
    try:
        received = _read_all(result_fd, time.monotonic() + wall_seconds + GRACE_SECONDS)
    except TimeoutError:
        _end(server)  # it should have ended the child long ago
        return b""
    finally:
        os.close(result_fd)
    if not received and not last_try:  # not even how the child ended: there is no server any more
        _end(server)
        raise _ServerLostError
    return received


def _read_all(fd: int, deadline: float) -> bytes:
    """What comes through the pipe, cut off when it is too much; TimeoutError when it does not end in time."""
    received = bytearray()
    while len(received) <= MAX_RESULT_BYTES:
        ready, _, _ = select.select([fd], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        block = os.read(fd, 65536)
        if not block:
            break
        received += block
    return bytes(received)


def _outcome(received: bytes) -> Outcome:
    try:
        *answers, report = [json.loads(line) for line in received.splitlines() if line]
        exit_code, timed_out = report["exit"], report["timed_out"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return Crash(f"no answer, or an unreadable one: {received[-200:]!r}")
    if timed_out or exit_code == -signal.SIGXCPU:
        return Limit("time")
    if exit_code == -signal.SIGKILL:
        return Limit("memory")  # not by us: the kernel does that when memory runs out
    match answers:
        case [{"value": value}]:
            return Ok(value)
        case [{"limit": "memory"}]:
            return Limit("memory")
        case [{"error": str(trace)}]:
            return Crash(trace)
    return Crash(f"ended with {exit_code}, without an answer")


# The job server of this process ------------------------------------------------------------------------------------


class _Server(NamedTuple):
    process: subprocess.Popen[bytes]
    requests: socket.socket


_free_places = threading.BoundedSemaphore(children_at_once())
_lock = threading.Lock()  # guards _server
_server: _Server | None = None


def _submit(request: bytes) -> tuple[_Server, int]:
    """Send a request; the server that has it, and the read end of the pipe on which its answer will come."""
    read_end, write_end = os.pipe()
    try:
        server = _running_server()
        try:
            socket.send_fds(server.requests, [request], [write_end])
        except OSError:  # it was killed since: one more try with a new one
            _end(server)
            server = _running_server()
            socket.send_fds(server.requests, [request], [write_end])
    except BaseException:
        os.close(read_end)
        raise
    finally:
        os.close(write_end)
    return server, read_end


def _running_server() -> _Server:
    global _server
    with _lock:
        if _server is None:
            _server = _start_server()
        return _server


def _start_server() -> _Server:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "quoting.geometry.jobserver", str(theirs.fileno())],
            stdin=subprocess.PIPE,
            cwd=PROJECT_ROOT,
            env=_environment(),
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # signals of the owner's terminal are the owner's business
        )
    ours.settimeout(STARTUP_SECONDS)
    try:
        preloaded = json.loads(ours.recv(65536))["preloaded"]
    except (OSError, ValueError) as error:
        process.kill()
        process.communicate()
        ours.close()
        raise RuntimeError(f"the geometry job server did not start (exit {process.returncode})") from error
    logger.info("geometry job server started with %s", ", ".join(preloaded))
    return _Server(process, ours)


def _environment() -> dict[str, str]:
    """No secrets where hostile files are read; one thread per library, as children share the machine."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME") if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _end(server: _Server | None) -> None:
    """End the server and its children, if no other thread has done so."""
    global _server
    with _lock:
        if server is None or server is not _server:
            return
        _server = None
    server.requests.close()
    server.process.kill()
    server.process.communicate()  # closes its stdin and collects its status


def _forget_server_after_fork() -> None:
    """A forked copy of this process (gunicorn, pytest-xdist) starts a server of its own."""
    global _server, _lock, _free_places
    if _server is not None:
        _server.requests.close()
        if _server.process.stdin:
            _server.process.stdin.close()  # else the server would outlive its owner
        _server.process.returncode = 0  # it is not this process's child: keeps Popen from waiting for it
    _server, _lock, _free_places = None, threading.Lock(), threading.BoundedSemaphore(children_at_once())


os.register_at_fork(after_in_child=_forget_server_after_fork)
atexit.register(lambda: _end(_server))
