"""A real `manage.py serve` in a data folder of its own, for browser tests, fault tests and pictures."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90.0


@dataclass
class Served:
    folder: Path
    env: dict[str, str] = field(default_factory=dict)  # more, or other, variables
    demo: bool = False
    process: "subprocess.Popen[str] | None" = None
    url: str = ""

    def start(self) -> "Served":
        """Until /ready says yes."""
        self.launch()
        self._wait_for_address()
        self.wait_for_ready(START_SECONDS)
        return self

    def launch(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve"],
                env=self._environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def __enter__(self) -> "Served":
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> int:
        assert self.process
        self.process.terminate()
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()

    def kill(self) -> None:
        """As the kernel does it when memory runs out."""
        assert self.process
        self.process.kill()
        self.process.wait(10)

    @property
    def output(self) -> Path:
        return self.folder / "output.txt"

    def said(self) -> str:
        return self.output.read_text()

    def _environment(self) -> dict[str, str]:
        ours = {"PARTWRIGHT_DATA": str(self.folder), "PYTHONUNBUFFERED": "1"}
        if self.demo:
            ours["PARTWRIGHT_DEMO"] = "1"
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PARTWRIGHT_")
            and name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "PORT", "DJANGO_ALLOW_ASYNC_UNSAFE"}
        }
        return kept | ours | self.env

    def _wait_for_address(self) -> None:
        """`serve` writes it beside its lock once it has a port."""
        note = self.folder / "serve.lock"
        self.wait_until(lambda: note.exists() and note.read_text().startswith("http"), START_SECONDS)
        self.url = note.read_text().split()[0]

    def wait_for_ready(self, seconds: float) -> None:
        self.wait_until(lambda: self.status("/ready") == 200, seconds)

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> float:
        """How long it took. An instance that has ended meanwhile is a failure that shows what it said."""
        started = time.monotonic()
        while not condition():
            assert self.process
            if self.process.poll() is not None:
                raise AssertionError(f"serve ended with {self.process.returncode}: {self.said()}")
            if time.monotonic() - started > seconds:
                raise AssertionError(f"not within {seconds} s; /ready: {self.get('/ready')}; serve said: {self.said()}")
            time.sleep(0.1)
        return time.monotonic() - started

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except (OSError, ValueError) as error:
            return 0, str(error)

    def status(self, path: str) -> int:
        return self.get(path)[0]

    # Its processes, as the kernel sees them (Linux) ----------------------------------------------------------------

    def pids(self, *words: str) -> list[int]:
        """Processes of this data folder whose command line holds all the words."""
        # The broker overwrites its environment, but names the folder.
        marker = f"PARTWRIGHT_DATA={self.folder}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has just ended
                environment = (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                ours = marker in environment or str(self.folder) in command
                if ours and all(word in command for word in words) and not _is_zombie(folder):
                    found.append(int(folder.name))
        return sorted(found)

    def pids_without_leash(self, *words: str) -> list[int]:
        leashes = self.pids("leash.py")
        return [pid for pid in self.pids(*words) if pid not in leashes]


def _is_zombie(process: Path) -> bool:
    return (process / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
