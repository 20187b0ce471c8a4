"""Whatever a child does, the caller gets a value, no process and no file stays behind."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quoting.geometry import isolate
from quoting.geometry.isolate import Crash, Limit, Limits, Ok
from quoting.geometry.values import Reason
from tests import make_models as make
from tests.make_models import DATA
from tests.quoting.geometry import hostile_jobs as jobs

pytestmark = pytest.mark.slow  # kills processes and waits for limits

QUICK = Limits(wall_seconds=1.0, cpu_seconds=1, file_bytes=1024**2)


@pytest.fixture(autouse=True)
def nothing_stays_behind(tmp_path, monkeypatch):
    """All temporary folders go to a place of our own, which must be empty afterwards."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield
    assert list(place.iterdir()) == []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (jobs.eat_memory, Limit("memory")),
        (jobs.burn_time, Limit("time")),
        (jobs.crash_in_c, Crash("ended with -11, without an answer")),
        (jobs.leave_files_and_crash, Crash("ended with -11, without an answer")),
    ],
)
def test_a_child_that_goes_wrong(job, expected):
    assert isolate.run(job, limits=QUICK) == expected
    assert isolate.run(jobs.sleep, 0) == Ok("slept")


def test_a_child_that_waits_for_ever():
    started = time.monotonic()
    assert isolate.run(jobs.sleep, 60, limits=QUICK) == Limit("time")
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "job", [jobs.answer_too_much, jobs.answer_with_pickle, jobs.pretend_to_be_the_server, jobs.write_without_end]
)
def test_answers_that_cannot_be_believed(job):
    assert isinstance(isolate.run(job, limits=QUICK), Crash)


def test_an_error_comes_with_its_trace():
    outcome = isolate.run(jobs.raise_an_error)
    assert isinstance(outcome, Crash)
    assert "LookupError: what went wrong" in outcome.detail


def test_temporary_files_are_removed():
    outcome = isolate.run(jobs.leave_files)
    assert isinstance(outcome, Ok)
    assert not Path(outcome.value).exists()


def test_a_child_cannot_leave_a_process_behind():
    assert isinstance(isolate.run(jobs.fork_and_stay), Crash)
    assert not [pid for pid in children_of(isolate._running_server().process.pid) if alive(pid)]


def children_of(parent: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def test_children_see_no_secrets(monkeypatch):
    monkeypatch.setenv("PARTWRIGHT_SECRET_KEY", "secret")
    isolate._end(isolate._server)
    environment = isolate.run(jobs.environment).value
    assert "PARTWRIGHT_SECRET_KEY" not in environment
    assert environment["OPENBLAS_NUM_THREADS"] == "1"


def test_one_server_serves_many_threads():
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: isolate.run(jobs.process_ids), range(16)))
    assert len({child for child, _ in (outcome.value for outcome in outcomes)}) == 16
    assert len({server for _, server in (outcome.value for outcome in outcomes)}) == 1


def test_a_killed_server_is_started_again():
    server = isolate._running_server().process
    os.kill(server.pid, signal.SIGKILL)
    assert isolate.run(jobs.sleep, 0) == Ok("slept")


def test_a_server_killed_during_a_job_takes_its_child_along(tmp_path):
    """The job is tried once more: the one who killed the server may have meant another."""
    started = tmp_path / "pid"
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(isolate.run, jobs.start_a_file_then_sleep, str(started), limits=QUICK)
        until(lambda: started.exists() and started.read_text())
        first_child = int(started.read_text())
        os.kill(isolate._running_server().process.pid, signal.SIGKILL)
        assert outcome.result(timeout=10) == Limit("time")
    until(lambda: not alive(first_child))
    assert int(started.read_text()) != first_child


