"""kill -9 of whatever runs, at random moments, while customers and staff work; afterwards `manage.py verify` finds
nothing, and nothing that was answered is missing.

    KILL_SECONDS=600 KILL_SEED=7 pytest -q -m long tests/faults/test_kills.py
"""

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.faults.inside import rows, settled
from tests.faults.test_broker import Visitor, emails
from tests.faults.test_serve import CHILDREN
from tests.notifications.servers import Post, running
from tests.orders import pages
from tests.served import ROOT, Served, kill

pytestmark = pytest.mark.long

SECONDS = float(os.environ.get("KILL_SECONDS", "20"))
SEED = int(os.environ.get("KILL_SEED", "12"))  # of what is killed and when
SETTLED_WITHIN = 90.0
CLIENTS = 2


@pytest.fixture
def post() -> Iterator[Post]:
    with running(Post()) as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path, post: Post) -> Iterator[Served]:
    instance = Served(tmp_path / "data", {"PARTWRIGHT_SMTP_URL": post.url}, demo=True)
    try:
        yield instance.start()
    finally:
        instance.stop()


class Working(threading.Thread):
    """A customer and a manager who go on until told to stop, and note what they were told was done."""

    def __init__(self, shop: Served, edge: int, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.shop, self.edge, self.over = shop, edge, over
        self.customer, self.manager = Visitor(shop), Visitor(shop)
        self.customer.log_in("customer")
        self.manager.log_in("manager")
        self.placed: list[int] = []
        self.held: list[int] = []
        self.paid: list[int] = []
        self.troubles: list[str] = []

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self._round()
            except (
                OSError,
                HTTPException,
                AssertionError,
                IndexError,
                ValueError,
            ) as error:  # its server was killed in the middle
                self.troubles.append(repr(error)[:200])
                time.sleep(0.2)

    def _round(self) -> None:
        self.edge += CLIENTS
        quote = self.customer.upload(self.edge % 50 + 10)
        self._until_priced(quote)
        number = self.customer.place(self.customer.check_out(quote))
        self.placed.append(number)
        order = self.customer.get(
            rows(self.shop, f"SELECT '/orders/' || public_id || '/' FROM orders_order WHERE number = {number}")[0][0]
        )
        paying = self.customer.post(f"{order.url}pay/", pages.fields(order, "pay_now"))
        self.customer.post(paying.url, {**pages.fields(paying, "demo_pay"), "choice": "pay"})
        self.paid.append(number)
        self.manager.hold(number)
        self.held.append(number)

    def _until_priced(self, quote: str) -> None:
        until = time.monotonic() + 15
        while not self.customer.is_priced(quote):
            assert time.monotonic() < until and not self.over.is_set()
            time.sleep(0.1)


def test_kill_9_at_random(shop: Served, post: Post) -> None:
    print(f"KILL_SEED={SEED}")
    chance, over = random.Random(SEED), threading.Event()
    workers = [Working(shop, number, over) for number in range(CLIENTS)]
    for one in workers:
        one.start()
    kills, ends = 0, time.monotonic() + SECONDS
    while time.monotonic() < ends:
        time.sleep(chance.uniform(0.5, 3))
        if chance.random() < 0.15:
            shop.kill()
            shop.env["PORT"] = shop.url.rsplit(":", 1)[1]
            deadline = time.monotonic() + 10
            while shop.pids() and time.monotonic() < deadline:
                time.sleep(0.1)
            shop.start()
        elif found := shop.pids_without_leash(*CHILDREN[chance.choice(list(CHILDREN))]):
            with contextlib.suppress(ProcessLookupError):
                kill(chance.choice(found))
        kills += 1
    shop.wait_for_ready(60)
    done = sum(len(one.held) for one in workers)
    shop.wait_until(lambda: sum(len(one.held) for one in workers) > done, SETTLED_WITHIN)  # it works again
    over.set()
    for one in workers:
        one.join(60)
    shop.wait_until(lambda: settled(shop), SETTLED_WITHIN)

    verify = subprocess.run(
        [sys.executable, "manage.py", "verify"], cwd=ROOT, env=shop._environment(), capture_output=True, text=True
    )
    assert verify.returncode == 0, f"KILL_SEED={SEED}: {verify.stderr}"
    for one in workers:
        assert set(one.placed) <= numbers(shop, "SELECT number FROM orders_order WHERE status != 'draft'")
        assert set(one.held) <= numbers(shop, "SELECT number FROM orders_order WHERE status = 'on_hold'")
        assert set(one.paid) <= numbers(shop, "SELECT number FROM orders_order WHERE paid > 0")
    owed = {(message_id, to) for _, message_id, people in emails(shop) for to in people}
    sent = [(mail.message_id.replace("<copy.", "<"), to) for mail in post.taken for to in mail.recipients]
    assert owed <= set(sent) | kept_without_sending(shop), "none is lost"
    assert len(sent) - len(set(sent)) <= 2 * kills, "at most the one in flight at each kill"
    print(f"{kills} kills, {sum(len(one.held) for one in workers)} orders to the end, {len(sent)} mails")


def numbers(shop: Served, query: str) -> set[object]:
    return {number for (number,) in rows(shop, query)}


def kept_without_sending(shop: Served) -> set[tuple[str, str]]:
    """Those that the demo shop's past is made of."""
    return {(message_id, to) for state, message_id, people in emails(shop) if state == "kept" for to in people}
