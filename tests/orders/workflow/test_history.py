"""The chain of history: holds, survives the erasing of words, and shows what was changed behind the application's back."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from orders.checking import chain
from orders.models import HistoryEntry, Order
from orders.workflow.history import first_fault
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    factories.make_shop()
    return factories.advance(factories.make_order(), "put_on_hold", "resume", "start_manufacturing")


def fault(order: Order) -> tuple[int | None, str] | None:
    found = first_fault(Order.objects.get(pk=order.pk))
    return (found[0].pk if found[0] else None, found[1]) if found else None


def test_the_chain_holds(order: Order) -> None:
    assert order.history.count() == 4
    assert fault(order) is None
    assert not list(chain(order))


def test_words_can_be_erased(order: Order) -> None:
    order.history.filter(name="put_on_hold").update(details=None, salt="")
    assert fault(order) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to_status": "delivered"}, "entry_changed"),
        ({"actor_role": "sales"}, "entry_changed"),
        ({"mailed_customer": False}, "entry_changed"),
        ({"details": {"reason": "something else"}}, "details_changed"),
    ],
)
def test_a_change_shows(order: Order, change: dict[str, object], code: str) -> None:
    entry = order.history.get(name="put_on_hold")
    HistoryEntry.objects.filter(pk=entry.pk).update(**change)
    assert fault(order) == (entry.pk, code)
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", stderr=said)
    assert f"{order}: {code} at entry {entry.pk}" in said.getvalue()


def test_a_removed_entry_shows(order: Order) -> None:
    after = order.history.get(name="resume")
    order.history.filter(name="put_on_hold").delete()
    assert fault(order) == (after.pk, "entry_missing_before")


def test_a_removed_newest_entry_shows(order: Order) -> None:
    order.history.filter(name="start_manufacturing").delete()
    assert fault(order) == (None, "newest_missing")
