"""`make test` and, with --quick, `make check`: everything that must hold, in one run, summed up in its last line.

What this machine has no program for (Chromium, PostgreSQL) is "not run": said in the last line, and a failure when
CI=true. The rest of the arguments goes to pytest.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from scripts import programs

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = {
    "lint": ["ruff", "check", "--quiet", "."],
    "form": ["ruff", "format", "--check", "--quiet", "."],
    "templates": ["djhtml", "--check", "templates"],
    "contracts": ["lint-imports", "--no-logo"],
    "types": ["mypy"],
}
TWO_AT_ONCE = ["--numprocesses=2", "--dist=loadfile"]
UNIT = ["-m", "not browser and not fault", *TWO_AT_ONCE]
UNIT_WITHOUT_SLOW = ["-m", "not browser and not fault and not slow", *TWO_AT_ONCE]
# What knows no database is the same on every one; so are the rules that the walk is about.
NO_DATABASE = ("quoting/geometry", "quoting/pricing", "orders/workflow/test_walk.py")
UNIT_ON_ANOTHER_DATABASE = [*UNIT, *(f"--ignore=tests/{path}" for path in NO_DATABASE)]
# Those marked `long` have whole demo shops of their own and are run by themselves (CONTRIBUTING.md).
FAULTS = ["-m", "fault and not long", "--numprocesses=2", "--dist=loadfile", "tests/faults"]


@dataclass
class Results:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    checks_failed: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    def count(self, report: Path, name: str, status: int) -> None:
        if not report.exists():  # pytest did not get as far as tests
            self.checks_failed.append(name)
            return
        for suite in ElementTree.parse(report).iter("testsuite"):
            tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            self.passed += tests - skipped - failed
            self.failed += failed
            self.skipped += skipped
        if status not in (0, 1):  # interrupted, internal error, wrong use, no test found
            self.checks_failed.append(name)

    def last_line(self) -> str:
        line = f"{self.passed} passed, {self.failed} failed"
        if self.skipped:
            line += f", {self.skipped} skipped"
        if self.checks_failed:
            line += f"; failed besides: {', '.join(self.checks_failed)}"
        if self.not_run:
            line += f"; not run: {', '.join(self.not_run)}"
        return line

    def ok(self) -> bool:
        return not (self.failed or self.checks_failed or (self.not_run and os.environ.get("CI") == "true"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options, pytest_arguments = parser.parse_known_args()
    started = time.monotonic()
    results = Results()
    check(results)
    suite(results, "suite on SQLite", UNIT_WITHOUT_SLOW if options.quick else UNIT, pytest_arguments)
    if not options.quick:
        with_postgres(results, pytest_arguments)
        with_chromium(results, pytest_arguments)
    print(f"\nafter {time.monotonic() - started:.0f} s:\n{results.last_line()}", flush=True)
    sys.exit(0 if results.ok() else 1)


def check(results: Results) -> None:
    """Side by side, as none of them keeps two cores busy; each one's words are shown only when it fails."""
    commands = {name: [str(BIN / command[0]), *command[1:]] for name, command in CHECKS.items()}
    commands["migrations"] = [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]
    running = {
        name: subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name, command in commands.items()
    }
    for name, process in running.items():
        output, _ = process.communicate()
        print(f"{name}: {'ok' if process.returncode == 0 else 'FAILED'}", flush=True)
        if process.returncode:
            print(output, flush=True)
            results.checks_failed.append(name)


def suite(
    results: Results, name: str, selection: list[str], more: list[str], env: dict[str, str] | None = None
) -> None:
    print(f"\n{name}", flush=True)
    with tempfile.TemporaryDirectory(prefix="partwright-report-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *selection, *more]
        status = subprocess.run(command, cwd=ROOT, env=os.environ | (env or {})).returncode
        results.count(report, name, status)


def with_postgres(results: Results, more: list[str]) -> None:
    """The suite again on PostgreSQL, and what breaks running instances, some of which use it too."""
    with contextlib.ExitStack() as stack:
        env = {}
        if folder := programs.postgres_folder():
            url = stack.enter_context(programs.postgres(folder))
            suite(results, "suite on PostgreSQL", UNIT_ON_ANOTHER_DATABASE, more, {"DATABASE_URL": url})
            env["TEST_POSTGRES_URL"] = url
        else:
            results.not_run.append("suite on PostgreSQL (no PostgreSQL here)")
        if not programs.redis_program():
            results.not_run.append("tests with Redis (no Redis here)")
        suite(results, "faults", FAULTS, more, env)


def with_chromium(results: Results, more: list[str]) -> None:
    if chromium := programs.chromium():
        env = {"CHROMIUM": chromium, "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        suite(results, "browser", ["-m", "browser", "tests/browser"], more, env)
    else:
        results.not_run.append("browser tests (no Chromium here)")


if __name__ == "__main__":
    main()
