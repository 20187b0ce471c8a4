"""No mail is lost, whoever dies: the worker in mid-send, or the broker."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notifications.servers import Post, running
from tests.served import Served, kill

WITHIN = 60.0  # seconds, all mails are out
KILLS = 3
SCRIPT = Path(__file__).with_name("owe_mails.py")


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with running(Post()) as server:
        yield server


@pytest.fixture(scope="module")
def shop(post: Post, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("mail"), {"PARTWRIGHT_SMTP_URL": post.url}) as instance:
        yield instance


def owe(shop: Served, name: str, many: int) -> float:
    """How long the slowest deed took."""
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TMPDIR"}}
    env = kept | {"PARTWRIGHT_DATA": str(shop.folder)} | shop.env
    command = [sys.executable, str(SCRIPT), name, str(many)]
    return float(subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=60).stdout)


def states(shop: Served, name: str) -> Counter[str]:
    with contextlib.closing(sqlite3.connect(shop.folder / "partwright.sqlite3", timeout=20)) as connection:
        rows = connection.execute("SELECT state FROM notifications_outgoingemail WHERE key LIKE ?", (f"{name}:%",))
        return Counter(state for (state,) in rows)


def message_ids(shop: Served, name: str) -> set[str]:
    with contextlib.closing(sqlite3.connect(shop.folder / "partwright.sqlite3", timeout=20)) as connection:
        rows = connection.execute("SELECT message_id FROM notifications_outgoingemail WHERE key LIKE ?", (f"{name}:%",))
        return {message_id for (message_id,) in rows}


def test_kill_9_in_mid_send(shop: Served, post: Post) -> None:
    """The server has the mail and has not yet said so, or just has: the moment at which a double can come about."""
    chance = random.Random(11)
    post.seconds = 0.05
    for number in range(KILLS):
        owe(shop, f"killed:{number}", 15)  # and so wakes the worker that has just been started again
        post.in_flight.clear()
        assert post.in_flight.wait(30)
        time.sleep(chance.uniform(0, 0.1))
        workers = shop.pids_without_leash("celery", "worker@")
        for pid in workers:
            kill(pid)
        shop.wait_until(lambda dead=workers: not set(dead) & set(shop.pids("celery", "worker@")), 10)
    took = shop.wait_until(lambda: states(shop, "killed") == {"sent": 30 * KILLS}, WITHIN)
    assert took < WITHIN
    times = Counter(mail.message_id for mail in post.taken)
    assert set(times) == message_ids(shop, "killed"), "none is lost, and a repeat has the same Message-ID"
    assert max(times.values()) <= 1 + KILLS
    assert sum(times.values()) - len(times) <= KILLS, "at most the one in flight"


def test_broker_stopped_and_flushed(shop: Served, post: Post) -> None:
    post.seconds = 0.0
    post.taken.clear()
    (broker,) = shop.pids_without_leash("valkey-server")
    os.kill(broker, signal.SIGSTOP)
    try:
        assert owe(shop, "silent", 20) < 1, "no deed waits for it"
        assert states(shop, "silent").total() == 40
    finally:
        kill(broker)  # and with it everything that was announced: it keeps nothing on disk
    shop.wait_until(lambda: states(shop, "silent") == {"sent": 40}, WITHIN)
    assert sorted(mail.message_id for mail in post.taken) == sorted(message_ids(shop, "silent")), "each once"
