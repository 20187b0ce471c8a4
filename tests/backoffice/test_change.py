"""The Change button: what it offers to whom, the forms, and what happens when two are faster than one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from orders.models import Order
from orders.workflow.actors import customer, staff
from orders.workflow.door import RULES
from tests.backoffice.helpers import (
    change,
    change_url,
    errors,
    form_of,
    mails,
    menu,
    order_url,
    signed_in,
    status_of,
)
from tests.factories import advance, do, make_customer, make_draft, make_order, make_shop, make_staff

pytestmark = pytest.mark.django_db

# Copied by hand from spec/lifecycle.md: what each role may do with a placed order (nothing to pay in advance, no net
# terms, shipped by parcel), with the details that it has to give.
PLACED: dict[str, dict[str, set[str]]] = {
    "sales": {
        "provide_po": {"po_number", "on_behalf"},
        "take_back_to_review": {"reason"},
        "put_on_hold": {"reason", "note"},
        "cancel_by_customer": {"reason", "on_behalf"},
        "cancel_by_admin": {"reason", "note"},
    },
    "production": {
        "release_for_manufacturing": set(),
        "start_manufacturing": set(),
        "put_on_hold": {"reason", "note"},
    },
    "accounting": {
        "provide_po": {"po_number", "on_behalf"},
        "request_payment": set(),
        "release_for_manufacturing": {"reason"},  # by override only
        "put_on_hold": {"reason", "note"},
    },
    "manager": {
        "provide_po": {"po_number", "on_behalf"},
        "take_back_to_review": {"reason"},
        "put_on_hold": {"reason", "note"},
        "cancel_by_customer": {"reason", "on_behalf"},
        "cancel_by_admin": {"reason", "note"},
        "release_for_manufacturing": set(),
        "start_manufacturing": set(),
        "request_payment": set(),
    },
}
OF_CUSTOMERS = {"submit_for_review", "place", "accept_offer", "request_changes"}


def offered(valid_days: int = 10) -> Order:
    """An order with a firm offer."""
    make_shop(review_mode="manual")
    owner = make_customer()
    order = do(make_draft(owner), "submit_for_review", customer(owner)).order
    day = timezone.now().date() + timedelta(days=valid_days)
    return do(order, "send_firm_offer", staff(make_staff("sales")), valid_until=day).order


# --- what is offered


@pytest.mark.parametrize("role", list(PLACED))
def test_the_menu_of_a_placed_order(role: str) -> None:
    client, order = signed_in(role), make_order()
    assert set(menu(client, order)) == set(PLACED[role])


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, found in PLACED.items() for name in found])
def test_each_form_asks_for_what_its_transition_needs(role: str, name: str) -> None:
    client, order = signed_in(role), make_order()
    form = form_of(client.get(change_url(order, name)))
    required = {field.name for field in form if field.field.required} - {"key", "version"}
    assert required == PLACED[role][name]
    assert form.fields["mail_customer"].initial is True


@pytest.mark.parametrize("role", list(PLACED))
def test_what_is_not_offered_has_no_form_either(role: str) -> None:
    client, order = signed_in(role), make_order()
    for name in set(RULES) - set(PLACED[role]):
        assert client.get(change_url(order, name)).status_code in (404, 409), name
        assert change(client, order, name, reason="x", note="x").status_code in (404, 409), name
    assert status_of(order) == "placed"


@pytest.mark.parametrize("name", sorted(OF_CUSTOMERS))
def test_what_only_customers_do_does_not_exist(name: str) -> None:
    assert signed_in("manager").get(change_url(make_order(), name)).status_code == 404


@pytest.mark.parametrize("name", ["delete", "save", "full_clean", "placed"])
def test_an_unknown_transition_does_not_exist(name: str) -> None:
    client, order = signed_in("manager"), make_order()
    assert client.get(change_url(order, name)).status_code == 404
    assert change(client, order, name).status_code == 404


def test_customers_and_guests_change_nothing() -> None:
    order = make_order()
    assert change(signed_in(user=order.customer), order, "put_on_hold", reason="x", note="y").status_code == 404
    assert change(Client(), order, "put_on_hold", reason="x", note="y").status_code == 302
    assert status_of(order) == "placed"


def test_a_draft_is_not_to_be_found() -> None:
    make_draft(make_customer())
    assert signed_in("manager").get("/backoffice/orders/1001/change/put_on_hold/").status_code == 404


# --- the forms do what they say


def test_hold_and_resume() -> None:
    client, order = signed_in("production"), make_order()
    form = form_of(client.get(change_url(order, "put_on_hold")))
    assert form["note"].value()  # a neutral sentence for the customer
    response = change(client, order, "put_on_hold", reason="No powder left", note="Delivery is late.")
    assert (response.status_code, response["Location"]) == (303, order_url(order))
    assert status_of(order) == "on_hold"
    entry = order.history.last()
    assert entry is not None
    assert (entry.reason, entry.note, entry.mailed_customer) == ("No powder left", "Delivery is late.", True)
    assert mails(order, "on_hold") == ["customer", "shop"]
    assert change(client, order, "resume").status_code == 303
    assert status_of(order) == "placed"


def test_without_what_it_needs_it_is_refused_beside_the_field() -> None:
    client, order = signed_in("production"), make_order()
    response = change(client, order, "put_on_hold", reason=" ", note="Sorry")
    assert response.status_code == 422
    assert set(errors(response)) == {"reason"}
    assert form_of(response)["note"].value() == "Sorry"
    assert status_of(order) == "placed"


def test_a_reprint_needs_a_reason() -> None:
    client, order = signed_in("production"), advance(make_order(), "start_manufacturing")
    assert change(client, order, "reprint").status_code == 422
    assert change(client, order, "reprint", reason="Layer shift").status_code == 303
    assert status_of(order) == "re_printing"
    assert change(client, order, "start_manufacturing").status_code == 303  # back from there it is the usual way


def test_going_back_needs_a_reason() -> None:
    client = signed_in("production")
    order = advance(make_order(), "start_manufacturing", "make_ready_for_shipping")
    response = change(client, order, "start_post_production")
    assert (response.status_code, set(errors(response))) == (422, {"reason"})
    assert change(client, order, "start_post_production", reason="A burr").status_code == 303
    assert status_of(order) == "post_production"


def test_release_by_override() -> None:
    make_shop(prepayment_percent=50)
    order = make_order()  # the system asks for the prepayment
    assert status_of(order) == "waiting_for_payment"
    assert "release_for_manufacturing" not in menu(signed_in("production"), order)
    assert signed_in("production").get(change_url(order, "release_for_manufacturing")).status_code == 409
    client = signed_in("accounting")
    assert change(client, order, "release_for_manufacturing").status_code == 422
    assert change(client, order, "release_for_manufacturing", reason="Old customer").status_code == 303
    assert status_of(order) == "free_for_manufacturing"


def test_another_way_of_delivery_is_to_be_confirmed() -> None:
    client, order = signed_in("production"), advance(make_order(), "start_manufacturing")
    assert "confirm_way" not in form_of(client.get(change_url(order, "ship"))).fields  # ordered: a parcel
    assert "confirm_way" in form_of(client.get(change_url(order, "make_ready_for_pickup"))).fields
    assert set(errors(change(client, order, "make_ready_for_pickup"))) == {"confirm_way"}
    assert change(client, order, "make_ready_for_pickup", confirm_way="on").status_code == 303
    assert status_of(order) == "ready_for_pickup"


def test_shipping_keeps_carrier_and_tracking() -> None:
    client, order = signed_in("production"), advance(make_order(), "start_manufacturing")
    assert change(client, order, "ship", carrier="DHL", tracking="0034 0434").status_code == 303
    order = Order.objects.get(pk=order.pk)
    assert (order.status, order.carrier, order.tracking) == ("shipped", "DHL", "0034 0434")


def test_cancel_by_admin() -> None:
    client, order = signed_in("sales"), make_order()
    form = form_of(client.get(change_url(order, "cancel_by_admin")))
    response = change(client, order, "cancel_by_admin", reason="Too thin", note=form["note"].value())
    assert response.status_code == 303
    assert status_of(order) == "canceled_by_admin"
    assert set(menu(client, order)) == set()
    assert set(menu(signed_in("manager"), order)) == {"undo_cancel", "reopen"}


def test_on_behalf_of_the_customer() -> None:
    client, order = signed_in("sales"), make_order()
    assert set(errors(change(client, order, "cancel_by_customer", reason="No budget"))) == {"on_behalf"}
    response = change(client, order, "cancel_by_customer", reason="No budget", on_behalf="Ms Weber, by phone")
    assert response.status_code == 303
    assert status_of(order) == "canceled_by_customer"
    assert "Ms Weber, by phone" in client.get(order_url(order)).content.decode()


def test_purchase_order_with_document_and_comma() -> None:
    make_shop(prepayment_percent=30)
    client, order = signed_in("accounting"), make_order()
    document = SimpleUploadedFile("Bestellung ä.pdf", b"%PDF-1.7 content", content_type="text/html")
    total = f"{order.total:.2f}".replace(".", ",")
    fields = {"po_number": "45-1", "po_total": total, "on_behalf": "by mail", "po_file": document}
    assert change(client, order, "provide_po", **fields).status_code == 303
    po = order.purchase_orders.get()
    assert (po.number, po.total, po.file.size) == ("45-1", order.total, 16)
    assert "Bestellung" not in po.file.name
    assert change(client, order, "accept_po").status_code == 303  # the totals agree: no reason
    assert status_of(order) == "po_payment_due"


def test_a_purchase_order_is_a_document() -> None:
    client, order = signed_in("sales"), make_order()
    page = SimpleUploadedFile("po.pdf", b"<html><script>", content_type="application/pdf")
    response = change(client, order, "provide_po", po_number="1", on_behalf="x", po_file=page)
    assert (response.status_code, set(errors(response))) == (422, {"po_file"})


def test_a_different_total_needs_a_reason() -> None:
    order = make_order()
    do(order, "provide_po", customer(order.customer), po_number="7", po_total=Decimal("1.00"))
    client = signed_in("accounting")
    assert set(errors(change(client, order, "accept_po"))) == {"reason"}
    assert change(client, order, "accept_po", reason="Skonto agreed").status_code == 303


@pytest.mark.parametrize(("typed", "asked"), [("10,50", "10.50"), ("10.5", "10.50"), ("", None)])
def test_amount_with_comma_or_point(typed: str, asked: str | None) -> None:
    client, order = signed_in("accounting"), make_order()
    assert change(client, order, "request_payment", amount=typed).status_code == 303
    order = Order.objects.get(pk=order.pk)
    assert order.amount_asked == (Decimal(asked) if asked else order.total)


@pytest.mark.parametrize("typed", ["0", "-5", "99999", "ten", "1.234.5"])
def test_an_amount_beyond_the_balance_is_refused(typed: str) -> None:
    client, order = signed_in("accounting"), make_order()
    response = change(client, order, "request_payment", amount=typed)
    assert (response.status_code, set(errors(response))) == (422, {"amount"})


def test_send_a_firm_offer() -> None:
    make_shop(review_mode="manual", offer_valid_days=14)
    owner, client = make_customer(), signed_in("sales")
    order = do(make_draft(owner), "submit_for_review", customer(owner)).order
    day = form_of(client.get(change_url(order, "send_firm_offer")))["valid_until"].value()
    assert (day - timezone.localdate()).days in (13, 14, 15)
    past = timezone.now().date() - timedelta(days=3)
    assert set(errors(change(client, order, "send_firm_offer", valid_until=past))) == {"valid_until"}
    assert change(client, order, "send_firm_offer", valid_until=day).status_code == 303
    assert status_of(order) == "firm_offer_sent"


def test_record_an_acceptance() -> None:
    client, order = signed_in("sales"), offered()
    form = form_of(client.get(change_url(order, "record_acceptance")))
    assert form["revision"].value() == 1
    assert set(errors(change(client, order, "record_acceptance", revision=1))) == {"how"}
    assert change(client, order, "record_acceptance", revision=1, how="Signed offer by mail").status_code == 303
    assert status_of(order) == "placed"
    order = Order.objects.get(pk=order.pk)
    assert order.acceptance is not None
    assert order.acceptance.entered_by_staff


def test_an_acceptance_of_a_replaced_revision_is_refused() -> None:
    client, order = signed_in("sales"), offered()
    response = change(client, order, "record_acceptance", revision=7, how="by phone")
    assert response.status_code == 422
    assert status_of(order) == "firm_offer_sent"


def test_one_of_the_alternatives_is_chosen() -> None:
    make_shop(review_mode="manual")
    owner, client = make_customer(), signed_in("sales")
    draft = make_draft(owner, lines=3)
    draft.lines.filter(position__gte=2).update(alternative_group="finish")
    order = do(draft, "submit_for_review", customer(owner)).order
    day = timezone.now().date() + timedelta(days=5)
    order = do(order, "send_firm_offer", staff(make_staff("sales")), valid_until=day).order
    form = form_of(client.get(change_url(order, "record_acceptance")))
    first, second = [value for value, _label in form.fields["choices_0"].choices]
    missing = change(client, order, "record_acceptance", revision=1, how="by phone")
    assert set(errors(missing)) == {"choices_0"}
    assert change(client, order, "record_acceptance", revision=1, how="x", choices_0=second).status_code == 303
    assert order.lines.get(pk=first).left_out
    assert not order.lines.get(pk=second).left_out


def test_resuming_into_an_expired_offer_says_so() -> None:
    client, order = signed_in("sales"), offered(valid_days=0)
    change(client, order, "put_on_hold", reason="x", note="y")
    order.offers.update(valid_until=timezone.now().date() - timedelta(days=2))
    change(client, order, "resume")
    levels = [message.level_tag for message in client.get(order_url(order)).context["messages"]]
    assert levels == ["success", "success", "warning"]


# --- mails


def test_unticked_the_customer_gets_no_mail_and_the_history_says_so() -> None:
    client, order = signed_in("production"), make_order()
    assert change(client, order, "start_manufacturing", mail=False).status_code == 303
    assert mails(order, "manufacturing") == ["shop"]
    entry = order.history.last()
    assert entry is not None
    assert not entry.mailed_customer
    page = client.get(order_url(order))
    assert [view.entry.mailed_customer for view in page.context["history"]] == [False, True]


# --- two at once


def test_pressed_twice_it_is_done_once() -> None:
    client, order = signed_in("production"), make_order()
    data = {"key": str(uuid4()), "version": order.version, "mail_customer": "on"}
    first = client.post(change_url(order, "start_manufacturing"), data)
    again = client.post(change_url(order, "start_manufacturing"), data)
    assert (first.status_code, again.status_code) == (303, 303)
    assert order.history.filter(name="start_manufacturing").count() == 1
    assert mails(order, "manufacturing") == ["customer", "shop"]


def test_a_key_does_not_do_something_else() -> None:
    client, order = signed_in("manager"), make_order()
    key = str(uuid4())
    assert change(client, order, "start_manufacturing", key=key).status_code == 303
    assert change(client, order, "start_post_production", key=key).status_code == 409
    assert status_of(order) == "manufacturing"


def test_a_stale_page_is_told_and_keeps_what_was_typed() -> None:
    client, order = signed_in("production"), make_order()
    stale = order.version
    advance(order, "start_manufacturing")
    response = change(client, order, "put_on_hold", version=stale, reason="No powder", note="Soon", mail=False)
    assert response.status_code == 409
    assert status_of(order) == "manufacturing"
    assert response.context["newest"].entry.name == "start_manufacturing"  # type: ignore[attr-defined]
    form = form_of(response)
    assert (form["reason"].value(), form["mail_customer"].value()) == ("No powder", False)
    fresh = {name: form[name].value() for name in ("key", "version", "reason", "note")}
    assert client.post(change_url(order, "put_on_hold"), fresh).status_code == 303
    assert status_of(order) == "on_hold"


def test_where_the_order_stands_elsewhere_by_now_the_page_says_where() -> None:
    client, order = signed_in("manager"), make_order()
    assert menu(client, order)["take_back_to_review"]
    boss = make_staff("manager")
    advance(order, "start_manufacturing", by=boss)
    for response in (
        client.get(change_url(order, "take_back_to_review")),
        change(client, order, "take_back_to_review", version=order.version, reason="x"),
    ):
        assert response.status_code == 409
        assert response.context["order"].status == "manufacturing"  # type: ignore[attr-defined]
        assert response.context["newest"].entry.actor == boss  # type: ignore[attr-defined]


@pytest.mark.parametrize("spoiled", [{"key": "x"}, {"key": "\x00"}, {"version": ""}, {"version": "-1"}])
def test_a_spoiled_form_is_refused(spoiled: dict[str, Any]) -> None:
    client, order = signed_in("production"), make_order()
    assert change(client, order, "start_manufacturing", **spoiled).status_code == 422
    assert status_of(order) == "placed"
