"""18 statuses × all transitions × roles against the table of the specification (tests/data/transitions.csv)."""

import csv
from pathlib import Path

import pytest
from django.db import transaction

from accounts.models import User
from notifications.models import OutgoingEmail
from orders.models import HistoryEntry, Order, Status
from orders.workflow.actors import Actor
from orders.workflow.deed import Refused
from orders.workflow.door import RULES, perform
from tests import factories
from tests.orders.workflow import cells

DATA = Path(__file__).parents[2] / "data"
pytestmark = pytest.mark.django_db


def table() -> dict[tuple[str, str, str], str]:
    """(transition, status, role) → the status it leads to; what is not in it is refused."""
    lines = [line for line in (DATA / "transitions.csv").read_text().splitlines() if not line.startswith("#")]
    return {
        (row["name"], status, role): row["to"]
        for row in csv.DictReader(lines, delimiter=";")
        for status in row["from"].split()
        for role in row["who"].split()
    }


def mails() -> dict[tuple[str, str], bool]:
    """(event, audience) → whether the billing contact gets a copy."""
    with (DATA / "emails.csv").open() as file:
        return {(row["event"], row["audience"]): row["billing_contact_cc"] == "yes" for row in csv.DictReader(file)}


TABLE, MAILS = table(), mails()


@pytest.fixture
def owner() -> User:
    factories.make_shop()
    return factories.make_customer(
        email="buyer@example.org", company=factories.make_company(billing_contact_email="billing@example.org")
    )


def test_every_transition_of_the_table_exists_and_no_other() -> None:
    assert {name for name, _, _ in TABLE} == set(RULES)
    assert len(RULES) == 28


@pytest.mark.slow
@pytest.mark.parametrize("status", Status.values)
def test_each_cell(status: str, owner: User) -> None:
    order = cells.put(factories.make_draft(owner), status)
    actors = cells.actors(owner)
    for name in RULES:
        for role, actor in actors.items():
            expected = TABLE.get((name, status, role))
            with transaction.atomic():
                details = cells.ready(order, name)
                try_cell(order, name, actor, details, expected)
                transaction.set_rollback(True)


def try_cell(order: Order, name: str, actor: Actor, details: dict[str, object], expected: str | None) -> None:
    cell = f"{name} from {order.status} by {actor.role} {sorted(actor.roles)}"
    if expected is None:
        with pytest.raises(Refused) as refused:
            perform(order.pk, name, actor=actor, key="cell", now=cells.NOW, **details)
        assert refused.value.code in {
            "not_allowed",
            "wrong_status",
            "too_late_to_cancel",
            "already_shipped",
            "already_delivered",
        }, cell
        assert Order.objects.get(pk=order.pk).status == order.status
        assert not HistoryEntry.objects.exists() and not OutgoingEmail.objects.exists(), cell
        return
    perform(order.pk, name, actor=actor, key="cell", now=cells.NOW, **details)
    fresh = Order.objects.get(pk=order.pk)
    entry = HistoryEntry.objects.get()
    assert (fresh.status, entry.from_status, entry.to_status) == (expected, order.status, expected), cell
    assert entry.actor_id == actor.user_id and fresh.version == order.version + 1
    written = {(mail.event, mail.audience): mail for mail in OutgoingEmail.objects.all()}
    assert set(written) == {key for key in MAILS if key[0] == expected}, cell
    for key, mail in written.items():
        customer_side = key[1] == "customer"
        assert mail.to == (["buyer@example.org"] if customer_side else [factories.Shop.get().order_email])
        assert mail.cc == (["billing@example.org"] if MAILS[key] else []), cell
        assert (mail.facts["from"], mail.facts["to"]) == (order.status, expected)
