"""What staff do on an order beside moving it, button by button: right, refused, pressed twice, somebody was faster."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import OutgoingEmail
from orders.models import HistoryEntry, Message, Order, Shipment
from orders.workflow.actors import staff
from orders.workflow.history import first_fault
from orders.workflow.letters import write
from tests.backoffice.helpers import change, mails, order_url, signed_in, status_of
from tests.factories import advance, make_customer, make_order, make_staff

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 drawing"


def press(client: Client, order: Order, what: str, **fields: Any) -> HttpResponse:
    version = Order.objects.values_list("version", flat=True).get(pk=order.pk)
    return client.post(f"{order_url(order)}{what}/", {"key": str(uuid4()), "version": version, **fields})


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


# --- messages


def test_a_thread_from_both_sides() -> None:
    owner = make_customer()
    order, shop, buyer = make_order(owner), signed_in("sales"), signed_in(user=owner)
    file = SimpleUploadedFile("../drawing.pdf", PDF)
    assert press(shop, order, "messages", body="Is M4 right?", attached=file).status_code == 303
    press(shop, order, "messages", body="He always pays late", internal="on")
    customers_page = f"/orders/{order.public_id}/"
    seen = buyer.get(customers_page).content.decode()
    assert "Is M4 right?" in seen and "pays late" not in seen
    answer = buyer.post(customers_page + "messages/", {"key": str(uuid4()), "body": "Yes, M4 <b>please</b>"})
    assert answer.status_code == 303
    page = shop.get(order_url(order)).content.decode()
    assert "Yes, M4 &lt;b&gt;please&lt;/b&gt;" in page and "pays late" in page
    assert mails(order, "message") == ["customer", "shop"]
    told = OutgoingEmail.objects.get(event="message", audience="customer")
    assert told.facts["note"] == "Is M4 right?"
    attachment = Message.objects.get(body="Is M4 right?").attachments.get()
    for who, url in ((buyer, f"{customers_page}messages/"), (shop, f"{order_url(order)}attachments/")):
        got = who.get(f"{url}{attachment.pk}/")
        assert got.content == PDF and got["Content-Disposition"] == 'attachment; filename="drawing.pdf"'
    assert signed_in(user=make_customer()).get(f"{customers_page}messages/{attachment.pk}/").status_code == 404


def test_files_of_internal_messages_stay_inside() -> None:
    owner = make_customer()
    order = make_order(owner)
    file = SimpleUploadedFile("x.pdf", PDF)
    message = write(
        order.pk, "x", actor=staff(make_staff("sales")), key="k", now=timezone.now(), internal=True, files=[file]
    )
    url = f"/orders/{order.public_id}/messages/{message.attachments.get().pk}/"
    assert signed_in(user=owner).get(url).status_code == 404
    assert not mails(order, "message")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"body": ""}, 422),
        ({"body": "x" * 4001}, 422),
        ({"body": "x", "key": "nonsense"}, 422),
        ({"body": "x", "attached": ("evil.pdf", b"<script>")}, 422),
        ({"body": "x"}, 303),
    ],
)
def test_what_a_message_must_be(fields: dict[str, Any], expected: int) -> None:
    order = make_order()
    data = {**fields, **({"attached": SimpleUploadedFile(*fields["attached"])} if "attached" in fields else {})}
    assert press(signed_in("production"), order, "messages", **data).status_code == expected
    assert Message.objects.count() == (expected == 303)


def test_a_message_sent_twice_is_one() -> None:
    order, client, key = make_order(), signed_in("sales"), str(uuid4())
    for _ in range(2):
        assert press(client, order, "messages", body="Hello", key=key).status_code == 303
    assert Message.objects.count() == 1
    assert mails(order, "message") == ["customer"]


# --- facts


def test_facts_of_an_agreed_order_change_with_history() -> None:
    order, owner = advance(make_order(), "start_manufacturing"), make_staff("sales")
    client = signed_in("production")
    values = {"owner": owner.pk, "promised_date": "2031-05-02", "tracking": "JJD1", "staff_note": "call first"}
    assert press(client, order, "facts", **values).status_code == 303
    now = fresh(order)
    assert (now.owner, now.promised_date, now.tracking) == (owner, date(2031, 5, 2), "JJD1")
    assert now.status == "manufacturing"
    entry = order.history.last()
    assert entry and entry.details and entry.details["changed"]["owner"] == [None, str(owner)]
    assert first_fault(now) is None
    assert "call first" in client.get(order_url(order)).content.decode()
    assert client.get("/backoffice/orders/", {"q": "jjd1"}).context["rows"]  # type: ignore[attr-defined]


def test_facts_as_they_were_are_no_deed_and_stale_ones_are_told() -> None:
    order, client = make_order(), signed_in("sales")
    promised = order.promised_date.isoformat() if order.promised_date else ""
    before = HistoryEntry.objects.count()
    assert press(client, order, "facts", promised_date=promised).status_code == 303
    assert HistoryEntry.objects.count() == before
    late = press(client, order, "facts", version=order.version - 1, carrier="DHL")
    assert late.status_code == 409
    again = late.context["tend_form"]  # type: ignore[attr-defined]
    assert (again["version"].value(), again["carrier"].value()) == (str(order.version), "DHL")
    assert press(client, order, "facts", owner=make_customer().pk).status_code == 422
    assert press(client, order, "facts", promised_date="soon").status_code == 422
    assert fresh(order).carrier == ""


# --- lines


def test_how_far_a_line_is_moves_no_order() -> None:
    order, client = advance(make_order(), "start_manufacturing"), signed_in("production")
    line = order.lines.get()
    key = str(uuid4())
    for _ in range(2):
        press(client, order, f"lines/{line.pk}/work", work="making", work_note="plate 3", key=key)
    line.refresh_from_db()
    assert (line.work, line.work_note, status_of(order)) == ("making", "plate 3", "manufacturing")
    assert order.history.filter(name="worked").count() == 1
    press(client, order, f"lines/{line.pk}/work", work="nonsense")
    other = make_order().lines.get()
    press(client, order, f"lines/{other.pk}/work", work="done")
    other.refresh_from_db()
    assert other.work == ""
    assert press(signed_in("sales"), order, f"lines/{line.pk}/work", work="done").status_code == 403


# --- parts of an order


def shippable() -> Order:
    return advance(make_order(lines=2), "start_manufacturing")  # two lines of two pieces


def test_a_part_is_sent_and_the_rest_goes_with_ship() -> None:
    order, client = shippable(), signed_in("production")
    first, second = order.lines.all()
    fields = {f"line_{first.pk}": 2, f"line_{second.pk}": 1, "tracking": "A1", "mail_customer": "on"}
    assert press(client, order, "ship-part", **fields).status_code == 303
    assert status_of(order) == "manufacturing"
    mail = OutgoingEmail.objects.get(event="part_shipped")
    assert [(line["name"], line["quantity"]) for line in mail.facts["lines"]] == [(first.name, 2), (second.name, 1)]
    assert "part 1.stl" in client.get(f"/backoffice/emails/{mail.pk}/html/").content.decode()
    change(client, order, "ship", tracking="A2")
    sent = [
        [(sent.line_id, sent.quantity) for sent in shipment.lines.all()] for shipment in order.shipments.order_by("pk")
    ]
    assert sent == [[(first.pk, 2), (second.pk, 1)], [(second.pk, 1)]]
    assert first_fault(fresh(order)) is None
    assert client.get("/backoffice/orders/", {"q": "a2"}).status_code == 200


@pytest.mark.parametrize(
    ("quantities", "status", "expected"),
    [
        ((0, 0), "manufacturing", 422),
        ((3, 0), "manufacturing", 422),
        ((-1, 1), "manufacturing", 422),
        ((2, 2), "manufacturing", 422),  # that is all: Ship
        ((1, 0), "manufacturing", 303),
        ((1, 0), "on_hold", 422),
    ],
)
def test_what_a_part_may_be(quantities: tuple[int, int], status: str, expected: int) -> None:
    order = shippable()
    if status == "on_hold":
        advance(order, "put_on_hold")
    fields = {f"line_{line.pk}": many for line, many in zip(order.lines.all(), quantities, strict=True)}
    assert press(signed_in("production"), order, "ship-part", **fields).status_code == expected
    assert Shipment.objects.count() == (expected == 303)


def test_a_part_is_sent_once_by_those_who_may() -> None:
    order, client, key = shippable(), signed_in("production"), str(uuid4())
    line = order.lines.all()[0]
    for _ in range(2):
        assert press(client, order, "ship-part", key=key, **{f"line_{line.pk}": 1}).status_code == 303
    assert Shipment.objects.count() == 1
    assert press(signed_in("sales"), order, "ship-part", **{f"line_{line.pk}": 1}).status_code == 403
    assert client.get(f"{order_url(make_order())}ship-part/").status_code == 303  # not released


# --- the page


def test_the_page_costs_the_same_with_30_messages() -> None:
    order, client, author = make_order(), signed_in("manager"), staff(make_staff("sales"))

    def cost() -> int:
        client.get(order_url(order))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(order_url(order)).status_code == 200
        return len(captured)

    def say(number: int) -> None:
        file = SimpleUploadedFile("x.pdf", PDF)
        write(order.pk, "x", actor=author, key=str(number), now=timezone.now(), internal=True, files=[file])

    say(0)
    one = cost()
    for number in range(1, 30):
        say(number)
    assert cost() == one


def test_an_invoice_that_stands_is_not_offered_again() -> None:
    order, client = make_order(), signed_in("accounting")
    assert f"{order_url(order)}invoice/" in client.get(order_url(order)).content.decode()
    client.post(f"{order_url(order)}invoice/")
    assert f"{order_url(order)}invoice/" not in client.get(order_url(order)).content.decode()


def test_an_order_on_hold_says_when_it_was_promised() -> None:
    order = advance(make_order(), "put_on_hold")
    page = signed_in("sales").get(order_url(order)).content.decode()
    assert "The days on hold are added" in page
