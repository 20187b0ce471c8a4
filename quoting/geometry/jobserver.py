"""The process from which throw-away children are forked: `python -m quoting.geometry.jobserver SOCKET_FD`.

Started and spoken to by isolate.py only. It has everything imported that a job needs, so that a job costs the
milliseconds of a fork. It never reads a customer's file itself.

    stdin       nothing is ever sent: its end means that the owner is gone, and everything here ends too
    SOCKET_FD   one datagram per job: JSON {function, args, limits, folder}, with the write end of a pipe
    that pipe   one line of JSON from the child, {"value": …} or {"limit": …} or {"error": …}, and when the child has
                ended one line from here, {"exit": status, "timed_out": bool}

multiprocessing's own forkserver is not used because each of its children imports the owner's main module again
(celery, gunicorn, manage.py: 0.3 s and more), and because its children send pickles, which must not be read from a
process that a hostile file may have taken over.
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass

PRELOAD = (
    "numpy",
    "scipy.sparse.csgraph",
    "cascadio",
    "PIL.PngImagePlugin",
    "quoting.geometry.drawing",
    "quoting.geometry.measure",
)
RESULT_FD = 3  # in a child
MAX_OPEN_FILES = 64
NICE = 5
PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass
class Job:
    """A running child."""

    pid: int
    result_fd: int
    folder: str
    deadline: float  # time.monotonic()
    timed_out: bool = False


def main() -> None:
    for name in PRELOAD:
        importlib.import_module(name)
    requests = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, whose end ends this process
    requests.send(json.dumps({"preloaded": [name for name in PRELOAD if name in sys.modules]}).encode())
    JobServer(requests).serve()


class JobServer:
    def __init__(self, requests: socket.socket) -> None:
        self.requests = requests
        self.jobs: dict[int, Job] = {}
        self.wake_reader, self.wake_writer = socket.socketpair()
        self.wake_reader.setblocking(False)
        self.wake_writer.setblocking(False)

    def serve(self) -> None:
        """Start and end jobs until the owner is gone."""
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler is needed for the wake-up to be written
        signal.set_wakeup_fd(self.wake_writer.fileno(), warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            for source in (sys.stdin, self.requests, self.wake_reader):
                selector.register(source, selectors.EVENT_READ)
            owner_lives = True
            while owner_lives:
                ready = [key.fileobj for key, _ in selector.select(self._until_next_deadline())]
                owner_lives = sys.stdin not in ready
                if owner_lives and self.requests in ready:
                    self._start()
                if self.wake_reader in ready:
                    self.wake_reader.recv(4096)
                self._end_overdue()
                self._reap()
        self._end_all()

    def _until_next_deadline(self) -> float | None:
        deadlines = [job.deadline for job in self.jobs.values() if not job.timed_out]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _start(self) -> None:
        message, descriptors, _flags, _address = socket.recv_fds(self.requests, 65536, 1)
        request = json.loads(message)
        (result_fd,) = descriptors
        server_pid = os.getpid()
        pid = os.fork()
        if pid == 0:
            become_child(request, result_fd, server_pid)
        deadline = time.monotonic() + request["limits"]["wall_seconds"]
        self.jobs[pid] = Job(pid, result_fd, request["folder"], deadline)

    def _end_overdue(self) -> None:
        for job in self.jobs.values():
            if not job.timed_out and time.monotonic() >= job.deadline:
                job.timed_out = True
                kill_group(job.pid)

    def _reap(self) -> None:
        for job in list(self.jobs.values()):
            # Look first and kill the child's own children before its number may be given to another process.
            if os.waitid(os.P_PID, job.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            kill_group(job.pid)
            _, status = os.waitpid(job.pid, 0)
            del self.jobs[job.pid]
            report = {"exit": os.waitstatus_to_exitcode(status), "timed_out": job.timed_out}
            with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
                os.write(job.result_fd, b"\n" + json.dumps(report).encode() + b"\n")
            os.close(job.result_fd)

    def _end_all(self) -> None:
        """The owner is gone: end the children and remove what the owner would have removed."""
        for job in self.jobs.values():
            kill_group(job.pid)
            os.waitpid(job.pid, 0)
            shutil.rmtree(job.folder, ignore_errors=True)


def kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS, for one that has ended
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):  # it may have had no time yet to make its group
        os.kill(pid, signal.SIGKILL)


def become_child(request: dict, result_fd: int, server_pid: int) -> None:
    """Run the job of `request` in this freshly forked process, and end the process."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent(server_pid)
        keep_only(result_fd)
        os.chdir(request["folder"])
        tempfile.tempdir = request["folder"]
        set_limits(request["limits"])
        answer = run(request["function"], request["args"])
    except BaseException:  # whatever it is: the owner is told, and no exception may leave a forked child
        answer = {"error": traceback.format_exc(limit=-8)[-4000:]}
    try:
        with open(RESULT_FD, "wb") as pipe:
            pipe.write(json.dumps(answer).encode())
    finally:
        os._exit(0)


def run(function: str, args: list) -> dict:
    """What the function "module:name" returns for the arguments, which must be plain JSON data."""
    module, _, name = function.partition(":")
    try:
        return {"value": getattr(importlib.import_module(module), name)(*args)}
    except MemoryError:
        return {"limit": "memory"}


def die_with_parent(server_pid: int) -> None:
    """Let the kernel end this process when the server ends, in whatever way."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server_pid:  # it ended before that was set
        os._exit(1)


def keep_only(result_fd: int) -> None:
    """Close everything but the pipe for the result, which becomes RESULT_FD: other jobs' pipes above all."""
    os.dup2(result_fd, RESULT_FD)
    os.closerange(RESULT_FD + 1, 4096)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)


def set_limits(limits: dict) -> None:
    os.nice(NICE)
    for name, soft, hard in (
        (resource.RLIMIT_CPU, limits["cpu_seconds"], limits["cpu_seconds"] + 2),
        (resource.RLIMIT_FSIZE, limits["file_bytes"], limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(name, (soft, hard))
    if sys.platform == "linux":  # macOS has the name, but refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"], limits["memory_bytes"]))


if __name__ == "__main__":
    main()
