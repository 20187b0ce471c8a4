"""Two people at once, with real threads (on both databases): one wins, the other is told, a double click does it once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import Shop
from notifications.models import OutgoingEmail
from orders.documents import issuing
from orders.models import Document, Order
from orders.sweep import sweep
from orders.workflow.actors import Actor, customer, staff
from orders.workflow.deed import Refused
from orders.workflow.door import Outcome, perform
from orders.workflow.history import first_fault
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


def at_once(deed: Callable[[int], Any]) -> list[Any]:
    """Run `deed(n)` in several threads that start together; what each got."""
    barrier, results = threading.Barrier(THREADS), [None] * THREADS

    def run(n: int) -> None:
        barrier.wait()
        try:
            results[n] = deed(n)
        except Refused as refused:
            results[n] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert None not in results
    return results


@pytest.fixture
def placed() -> Order:
    factories.make_shop()
    return factories.make_order()


def moves(order: Order, name: str) -> int:
    return order.history.filter(name=name).count()


def mails(event: str) -> list[str]:
    return sorted(OutgoingEmail.objects.filter(event=event).values_list("audience", flat=True))


def test_two_people_press_the_same_button(placed: Order) -> None:
    people = [staff(factories.make_staff("production")) for _ in range(THREADS)]
    results = at_once(lambda n: perform(placed.pk, "start_manufacturing", actor=people[n], key=f"press {n}"))
    assert sum(isinstance(result, Outcome) for result in results) == 1
    losers = [result for result in results if isinstance(result, Refused)]
    assert {(loser.code, loser.params["status"]) for loser in losers} == {("wrong_status", "manufacturing")}
    assert moves(placed, "start_manufacturing") == 1
    assert mails("manufacturing") == ["customer", "shop"]
    assert first_fault(Order.objects.get(pk=placed.pk)) is None


def test_pressed_twice_does_it_once() -> None:
    factories.make_shop()
    owner = factories.make_customer()
    draft = factories.make_draft(owner)
    details = {"seen_total": str(draft.total), "terms": Shop.get().terms_version}
    results = at_once(lambda n: perform(draft.pk, "place", actor=customer(owner), key="the form", **details))
    assert all(isinstance(result, Outcome) for result in results)
    assert sum(not result.repeated for result in results if isinstance(result, Outcome)) == 1
    assert moves(draft, "place") == 1 and mails("placed") == ["customer", "shop"]
    assert draft.acceptances.count() == 1


def test_opposite_deeds(placed: Order) -> None:
    """The customer cancels while production starts: whatever comes first, the other is refused or allowed by the rules."""
    producer, owner = staff(factories.make_staff("production")), customer(placed.customer)

    def deed(n: int) -> Outcome:
        name, actor = ("start_manufacturing", producer) if n % 2 else ("cancel_by_customer", owner)
        return perform(placed.pk, name, actor=actor, key=f"press {n}", reason="changed my mind")

    done = [result for result in at_once(deed) if isinstance(result, Outcome)]
    assert len(done) == 1
    order = Order.objects.get(pk=placed.pk)
    assert order.status == done[0].entry.to_status
    assert OutgoingEmail.objects.exclude(event="placed").count() == 2


def test_numbers_are_given_once() -> None:
    factories.make_shop(next_order_number=500)
    drafts = [factories.make_draft(factories.make_customer()) for _ in range(THREADS)]

    def deed(n: int) -> Outcome:
        actor: Actor = customer(drafts[n].customer)
        details: dict[str, Any] = {"seen_total": str(drafts[n].total), "terms": "1"}
        return perform(drafts[n].pk, "place", actor=actor, key="place", **details)

    numbers = {result.order.number for result in at_once(deed) if isinstance(result, Outcome)}
    assert numbers == set(range(500, 500 + THREADS))
    assert Shop.get().next_order_number == 500 + THREADS


def test_a_stale_form_is_told(placed: Order) -> None:
    people = [staff(factories.make_staff("sales")) for _ in range(THREADS)]
    version = Order.objects.get(pk=placed.pk).version
    results = at_once(
        lambda n: perform(
            placed.pk,
            "put_on_hold",
            actor=people[n],
            key=f"press {n}",
            reason="why",
            note="note",
            expected_version=version,
        )
    )
    codes = [result.code for result in results if isinstance(result, Refused)]
    assert codes == ["changed_meanwhile"] * (THREADS - 1)


def test_two_clocks_remind_once(placed: Order) -> None:
    due = factories.NOON.date() + timedelta(2)
    Order.objects.filter(pk=placed.pk).update(
        status="delivered", net_days=14, payment_due=due, payment_due_set_on=due - timedelta(14)
    )
    assert sum(at_once(lambda _n: sweep(factories.NOON))) == 1
    assert mails("payment_due_reminder") == ["customer"]


def test_invoice_numbers_have_no_gap(placed: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several at once, and one of them fails after it was given its number."""
    orders = [placed, *(factories.make_order() for _ in range(THREADS - 1))]
    papers = [issuing.invoice_or_pro_forma(order, factories.NOON) for order in orders]
    made = issuing.contents

    def contents(document: Document, *more: Any) -> dict[str, Any]:
        if document.pk == papers[3].pk:
            raise Refused("broken")
        return made(document, *more)

    monkeypatch.setattr(issuing, "contents", contents)
    results = at_once(lambda n: issuing.issue(papers[n].pk, factories.NOON))
    assert sum(isinstance(result, Refused) for result in results) == 1
    monkeypatch.undo()
    issuing.issue(papers[3].pk, factories.NOON)
    given = Document.objects.filter(kind="invoice").values_list("sequence", flat=True)
    assert sorted(given) == list(range(1, THREADS + 1))