def test_everything_ends_with_its_owner(tmp_path):
    """The owner is killed without a chance to clean up."""
    started, temporary = tmp_path / "pid", tmp_path / "temporary"
    program = (
        "from quoting.geometry import isolate\n"
        f"isolate.run('tests.quoting.geometry.hostile_jobs:start_a_file_then_sleep', {str(started)!r})"
    )
    environment = os.environ | {"TMPDIR": str(temporary)}
    owner = subprocess.Popen([sys.executable, "-c", program], cwd=isolate.PROJECT_ROOT, env=environment)
    until(lambda: started.exists() and started.read_text(), 30)
    child = int(started.read_text())
    assert alive(child)
    owner.kill()
    owner.wait()
    until(lambda: not alive(child) and list(temporary.iterdir()) == [])


def test_a_forked_copy_of_the_process_gets_a_server_of_its_own():
    server = isolate.run(jobs.process_ids).value[1]
    program = (
        "import os, sys\n"
        "from quoting.geometry import isolate\n"
        "job = 'tests.quoting.geometry.hostile_jobs:process_ids'\n"
        "mine = isolate.run(job).value[1]\n"
        "if os.fork() == 0:\n"
        "    isolate.run(job)\n"
        "    os._exit(isolate.run(job).value[1] == mine)\n"
        "status = os.wait()[1]\n"
        "sys.exit(os.waitstatus_to_exitcode(status) or isolate.run(job).value[1] != mine)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=isolate.PROJECT_ROOT, check=False).returncode == 0
    assert isolate.run(jobs.process_ids).value[1] == server


def test_figures_picture_and_preview():
    measurement = isolate.measure_file(DATA / "l_bracket.stl")
    assert measurement.measured.figures.volume_mm3 == pytest.approx(16580.1387)
    assert measurement.seconds > 0
    assert isolate.render_thumbnail(DATA / "l_bracket.stl").startswith(isolate.PNG_SIGNATURE)
    assert isolate.make_preview(DATA / "l_bracket.stl").startswith(isolate.GLB_SIGNATURE)


def test_a_step_file_in_the_child_leaves_nothing():
    assert isolate.measure_file(DATA / "box_mm.step").measured.figures.volume_mm3 == pytest.approx(6000)


def test_refusals_come_through(tmp_path):
    bad = tmp_path / "bad.stl"
    bad.write_bytes(make.png())
    assert isolate.measure_file(bad).reason == Reason(code="not_a_model")
    assert isolate.render_thumbnail(bad) == isolate.make_preview(bad) == Reason(code="not_a_model")
    assert isolate.render_thumbnail(DATA / "cube20.stl", "", 7) == Reason(code="no_such_body", params={"body": "7"})
    assert isolate.measure_file(tmp_path / "missing.stl").reason == Reason(code="no_such_file")
    with pytest.raises(ValueError, match="furlong"):
        isolate.measure_file(bad, "furlong")


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Limit("time"), "time_limit"),
        (Limit("memory"), "memory_limit"),
        (Crash("anything"), "crashed"),
        (Ok({"measurement": '{"measured": 7}', "drawn": "R0lGODlh"}), "crashed"),
        (Ok(["not", "a", "measurement"]), "crashed"),
    ],
)
def test_every_outcome_becomes_a_reason(monkeypatch, outcome, code):
    monkeypatch.setattr(isolate, "run", lambda *_args, **_kwargs: outcome)
    assert isolate.measure_file(DATA / "cube20.stl").reason == Reason(code=code)
    assert isolate.render_thumbnail(DATA / "cube20.stl") == Reason(code=code)
    assert isolate.make_preview(DATA / "cube20.stl") == Reason(code=code)


def test_no_more_children_than_places(monkeypatch):
    running, most = [], []

    def answer(*_request):
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)
        running.pop()
        return b""

    monkeypatch.setattr(isolate, "_free_places", threading.BoundedSemaphore(2))
    monkeypatch.setattr(isolate, "_answer_to", answer)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: isolate.run("time:time"), range(6)))
    assert max(most) == 2


def test_the_front_door_needs_no_numpy():
    program = "import sys; from quoting.geometry import isolate; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=isolate.PROJECT_ROOT, check=False).returncode == 0
