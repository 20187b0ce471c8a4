"""Two installations on one machine: each has its own orders, mails, sessions, queue and files."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.inside import rows, settled
from tests.faults.test_broker import Visitor
from tests.served import Served

WITHIN = 60.0  # seconds

pytestmark = pytest.mark.long


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[Served]]:
    shops = [Served(tmp_path / name, demo=True) for name in ("one", "two")]
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Served.start, shops))
        yield shops
    finally:
        for shop in shops:
            shop.stop()


def test_nothing_crosses(two: list[Served]) -> None:
    one, other = two
    assert one.url != other.url
    mails = "SELECT message_id FROM notifications_outgoingemail"
    orders = "SELECT public_id FROM orders_order"
    for shop in two:
        shop.wait_until(lambda shop=shop: settled(shop), WITHIN)  # the demo's papers are made
    untouched = rows(other, orders), rows(other, mails), files(other)

    customer = Visitor(one)
    customer.log_in("customer")
    quote = customer.upload(edge=23)
    one.wait_until(lambda: customer.is_priced(quote), 30)
    number = customer.place(customer.check_out(quote))
    one.wait_until(lambda: settled(one), WITHIN)
    assert (rows(other, orders), rows(other, mails), files(other)) == untouched

    second = Visitor(other)
    second.log_in("customer")
    quote = second.upload(edge=23)
    other.wait_until(lambda: second.is_priced(quote), 30)
    assert second.place(second.check_out(quote)) == number, "each counts its own"
    assert not set(rows(one, mails)) & set(rows(other, mails))
    assert not set(one.pids("valkey-server")) & set(other.pids("valkey-server"))
    for shop in two:
        assert not list((shop.folder / "incoming").iterdir())
    # A browser sends its cookies to every port of a host: the other shop's session signs nobody in here.
    customer.shop = other
    assert "/login/" in customer.get("/orders/").url


def files(shop: Served) -> set[str]:
    return {str(path.relative_to(shop.folder)) for path in (shop.folder / "files").rglob("*") if path.is_file()}
