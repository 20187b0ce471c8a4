"""What `manage.py serve` promises: one instance per folder, nothing stays dead, nothing stays behind."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts import programs
from tests.served import Served, kill

BACK_WITHIN = 5.0
GONE_WITHIN = 5.0
STOPPED_WITHIN = 25.0  # of them 15 for visitors; each worker used to take its 20 in turn
CHILDREN = {
    "broker": ("valkey-server",),
    "worker": ("celery", "worker@"),
    "geometry": ("celery", "geometry@"),
    "beat": ("celery", "beat"),
    "web": ("gunicorn",),
}


@pytest.mark.parametrize("name", CHILDREN)
def test_a_killed_child_is_back(served: Served, name: str) -> None:
    words = CHILDREN[name]
    before = served.pids_without_leash(*words)
    kill(before[0])  # the oldest: of the web server the master
    served.wait_until(lambda: bool(set(served.pids_without_leash(*words)) - set(before)), BACK_WITHIN)
    served.wait_until(lambda: before[0] not in served.pids(*words), BACK_WITHIN)
    served.wait_for_ready(30)
    assert f"{name} ended" in served.said()


def test_a_killed_leash_leaves_no_double(served: Served) -> None:
    words = CHILDREN["beat"]
    (leash,) = set(served.pids(*words)) - set(served.pids_without_leash(*words))
    orphan = served.pids_without_leash(*words)
    kill(leash)
    served.wait_until(lambda: not set(orphan) & set(served.pids(*words)), BACK_WITHIN)
    served.wait_until(lambda: len(served.pids(*words)) == 2, BACK_WITHIN)


def test_while_the_web_server_starts_again_nobody_is_refused(served: Served) -> None:
    before = served.pids_without_leash("gunicorn")
    kill(before[0])
    served.wait_until(lambda: not set(before) & set(served.pids("gunicorn")), BACK_WITHIN)
    assert served.status("/health") == 200  # waited in the socket that the supervisor holds
    served.wait_for_ready(30)


def test_a_web_worker_is_replaced(served: Served) -> None:
    before = served.pids_without_leash("gunicorn")
    kill(before[-1])
    served.wait_until(lambda: len(set(served.pids_without_leash("gunicorn")) - {before[-1]}) == len(before), 10)
    assert served.status("/health") == 200


def test_ready_tells_which_part_is_missing(served: Served) -> None:
    stopped = served.pids_without_leash(*CHILDREN["geometry"])
    try:
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        forget_signs_of_life(served)
        status, body = served.get("/ready")
        assert status == 503
        assert '"workers": "not seen: ' in body
        assert "geometry" in body
        assert served.status("/health") == 200
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    served.wait_for_ready(20)


def test_ready_without_broker(served: Served) -> None:
    (broker,) = served.pids_without_leash(*CHILDREN["broker"])
    os.kill(broker, signal.SIGSTOP)
    try:
        status, body = served.get("/ready")
        assert status == 503
        assert '"broker": "unreachable"' in body
    finally:
        os.kill(broker, signal.SIGCONT)
    served.wait_for_ready(20)


def test_a_second_one_on_the_same_folder_is_refused(served: Served) -> None:
    second = run_serve({"PARTWRIGHT_DATA": str(served.folder)})
    assert second.returncode == 1
    assert served.url in second.stderr
    assert str(served.folder) in second.stderr
    assert served.status("/ready") == 200


def test_a_second_folder_runs_beside_it(served: Served, own: Served) -> None:
    own.start()
    assert own.url != served.url
    assert own.status("/ready") == served.status("/ready") == 200


def test_a_port_that_is_asked_for_and_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run_serve({"PARTWRIGHT_DATA": str(tmp_path), "PORT": port})
    assert result.returncode == 1
    assert port in result.stderr
    assert "Traceback" not in result.stderr


def test_kill_9_leaves_nothing_behind(own: Served) -> None:
    own.start()
    assert len(own.pids()) >= 12
    own.kill()
    wait_until_gone(own)


def test_kill_9_while_preparing_leaves_nothing_behind(own: Served) -> None:
    own.launch()
    own.wait_until(lambda: bool(own.pids("prepare")), 10)
    own.kill()
    wait_until_gone(own)


def test_stop_is_in_order_and_complete_and_a_long_path_works(tmp_path: Path) -> None:
    folder = tmp_path / ("a-long-name-" * 10)
    instance = Served(folder).start()
    assert not (folder / "broker.sock").exists()
    assert instance.stop() == 0
    assert instance.pids() == []
    assert instance.said().rstrip().endswith("stopped")


def test_without_a_broker_it_stops_within_seconds(own: Served) -> None:
    """Silent, not gone: then it would be started again. The workers hang on it and are not waited for."""
    own.start()
    (broker,) = own.pids_without_leash(*CHILDREN["broker"])
    os.kill(broker, signal.SIGSTOP)
    time.sleep(1)
    started = time.monotonic()
    assert own.stop() == 0
    assert time.monotonic() - started < STOPPED_WITHIN
    assert own.pids() == []


@pytest.mark.postgres
def test_with_postgres_and_redis(own: Served, postgres_url: str) -> None:
    program = programs.redis_program()
    if not program:
        pytest.skip("no Redis")
    with programs.redis(program) as redis_url:
        own.env |= {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url}
        own.start()
        assert own.pids_without_leash("valkey-server") == []
        own.stop()


def wait_until_gone(instance: Served) -> None:
    deadline = time.monotonic() + GONE_WITHIN
    while left := instance.pids():
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def run_serve(env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    clean = {
        name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV"}
    }
    command = [sys.executable, "manage.py", "serve"]
    return subprocess.run(command, env=clean | env, capture_output=True, text=True, timeout=30)


def forget_signs_of_life(served: Served) -> None:
    """Instead of waiting the half minute after which they count no more."""
    connection = sqlite3.connect(served.folder / "partwright.sqlite3", timeout=20)
    with connection:
        connection.execute("DELETE FROM cache WHERE cache_key LIKE '%alive:%'")
    connection.close()
