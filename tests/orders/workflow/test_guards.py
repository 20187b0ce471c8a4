"""Each guard: one test in which only it refuses. Everything else about the deed is in order (cells.ready)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from orders.models import LedgerEntry, LineWarning, OfferRevision, Order, OrderLine, PurchaseOrder
from orders.workflow.actors import Actor, customer, staff
from orders.workflow.deed import Refused
from orders.workflow.door import RULES, perform
from orders.workflow.guards import GUARDS
from tests import factories
from tests.orders.workflow import cells

pytestmark = pytest.mark.django_db
Break = Callable[[Order], dict[str, Any] | None]


def of(order: Order) -> Any:
    return Order.objects.filter(pk=order.pk)


def no_lines(order: Order) -> None:
    order.lines.update(left_out=True)


def still_measuring(order: Order) -> None:
    measurement = order.lines.get().part.measurement
    type(measurement).objects.filter(pk=measurement.pk).update(state="waiting")


def file_refused(order: Order) -> None:
    measurement = order.lines.get().part.measurement
    type(measurement).objects.filter(pk=measurement.pk).update(state="refused")


def unverified(order: Order) -> None:
    EmailAddress.objects.update(verified=False)


def no_street(order: Order) -> None:
    of(order).update(billing_address={**factories.ADDRESS, "street": ""})


def no_shipping(order: Order) -> None:
    of(order).update(shipping_method="")


def by_hand(order: Order) -> None:
    line = order.lines.get()
    line.selection = factories.filled(order.price_list, {"process": "milling_3axis"})
    line.process = "milling_3axis"
    line.save()


def shop_reviews(order: Order) -> None:
    factories.make_shop(review_mode="manual")


def must_change(order: Order) -> None:
    LineWarning.objects.create(line=order.lines.get(), level="must_change", reason={"code": "x"})


def unaccepted(order: Order) -> None:
    LineWarning.objects.create(line=order.lines.get(), level="review_and_accept", reason={"code": "x"})


def new_terms(order: Order) -> dict[str, Any]:
    return {"terms": "0"}


def other_total(order: Order) -> dict[str, Any]:
    return {"seen_total": str(order.total - Decimal("0.01"))}


def unpriced(order: Order) -> None:
    OrderLine.objects.filter(order=order).update(state="to_be_quoted", net=None)


def yesterday(order: Order) -> dict[str, Any]:
    return {"valid_until": cells.TODAY - timedelta(days=3)}


def nobody(order: Order) -> None:
    of(order).update(customer=None)


def expired(order: Order) -> None:
    OfferRevision.objects.update(valid_until=cells.TODAY - timedelta(days=2))


def older_revision(order: Order) -> dict[str, Any]:
    return {"revision": "0"}


def alternatives(order: Order) -> None:
    """What is offered is what the revision says."""
    offer = order.offers.get()
    for line in offer.snapshot["lines"]:
        line["alternative_group"] = "material"
    offer.save()


def no_behalf(order: Order) -> dict[str, Any]:
    return {"on_behalf": ""}


def released(order: Order) -> None:
    of(order).update(released_at=cells.NOW)


def paid(order: Order) -> None:
    cells.pay(order)


def too_much(order: Order) -> dict[str, Any]:
    return {"amount": order.total + 1}


def other_po_total(order: Order) -> dict[str, Any]:
    PurchaseOrder.objects.update(total=order.total - 1)
    return {"reason": ""}


def without_terms(order: Order) -> None:
    of(order).update(net_days=None)


def tomorrow(order: Order) -> None:
    of(order).update(payment_due=cells.TODAY + timedelta(days=2))


def marked(order: Order) -> None:
    of(order).update(due_marked_for=cells.TODAY)


def asked_more(order: Order) -> None:
    LedgerEntry.objects.all().delete()
    of(order).update(paid=0, payment_target=order.total)


def was_produced(order: Order) -> None:
    factories.do(order, "start_manufacturing", staff(factories.make_staff("production")))
    factories.do(
        order, "release_for_manufacturing", staff(factories.make_staff("production")), reason="drawing was wrong"
    )


def prepayment(order: Order) -> None:
    of(order).update(prepayment_percent=50)


def no_reason(order: Order) -> dict[str, Any]:
    return {"reason": ""}


def not_released(order: Order) -> None:
    of(order).update(released_at=None, last_production="")


def picked_up(order: Order) -> dict[str, Any]:
    pickup = next(m.key for m in order.price_list.catalogue.shipping if m.pickup)
    of(order).update(shipping_method=pickup)
    return {"confirm_way": False}


def refunded(order: Order) -> None:
    LedgerEntry.objects.create(order=order, kind="refund", amount=1, key="r", at=cells.NOW + timedelta(minutes=1))


def nothing(order: Order) -> None:
    pass


# guard, transition, from, who, how it is broken, code of the refusal
CASES: list[tuple[str, str, str, str, Break, str]] = [
    ("has_lines", "submit_for_review", "draft", "customer", no_lines, "no_lines"),
    ("measured", "submit_for_review", "draft", "customer", still_measuring, "still_measuring"),
    ("measured", "submit_for_review", "draft", "customer", file_refused, "file_refused"),
    ("verified_customer", "place", "draft", "customer", unverified, "email_not_verified"),
    ("contact_complete", "place", "draft", "customer", no_street, "contact_incomplete"),
    ("contact_complete", "submit_for_review", "draft", "customer", no_shipping, "contact_incomplete"),
    ("firm_prices", "place", "draft", "customer", by_hand, "line_to_be_quoted"),
    ("no_review_trigger", "place", "draft", "customer", shop_reviews, "needs_review"),
    ("warnings_settled", "place", "draft", "customer", must_change, "must_change"),
    ("warnings_settled", "place", "draft", "customer", unaccepted, "warning_not_accepted"),
    ("terms_accepted", "place", "draft", "customer", new_terms, "terms_changed"),
    ("total_as_seen", "place", "draft", "customer", other_total, "total_changed"),
    ("priced_or_left_out", "send_firm_offer", "waiting_for_review", "sales", unpriced, "line_without_price"),
    ("not_past", "send_firm_offer", "waiting_for_review", "sales", yesterday, "valid_until_past"),
    ("has_customer", "send_firm_offer", "draft", "sales", nobody, "no_customer"),
    ("offer_current", "accept_offer", "firm_offer_sent", "customer", expired, "offer_expired"),
    ("offer_current", "record_acceptance", "firm_offer_sent", "sales", older_revision, "offer_not_current"),
    ("one_choice_per_group", "accept_offer", "firm_offer_sent", "customer", alternatives, "choose_one_per_group"),
    ("says_on_whose_behalf", "provide_po", "placed", "accounting", no_behalf, "on_whose_behalf"),
    ("says_on_whose_behalf", "cancel_by_customer", "placed", "sales", no_behalf, "on_whose_behalf"),
    ("not_released", "provide_po", "waiting_for_payment", "customer", released, "already_released"),
    ("balance_open", "provide_po", "placed", "customer", paid, "nothing_to_pay"),
    ("balance_open", "accept_po", "po_provided", "accounting", paid, "nothing_to_pay"),
    ("balance_open", "request_payment", "placed", "accounting", paid, "nothing_to_pay"),
    ("amount_within_balance", "request_payment", "placed", "accounting", too_much, "amount_beyond_balance"),
    ("po_total_agrees", "accept_po", "po_provided", "accounting", other_po_total, "po_total_differs"),
    ("balance_open", "mark_payment_due", "delivered", "accounting", paid, "nothing_to_pay"),
    ("contact_complete", "record_acceptance", "firm_offer_sent", "sales", no_street, "contact_incomplete"),
    ("one_choice_per_group", "record_acceptance", "firm_offer_sent", "sales", alternatives, "choose_one_per_group"),
    ("net_terms", "mark_payment_due", "delivered", "accounting", without_terms, "no_net_terms"),
    ("due_date_come", "mark_payment_due", "delivered", "accounting", tomorrow, "not_due_yet"),
    ("not_marked_before", "mark_payment_due", "delivered", "accounting", marked, "marked_before"),
    ("settled", "payment_settled", "waiting_for_payment", "accounting", asked_more, "not_settled"),
    ("settled", "payment_settled", "po_payment_due", "accounting", asked_more, "not_settled"),
    (
        "not_in_production",
        "take_back_to_review",
        "free_for_manufacturing",
        "sales",
        was_produced,
        "production_has_begun",
    ),
    ("may_release", "release_for_manufacturing", "placed", "production", prepayment, "not_paid_no_po"),
    ("may_release", "release_for_manufacturing", "placed", "accounting", no_reason, "override_needs_reason"),
    ("may_release", "start_manufacturing", "placed", "production", prepayment, "not_paid_no_po"),
    (
        "again_needs_reason",
        "release_for_manufacturing",
        "manufacturing",
        "production",
        no_reason,
        "going_back_needs_reason",
    ),
    ("released", "ship", "waiting_for_payment", "production", not_released, "not_released"),
    ("back_needs_reason", "start_manufacturing", "shipped", "production", no_reason, "going_back_needs_reason"),
    ("way_as_ordered", "ship", "ready_for_shipping", "production", picked_up, "other_way_needs_confirmation"),
    ("customer_may_cancel", "cancel_by_customer", "manufacturing", "customer", nothing, "too_late_to_cancel"),
    ("customer_may_cancel", "cancel_by_customer", "shipped", "sales", nothing, "already_shipped"),
    ("not_delivered", "cancel_by_admin", "delivered", "manager", nothing, "already_delivered"),
    ("nothing_refunded_since", "undo_cancel", "canceled_by_admin", "manager", refunded, "refunded_since"),
]


def test_every_guard_of_every_transition_has_a_test() -> None:
    assert {guard for rule in RULES.values() for guard in rule.guards} == set(GUARDS) == {case[0] for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}-{case[5]}")
def test_only_this_guard_refuses(case: tuple[str, str, str, str, Break, str]) -> None:
    _, name, status, role, break_it, code = case
    factories.make_shop()
    owner = factories.make_customer()
    order = cells.put(factories.make_draft(owner), status)
    details = cells.ready(order, name)
    more = break_it(Order.objects.get(pk=order.pk))
    with pytest.raises(Refused) as refused:
        perform(order.pk, name, actor=actor(role, owner), key="cell", now=cells.NOW, **{**details, **(more or {})})
    assert refused.value.code == code


def actor(role: str, owner: User) -> Actor:
    return customer(owner) if role == "customer" else staff(factories.make_staff(role))
