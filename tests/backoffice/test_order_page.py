"""The page of an order: what it shows, its documents, and at what cost."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import LineWarning, Order, PurchaseOrder
from orders.payments import ledger
from orders.workflow.actors import customer, staff
from tests.backoffice.helpers import order_url, signed_in
from tests.factories import (
    add_line,
    advance,
    do,
    make_company,
    make_customer,
    make_draft,
    make_order,
    make_part,
    make_shop,
    make_staff,
)

pytestmark = pytest.mark.django_db


def text(client: Client, order: Order) -> str:
    response = client.get(order_url(order))
    assert response.status_code == 200
    return response.content.decode()


def context(client: Client, order: Order) -> Any:
    return client.get(order_url(order)).context


def with_po(number: str = "45/00 ä", content: bytes = b"%PDF-1.7 hello") -> tuple[Order, PurchaseOrder]:
    order = make_order()
    file = ContentFile(content, name="abc.pdf")
    order = do(order, "provide_po", customer(order.customer), po_number=number, po_file=file).order
    return order, order.purchase_orders.get()


# --- who


@pytest.mark.parametrize("role", ["sales", "production", "accounting", "manager"])
def test_every_role_may_look(role: str) -> None:
    order = make_order()
    page = text(signed_in(role), order)
    assert f"#{order.number}" in page
    assert "status-agreed" in page


def test_others_do_not_see_it() -> None:
    order = make_order()
    assert Client().get(order_url(order)).status_code == 302
    assert signed_in(user=order.customer).get(order_url(order)).status_code == 404


def test_drafts_and_numbers_that_are_not_given_do_not_exist() -> None:
    make_draft(make_customer())
    assert signed_in("manager").get("/backoffice/orders/1001/").status_code == 404


# --- what it shows


def test_lines_with_options_and_model() -> None:
    client, order = signed_in("production"), make_order(lines=2)
    order.lines.filter(position=1).update(note="Mind the <b>hole</b>", needs_adjusting=True)
    view = context(client, order)["lines"][0]
    names = dict(view.options)
    assert names["Process"] and names["Material"]
    assert view.figures.size_mm == (40.0, 30.0, 20.0)
    assert view.charges
    assert view.unit == order.lines.get(position=1).net / 2
    page = text(client, order)
    assert "Mind the &lt;b&gt;hole&lt;/b&gt;" in page
    assert f"/parts/{view.part.pk}/file" in page


def test_a_line_to_be_quoted_says_why() -> None:
    make_shop(review_mode="manual")
    owner, client = make_customer(), signed_in("sales")
    draft = make_draft(owner)
    part = make_part(owner, name="broken.stl", state="refused")
    line = add_line(draft, 2, {"process": "sls"}, owner, part=part, quote_by_hand=True)
    LineWarning.objects.create(line=line, level="must_change", reason={"code": "no_volume", "params": {}})
    order = do(draft, "submit_for_review", customer(owner)).order
    found = context(client, order)
    assert found["lines"][1].reasons
    assert found["lines"][1].warnings
    assert found["review_reasons"]
    assert not found["is_priced"]
    assert "To be quoted" in text(client, order)


def test_money() -> None:
    make_shop(prepayment_percent=50)
    client, order = signed_in("accounting"), make_order()
    ledger.confirm(order.pk, amount=Decimal("10.00"), key="k", method="transfer", actor=staff(make_staff("accounting")))
    page = text(client, order)
    assert "10.00\xa0€" in page
    assert "Bank transfer" in page
    assert context(client, order)["history"][0].title == "Payment booked"


def test_refund_requests_after_a_cancellation() -> None:
    client, order = signed_in("manager"), make_order()
    ledger.confirm(order.pk, amount=order.total, key="k", method="card")
    advance(order, "cancel_by_admin")
    found = context(client, order)
    assert [wanted.amount for wanted in found["refund_requests"]] == [order.total]
    assert found["standing"].entry.reason == "cannot be made"
    assert found["canceled_from"] == "placed"


def test_history_tells_who_did_what() -> None:
    boss = make_staff("manager")
    order = advance(make_order(), "put_on_hold", by=boss)
    found = context(signed_in("sales"), order)
    newest = found["history"][0]
    assert (newest.who, newest.role, newest.before, newest.after) == ("Anna Schäfer", "Manager", "placed", "on_hold")
    assert dict(newest.details) == {"Reason": "no material", "Note for the customer": "We wait for material."}
    assert found["history"][-1].role == "Customer"
    assert found["held_from"] == "placed"


def test_words_that_were_erased_are_said_to_be() -> None:
    order = advance(make_order(), "put_on_hold")
    order.history.update(details=None, salt="")
    assert "erased" in text(signed_in("sales"), order)


def test_acceptance_is_on_record() -> None:
    order = make_order()
    accepted = context(signed_in("sales"), order)["acceptances"]
    assert [one.pk for one in accepted] == [order.acceptance_id]
    advance(order, "take_back_to_review")
    assert "No longer counts" in text(signed_in("sales"), order)


def test_what_customers_write_is_text() -> None:
    bad = '"><script>alert(1)</script>'
    owner = make_customer(name=f"Eve {bad}", company=make_company(name=f"Evil {bad}"))
    draft = make_draft(owner)
    draft.customer_note = draft.customer_reference = bad
    draft.also_notify = [f"a{bad}@example.org"]
    draft.contact = {"name": bad, "email": "eve@example.org", "phone": bad}
    draft.save()
    order = advance(do(draft, "submit_for_review", customer(owner)).order, "put_on_hold")
    client = signed_in("manager")
    for url in (order_url(order), f"{order_url(order)}change/resume/", "/backoffice/orders/"):
        assert "<script>alert" not in client.get(url).content.decode()


# --- documents


def test_a_purchase_order_is_downloaded_never_shown() -> None:
    order, po = with_po()
    client = signed_in("production")
    url = f"{order_url(order)}po/{po.pk}/"
    assert url in text(client, order)
    response = client.get(url)
    assert response.status_code == 200
    assert response.content == b"%PDF-1.7 hello"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/octet-stream"


def test_a_purchase_order_is_reached_by_its_own_order_and_staff_alone() -> None:
    order, po = with_po()
    other = make_order()
    assert signed_in("sales").get(f"{order_url(other)}po/{po.pk}/").status_code == 404
    assert signed_in(user=order.customer).get(f"{order_url(order)}po/{po.pk}/").status_code == 404
    po.file.storage.delete(po.file.name)
    assert signed_in("sales").get(f"{order_url(order)}po/{po.pk}/").status_code == 404


# --- cost


def test_as_many_queries_for_thirty_lines_as_for_one() -> None:
    client, small, big = signed_in("manager"), make_order(lines=1), make_order(lines=30)

    def queries(order: Order) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(order_url(order)).status_code == 200
        return len(captured)

    queries(small)
    assert queries(small) == queries(big)
