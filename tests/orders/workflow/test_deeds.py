"""What a deed leaves behind: numbers, terms, follow-ups, refund requests, and the words of its mails."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from notifications.models import OutgoingEmail
from notifications.rendering import render
from orders.models import Order
from orders.payments import ledger
from orders.workflow.actors import SYSTEM, customer, staff
from orders.workflow.deed import Refused
from orders.workflow.door import edit, perform
from tests import factories
from tests.orders.workflow import cells

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    factories.make_shop(next_order_number=1001)
    return factories.make_customer()


def facts(event: str, audience: str = "customer") -> dict[str, Any]:
    return OutgoingEmail.objects.filter(event=event, audience=audience).latest("id").facts


def events() -> list[str]:
    return list(OutgoingEmail.objects.filter(audience="customer").order_by("id").values_list("event", flat=True))


def test_placing_freezes_what_was_agreed(owner: User) -> None:
    order = factories.make_order(owner)
    assert order.number == 1001
    offer, acceptance = order.offers.get(), order.acceptance
    assert acceptance and acceptance.by == owner and acceptance.offer == offer
    assert acceptance.snapshot_sha256 == offer.sha256
    assert offer.snapshot["total"] == str(order.total)
    assert order.promised_date and order.placed_at and order.promised_date > order.placed_at.date()


def test_prepayment_asks_at_once_and_owes_both_pairs(owner: User) -> None:
    factories.make_shop(prepayment_percent=50)
    order = factories.make_order(owner)
    assert Order.objects.get(pk=order.pk).status == "waiting_for_payment"
    assert order.amount_asked == order.prepayment > 0
    assert events() == ["placed", "waiting_for_payment"]
    assert [entry.actor_role for entry in order.history.all()] == ["customer", "system"]


def test_companies_with_net_days_pay_nothing_in_advance() -> None:
    factories.make_shop(prepayment_percent=50)
    order = factories.make_order(factories.make_customer(company=factories.make_company(net_days=14)))
    assert (order.status, order.prepayment_percent, order.net_days) == ("placed", 0, 14)


def test_the_due_date_counts_from_delivery_and_is_marked_once(owner: User) -> None:
    owner.company.net_days = 14  # type: ignore[union-attr]
    owner.company.save()  # type: ignore[union-attr]
    order = factories.advance(factories.make_order(owner), "start_manufacturing", "ship")
    assert order.payment_due is None
    order = factories.advance(order, "deliver")
    assert order.payment_due == cells.TODAY + timedelta(days=14)
    later = cells.NOW + timedelta(days=15)
    perform(order.pk, "mark_payment_due", actor=SYSTEM, key="due", now=later)
    with pytest.raises(Refused, match="wrong_status"):
        perform(order.pk, "mark_payment_due", actor=SYSTEM, key="due again", now=later)
    assert facts("po_payment_due")["due"] == order.payment_due.isoformat()


def test_an_accepted_po_gives_the_shops_terms(owner: User) -> None:
    factories.make_shop(net_days=30, terms_trigger="placed")
    order = factories.make_order(owner)
    factories.do(order, "provide_po", customer(owner), po_number="PO-1", po_total=order.total)
    order = factories.advance(order, "accept_po")
    assert (order.net_days, order.payment_due) == (30, cells.TODAY + timedelta(days=30))
    assert facts("po_provided")["po_number"] == "PO-1"


def test_a_new_po_replaces_the_old(owner: User) -> None:
    order = factories.make_order(owner)
    for number in ("PO-1", "PO-2"):
        factories.do(order, "provide_po", customer(owner), po_number=number, po_total=order.total)
    assert dict(order.purchase_orders.values_list("number", "state")) == {"PO-1": "replaced", "PO-2": "provided"}


def test_hold_keeps_where_it_came_from_and_moves_the_promise(owner: User) -> None:
    order = factories.make_order(owner)
    promised = order.promised_date
    hold = {"reason": "no powder", "note": "We wait."}
    actor = staff(factories.make_staff("sales"))
    perform(order.pk, "put_on_hold", actor=actor, key="hold", now=cells.NOW, **hold)
    perform(order.pk, "resume", actor=actor, key="resume", now=cells.NOW + timedelta(days=7))
    order = Order.objects.get(pk=order.pk)
    assert order.status == "placed" and order.held_from == ""
    assert promised and order.promised_date and order.promised_date - promised >= timedelta(days=7)
    assert facts("on_hold")["note"] == "We wait." and "no powder" not in str(facts("on_hold"))


def test_resume_into_a_covered_payment_settles_it(owner: User) -> None:
    order = factories.advance(factories.make_order(owner), "request_payment", "put_on_hold")
    cells.pay(order)
    assert factories.advance(order, "resume").history.last().name == "payment_settled"  # type: ignore[union-attr]
    assert Order.objects.get(pk=order.pk).status == "placed"


def test_canceling_queues_the_refund_and_undoing_takes_it_back(owner: User) -> None:
    order = factories.make_order(owner)
    cells.pay(order, Decimal("10.00"))
    order = factories.advance(order, "cancel_by_admin")
    request = order.refund_requests.get()
    assert (request.amount, request.state, order.balance) == (Decimal("10.00"), "open", 0)
    order = factories.advance(order, "undo_cancel")
    request.refresh_from_db()
    assert (order.status, request.state, order.canceled_from) == ("placed", "taken_back", "")


def test_canceled_on_hold_comes_back_on_hold(owner: User) -> None:
    order = factories.advance(factories.make_order(owner), "put_on_hold", "cancel_by_admin", "undo_cancel")
    assert (order.status, order.held_from) == ("on_hold", "placed")
    assert factories.advance(order, "resume").status == "placed"


def test_reopening_forgets_what_was_agreed(owner: User) -> None:
    order = factories.advance(factories.make_order(owner), "start_manufacturing", "cancel_by_admin", "reopen")
    assert order.status == "waiting_for_review"
    assert (order.acceptance, order.released_at, order.last_production, order.produced_at) == (None, None, "", None)
    assert order.acceptances.count() == 1


def test_revisions(owner: User) -> None:
    order = factories.make_draft(owner)
    factories.do(order, "submit_for_review", customer(owner))
    sales, until = staff(factories.make_staff("sales")), cells.TODAY + timedelta(days=30)
    for _ in range(2):
        factories.do(order, "send_firm_offer", sales, valid_until=until)
    states = dict(order.offers.values_list("revision", "state"))
    assert states == {0: "budget", 1: "superseded", 2: "sent"}
    sent = facts("firm_offer_sent")
    assert (sent["revision"], sent["replaces"], sent["again"]) == (2, 1, True)
    with pytest.raises(Refused, match="offer_not_current"):
        factories.do(order, "accept_offer", customer(owner), revision=1, consent=True)
    placed = factories.do(order, "accept_offer", customer(owner), revision=2, consent=True).order
    assert placed.acceptance and placed.acceptance.offer.revision == 2


def test_of_alternatives_the_chosen_line_stays(owner: User) -> None:
    order = factories.make_draft(owner, lines=2)
    order.lines.update(alternative_group="quantity")
    kept, dropped = order.lines.all()
    order.lines.filter(pk=dropped.pk).update(quantity=50)
    factories.do(order, "submit_for_review", customer(owner))
    sales = staff(factories.make_staff("sales"))
    factories.do(order, "send_firm_offer", sales, valid_until=cells.TODAY + timedelta(days=30))
    details = {"revision": 1, "consent": True, "choices": {"quantity": str(kept.pk)}}
    placed = factories.do(order, "accept_offer", customer(owner), **details).order
    dropped.refresh_from_db()
    kept.refresh_from_db()
    assert dropped.left_out and not kept.left_out
    assert placed.price and [line.line for line in placed.price.lines] == [kept.pk]


# Transitions that enter a status again: their mails do not say that something new has come in.
@pytest.mark.parametrize(
    ("path", "event", "again"),
    [
        ([], "placed", False),
        (["put_on_hold"], "on_hold", False),
        (["put_on_hold", "resume"], "placed", True),
        (["take_back_to_review"], "waiting_for_review", True),
        (["cancel_by_admin", "undo_cancel"], "placed", True),
        (["cancel_by_admin", "reopen"], "waiting_for_review", True),
        (["start_manufacturing", "reprint", "start_manufacturing"], "manufacturing", True),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else str(value),
)
def test_mails_know_whether_a_status_is_entered_again(path: list[str], event: str, again: bool, owner: User) -> None:
    factories.advance(factories.make_order(owner), *path)
    assert facts(event)["again"] is again


def test_staff_may_leave_the_customer_unmailed(owner: User) -> None:
    order = factories.make_order(owner)
    actor = staff(factories.make_staff("production"))
    entry = perform(order.pk, "start_manufacturing", actor=actor, key="k", mail_customer=False).entry
    assert not entry.mailed_customer
    assert list(OutgoingEmail.objects.filter(event="manufacturing").values_list("audience", flat=True)) == ["shop"]


def test_a_key_does_one_deed(owner: User) -> None:
    order = factories.make_order(owner)
    actor = staff(factories.make_staff("manager"))
    first = perform(order.pk, "start_manufacturing", actor=actor, key="k")
    again = perform(order.pk, "start_manufacturing", actor=actor, key="k")
    assert again.repeated and again.entry == first.entry
    with pytest.raises(Refused, match="key_used"):
        perform(order.pk, "deliver", actor=actor, key="k")


def test_requesters_submit_and_approvers_place(owner: User) -> None:
    requester = factories.make_customer(company=owner.company, company_role="requester")
    draft = factories.make_draft(requester)
    assert factories.place(draft, requester).status == "placed"  # nobody approves here: everybody may
    owner.company_role = "approver"
    owner.save()
    second = factories.make_draft(requester)
    with pytest.raises(Refused, match="not_allowed"):
        factories.place(second, requester)
    assert factories.place(second, owner).status == "placed"
    third = factories.make_draft(requester)
    assert factories.do(third, "submit_for_review", customer(requester)).order.status == "waiting_for_review"


def test_lines_are_fixed_from_placed_on(owner: User) -> None:
    order = factories.make_order(owner)
    with pytest.raises(Refused, match="lines_fixed"), edit(order.pk, actor=staff(factories.make_staff("sales"))):
        pass


def test_an_edit_under_review_is_on_record(owner: User) -> None:
    order = factories.make_draft(owner)
    factories.do(order, "submit_for_review", customer(owner))
    with pytest.raises(Refused, match="not_allowed"), edit(order.pk, actor=customer(owner)):
        pass
    with edit(order.pk, actor=staff(factories.make_staff("sales"))) as draft:
        draft.lines.update(quantity=7)
    entry = order.history.last()
    assert entry and entry.kind == "edit"
    with (
        pytest.raises(Refused, match="changed_meanwhile"),
        edit(order.pk, actor=staff(factories.make_staff("sales")), version=0),
    ):
        pass


def test_the_promise_counts_from_the_prepayment_or_the_po(owner: User) -> None:
    factories.make_shop(prepayment_percent=50)
    paid, ordered = factories.make_order(owner), factories.make_order(owner)
    placed_for = paid.promised_date
    later = cells.NOW + timedelta(days=14)
    ledger.confirm(paid.pk, amount=paid.total, key="p", method="test", now=later)
    factories.do(ordered, "provide_po", customer(owner), po_number="PO-1", po_total=ordered.total)
    accounting = staff(factories.make_staff("accounting"))
    perform(ordered.pk, "accept_po", actor=accounting, key="po", now=later)
    for order in (paid, ordered):
        promised = Order.objects.get(pk=order.pk).promised_date
        assert placed_for and promised and promised - placed_for >= timedelta(days=13)


def test_mails_go_to_the_person_who_places(owner: User) -> None:
    colleague = factories.make_customer(company=owner.company)
    order = factories.place(factories.make_draft(colleague), owner)
    assert order.customer == owner
    assert OutgoingEmail.objects.get(event="placed", audience="customer").to == [owner.email]


def test_an_unverified_colleague_cannot_place(owner: User) -> None:
    colleague = factories.make_customer(company=owner.company, verified=False)
    with pytest.raises(Refused, match="email_not_verified"):
        factories.place(factories.make_draft(owner), colleague)


def test_terms_end_with_the_po_that_gave_them(owner: User) -> None:
    factories.make_shop(terms_trigger="placed")
    order = factories.make_order(owner)
    factories.do(order, "provide_po", customer(owner), po_number="PO-1", po_total=order.total)
    order = factories.advance(order, "accept_po", "request_payment")
    factories.do(order, "provide_po", customer(owner), po_number="PO-2", po_total=order.total)
    order = factories.advance(order, "reject_po")
    assert (order.net_days, order.payment_due, order.po_accepted_on) == (None, None, None)


def test_an_accepted_po_releases_and_a_rejected_one_asks_for_the_prepayment(owner: User) -> None:
    factories.make_shop(prepayment_percent=50)
    for verb, status in (("accept_po", "free_for_manufacturing"), ("reject_po", "waiting_for_payment")):
        order = factories.make_order(owner)
        factories.do(order, "provide_po", customer(owner), po_number="PO-1", po_total=order.total)
        factories.advance(order, verb)
        if verb == "accept_po":
            factories.do(order, "release_for_manufacturing", staff(factories.make_staff("production")))
        assert Order.objects.get(pk=order.pk).status == status


def test_a_withdrawn_offer_is_withdrawn(owner: User) -> None:
    order = factories.make_draft(owner)
    factories.do(order, "submit_for_review", customer(owner))
    until = cells.TODAY + timedelta(days=30)
    factories.do(order, "send_firm_offer", staff(factories.make_staff("sales")), valid_until=until)
    factories.advance(order, "withdraw_offer")
    assert dict(order.offers.values_list("revision", "state")) == {0: "budget", 1: "withdrawn"}


def test_reopening_ends_the_po_and_the_due_date(owner: User) -> None:
    factories.make_shop(terms_trigger="placed")
    order = factories.make_order(owner)
    factories.do(order, "provide_po", customer(owner), po_number="PO-1", po_total=order.total)
    order = factories.advance(order, "accept_po", "cancel_by_admin", "reopen")
    assert order.purchase_orders.get().state == "void"
    assert (order.payment_due, order.promised_date, order.has_accepted_po) == (None, None, False)


def test_coming_back_to_an_expired_offer_says_so(owner: User) -> None:
    order = factories.make_draft(owner)
    factories.do(order, "submit_for_review", customer(owner))
    sales, until = staff(factories.make_staff("sales")), cells.TODAY + timedelta(days=3)
    factories.do(order, "send_firm_offer", sales, valid_until=until)
    order = factories.advance(order, "put_on_hold")
    perform(order.pk, "resume", actor=sales, key="resume", now=cells.NOW + timedelta(days=9))
    mail = OutgoingEmail.objects.filter(event="firm_offer_sent", audience="customer").latest("id")
    assert mail.facts["offer_expired"] is True
    assert "expired" in render(mail).text
