"""`make fresh`: what somebody gets who has just cloned the committed state, with an empty home and a bare environment."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALL_AND_START_SECONDS = 600.0
# How packages are reached is the machine's business, not the home folder's.
KEPT = ("PATH", "CI", "CHROMIUM", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="partwright-fresh-") as folder:
        home, checkout = Path(folder, "home"), Path(folder, "checkout")
        home.mkdir()
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        env |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "npm_config_"))}
        env["HOME"] = str(home)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
        first = start_and_stop(checkout, env)
        second = start_and_stop(checkout, env)
        print(f"make run: ready after {first:.0f} s, the second time after {second:.0f} s", flush=True)
        status = subprocess.run(["make", "test"], cwd=checkout, env=env).returncode
        left = subprocess.run(["git", "status", "--short"], cwd=checkout, capture_output=True, text=True).stdout
        if left:
            sys.exit(f"make fresh: running it changed or left files that git does not ignore:\n{left}")
        sys.exit(status)


def start_and_stop(checkout: Path, env: dict[str, str]) -> float:
    """Seconds until `make run` is ready. It is stopped as by Ctrl-C in its terminal."""
    started = time.monotonic()
    note = checkout / "var" / "serve.lock"
    note.unlink(missing_ok=True)
    process = subprocess.Popen(["make", "run"], cwd=checkout, env=env, start_new_session=True)
    try:
        while not ready(note):
            if process.poll() is not None:
                sys.exit(f"make fresh: make run ended with {process.returncode}")
            if time.monotonic() - started > INSTALL_AND_START_SECONDS:
                sys.exit(f"make fresh: not ready after {INSTALL_AND_START_SECONDS:.0f} s")
            time.sleep(0.2)
        return time.monotonic() - started
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def ready(note: Path) -> bool:
    """`serve` writes its address beside its lock."""
    if not note.exists() or not note.read_text().startswith("http"):
        return False
    try:
        with urllib.request.urlopen(f"{note.read_text().split()[0]}/ready", timeout=5):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    main()
