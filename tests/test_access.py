"""Every URL × role × own or foreign × method → answer, against a written table (tests/data/access.csv). A URL without a row fails.

`own` is the customer to whom draft and order belong, `stranger` a customer of another company, `staff` each of the four
roles. What is not yours does not exist: 404. `login` is the way to the log-in page.
"""

import csv
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import staff
from accounts.models import Address, Invitation, Role, User
from api import keys
from api.models import ApiKey, Delivery, Endpoint
from api.webhooks import endpoints, outbox
from notifications.models import OutgoingEmail
from orders.models import Order
from orders.workflow.actors import customer
from tests import factories

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).parent / "data" / "access.csv"
Row = dict[str, str]


def rows() -> list[Row]:
    lines = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter=";"))


def url_names(resolver: URLResolver | None = None) -> set[str]:
    names: set[str] = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            names.add(str(entry.name))
        else:
            names |= url_names(entry)
    return names


def test_every_url_has_its_rows() -> None:
    table = {row["name"] for row in rows()}
    assert url_names() == table
    assert {(row["name"], row["method"]) for row in rows()} == {(name, m) for name in table for m in ("GET", "POST")}


@pytest.fixture
def world() -> dict[str, object]:
    """A draft and a placed order with a purchase order, of one customer; the words of the table's `args` name them."""
    factories.make_shop()
    owner = factories.make_customer(email="own@example.org")
    draft, order = factories.make_draft(owner), factories.make_order(owner)
    factories.do(order, "provide_po", customer(owner), po_number="PO-1", po_total=order.total)
    order.checkouts.create(provider="demo", key="k", amount=order.total, currency="EUR", created_at=factories.NOON)
    keys.make(owner, "ERP", ["orders:read"], now=factories.NOON, expires_at=None)
    hook, _secret = endpoints.make("https://example.org/", company=owner.company, by=owner, now=factories.NOON)
    outbox.ping(hook, factories.NOON)
    staff.invite("new@example.org", "Neu", ["sales"], by=factories.make_staff("manager"), now=factories.NOON)
    address = Address.objects.create(company=owner.company, **factories.ADDRESS)
    return {"owner": owner, "draft": draft, "order": Order.objects.get(pk=order.pk), "address": address.pk}


def people(world: dict[str, object]) -> dict[str, User | None]:
    staff = {role: factories.make_staff(role) for role in Role.values}
    return {"anonymous": None, "own": world["owner"], "stranger": factories.make_customer(), **staff}  # type: ignore[dict-item]


def arguments(row: Row, world: dict[str, object]) -> list[object]:
    draft, order = world["draft"], world["order"]
    assert isinstance(draft, Order) and isinstance(order, Order)
    line = draft.lines.get()
    known: dict[str, object] = {
        "draft": draft.public_id,
        "line": line.pk,
        "part": line.part_id,
        "order": order.public_id,
        "number": order.number,
        "po": order.purchase_orders.get().pk,
        "checkout": order.checkouts.get().pk,
        "session": "demo_x",
        "event": "placed",
        "audience": "shop",
        "index": 0,
        "where": "fdm/basics",
        "one": order.price_list.number,
        "paper": order.documents.get(kind="confirmation").pk,
        "transition": "put_on_hold",
        "email": OutgoingEmail.objects.filter(event="placed", audience="shop").values_list("pk", flat=True).first(),
        "address": world["address"],
        "company": order.company_id,
        "person": order.customer_id,
        "colleague": User.objects.exclude(roles=[]).order_by("pk").values_list("pk", flat=True)[0],
        "invitation": Invitation.objects.get().pk,
        "join": staff.token_of(Invitation.objects.get()),
        "section": "identity",
        "logo": "none.png",
        "key": "MQ:abc",
        "uuid": "00000000-0000-4000-8000-000000000000",
        "uid": "1",
        "token": "set-password",
        "apikey": ApiKey.objects.values_list("pk", flat=True).get(),
        "endpoint": Endpoint.objects.values_list("pk", flat=True).get(),
        "delivery": Delivery.objects.values_list("pk", flat=True).get(),
    }
    return [known[word] for word in row["args"].split()]


def answer(response: HttpResponse) -> str:
    if response.streaming:
        list(response.streaming_content)  # read to its end, it is closed
    if response.status_code == 302 and response["Location"].startswith(reverse("account_login")):
        return "login"
    return str(response.status_code)


def first_word(name: str) -> str:
    return name.partition("_")[0]


@pytest.mark.parametrize("group", sorted({first_word(row["name"]) for row in rows()}))
def test_urls(group: str, world: dict[str, object]) -> None:
    """The world is made once for all URLs of a group; each row begins with it untouched."""
    wrong = []
    visitors = {who: visitor(user) for who, user in people(world).items()}
    for row in rows():
        if first_word(row["name"]) == group:
            path = reverse(row["name"], args=arguments(row, world))
            for who, cookies in visitors.items():
                expected = row["staff"] if who in Role.values else row[who]
                if (got := ask(row["method"], path, cookies)) not in expected.split("|"):
                    wrong.append(f"{row['method']} {path} by {who}: {got} instead of {expected}")
    assert not wrong


def visitor(user: User | None) -> SimpleCookie:
    """The cookies of somebody who has just logged in."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.cookies


def ask(method: str, path: str, cookies: SimpleCookie) -> str:
    cache.clear()  # rate limits are about persons, not about this table
    client = Client()
    client.cookies = SimpleCookie(cookies.output(header="", sep=";"))
    with transaction.atomic():
        got = answer(client.get(path) if method == "GET" else client.post(path, {"empty": "form"}))
        transaction.set_rollback(True)
    return got
