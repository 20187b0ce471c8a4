"""Programs of the machine that tests use and that no package brings: Chromium, PostgreSQL, Redis."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CHROMIUM_OPTIONS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL in software, for the viewer
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


def chromium() -> str | None:
    """Where Chromium is: as $CHROMIUM says, an installed one, or Playwright's own."""
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def chromium_options() -> list[str]:
    return [*CHROMIUM_OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def postgres_folder() -> Path | None:
    """The folder with initdb and pg_ctl; Debian keeps them off the PATH. The newest one."""
    if path := shutil.which("initdb"):
        return Path(path).resolve().parent
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


@contextlib.contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """A PostgreSQL server of our own, on a free port, in a folder that is removed. Yields its URL."""
    folder = Path(tempfile.mkdtemp(prefix="partwright-postgres-"))
    prefix: list[str] = []
    if os.geteuid() == 0:  # initdb refuses root
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    port = free_port()
    # Nothing here has to outlive a power cut: without fsync the suite is several times faster.
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
    )
    data = folder / "data"

    def run(program: str, *arguments: str | Path) -> None:
        command: list[str | Path] = [*prefix, programs / program, *arguments]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}")

    try:
        run("initdb", "-D", data, "-U", "partwright", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        with (folder / "output").open("w") as output:  # a pipe would stay open as long as the server runs
            options_and_log = ("-o", options, "-w", "-l", folder / "log")
            command: list[str | Path] = [*prefix, programs / "pg_ctl", "-D", data, *options_and_log, "start"]
            subprocess.run(command, cwd=folder, check=True, stdout=output, stderr=output)
        try:
            yield f"postgres://partwright@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def redis_program() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")


@contextlib.contextmanager
def redis(program: str) -> Iterator[str]:
    """A Redis server of our own that keeps nothing. Yields its URL."""
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with tempfile.TemporaryDirectory(prefix="partwright-redis-") as folder:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        try:
            wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(10)


def wait_for_port(port: int, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
